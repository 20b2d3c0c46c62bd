/** What a pool's VMs say about the pool. Pure. */
import { compareText } from '../../base/listing.ts';
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { isUnreached } from '../../model/reachability.ts';
import { type MachineGroup } from '../machines/groups.ts';
import { type Tally } from '../../rollout/plan.ts';

export interface PoolStanding {
  /** VMs wanted. */
  readonly replicas: number;
  /** VMs that there are. */
  readonly total: Tally;
  /** Of them, those that are ready, but not for `minReadySeconds` yet. */
  readonly young: number;
  /** Of all, those of the present template, its size given to them. */
  readonly updated: number;
  /** Of the updated ones, those that keep another size, since there is no room for the one that they are to have. */
  readonly refused: number;
  readonly groups: readonly MachineGroup[];
  /** Of the updated ones, those that run and that a load balancer still checks before it lets outdated ones go. */
  readonly unserved: number;
}

/** How many VMs the groups hold, and how many of them are ready. */
export function tallyOf(groups: readonly MachineGroup[]): Tally {
  let count = 0;
  let ready = 0;
  for (const group of groups) {
    count += group.members.size;
    ready += group.ready;
  }
  return { count, ready };
}

/** True once nothing more will come about by itself: all is as wanted, or what is missing is stuck. */
export function isSettled(standing: PoolStanding): boolean {
  return isComplete(standing) || (standing.young === 0 && !isMoving(standing.groups));
}

/** The counts in words. */
export function figuresText({ replicas, total, updated, refused, young }: PoolStanding): string {
  const lately = young === 0 ? '' : ` (${young} not for minReadySeconds yet)`;
  return `${total.ready} of ${replicas} VMs are ready${lately}, ${updated - refused} of ${total.count} are up to date`;
}

/** Ready, and Progressing. */
export function poolConditions(standing: PoolStanding): ConditionInput[] {
  const { replicas, total } = standing;
  const figures = `${total.ready} of ${replicas} VMs are ready`;
  if (isComplete(standing)) {
    return [
      { type: 'Ready', status: 'True', reason: 'Ready', message: figures },
      { type: 'Progressing', status: 'False', ...rest(standing) },
    ];
  }
  const progress = figuresText(standing);
  const stuck = firstOf(standing.groups, (group) => group.stuck);
  const ready = stuck ? complaint(stuck) : { reason: 'Progressing', message: progress };
  return [
    { type: 'Ready', status: 'False', ...ready },
    isMoving(standing.groups) || standing.unserved > 0 || standing.young > 0
      ? { type: 'Progressing', status: 'True', reason: 'Progressing', message: progress }
      : { type: 'Progressing', status: 'False', reason: 'Stuck', message: progress },
  ];
}

/** True when all VMs are as the template has them, and ready. */
export function isComplete({ replicas, total, young, updated, groups }: PoolStanding): boolean {
  const resizing = groups.some((group) => group.resizing > 0);
  return total.count === replicas && total.ready - young === replicas && updated === replicas && !resizing;
}

function isMoving(groups: readonly MachineGroup[]): boolean {
  return groups.some((group) => group.resizing > 0 || group.members.size > group.ready + group.stuck.size);
}

function rest({ groups }: PoolStanding): { reason: string; message: string } {
  const refused = firstOf(groups, (group) => group.refused);
  if (!refused) return { reason: 'Complete', message: 'all VMs are as the template has them' };
  const message = findCondition(refused.status?.conditions, 'Resized')?.message;
  return { reason: 'ResizeRefused', message: `${refused.metadata.name}: ${message}` };
}

/** Why a VM that will not become ready by itself keeps the pool from it. */
function complaint(vm: VirtualMachine): { reason: string; message: string } {
  const scheduled = findCondition(vm.status?.conditions, 'Scheduled');
  const ready = findCondition(vm.status?.conditions, 'Ready');
  if (vm.status?.host === undefined && scheduled?.status === 'False') {
    return { reason: 'MachinesUnschedulable', message: `${vm.metadata.name}: ${scheduled.message}` };
  }
  const reason = isUnreached(vm) ? 'MachinesUnreachable' : 'MachinesStopped';
  return { reason, message: `${vm.metadata.name}: ${ready?.message ?? 'it is off'}` };
}

/** Of the VMs that each group keeps apart, the first by name. */
function firstOf(
  groups: readonly MachineGroup[],
  part: (group: MachineGroup) => ReadonlyMap<string, VirtualMachine>,
): VirtualMachine | undefined {
  let first: VirtualMachine | undefined;
  for (const group of groups) {
    for (const vm of part(group).values()) {
      if (!first || compareText(vm.metadata.name, first.metadata.name) < 0) first = vm;
    }
  }
  return first;
}
