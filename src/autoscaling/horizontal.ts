/**
 * How many VMs a target should have, with the reasons.
 * Source: autoscaling/v2, https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
import { type ConditionInput } from '../model/conditions.ts';
import { explainHorizontal, scalingConditions } from './explain.ts';
import { nextGrowthAt, nextShrinkAt, type ScalingHistory } from './history.ts';
import { type Limiter } from './limiter.ts';
import { type MetricWish } from './metrics.ts';
import { type HorizontalInput, settle } from './settle.ts';
import { chooseWish, type Floor } from './wish.ts';

export { type HorizontalInput } from './settle.ts';

/** How often the kube-controller-manager looks: `--horizontal-pod-autoscaler-sync-period`. */
export const defaultSyncPeriodMs = 15_000;

export interface HorizontalDecision {
  readonly type: 'ScaleOut' | 'ScaleIn' | 'Hold';
  readonly current: number;
  readonly desired: number;
  /** Before every limit; absent when nothing could be wished. */
  readonly rawWish?: number;
  /** The metric that the wish is from; absent when it is from a floor or there is none. */
  readonly metric?: MetricWish;
  /** The floor that raised the wish, if one did. */
  readonly floor?: Floor;
  /** The size after stabilisation, before rate and limits; absent where those were not asked. */
  readonly stabilized?: number;
  /** The size that the rate allowed, in the direction of the change; absent without a change. */
  readonly rateLimit?: number;
  /** What kept the size from being the wish. */
  readonly limiter: Limiter;
  /** ScalingActive, AbleToScale, ScalingLimited, as in autoscaling/v2. */
  readonly conditions: readonly ConditionInput[];
  /** The earliest moments of a further change, ms of world time; absent: not possible. */
  readonly nextUpAtMs?: number;
  readonly nextDownAtMs?: number;
  /** `scale out 4 → 7`, `hold at 4`. */
  readonly summary: string;
  /** Lines for the metric, the limits and the next moment; labels in a column. */
  readonly explanation: readonly string[];
  /** The other metrics, with what they wished. */
  readonly notChosen: readonly string[];
  /** For the next decision. It contains the change: store it with the new size or not at all. */
  readonly history: ScalingHistory;
}

/**
 * Decides the size of a target. Pure: same inputs, same answer; with nothing changed the next decision
 * stays at the size that this one chose. The result is within [min, max], except that size 0 with a
 * minimum above it means disabled and stays.
 */
export function decideHorizontal(input: HorizontalInput): HorizontalDecision {
  const { current, min, max, behavior } = input;
  const wish = chooseWish(input);
  const outcome = settle(input, wish);
  const { desired, limiter, history } = outcome;
  const fromMs = input.nowMs + (input.syncPeriodMs ?? defaultSyncPeriodMs);
  const disabled = limiter.reason === 'ScalingDisabled';
  const nextUpAtMs = disabled ? undefined : nextGrowthAt(desired, max, behavior, history, fromMs);
  const nextDownAtMs = disabled ? undefined : nextShrinkAt(desired, min, behavior, history, fromMs);
  return {
    type: desired > current ? 'ScaleOut' : desired < current ? 'ScaleIn' : 'Hold',
    current,
    desired,
    rawWish: wish.type === 'Wish' ? wish.replicas : undefined,
    metric: wish.type === 'Wish' ? wish.metric : undefined,
    ...(wish.type === 'Wish' && wish.floor ? { floor: wish.floor } : {}),
    stabilized: outcome.stabilized,
    rateLimit: outcome.rateLimit,
    limiter,
    conditions: scalingConditions(input, wish, outcome),
    nextUpAtMs,
    nextDownAtMs,
    ...explainHorizontal(input, wish, outcome, { nextUpAtMs, nextDownAtMs }),
    history,
  };
}
