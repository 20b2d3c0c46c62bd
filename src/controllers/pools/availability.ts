/** Which of a pool's ready VMs have been so for `minReadySeconds`. Pure. */
import { fromTimestamp } from '../../base/clock.ts';
import { findCondition } from '../../model/conditions.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { type MachineGroup } from '../machines/groups.ts';
import { type Tally } from '../../rollout/plan.ts';
import { tallyOf } from './status.ts';

/** VMs that are ready, but not for long enough to count as available. */
interface Young {
  readonly count: number;
  /** When the first of them is old enough, ms of world time; absent without any. */
  readonly nextAtMs?: number;
}

/** The VM is ready, and has been for as long as the pool wants. */
export function isAvailable(vm: VirtualMachine, { spec }: VirtualMachinePool, nowMs: number): boolean {
  const atMs = availableAtMs(vm, spec.minReadySeconds);
  return atMs !== undefined && atMs <= nowMs;
}

/** How many VMs the groups hold, and how many of them are available. */
export function availableOf(groups: readonly MachineGroup[], pool: VirtualMachinePool, nowMs: number): Tally {
  const { count, ready } = tallyOf(groups);
  return { count, ready: ready - youngOf(groups, pool, nowMs).count };
}

/** The ready VMs that are not available yet. Costs a walk over all, but only where the pool has such a wish. */
export function youngOf(groups: readonly MachineGroup[], { spec }: VirtualMachinePool, nowMs: number): Young {
  if (spec.minReadySeconds === 0) return { count: 0 };
  const dues = groups.flatMap((group) =>
    [...group.members.values()]
      .map((vm) => availableAtMs(vm, spec.minReadySeconds))
      .filter((atMs) => atMs !== undefined && atMs > nowMs),
  );
  const nextAtMs = dues.reduce<number>((next, atMs = Infinity) => Math.min(next, atMs), Infinity);
  return { count: dues.length, ...(dues.length === 0 ? {} : { nextAtMs }) };
}

function availableAtMs({ status }: VirtualMachine, minReadySeconds: number): number | undefined {
  const ready = findCondition(status?.conditions, 'Ready');
  return ready?.status === 'True'
    ? fromTimestamp(ready.lastTransitionTime) + minReadySeconds * 1000
    : undefined;
}
