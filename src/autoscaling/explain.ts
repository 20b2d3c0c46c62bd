/** A horizontal decision in words: conditions for machines and people, lines for `describe`. */
import { type ConditionInput } from '../model/conditions.ts';
import { type DirectionRules } from './behavior.ts';
import { type LimiterReason } from './limiter.ts';
import { isProportional, metricName, type MetricWish } from './metrics.ts';
import { type HorizontalInput, type Outcome } from './settle.ts';
import { labelled, metricText, spacedDuration, timeOfDay } from './text.ts';
import { type Wish } from './wish.ts';

/** ScalingActive, AbleToScale and ScalingLimited, in that order. */
export function scalingConditions(input: HorizontalInput, wish: Wish, outcome: Outcome): ConditionInput[] {
  return [scalingActive(wish, outcome), ableToScale(input, outcome), scalingLimited(outcome)];
}

function scalingActive(wish: Wish, { limiter }: Outcome): ConditionInput {
  const type = 'ScalingActive';
  if (limiter.reason === 'ScalingDisabled') return { type, status: 'False', ...limiter };
  if (wish.problem) {
    const message = wish.type === 'Held' ? wish.message : wish.problem.message;
    return { type, status: 'False', reason: wish.problem.reason, message };
  }
  if (wish.type === 'Held') return { type, status: 'False', reason: 'NoMetrics', message: wish.message };
  const from = wish.floor ? `floor ${wish.floor.source}` : wish.metric ? metricName(wish.metric.source) : '';
  return { type, status: 'True', reason: 'ValidMetricFound', message: `the size follows ${from}` };
}

function ableToScale(input: HorizontalInput, { desired, limiter }: Outcome): ConditionInput {
  const type = 'AbleToScale';
  if (desired !== input.current) {
    return { type, status: 'True', reason: 'SucceededRescale', message: `the size was set to ${desired}` };
  }
  if (limiter.reason === 'ScaleUpStabilized' || limiter.reason === 'ScaleDownStabilized') {
    return { type, status: 'True', ...limiter };
  }
  return { type, status: 'True', reason: 'ReadyForNewScale', message: 'a new size can be set at any time' };
}

const limited: readonly LimiterReason[] = [
  'TooFewReplicas',
  'TooManyReplicas',
  'ScaleUpLimit',
  'ScaleDownLimit',
];

function scalingLimited({ limiter }: Outcome): ConditionInput {
  const type = 'ScalingLimited';
  if (limited.includes(limiter.reason)) return { type, status: 'True', ...limiter };
  const message = 'the wanted size is within the limits';
  return { type, status: 'False', reason: 'DesiredWithinRange', message };
}

export interface Explanation {
  readonly summary: string;
  readonly explanation: readonly string[];
  readonly notChosen: readonly string[];
}

/** The lines that `describe` shows; only world time in them, in UTC. */
export function explainHorizontal(
  input: HorizontalInput,
  wish: Wish,
  outcome: Outcome,
  next: { readonly nextUpAtMs?: number; readonly nextDownAtMs?: number },
): Explanation {
  const lines = [...wishLines(wish), labelled('limits', limitsText(input, wish, outcome))];
  if (outcome.limiter.reason !== 'ScalingDisabled') lines.push(labelled('next', nextText(input, next)));
  const chosen = wish.type === 'Wish' && !wish.floor ? wish.metric : undefined;
  const others = input.metrics.filter((result) => result !== chosen);
  return {
    summary: summaryOf(input.current, outcome),
    explanation: lines,
    notChosen: others.map((result) => labelled('metric', result.ok ? wishText(result) : result.message)),
  };
}

function summaryOf(current: number, { desired, limiter }: Outcome): string {
  if (limiter.reason === 'ScalingDisabled') return 'disabled at 0';
  if (desired === current) return `hold at ${current}`;
  return `scale ${desired > current ? 'out' : 'in'} ${current} → ${desired}`;
}

function wishLines(wish: Wish): string[] {
  if (wish.type === 'Held') return [labelled('metric', wish.message)];
  if (wish.floor) {
    return [
      labelled('floor', `${wish.floor.source}: at least ${wish.floor.replicas} → wish ${wish.replicas}`),
    ];
  }
  if (!wish.metric) return [];
  return [
    labelled('metric', wish.idle ? `${metricText(wish.metric)}: idle → wish 0` : wishText(wish.metric)),
  ];
}

function wishText(metric: MetricWish): string {
  const which = metric.active === undefined && isProportional(metric.source) ? 'sampled' : 'ready';
  return `${metricText(metric)} (${metric.sampled} of ${metric.total} VMs ${which}) → wish ${metric.wish}`;
}

function limitsText(input: HorizontalInput, wish: Wish, outcome: Outcome): string {
  const { current, min, max, behavior } = input;
  const { limiter, rateLimit } = outcome;
  const settled = ['ScalingDisabled', 'MetricsUnavailable'].includes(limiter.reason);
  if (settled || current > max || current < min) return limiter.message;
  const replicas = wish.type === 'Wish' ? wish.replicas : current;
  if (replicas === current && outcome.desired === current) return 'none: the wish is the present size';
  const up = replicas > current;
  const rules = up ? behavior.up : behavior.down;
  const answer = (...reasons: readonly LimiterReason[]): string =>
    reasons.includes(limiter.reason) ? `yes, ${limiter.message}` : 'no';
  const bound = up ? `at most ${rateLimit}` : `at least ${rateLimit}`;
  return [
    up ? `max ${max}: ${answer('TooManyReplicas')}` : `min ${min}: ${answer('TooFewReplicas')}`,
    `rate (${rateText(rules)})${rateLimit === undefined ? '' : `: ${bound}`}: ${answer('ScaleUpLimit', 'ScaleDownLimit')}`,
    `${up ? 'up' : 'down'} window ${spacedDuration(rules.windowMs)}: ${answer('ScaleUpStabilized', 'ScaleDownStabilized')}`,
  ].join(' · ');
}

/** `100 % or 4 per 15 s`. */
function rateText({ policies, selectPolicy }: DirectionRules): string {
  if (selectPolicy === 'Disabled') return 'disabled';
  const periods = new Set(policies.map(({ periodMs }) => periodMs));
  const texts = policies.map(({ type, value, periodMs }) => {
    const amount = type === 'Percent' ? `${value} %` : String(value);
    return periods.size > 1 ? `${amount} per ${spacedDuration(periodMs)}` : amount;
  });
  const joined = texts.join(selectPolicy === 'Max' ? ' or ' : ' and ');
  return periods.size > 1 ? joined : `${joined} per ${spacedDuration(policies[0]?.periodMs ?? 0)}`;
}

function nextText(
  input: HorizontalInput,
  { nextUpAtMs, nextDownAtMs }: { readonly nextUpAtMs?: number; readonly nextDownAtMs?: number },
): string {
  const { behavior, nowMs } = input;
  const moment = (atMs: number | undefined, direction: string, why: string): string =>
    atMs === undefined ? `not ${direction} (${why})` : `${timeOfDay(atMs, nowMs)} ${direction}`;
  const disabled = 'selectPolicy Disabled';
  const upWhy = behavior.up.selectPolicy === 'Disabled' ? disabled : `max ${input.max}`;
  const downWhy = behavior.down.selectPolicy === 'Disabled' ? disabled : `min ${input.min}`;
  const windowMs = behavior.down.windowMs;
  const window =
    nextDownAtMs === undefined || windowMs === 0 ? '' : ` (stabilization ${spacedDuration(windowMs)})`;
  const up = moment(nextUpAtMs, 'up', upWhy);
  const down = moment(nextDownAtMs, 'down', downWhy);
  if (nextUpAtMs !== undefined) return `no earlier than ${up}, ${down}${window}`;
  return nextDownAtMs === undefined ? `${up}, ${down}` : `${up}, no earlier than ${down}${window}`;
}
