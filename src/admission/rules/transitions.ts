/**
 * Changes of hosts and hypervisors under the VMs that run there. A guest cannot be carried over to another product or
 * architecture, nor go on in a mode that is gone: it has to leave first, which `vctl drain` sees to.
 */
import {
  type Host,
  type HostPool,
  type HostSpec,
  type Hypervisor,
  type VirtualMachine,
} from '../../model/kinds/index.ts';
import { error, nameOf, oneOf, type Problem } from '../problem.ts';
import { type View } from './view.ts';

/** More than this are counted and not named. */
const named = 3;

/** Refuses what a host's VMs cannot follow: another hypervisor, or the loss of the hardware that their mode needs. */
export function hostTransitions(host: Host, subject: string, view: View): Problem[] {
  const before = view.before('Host', '', host.metadata.name);
  return before ? specTransitions(before.spec, host.spec, [before], '/spec', subject, view) : [];
}

/** A new template reaches the pool's hosts in place, so that it is held to the same. */
export function hostPoolTransitions(pool: HostPool, subject: string, view: View): Problem[] {
  const before = view.before('HostPool', '', pool.metadata.name);
  if (!before) return [];
  const hosts = ([...view.live.list('Host', '')] as Host[]).filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ uid }) => uid === before.metadata.uid),
  );
  const [old, next] = [before.spec.template.spec, pool.spec.template.spec];
  return specTransitions(old, next, hosts, '/spec/template/spec', subject, view);
}

function specTransitions(
  before: HostSpec,
  after: HostSpec,
  hosts: readonly Host[],
  path: string,
  subject: string,
  view: View,
): Problem[] {
  const names = new Set(hosts.map(({ metadata }) => metadata.name));
  if (before.hypervisor !== after.hypervisor) {
    const what = `hypervisor cannot change from "${before.hypervisor}" to "${after.hypervisor}"`;
    return inUse(machinesOn(names, view), `${path}/hypervisor`, `${subject}: ${what}`);
  }
  if (!before.hardwareAssist || after.hardwareAssist) return [];
  const needed = view.get('Hypervisor', '', after.hypervisor)?.spec.requires.hardwareAssist;
  const users = machinesOn(names, view).filter(({ status }) => status?.mode && needed?.[status.mode]);
  return inUse(users, `${path}/hardwareAssist`, `${subject}: hardwareAssist cannot be taken away`);
}

/** Refuses another product or architecture, and the loss of a mode, while VMs run by it. */
export function hypervisorTransitions(hypervisor: Hypervisor, subject: string, view: View): Problem[] {
  const { name } = hypervisor.metadata;
  const before = view.before('Hypervisor', '', name);
  if (!before) return [];
  const [old, next] = [before.spec, hypervisor.spec];
  const hosts = ([...view.live.list('Host', '')] as Host[]).filter(({ spec }) => spec.hypervisor === name);
  const machines = machinesOn(new Set(hosts.map(({ metadata }) => metadata.name)), view);
  const changed = (['product', 'architecture'] as const).flatMap((field) =>
    old[field] === next[field]
      ? []
      : inUse(
          machines,
          `/spec/${field}`,
          `${subject}: ${field} cannot change from ${old[field]} to ${next[field]}`,
        ),
  );
  const lost = old.modes.filter((mode) => !next.modes.includes(mode));
  const without = new Set(
    hosts.filter(({ spec }) => !spec.hardwareAssist).map(({ metadata }) => metadata.name),
  );
  const bound = next.modes.filter(
    (mode) => next.requires.hardwareAssist[mode] && !old.requires.hardwareAssist[mode],
  );
  return [
    ...changed,
    ...inUse(
      machines.filter(({ status }) => status?.mode && lost.includes(status.mode)),
      '/spec/modes',
      `${subject}: mode ${oneOf(lost)} cannot be taken away`,
    ),
    ...inUse(
      machinesOn(without, view).filter(({ status }) => status?.mode && bound.includes(status.mode)),
      '/spec/requires/hardwareAssist',
      `${subject}: mode ${oneOf(bound)} cannot come to need VT-x or AMD-V`,
    ),
    ...(old.architecture === next.architecture ? [] : unfitting(hypervisor, subject, view)),
  ];
}

/** Hosts and pools of hosts that another architecture would leave without the host OS that it needs, or with one. */
function unfitting({ metadata, spec }: Hypervisor, subject: string, view: View): Problem[] {
  const isHosted = spec.architecture === 'Hosted';
  // What is applied along is held to the new architecture by itself.
  const users = [
    ...[...view.list('Host', '')].map((host) => ({ object: host, host: host.spec })),
    ...[...view.list('HostPool', '')].map((pool) => ({ object: pool, host: pool.spec.template.spec })),
  ].filter(
    ({ object, host }) =>
      !view.isApplied(object) &&
      host.hypervisor === metadata.name &&
      (host.hostOS !== undefined) !== isHosted,
  );
  const [first] = users;
  if (!first) return [];
  const what = isHosted
    ? 'has no hostOS, which a Hosted one needs'
    : 'has a hostOS, which a BareMetal one has not';
  const more = users.length > 1 ? ` (and ${users.length - 1} more)` : '';
  return [
    error(
      isHosted ? 'HOSTED_NEEDS_HOST_OS' : 'BARE_METAL_HAS_HOST_OS',
      '/spec/architecture',
      `${subject}: architecture cannot become ${spec.architecture}: ${nameOf(first.object.kind, first.object.metadata.name)} ${what}${more}`,
      'change its hosts in the same apply',
    ),
  ];
}

/** The VMs that are on one of the hosts, or on their way there. */
function machinesOn(hosts: ReadonlySet<string>, view: View): VirtualMachine[] {
  if (hosts.size === 0) return [];
  return [...view.live.all()].filter((object): object is VirtualMachine => {
    if (object.kind !== 'VirtualMachine') return false;
    const { host, migrationTarget } = (object as VirtualMachine).status ?? {};
    return [host, migrationTarget].some((name) => name !== undefined && hosts.has(name));
  });
}

function inUse(machines: readonly VirtualMachine[], path: string, what: string): Problem[] {
  if (machines.length === 0) return [];
  const names = machines
    .map(({ metadata }) => `vm/${metadata.namespace ?? ''}/${metadata.name}`)
    .sort()
    .slice(0, named);
  const more = machines.length > named ? `, … (${machines.length})` : '';
  const hosts = [...new Set(machines.map(({ status }) => status?.host ?? ''))].sort();
  const message = `${what} while VMs are there: ${names.join(', ')}${more}`;
  return [
    error(
      'IN_USE',
      path,
      message,
      `empty it first: vctl drain ${hosts.slice(0, named).join(' ')}, then apply again`,
    ),
  ];
}
