/** From the wish to the number of VMs, step by step in the order in which the limits apply. Pure. */
import { type ScalingDecision } from '../../../controllers/scaling/decision.ts';
import { type ScalingInput } from '../../../controllers/scaling/inputs.ts';
import { type Behavior, resolveBehavior } from '../../../autoscaling/behavior.ts';
import { type HorizontalDecision } from '../../../autoscaling/horizontal.ts';
import { metricName } from '../../../autoscaling/metrics.ts';
import { isWithinTolerance } from '../../../autoscaling/sizing.ts';
import { spacedDuration, timeOfDay } from '../../../autoscaling/text.ts';
import { type ScalingPolicySpec } from '../../../model/kinds/index.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { counted } from './explained.ts';

/** Wish, tolerance, forecast, window, rate, limits, outcome and the next moments. */
export function horizontalNodes(
  spec: ScalingPolicySpec,
  input: ScalingInput,
  decision: ScalingDecision,
): DescribeNode[] {
  const behavior = resolveBehavior(spec.horizontal?.behavior);
  const { asHorizontal, forecast } = decision;
  return [
    field('Present', counted(asHorizontal.current, 'VM')),
    field('Raw wish', wishText(asHorizontal)),
    field('Tolerance', toleranceText(asHorizontal, behavior)),
    ...(forecast ? [field('Forecast', forecast.message ?? 'nothing seen yet')] : []),
    field('Stabilization', windowText(asHorizontal, behavior)),
    field('Rate', rateText(asHorizontal)),
    field('Limits', limitsText(spec, decision)),
    field('Outcome', outcomeText(asHorizontal)),
    field('Earliest up', nextText(asHorizontal.nextUpAtMs, input.nowMs, behavior.up.selectPolicy, 'maximum')),
    field(
      'Earliest down',
      nextText(asHorizontal.nextDownAtMs, input.nowMs, behavior.down.selectPolicy, 'minimum'),
    ),
  ];
}

function wishText({ rawWish, metric, floor, limiter }: HorizontalDecision): string {
  if (rawWish === undefined) return `none: ${limiter.message}`;
  if (floor) return `${rawWish}, raised by the ${floor.source}`;
  return metric ? `${rawWish} by ${metricName(metric.source)}` : String(rawWish);
}

function toleranceText({ metric, current }: HorizontalDecision, { tolerance }: Behavior): string {
  const range = `up ${share(tolerance.up)}, down ${share(tolerance.down)}`;
  if (!metric) return range;
  const ratio = metric.ratio.toFixed(2);
  return isWithinTolerance(metric.ratio, tolerance)
    ? `${range}: the ratio ${ratio} is within it, so the wish is the present ${current}`
    : `${range}: the ratio ${ratio} is outside`;
}

function share(value: number): string {
  return `${Math.round(value * 1000) / 10} %`;
}

function windowText({ rawWish, stabilized, limiter }: HorizontalDecision, { up, down }: Behavior): string {
  const windows = `up ${spacedDuration(up.windowMs)}, down ${spacedDuration(down.windowMs)}`;
  if (stabilized === undefined || rawWish === undefined) return `${windows}: not asked`;
  if (stabilized === rawWish) return `${windows}: leaves ${rawWish}`;
  const why = limiter.reason.endsWith('Stabilized') ? limiter.message : 'by the wishes of the window';
  return `${windows}: ${rawWish} becomes ${stabilized}, ${why}`;
}

function rateText({ rateLimit, stabilized, current, limiter }: HorizontalDecision): string {
  if (rateLimit === undefined || stabilized === undefined) return 'no change to limit';
  const bound = stabilized > current ? `at most ${rateLimit} now` : `at least ${rateLimit} now`;
  return limiter.reason === 'ScaleUpLimit' || limiter.reason === 'ScaleDownLimit'
    ? `${bound}: ${limiter.message}`
    : `${bound}: leaves ${stabilized}`;
}

function limitsText(
  { horizontal }: ScalingPolicySpec,
  { asHorizontal, activeSchedules }: ScalingDecision,
): string {
  const { minReplicas = 0, maxReplicas = 0 } = horizontal ?? {};
  const schedules = activeSchedules.length === 0 ? '' : `, in force: schedule ${activeSchedules.join(', ')}`;
  const range = `${minReplicas} to ${maxReplicas}${schedules}`;
  const { reason, message } = asHorizontal.limiter;
  return reason === 'TooFewReplicas' || reason === 'TooManyReplicas'
    ? `${range}: ${message}`
    : `${range}: kept`;
}

function outcomeText({ current, desired, limiter }: HorizontalDecision): string {
  const what = desired === current ? `stay at ${current}` : `${current} → ${desired}`;
  return `${what} (${limiter.reason}: ${limiter.message})`;
}

function nextText(atMs: number | undefined, nowMs: number, select: string, limit: string): string {
  if (atMs !== undefined) return timeOfDay(atMs, nowMs);
  return select === 'Disabled' ? 'never: selectPolicy is Disabled' : `not while it is at its ${limit}`;
}
