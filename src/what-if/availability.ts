/** How available hosts, VMs and pools are at a moment. */
import { machineGroups } from '../controllers/machines/groups.ts';
import { membersOf } from '../controllers/pools/members.ts';
import { type ObjectCache } from '../engine/cache.ts';
import { isTrue } from '../model/conditions.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../model/kinds/index.ts';
import { type World } from '../model/ports.ts';
import { type Scene } from './scene.ts';

/** Holds the availability of the wanted hosts and VMs, and of the wanted pools or (`allPools`) of all. */
export function holdAvailability(scene: Scene, allPools: boolean): void {
  const { world, cache, roster, wanted, means } = scene;
  const machines = roster.of('VirtualMachine');
  const hosts = roster.of('Host');
  for (const subject of wanted) {
    const vm = machines.get(subject);
    if (vm) means.hold('availability', subject, isAvailable(vm, world) ? 1 : 0);
    const host = hosts.get(subject);
    if (host) means.hold('availability', subject, world.isReachable(host.metadata.uid ?? '') ? 1 : 0);
  }
  for (const [subject, pool] of roster.of('VirtualMachinePool')) {
    if (pool.spec.replicas <= 0 || !(allPools || wanted.has(subject))) continue;
    const up = ownMachines(pool, cache).filter((vm) => isAvailable(vm, world)).length;
    means.hold('availability', subject, Math.min(1, up / pool.spec.replicas));
  }
}

/** It is ready, and requests reach it: what is seen of a VM may lag behind what has become of its host. */
function isAvailable(vm: VirtualMachine, world: World): boolean {
  return isTrue(vm.status?.conditions, 'Ready') && world.answers(vm.metadata.uid ?? '');
}

/** The VMs that the pool has made or taken over: not those of others that its selector matches. */
export function ownMachines({ metadata }: VirtualMachinePool, cache: ObjectCache): VirtualMachine[] {
  return membersOf(cache.index(machineGroups).ofOwner(metadata.uid ?? ''));
}
