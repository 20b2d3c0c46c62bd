/** Which of a pool's VMs are meant when some of them are to go or to change. */
import { isTrue } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type MachineGroup } from '../machines/groups.ts';
import { membersOf } from './members.ts';
import { byWorth, type Member } from '../../rollout/plan.ts';

/** The VMs that are missed least, as `byWorth` has it; `isUp` says which are of use. */
export function leastWorth(
  groups: readonly MachineGroup[],
  wanted: number,
  isUp: (vm: VirtualMachine) => boolean = isReady,
): VirtualMachine[] {
  if (wanted === 0) return [];
  return membersOf(groups)
    .map((vm) => ({ vm, member: memberOf(vm, isUp(vm)) }))
    .sort((a, b) => byWorth(a.member, b.member))
    .slice(0, wanted)
    .map(({ vm }) => vm);
}

function memberOf({ metadata, status }: VirtualMachine, ready: boolean): Member {
  return {
    name: metadata.name,
    placed: status?.host !== undefined,
    ready,
    createdAt: metadata.creationTimestamp ?? '',
  };
}

/** The VMs that are not ready, by name. */
export function unreadyOf(groups: readonly MachineGroup[]): VirtualMachine[] {
  return membersOf(groups.filter((group) => group.ready < group.members.size)).filter((vm) => !isReady(vm));
}

/** The first ready VMs in the groups' own order: without a look at all the others, of which there may be many. */
export function longestReady(groups: readonly MachineGroup[], wanted: number): VirtualMachine[] {
  const found: VirtualMachine[] = [];
  for (const group of groups) {
    for (const vm of group.members.values()) {
      if (found.length >= wanted) return found;
      if (isReady(vm)) found.push(vm);
    }
  }
  return found;
}

function isReady(vm: VirtualMachine): boolean {
  return isTrue(vm.status?.conditions, 'Ready');
}
