/** What a ScalingPolicy's status says of its decisions. Pure. */
import { toTimestamp } from '../../base/clock.ts';
import { deepEqual } from '../../base/deep.ts';
import { formatCpu, formatMemory } from '../../base/quantity.ts';
import { type ConditionInput } from '../../model/conditions.ts';
import { type ScalingPolicy } from '../../model/kinds/index.ts';
import { metricName } from '../../autoscaling/metrics.ts';
import { type MetricResult } from '../../autoscaling/metrics.ts';
import { type Resources } from '../../autoscaling/recommender.ts';
import { formatMetricValue, labelled, metricText, timeOfDay } from '../../autoscaling/text.ts';
import { sizeText } from '../../autoscaling/vertical.ts';
import { type ScalingDecision } from './decision.ts';

type Status = NonNullable<ScalingPolicy['status']>;
type Change = NonNullable<Status['history']>[number];

/** What the last decision showed, kept until a status is next written. Plain JSON. */
export interface ScalingReport {
  readonly atMs: number;
  readonly type: ScalingDecision['type'];
  readonly summary: string;
  readonly explanation: readonly string[];
  readonly notChosen: readonly string[];
  readonly currentMetrics: NonNullable<Status['currentMetrics']>;
  readonly conditions: readonly ConditionInput[];
  readonly activeSchedules: readonly string[];
  readonly forecast?: Status['forecast'];
}

/** How many changes a status remembers. */
const historyLength = 10;

/** The decision in the words of the status. */
export function reportOf(decision: ScalingDecision, atMs: number): ScalingReport {
  const { type, summary, explanation, notChosen, metrics, conditions, activeSchedules, forecast } = decision;
  return {
    ...{ atMs, type, summary, explanation, notChosen, conditions, activeSchedules },
    currentMetrics: metrics.map(measured),
    ...(forecast ? { forecast } : {}),
  };
}

function measured(result: MetricResult): NonNullable<Status['currentMetrics']>[number] {
  const name = metricName(result.source);
  if (!result.ok) return { name };
  return {
    name,
    current: formatMetricValue(result.source, result.value),
    target: formatMetricValue(result.source, result.target),
    wish: result.wish,
  };
}

/**
 * The decision that the status shows: the last one that changed something, with a line on what has been
 * decided since; before the first change, what is being held and why.
 */
export function shownDecision(shown: ScalingReport, latest: ScalingReport): NonNullable<Status['decision']> {
  const since =
    shown.atMs === latest.atMs
      ? []
      : [
          labelled('since', `${latest.summary} at ${timeOfDay(latest.atMs, shown.atMs)}`),
          ...latest.explanation.map((line) => `  ${line}`),
        ];
  return {
    time: toTimestamp(shown.atMs),
    type: shown.type,
    summary: shown.summary,
    explanation: [...shown.explanation, ...since],
    notChosen: shown.notChosen,
  };
}

/** The change that the decision made, in both of its forms: for the history and for an event. */
export interface ChangeText {
  readonly from: string;
  readonly to: string;
  /** With what was measured. */
  readonly reason: string;
  /** Without figures, so that like changes count as the same event. */
  readonly why: string;
}

/** Describes a decision that is no Hold. */
export function changeOf(decision: ScalingDecision, replicas: number, size: Resources): ChangeText {
  const vertical = !deepEqual(decision.size, size);
  const [from, to] = vertical
    ? [sizeText(size), sizeText(decision.size)]
    : [String(replicas), String(decision.replicas)];
  return { from, to, ...reasonOf(decision, replicas, vertical) };
}

function reasonOf(
  { type, asHorizontal, asVertical }: ScalingDecision,
  replicas: number,
  vertical: boolean,
): Pick<ChangeText, 'reason' | 'why'> {
  const { metric, floor, limiter, rawWish } = asHorizontal;
  const forced =
    (type === 'ScaleOut' && limiter.reason === 'TooFewReplicas') ||
    (type === 'ScaleIn' && limiter.reason === 'TooManyReplicas');
  // The limits alone demanded it, whatever was measured.
  if (forced && !vertical) return { reason: limiter.message, why: limiter.message };
  const byMetric = vertical ? type === 'ScaleUp' && (rawWish ?? 0) > replicas : rawWish !== undefined;
  if (metric && byMetric) {
    const limited = limiter.reason === 'DesiredWithinRange' || vertical ? '' : `; ${limiter.message}`;
    const side = type === 'ScaleOut' || type === 'ScaleUp' ? 'above' : 'below';
    return {
      reason: `${metricText(metric)}${limited}`,
      why: `${metricName(metric.source)} is ${side} its target`,
    };
  }
  if (vertical && asVertical) {
    return {
      reason: asVertical.message,
      why: `usage asks for ${type === 'ScaleUp' ? 'larger' : 'smaller'} VMs`,
    };
  }
  if (floor && type === 'ScaleOut') {
    const reason = `${floor.source}: at least ${floor.replicas} VMs`;
    return { reason, why: `the ${floor.source} asks for more VMs` };
  }
  return { reason: limiter.message, why: limiter.message };
}

/** The history with one more change, newest first. */
export function withChange(history: Status['history'], change: ChangeText, atMs: number): readonly Change[] {
  const { from, to, reason } = change;
  const latest: Change = { time: toTimestamp(atMs), from, to, reason };
  return [latest, ...(history ?? [])].slice(0, historyLength);
}

/** As manifests write it. */
export function quantitiesOf({ cpu, memory }: Resources): { cpu: string; memory: string } {
  return { cpu: formatCpu(Math.round(cpu * 1000)), memory: formatMemory(memory) };
}
