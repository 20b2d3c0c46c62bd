import { toTimestamp } from '../base/clock.ts';

/** As `metav1.Condition`. `reason` is one CamelCase word for machines, `message` a sentence for people. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** When `status` last changed, in world time. */
  readonly lastTransitionTime: string;
}

export type ConditionInput = Omit<Condition, 'lastTransitionTime'>;

/** The condition of this type, if any. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True when the condition of this type is there and True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * Why a VM, or a pool that is complete otherwise, does not have the size that it is to have, nor comes to it by itself.
 * It is ready all the same: what there is serves.
 */
export function refusedSize(conditions: readonly Condition[] | undefined): Condition | undefined {
  const [own, pool] = [findCondition(conditions, 'Resized'), findCondition(conditions, 'Progressing')];
  if (own?.status === 'False') return own;
  return pool?.reason === 'ResizeRefused' ? pool : undefined;
}

/** Conditions that tell, by this status, of something that does not come about by itself. */
const shortcomings: readonly (readonly [
  type: string,
  status: Condition['status'],
  reasons?: readonly string[],
])[] = [
  ['ReplicaFailure', 'True'],
  ['RolledBack', 'True'],
  ['Progressing', 'False', ['ProgressDeadlineExceeded', 'RevisionRefused']],
  ['WithinCapacity', 'False'],
];

/** Why an object is not as it is to be although it is ready: what there is serves. */
export function shortcoming(conditions: readonly Condition[] | undefined): Condition | undefined {
  const refused = refusedSize(conditions);
  if (refused) return refused;
  for (const [type, status, reasons] of shortcomings) {
    const found = findCondition(conditions, type);
    if (found?.status === status && (reasons?.includes(found.reason) ?? true)) return found;
  }
  return undefined;
}

/** The update of a pool that somebody has paused. */
export function heldUpdate(conditions: readonly Condition[] | undefined): Condition | undefined {
  const progressing = findCondition(conditions, 'Progressing');
  return progressing?.reason === 'Paused' ? progressing : undefined;
}

/**
 * The conditions with those of `next` set. A condition that says nothing new keeps its transition time,
 * and when none says anything new the very same array comes back, so that a no-op stays a no-op.
 */
export function setConditions(
  conditions: readonly Condition[] | undefined,
  next: readonly ConditionInput[],
  nowMs: number,
): readonly Condition[] {
  let changed = conditions === undefined;
  const result = [...(conditions ?? [])];
  for (const input of next) {
    const index = result.findIndex((condition) => condition.type === input.type);
    const old = result[index];
    if (old && old.status === input.status && old.reason === input.reason && old.message === input.message) {
      continue;
    }
    changed = true;
    const lastTransitionTime = old?.status === input.status ? old.lastTransitionTime : toTimestamp(nowMs);
    const condition: Condition = { ...input, lastTransitionTime };
    if (index >= 0) result[index] = condition;
    else result.push(condition);
  }
  return changed ? result : (conditions ?? []);
}
