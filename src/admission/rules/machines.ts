/** A VM whose placement names hypervisors or hosts must be able to run there in its mode. */
import { type HostSpec, type Hypervisor, type VirtualMachineSpec } from '../../model/kinds/index.ts';
import { type VirtualizationMode } from '../../model/ports.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { error, oneOf, type Problem } from '../problem.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

/** Problems of a VM, or of the VMs of a template or tier whose spec stands at `path`. */
export function machineProblems(
  spec: VirtualMachineSpec,
  path: string,
  subject: string,
  view: View,
): Problem[] {
  const names = spec.placement.hypervisors ?? [];
  const place = `${path}/placement/hypervisors`;
  const missing = names.flatMap((name, index) =>
    referenceProblems(subject, { kind: 'Hypervisor', namespace: '', name, path: `${place}/${index}` }, view),
  );
  const named = names.flatMap((name) => view.get('Hypervisor', '', name) ?? []);
  // A hypervisor that is yet to come may offer anything.
  if (missing.length > 0) return missing;
  if (named.length > 0) {
    const refused = modeProblem(spec, named, path, subject);
    if (refused) return [refused];
  }
  return assistProblems(spec, path, subject, view);
}

/** True when this guest could run in the mode, hardware aside. */
function guestCanRun(spec: VirtualMachineSpec, mode: VirtualizationMode): boolean {
  return spec.mode === undefined ? mode === 'Full' || spec.guest.paravirtualized : mode === spec.mode;
}

function modeProblem(
  spec: VirtualMachineSpec,
  named: readonly Hypervisor[],
  path: string,
  subject: string,
): Problem | undefined {
  if (named.some((hypervisor) => hypervisor.spec.modes.some((mode) => guestCanRun(spec, mode))))
    return undefined;
  const offers = named
    .map(
      ({ metadata, spec: { architecture, modes } }) =>
        `"${metadata.name}" (${architecture}) offers ${modes.join(' and ')}`,
    )
    .join(', ');
  if (spec.mode === 'Para' && named.every((hypervisor) => hypervisor.spec.architecture === 'Hosted')) {
    const message = `${subject}: mode Para runs on bare-metal hypervisors only, but placement.hypervisors names none: ${offers}`;
    return error(
      'PARA_NEEDS_BARE_METAL',
      `${path}/mode`,
      message,
      'name a bare-metal hypervisor such as xen, or use mode Full',
    );
  }
  if (spec.mode !== undefined) {
    const message = `${subject}: no hypervisor of placement.hypervisors has mode ${spec.mode}: ${offers}`;
    const modes = oneOf([...new Set(named.flatMap((hypervisor) => hypervisor.spec.modes))].sort());
    return error(
      'MODE_NOT_OFFERED',
      `${path}/mode`,
      message,
      `use mode ${modes}, or name another hypervisor`,
    );
  }
  const message = `${subject}: an unmodified guest runs in mode Full only, which no hypervisor of placement.hypervisors has: ${offers}`;
  return error(
    'PARA_NEEDS_AWARE_GUEST',
    `${path}/placement/hypervisors`,
    message,
    'name a hypervisor that has mode Full',
  );
}

/**
 * Refuses a VM that is bound to hosts of which none has the hardware for its mode. Silent while no host
 * matches at all: hosts may come later, and scheduling says what is missing.
 */
function assistProblems(spec: VirtualMachineSpec, path: string, subject: string, view: View): Problem[] {
  const { hypervisors = [], hostSelector } = spec.placement;
  const selective = Object.keys(hostSelector ?? {}).length > 0;
  if (hypervisors.length === 0 && !selective) return [];
  let refused: string | undefined;
  for (const host of candidateHosts(view)) {
    if (hypervisors.length > 0 && !hypervisors.includes(host.spec.hypervisor)) continue;
    if (selective && !matchesSelector({ matchLabels: hostSelector }, host.labels)) continue;
    const hypervisor = view.get('Hypervisor', '', host.spec.hypervisor);
    if (!hypervisor || runsOn(spec, hypervisor, host.spec)) return [];
    if (lacksAssist(spec, hypervisor, host.spec)) refused ??= host.subject;
  }
  if (refused === undefined) return [];
  const message = `${subject}: ${spec.mode ? `mode ${spec.mode}` : 'its mode'} needs VT-x or AMD-V, and every host that its placement allows lacks it (the first is ${refused})`;
  const at = spec.mode ? `${path}/mode` : `${path}/placement`;
  return [
    error(
      'MODE_NEEDS_HARDWARE_ASSIST',
      at,
      message,
      'allow hosts with hardwareAssist: true, or use another mode',
    ),
  ];
}

function runsOn(spec: VirtualMachineSpec, hypervisor: Hypervisor, host: HostSpec): boolean {
  const { modes, requires } = hypervisor.spec;
  return modes.some(
    (mode) => guestCanRun(spec, mode) && (host.hardwareAssist || !requires.hardwareAssist[mode]),
  );
}

function lacksAssist(spec: VirtualMachineSpec, hypervisor: Hypervisor, host: HostSpec): boolean {
  return !host.hardwareAssist && hypervisor.spec.modes.some((mode) => guestCanRun(spec, mode));
}

interface CandidateHost {
  readonly spec: HostSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly subject: string;
}

/** Hosts and the templates of host pools; the name counts as the label `kubernetes.io/hostname`. */
function* candidateHosts(view: View): Generator<CandidateHost> {
  for (const { metadata, spec } of view.list('Host', '')) {
    const labels = { 'kubernetes.io/hostname': metadata.name, ...metadata.labels };
    yield { spec, labels, subject: `host "${metadata.name}"` };
  }
  for (const { metadata, spec } of view.list('HostPool', '')) {
    const { template } = spec;
    yield {
      spec: template.spec,
      labels: template.metadata?.labels ?? {},
      subject: `host pool "${metadata.name}"`,
    };
  }
}
