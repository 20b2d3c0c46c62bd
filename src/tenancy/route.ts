/**
 * Where a tenant's route leads, and what its Ready condition says. Pure: the controllers read what is there and
 * carry out what is decided here.
 */
import { type ConditionInput } from '../model/conditions.ts';
import { type InstanceSet, type Level } from './instance-sets.ts';

/** One tier of the wanted set as it stands. */
export interface TierState {
  readonly tier: string;
  /** VMs that it should have. */
  readonly wanted: number;
  /** Backends that get requests. */
  readonly ready: number;
  /** VMs that are still on their way by themselves: missing, placed, booted. */
  readonly coming: number;
  /** VMs that run and whose health checks have not passed. */
  readonly checking: number;
  /** All of its VMs run what the set wants. */
  readonly updated: boolean;
}

/** True when requests to the set can be answered. */
export function isUsable(tiers: readonly TierState[]): boolean {
  return tiers.every(({ ready }) => ready > 0);
}

/** True when the set is as strong as it will get for now: worth leaving one that works for it. */
export function isWhole(tiers: readonly TierState[]): boolean {
  return isUsable(tiers) && tiers.every((tier) => tier.updated && isComplete(tier));
}

function isComplete({ ready, wanted, coming, checking }: TierState): boolean {
  return ready >= wanted || coming + checking === 0;
}

export interface RouteInput {
  /** Load balancer that the route leads to; undefined without any, or when it is gone. */
  readonly current: string | undefined;
  /** Load balancer of the wanted set's first tier; undefined when no set may be used. */
  readonly target: string | undefined;
  readonly tiers: readonly TierState[];
}

/**
 * The load balancer that the route is to lead to. One that is there is only left for a set that can take over all;
 * without one, the first set that answers is good enough.
 */
export function chooseBalancer({ current, target, tiers }: RouteInput): string | undefined {
  if (target === undefined || current === target) return current;
  const takes = current === undefined ? isUsable(tiers) : isWhole(tiers);
  return takes ? target : current;
}

export interface LevelInput {
  readonly before: Level | undefined;
  readonly wanted: Level | undefined;
  /** The route leads to the wanted set. */
  readonly arrived: boolean;
  readonly tiers: readonly TierState[];
}

/**
 * The level in force. Levels I and II are the same VMs with another build: there the new one holds from when the
 * last VM has been replaced.
 */
export function levelInForce({ before, wanted, arrived, tiers }: LevelInput): Level | undefined {
  if (!arrived || wanted === undefined) return before;
  const rebuilt = before !== wanted && isOwn(before) && isOwn(wanted);
  return rebuilt && !tiers.every(({ updated }) => updated) ? before : wanted;
}

function isOwn(level: Level | undefined): boolean {
  return level === 'I' || level === 'II';
}

export interface Leaving {
  readonly balancer: string;
  /** World time, ms. */
  readonly untilMs: number;
}

/** The load balancers left behind, with one more after a move, without those done with or returned to. */
export function stillLeaving(
  leaving: readonly Leaving[],
  current: string | undefined,
  left: Leaving | undefined,
  nowMs: number,
): Leaving[] {
  const others = leaving.filter(({ balancer }) => balancer !== left?.balancer);
  return [...others, ...(left ? [left] : [])].filter(
    ({ balancer, untilMs }) => balancer !== current && untilMs > nowMs,
  );
}

export interface ReadyInput {
  readonly set: InstanceSet;
  readonly level: Level | undefined;
  readonly balancer: string | undefined;
  readonly arrived: boolean;
  readonly tiers: readonly TierState[];
  /** Objects that hold the set's names. */
  readonly conflicts: readonly string[];
  /** Limits of the quota that the set breaks. */
  readonly exceeded: readonly string[];
  /** The older tenant that has the same host name. */
  readonly hostTakenBy: string | undefined;
}

/** The tenant's Ready condition; `Progressing` means that it gets further by itself. */
export function readiness(input: ReadyInput): ConditionInput {
  const { set, level, balancer, arrived, tiers, conflicts, exceeded } = input;
  const meanwhile = level !== undefined && !arrived ? `; level ${level} goes on serving it` : '';
  if (input.hostTakenBy !== undefined) {
    return not('HostTaken', `its host name leads to the older ${input.hostTakenBy}: change spec.host`);
  }
  if (conflicts.length > 0) {
    const names = conflicts.join(', ');
    return not('NameConflict', `${names} exist already and are not the tenant's: rename one${meanwhile}`);
  }
  if (exceeded.length > 0) {
    return not(
      'QuotaExceeded',
      `${exceeded.join('; ')}: raise the quota or choose a shared level${meanwhile}`,
    );
  }
  const lacking = tiers.filter(({ ready }) => ready === 0);
  const coming = tiers.some((tier) => tier.coming + tier.checking > 0);
  if (lacking.length > 0 && !coming) {
    const names = lacking.map(({ tier }) => `${set.name}-${tier}`).join(', ');
    return not('NoReadyInstance', `no VM of ${names} is ready and none is on its way${meanwhile}`);
  }
  if (!arrived || lacking.length > 0) {
    return not('Progressing', `level ${set.level} comes up (${countText(tiers)})${meanwhile}`);
  }
  if (level !== set.level) {
    return not('Progressing', `its VMs are replaced for level ${set.level}, one after the other`);
  }
  // The VMs of a shared set come and go with everybody's load: no news for each of its tenants.
  const counts = set.shared ? '' : ` (${countText(tiers)})`;
  const message = `level ${level}: its requests go to ${balancer}${counts}`;
  return { type: 'Ready', status: 'True', reason: 'Serving', message };
}

function countText(tiers: readonly TierState[]): string {
  return tiers
    .map(({ tier, ready, wanted }) => `${tier} ${Math.min(ready, wanted)}/${wanted} ready`)
    .join(', ');
}

function not(reason: string, message: string): ConditionInput {
  return { type: 'Ready', status: 'False', reason, message };
}
