/** A host and its hypervisor must fit: Hosted needs a host OS, BareMetal has none, modes need hardware. */
import { type HostSpec, type Hypervisor } from '../../model/kinds/index.ts';
import { error, oneOf, type Problem, warning } from '../problem.ts';
import { referenceProblems } from './references.ts';
import { type View } from './view.ts';

/** Problems of a host, or of the hosts of a pool whose spec stands at `path`. */
export function hostProblems(spec: HostSpec, path: string, subject: string, view: View): Problem[] {
  const hypervisor = view.get('Hypervisor', '', spec.hypervisor);
  if (!hypervisor) {
    const reference = { kind: 'Hypervisor' as const, namespace: '', name: spec.hypervisor };
    return referenceProblems(subject, { ...reference, path: `${path}/hypervisor` }, view);
  }
  return [
    ...hostOsProblems(spec, hypervisor, path, subject),
    ...assistProblems(spec, hypervisor, path, subject),
  ];
}

function hostOsProblems(spec: HostSpec, hypervisor: Hypervisor, path: string, subject: string): Problem[] {
  const { architecture } = hypervisor.spec;
  if (architecture === 'Hosted' && !spec.hostOS) {
    const message = `${subject}: hypervisor "${spec.hypervisor}" is Hosted, so spec.hostOS is required`;
    const help = 'add: hostOS: {name: ubuntu, version: "24.04"}';
    return [error('HOSTED_NEEDS_HOST_OS', `${path}/hypervisor`, message, help)];
  }
  if (architecture === 'BareMetal' && spec.hostOS) {
    const message = `${subject}: hypervisor "${spec.hypervisor}" is BareMetal: it runs directly on the hardware, there is no host OS under it`;
    return [
      error(
        'BARE_METAL_HAS_HOST_OS',
        `${path}/hostOS`,
        message,
        'remove hostOS, or choose a Hosted hypervisor',
      ),
    ];
  }
  return [];
}

/** Without VT-x or AMD-V some modes are lost; when none is left the host can run nothing at all. */
function assistProblems(spec: HostSpec, hypervisor: Hypervisor, path: string, subject: string): Problem[] {
  if (spec.hardwareAssist) return [];
  const { modes, requires } = hypervisor.spec;
  const lost = modes.filter((mode) => requires.hardwareAssist[mode]);
  if (lost.length === 0) return [];
  const left = modes.filter((mode) => !requires.hardwareAssist[mode]);
  const place = `${path}/hardwareAssist`;
  const why = `${subject}: mode ${oneOf(lost)} of hypervisor "${spec.hypervisor}" needs VT-x or AMD-V, which this host lacks (hardwareAssist: false)`;
  if (left.length > 0) {
    return [warning('MODE_NEEDS_HARDWARE_ASSIST', place, `${why}; it can run mode ${oneOf(left)} only`)];
  }
  const help = 'set hardwareAssist: true, or choose another hypervisor';
  return [error('MODE_NEEDS_HARDWARE_ASSIST', place, `${why}, so it could run no VM`, help)];
}
