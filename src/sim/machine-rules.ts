/**
 * What may be asked of a machine in which state. Pure: each function answers `Do` when the world has something
 * to do, `Nothing` when it already is so or on the way, or a refusal with its reason.
 *
 * | state        | start   | stop    | resize  | reshape | migrate |
 * | ------------ | ------- | ------- | ------- | ------- | ------- |
 * | Provisioning | refused | nothing | refused | refused | refused |
 * | Stopped      | do      | nothing | refused | do      | refused |
 * | Booting      | nothing | do      | refused | refused | refused |
 * | Running      | nothing | do      | do      | refused | do      |
 * | Resizing     | nothing | refused | refused | refused | refused |
 * | Migrating    | nothing | refused | refused | refused | refused |
 * | Stopping     | refused | nothing | refused | refused | refused |
 * | Lost         | refused | refused | refused | refused | refused |
 *
 * A change to what already is (or is under way) is `nothing` in every state but Lost.
 */
import { type Acceptance, type MachineState } from '../model/ports.ts';
import { type Host } from './hosts.ts';
import { isServing, type Machine, type MachineSize } from './machine.ts';
import { refused } from './refusal.ts';

export type Ruling = 'Do' | 'Nothing' | Acceptance;

const because: Readonly<Record<MachineState, string>> = {
  Provisioning: 'its image is still being copied',
  Stopped: 'it is stopped',
  Booting: 'it is still booting',
  Running: 'it is running',
  Resizing: 'a resize is under way',
  Migrating: 'a migration is under way',
  Stopping: 'it is still stopping',
  Lost: 'it was lost with its host and can only be destroyed',
};

function refuse(verb: string, machine: Machine): Acceptance {
  return refused(`cannot ${verb} ${machine.request.name}: ${because[machine.state]}`);
}

export function mayStart(machine: Machine, host: Host | undefined): Ruling {
  if (isServing(machine.state) || machine.state === 'Booting') return 'Nothing';
  if (machine.state !== 'Stopped') return refuse('start', machine);
  if (host?.state !== 'On') return refused(`cannot start ${machine.request.name}: its host is not on`);
  return 'Do';
}

export function mayStop(machine: Machine): Ruling {
  switch (machine.state) {
    case 'Provisioning':
    case 'Stopped':
    case 'Stopping':
      return 'Nothing';
    case 'Booting':
    case 'Running':
      return 'Do';
    case 'Resizing':
    case 'Migrating':
    case 'Lost':
      return refuse('stop', machine);
  }
}

/** Shrinking memory needs the same feature as growing it: the guest gives pages back by hot-unplug. */
export function mayResize(machine: Machine, host: Host | undefined, size: MachineSize): Ruling {
  const { name } = machine.request;
  if (machine.state === 'Lost') return refuse('resize', machine);
  if (sameSize(machine.resizeTo ?? machine.request, size)) return 'Nothing';
  if (machine.state === 'Stopped') return refused(`cannot resize ${name} live: it is stopped; reshape it`);
  if (machine.state !== 'Running') return refuse('resize', machine);
  if (!isSize(size)) return refused(`cannot resize ${name}: CPU and memory must be above 0`);
  const traits = host?.request.hypervisor;
  if (size.cpuMillis !== machine.request.cpuMillis && traits?.cpuHotplug !== true) {
    return refused(`cannot resize ${name} live: ${traits?.name ?? 'its host'} has no CPU hotplug`);
  }
  if (size.memoryBytes !== machine.request.memoryBytes && traits?.memoryHotplug !== true) {
    return refused(`cannot resize ${name} live: ${traits?.name ?? 'its host'} has no memory hotplug`);
  }
  return 'Do';
}

export function mayReshape(machine: Machine, size: MachineSize): Ruling {
  if (machine.state === 'Lost') return refuse('reshape', machine);
  if (sameSize(machine.resizeTo ?? machine.request, size)) return 'Nothing';
  if (machine.state !== 'Stopped') return refuse('reshape', machine);
  if (!isSize(size)) return refused(`cannot reshape ${machine.request.name}: CPU and memory must be above 0`);
  return 'Do';
}

export function mayMigrate(machine: Machine, source: Host | undefined, target: Host | undefined): Ruling {
  const { name } = machine.request;
  if (machine.state === 'Lost') return refuse('migrate', machine);
  if (target === undefined) return refused(`cannot migrate ${name}: there is no such target host`);
  if ((machine.targetHostUid ?? machine.request.hostUid) === target.id) return 'Nothing';
  if (machine.state !== 'Running') return refuse('migrate', machine);
  if (source === undefined) return refused(`cannot migrate ${name}: its host is gone`);
  const from = source.request.hypervisor;
  const to = target.request.hypervisor;
  for (const traits of [from, to]) {
    if (!traits.liveMigration) return refused(`cannot migrate ${name}: ${traits.name} has no live migration`);
  }
  if (from.name !== to.name) return refused(`cannot migrate ${name} from ${from.name} to ${to.name}`);
  if (target.state !== 'On')
    return refused(`cannot migrate ${name}: host ${target.request.name} is not on (${target.state})`);
  for (const host of [source, target]) {
    if (host.networkLost) {
      return refused(`cannot migrate ${name}: host ${host.request.name} is not reachable`);
    }
  }
  return 'Do';
}

/** A size that a machine can have at all. */
export function isSize(size: MachineSize): boolean {
  return size.cpuMillis > 0 && size.memoryBytes > 0;
}

function sameSize(a: MachineSize, b: MachineSize): boolean {
  return a.cpuMillis === b.cpuMillis && a.memoryBytes === b.memoryBytes;
}
