/** From the wish to the size: order and precedence of everything that may limit it. */
import { type Behavior } from './behavior.ts';
import {
  downLimit,
  rememberChange,
  rememberWish,
  type ScalingHistory,
  stabilize,
  upLimit,
} from './history.ts';
import { type Limiter, limiters } from './limiter.ts';
import { type MetricResult } from './metrics.ts';
import { type Floor, type Wish } from './wish.ts';

export interface HorizontalInput {
  /** The size that the target is set to, without surge. */
  readonly current: number;
  readonly min: number;
  readonly max: number;
  /** The minimum by itself, where a schedule has changed it: a size of 0 below it means disabled. */
  readonly ownMin?: number;
  /** A size of 0 is the policy's own: it ends when the minimum rises. @defaultValue false */
  readonly zeroByPolicy?: boolean;
  /** What has changed the limits, for explanations: `schedule office`. */
  readonly limitedBy?: string;
  /** In the order of the policy; ties between equal wishes go to the first. */
  readonly metrics: readonly MetricResult[];
  readonly behavior: Behavior;
  /** What the last decision handed back; absent at the first. */
  readonly history?: ScalingHistory;
  /** Sizes below which the wish may not fall. They never lower it. */
  readonly floors?: readonly Floor[];
  /** Milliseconds of world time. */
  readonly nowMs: number;
  /** How soon the next decision can be taken. @defaultValue 15 s */
  readonly syncPeriodMs?: number;
}

/** The result of the limits, not yet in words. */
export interface Outcome {
  readonly desired: number;
  readonly limiter: Limiter;
  /** After stabilisation, before rate and limits; absent where those were not asked. */
  readonly stabilized?: number;
  /** The size that the rate allowed, in the direction of the change. */
  readonly rateLimit?: number;
  readonly history: ScalingHistory;
}

/**
 * The size to set. In this order: a size of 0 with a minimum above is disabled, if a person has set it; a size outside the limits
 * goes to the nearer one at once; unreadable metrics hold; else stabilise, then rate, then limits.
 */
export function settle(input: HorizontalInput, wish: Wish): Outcome {
  const { current, min, max, behavior, nowMs } = input;
  // A policy that is new has seen nothing yet: the size it finds counts as the first wish, so that it does
  // not shrink on its first look.
  const found = Math.min(Math.max(current, min), max);
  const history = input.history ?? { wishes: [{ atMs: nowMs, wish: found }], changes: [] };
  if (current === 0 && (input.ownMin ?? min) > 0 && input.zeroByPolicy !== true)
    return { desired: 0, limiter: limiters.disabled(), history };
  const outcome = settleEnabled(input, wish, history);
  return {
    ...outcome,
    history: rememberChange(outcome.history, outcome.desired - current, behavior, nowMs),
  };
}

function settleEnabled(input: HorizontalInput, wish: Wish, history: ScalingHistory): Outcome {
  const { current, min, max, limitedBy } = input;
  if (current > max) return { desired: max, limiter: limiters.aboveMax(current, max, limitedBy), history };
  if (current < min) return { desired: min, limiter: limiters.belowMin(current, min, limitedBy), history };
  if (wish.type === 'Held') return { desired: current, limiter: limiters.unreadable(wish.message), history };
  const stabilized = stabilize(current, wish.replicas, input.behavior, history, input.nowMs);
  const next = rememberWish(history, wish.replicas, input.behavior, input.nowMs);
  const limited =
    stabilized > current
      ? limitGrowth(input, stabilized, history)
      : stabilized < current
        ? limitShrinking(input, stabilized, history)
        : { desired: current };
  const limiter = limited.limiter ?? stabilizer(wish.replicas, stabilized, input.behavior);
  return { ...limited, limiter, stabilized, history: next };
}

interface Limited {
  readonly desired: number;
  readonly rateLimit?: number;
  /** Absent: nothing was cut off. */
  readonly limiter?: Limiter;
}

function limitGrowth(input: HorizontalInput, wanted: number, history: ScalingHistory): Limited {
  const { current, max, behavior, nowMs } = input;
  const rateLimit = upLimit(current, behavior.up, history.changes, nowMs);
  if (wanted <= Math.min(rateLimit, max)) return { desired: wanted, rateLimit };
  return rateLimit < max
    ? { desired: rateLimit, rateLimit, limiter: limiters.upRate(wanted, rateLimit) }
    : { desired: max, rateLimit, limiter: limiters.tooMany(wanted, max, input.limitedBy) };
}

function limitShrinking(input: HorizontalInput, wanted: number, history: ScalingHistory): Limited {
  const { current, min, behavior, nowMs } = input;
  const rateLimit = downLimit(current, behavior.down, history.changes, nowMs);
  if (wanted >= Math.max(rateLimit, min)) return { desired: wanted, rateLimit };
  return rateLimit > min
    ? { desired: rateLimit, rateLimit, limiter: limiters.downRate(wanted, rateLimit) }
    : { desired: min, rateLimit, limiter: limiters.tooFew(wanted, min, input.limitedBy) };
}

function stabilizer(wish: number, stabilized: number, behavior: Behavior): Limiter {
  if (wish > stabilized) return limiters.upStabilized(stabilized, behavior.up.windowMs);
  if (wish < stabilized) return limiters.downStabilized(stabilized, behavior.down.windowMs);
  return limiters.none();
}
