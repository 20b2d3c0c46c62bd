/** Holds the VMs that a pool makes to the quotas of its namespace, as admission holds what people ask for. */
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type VirtualMachinePool } from '../../model/kinds/index.ts';
import { exceededBy, excessText, machines, plus, roomFor } from '../../model/quota.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { replicaFailure } from '../cluster/quota-index.ts';
import { type Turn } from '../../engine/turn.ts';
import { quotas } from '../cluster/quota-index.ts';

export interface Allowance {
  /** How many VMs may be made now. */
  readonly count: number;
  /** Why no more, as Kubernetes says it; absent when all may be made. */
  readonly refusal?: string;
}

/** How many of `wanted` more VMs of a pool its namespace's quotas allow beside all that is there. */
export function allowedMembers(pool: VirtualMachinePool, wanted: number, cache: ObjectCache): Allowance {
  const { namespace = '' } = pool.metadata;
  const limits = wanted > 0 ? cache.index(quotas).limits(namespace) : [];
  if (limits.length === 0) return { count: wanted };
  const { resources } = pool.spec.template.spec;
  const one = machines(resources, 1);
  const present = cache.index(quotas).present(namespace);
  const room = roomFor(limits, present, one).count;
  if (room >= wanted) return { count: wanted };
  const used = plus(present, machines(resources, room));
  return { count: room, refusal: excessText(exceededBy(limits, used, one), used, one) };
}

/**
 * The condition ReplicaFailure, and an event when it comes about. Nothing for a pool that never had one: as in
 * Kubernetes it is there for what went wrong.
 */
export function failureConditions(
  pool: VirtualMachinePool,
  refusal: string | undefined,
  turn: Turn,
): ConditionInput[] {
  const type = replicaFailure;
  const before = findCondition(pool.status?.conditions, type);
  if (refusal === undefined) {
    if (!before) return [];
    return [{ type, status: 'False', reason: 'WithinQuota', message: 'the quotas allow what it wants' }];
  }
  if (before?.status !== 'True') turn.event(pool, 'Warning', 'FailedCreate', refusal);
  return [{ type, status: 'True', reason: 'QuotaExceeded', message: refusal }];
}

/** The Ready condition of a pool that lacks VMs which a quota refuses. */
export function heldBack(refusal: string, ready: number, replicas: number): ConditionInput {
  const message = `${ready} of ${replicas} VMs are ready, and no more may be made: ${refusal}`;
  return { type: 'Ready', status: 'False', reason: 'QuotaExceeded', message };
}
