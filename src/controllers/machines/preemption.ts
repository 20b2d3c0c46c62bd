/** How a VM stands in a preemption, by its status: for whom room is made, and who makes it. Pure. */
import { type ObjectCache } from '../../engine/cache.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { machineAt, machineKey } from './key.ts';
import { machinesOn } from './lookup.ts';
import { wantsHost } from './plan.ts';

/** The host on which room is kept for the VM; undefined when it wants none (any more). */
export function nominatedHostOf(vm: VirtualMachine | undefined): string | undefined {
  return vm && wantsHost(vm) ? vm.status?.nominatedHost : undefined;
}

/** True when the VM gives up its room by itself: nobody else has to. */
export function isGivingUp(vm: VirtualMachine | undefined): boolean {
  if (vm?.status?.host === undefined) return false;
  const { preemptedBy, migrationTarget } = vm.status;
  return preemptedBy !== undefined || migrationTarget !== undefined || isTerminating(vm);
}

/** The VM that wants this one's place, while it still does. */
export function preemptorOf(vm: VirtualMachine, cache: ObjectCache): VirtualMachine | undefined {
  const key = vm.status?.preemptedBy;
  if (key === undefined) return undefined;
  const preemptor = machineAt(cache, key);
  return preemptor && nominatedHostOf(preemptor) === vm.status?.host ? preemptor : undefined;
}

/** The VMs that are to make room for this one. */
export function victimsOf(vm: VirtualMachine, cache: ObjectCache): VirtualMachine[] {
  const host = vm.status?.nominatedHost;
  if (host === undefined) return [];
  const key = machineKey(vm);
  return machinesOn(cache, host).filter((resident) => resident.status?.preemptedBy === key);
}

/** Why a victim goes. */
export function preemptedMessage(by: VirtualMachine, host: string): string {
  return `${machineKey(by)} of priority ${by.spec.priority} takes its place on ${host}`;
}
