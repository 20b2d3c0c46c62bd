/**
 * One decision about one target: reads the metrics, asks `autoscaling` for each direction and for the choice
 * between them, and hands back what the next decision has to remember. Pure.
 */
import { deepEqual } from '../../base/deep.ts';
import { memoryBytes } from '../../base/quantity.ts';
import { type ConditionInput } from '../../model/conditions.ts';
import { resolveBehavior } from '../../autoscaling/behavior.ts';
import { combine, type CombinedDecision } from '../../autoscaling/combine.ts';
import { decideHorizontal, type HorizontalDecision } from '../../autoscaling/horizontal.ts';
import { evaluateMetric, type MetricResult } from '../../autoscaling/metrics.ts';
import { type Resources } from '../../autoscaling/recommender.ts';
import { type Limits, scheduledLimits, schedulesInForce } from '../../autoscaling/schedule.ts';
import { sizeText, type VerticalDecision } from '../../autoscaling/vertical.ts';
import { readingOf, type ScalingInput, type ScalingMemory, sizeOf, syncPeriodMs } from './inputs.ts';
import { sourceOf } from './sources.ts';
import { type Forecast, forecastOf, scheduleLines, schedulesOf } from './times.ts';
import { verticalFor, verticalLimits, withUsage } from './vertical.ts';

export interface ScalingDecision extends CombinedDecision {
  readonly metrics: readonly MetricResult[];
  /** As if only that direction existed. */
  readonly asHorizontal: HorizontalDecision;
  readonly asVertical?: VerticalDecision;
  readonly conditions: readonly ConditionInput[];
  /** Names of the schedules in force. */
  readonly activeSchedules: readonly string[];
  /** As the status has it; absent where the policy wants none. */
  readonly forecast?: Forecast['status'];
  /** For the next decision; holds the change, so that it must be kept with it or not at all. */
  readonly memory: ScalingMemory;
}

/** Decides. Same inputs, same answer; with nothing changed the next decision is to hold. */
export function decideScaling(input: ScalingInput): ScalingDecision {
  const { spec, nowMs, size } = input;
  const before = refreshed(input);
  const metrics = metricsOf(input, before.targetFactor);
  const inForce = input.horizontal ? schedulesInForce(schedulesOf(spec), nowMs) : [];
  const limits = withinQuota(scheduledLimits(limitsOf(input), inForce), input);
  const forecast = forecastFor(input, before, metrics);
  const asHorizontal = decideHorizontal({
    current: input.replicas,
    min: limits.min,
    max: limits.max,
    ownMin: limitsOf(input).min,
    zeroByPolicy: input.zeroByPolicy ?? false,
    ...(limits.by === undefined ? {} : { limitedBy: limits.by }),
    ...(forecast ? { floors: forecast.floors } : {}),
    metrics,
    behavior: resolveBehavior(spec.horizontal?.behavior),
    ...(before.history ? { history: before.history } : {}),
    nowMs,
    syncPeriodMs,
  });
  const remembered = input.vertical ? withUsage(before, input, metrics) : before;
  const asVertical = input.vertical ? verticalFor(input, remembered) : undefined;
  const chosen = asVertical
    ? combined(input, limits, asHorizontal, asVertical, metrics)
    : alone(asHorizontal, size);
  const resized = !deepEqual(chosen.size, size);
  return {
    ...chosen,
    explanation: [...chosen.explanation, ...scheduleLines(inForce)],
    activeSchedules: inForce.map(({ schedule }) => schedule.name),
    ...(forecast ? { forecast: forecast.status } : {}),
    metrics,
    asHorizontal,
    ...(asVertical ? { asVertical } : {}),
    conditions: conditionsOf(input, chosen, asHorizontal, asVertical),
    memory: {
      ...remembered,
      season: forecast?.season,
      decidedAtMs: nowMs,
      history: chosen.history,
      ...(resized ? { resizedAtMs: nowMs } : {}),
      targetFactor: before.targetFactor * chosen.targetFactor,
    },
  };
}

/** No more than the quotas allow; what is there already stays. */
function withinQuota(limits: Limits, { quota, horizontal }: ScalingInput): Limits {
  if (!horizontal || quota?.by === undefined || quota.replicas >= limits.max) return limits;
  return { min: Math.min(limits.min, quota.replicas), max: quota.replicas, by: quota.by };
}

/** Without the horizontal direction the number of VMs is its own limit. */
function limitsOf({ spec, horizontal, replicas }: ScalingInput): Limits {
  if (!horizontal || !spec.horizontal) return { min: replicas, max: replicas };
  return { min: spec.horizontal.minReplicas, max: spec.horizontal.maxReplicas };
}

/**
 * What is remembered, as far as it still holds. After a pause longer than two periods the present size counts
 * as a wish of now, so that nothing shrinks for want of wishes that nobody made.
 */
function refreshed({ spec, memory, replicas, nowMs }: ScalingInput): ScalingMemory {
  if (!memory) return { decidedAtMs: nowMs, needs: [], targetFactor: 1, metrics: spec.metrics };
  const same = deepEqual(memory.metrics, spec.metrics);
  const paused = nowMs - memory.decidedAtMs > 2 * syncPeriodMs;
  const { history } = memory;
  return {
    ...memory,
    targetFactor: same ? memory.targetFactor : 1,
    metrics: spec.metrics,
    needs: same && !paused ? memory.needs : [],
    // Other targets count in other VMs.
    season: same ? memory.season : undefined,
    ...(history && paused
      ? { history: { ...history, wishes: [...history.wishes, { atMs: nowMs, wish: replicas }] } }
      : {}),
  };
}

function forecastFor(
  { spec, horizontal, replicas, nowMs }: ScalingInput,
  { season, targetFactor }: ScalingMemory,
  metrics: readonly MetricResult[],
): Forecast | undefined {
  const predictive = horizontal ? spec.horizontal?.predictive : undefined;
  return predictive && forecastOf(predictive, season, metrics, { replicas, factor: targetFactor, nowMs });
}

function metricsOf(input: ScalingInput, factor: number): readonly MetricResult[] {
  const { tolerance } = resolveBehavior(input.spec.horizontal?.behavior);
  const context = { current: input.replicas, tolerance, nowMs: input.nowMs };
  return input.spec.metrics.map((metric, index) => {
    const source = sourceOf(metric, factor);
    const reading = readingOf(source, input.vms, input.balancers, input.totals[index]);
    return evaluateMetric(source, reading, context);
  });
}

function combined(
  input: ScalingInput,
  { min, max }: Limits,
  horizontal: HorizontalDecision,
  vertical: VerticalDecision,
  metrics: readonly MetricResult[],
): CombinedDecision {
  const sizes = verticalLimits(input);
  const decision = combine({
    horizontal,
    vertical,
    metrics,
    size: input.size,
    minSize: sizeOf(sizes.min),
    maxSize: sizeOf(sizes.max),
    minReplicas: min,
    maxReplicas: max,
    resizing: input.resizing,
    ...(input.blocked ? { verticalBlocked: input.blocked.message } : {}),
  });
  if (input.horizontal || decision.type !== 'Hold') return decision;
  // Nothing is said of a direction that the policy does not have: only why the size stays.
  const why = decision.notChosen.filter((line) => line.startsWith('vertical'));
  return {
    ...decision,
    summary: `hold at ${sizeText(input.size)}`,
    explanation: [...horizontal.explanation.slice(0, 1), ...vertical.explanation.slice(0, -1), ...why],
    notChosen: [],
  };
}

function alone(horizontal: HorizontalDecision, size: Resources): CombinedDecision {
  const { type, desired, summary, explanation, notChosen, history } = horizontal;
  return { type, replicas: desired, size, summary, explanation, notChosen, history, targetFactor: 1 };
}

/** ScalingActive, AbleToScale and ScalingLimited; those of the number of VMs, unless only sizes are set. */
function conditionsOf(
  input: ScalingInput,
  chosen: CombinedDecision,
  horizontal: HorizontalDecision,
  vertical: VerticalDecision | undefined,
): readonly ConditionInput[] {
  if (input.horizontal && chosen.replicas === horizontal.desired && deepEqual(chosen.size, input.size)) {
    return horizontal.conditions;
  }
  const active = horizontal.conditions.filter(({ type }) => type === 'ScalingActive');
  return [...active, ableToResize(input, chosen), limitedBySize(input, chosen, horizontal, vertical)];
}

function ableToResize({ blocked, resizing, size }: ScalingInput, chosen: CombinedDecision): ConditionInput {
  const type = 'AbleToScale';
  if (!deepEqual(chosen.size, size)) {
    const message = `the size of the VMs was set to ${sizeText(chosen.size)}`;
    return { type, status: 'True', reason: 'SucceededResize', message };
  }
  if (blocked) return { type, status: 'False', reason: 'ResizeBlocked', message: blocked.message };
  if (resizing > 0) {
    const message = `${resizing} VMs are being resized`;
    return { type, status: 'True', reason: 'Resizing', message };
  }
  return { type, status: 'True', reason: 'ReadyForNewScale', message: 'a new size can be set at any time' };
}

function limitedBySize(
  { spec, size, vms }: ScalingInput,
  chosen: CombinedDecision,
  { current, rawWish }: HorizontalDecision,
  vertical: VerticalDecision | undefined,
): ConditionInput {
  const type = 'ScalingLimited';
  const largest = spec.vertical && sizeOf(spec.vertical.max);
  if (largest && size.cpu >= largest.cpu && (rawWish ?? 0) > current && chosen.type === 'Hold') {
    const message = `more is wanted than the maximum size ${sizeText(largest)}`;
    return { type, status: 'True', reason: 'MaximumSize', message };
  }
  if (largest && size.memory >= largest.memory && isOutOfMemory(vms)) {
    const message = `VMs run out of memory at the maximum size ${sizeText(largest)}: raise spec.vertical.max.memory`;
    return { type, status: 'True', reason: 'MaximumSize', message };
  }
  if (vertical && vertical.beyondMaximum.length > 0 && chosen.type === 'Hold') {
    return {
      type,
      status: 'True',
      reason: 'MaximumSize',
      message: 'more would be recommended than spec.vertical.max',
    };
  }
  return {
    type,
    status: 'False',
    reason: 'DesiredWithinRange',
    message: 'the wanted size is within the limits',
  };
}

/** Some VM goes down again and again for want of memory, though it has what they all are to have. */
function isOutOfMemory(vms: ScalingInput['vms']): boolean {
  return vms.some(({ vm }) => {
    const last = vm.status?.lastTermination;
    return (
      last !== undefined &&
      last.count > 0 &&
      memoryBytes(last.memory) >= memoryBytes(vm.spec.resources.memory)
    );
  });
}
