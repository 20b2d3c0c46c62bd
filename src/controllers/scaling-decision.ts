/**
 * One decision about one target: reads the metrics, asks `autoscaling` for each direction and for the choice
 * between them, and hands back what the next decision has to remember. Pure.
 */
import { deepEqual } from '../base/deep.ts';
import { type ConditionInput } from '../model/conditions.ts';
import { type ScalingPolicySpec } from '../model/kinds/index.ts';
import { type BalancerObservation } from '../model/ports.ts';
import { resolveBehavior } from '../autoscaling/behavior.ts';
import { combine, type CombinedDecision } from '../autoscaling/combine.ts';
import { type ScalingHistory } from '../autoscaling/history.ts';
import { decideHorizontal, type HorizontalDecision } from '../autoscaling/horizontal.ts';
import { evaluateMetric, type MetricResult } from '../autoscaling/metrics.ts';
import { recordUsage, type Resources, type UsageState } from '../autoscaling/recommender.ts';
import { decideVertical, sizeText, type VerticalDecision } from '../autoscaling/vertical.ts';
import { isServing, type MeasuredVm, readingOf, sizeOf, sourceOf, syncPeriodMs } from './scaling-inputs.ts';

/** What a policy remembers from one decision to the next. Plain JSON of bounded size. */
export interface ScalingMemory {
  readonly decidedAtMs: number;
  readonly history?: ScalingHistory;
  readonly usage?: UsageState;
  /** When the VMs' size was last changed, ms of world time. */
  readonly resizedAtMs?: number;
  /** What targets for each VM are multiplied by since VMs were resized, and the metrics that it holds for. */
  readonly targetFactor: number;
  readonly metrics: ScalingPolicySpec['metrics'];
}

export interface ScalingInput {
  readonly spec: ScalingPolicySpec;
  /** Which directions are open to the policy now. */
  readonly horizontal: boolean;
  readonly vertical: boolean;
  readonly replicas: number;
  /** The size that each of the target's VMs should have. */
  readonly size: Resources;
  readonly vms: readonly MeasuredVm[];
  readonly balancers: readonly BalancerObservation[];
  /** VMs whose resize is under way. */
  readonly resizing: number;
  /** When the youngest size of the VMs began to hold at the latest, ms of world time. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly memory?: ScalingMemory;
  /** Why no VM can become larger; with `alsoShrinking`, why none can change its size at all. */
  readonly blocked?: { readonly message: string; readonly alsoShrinking: boolean };
}

export interface ScalingDecision extends CombinedDecision {
  readonly metrics: readonly MetricResult[];
  /** As if only that direction existed. */
  readonly asHorizontal: HorizontalDecision;
  readonly asVertical?: VerticalDecision;
  readonly conditions: readonly ConditionInput[];
  /** For the next decision; holds the change, so that it must be kept with it or not at all. */
  readonly memory: ScalingMemory;
}

/** Decides. Same inputs, same answer; with nothing changed the next decision is to hold. */
export function decideScaling(input: ScalingInput): ScalingDecision {
  const { spec, nowMs, size } = input;
  const before = refreshed(input);
  const metrics = metricsOf(input, before.targetFactor);
  const asHorizontal = decideHorizontal({
    current: input.replicas,
    ...limitsOf(input),
    metrics,
    behavior: resolveBehavior(spec.horizontal?.behavior),
    ...(before.history ? { history: before.history } : {}),
    nowMs,
    syncPeriodMs,
  });
  const usage = input.vertical ? recordUsage(before.usage, samplesOf(input, before.usage)) : before.usage;
  const asVertical = input.vertical ? verticalOf(input, { ...before, usage }) : undefined;
  const chosen = asVertical ? combined(input, asHorizontal, asVertical, metrics) : alone(asHorizontal, size);
  const resized = !deepEqual(chosen.size, size);
  return {
    ...chosen,
    metrics,
    asHorizontal,
    ...(asVertical ? { asVertical } : {}),
    conditions: conditionsOf(input, chosen, asHorizontal),
    memory: {
      ...before,
      decidedAtMs: nowMs,
      history: chosen.history,
      ...(usage ? { usage } : {}),
      ...(resized ? { resizedAtMs: nowMs } : {}),
      targetFactor: before.targetFactor * chosen.targetFactor,
    },
  };
}

/** Without the horizontal direction the number of VMs is its own limit. */
function limitsOf({ spec, horizontal, replicas }: ScalingInput): { min: number; max: number } {
  if (!horizontal || !spec.horizontal) return { min: replicas, max: replicas };
  return { min: spec.horizontal.minReplicas, max: spec.horizontal.maxReplicas };
}

/**
 * What is remembered, as far as it still holds. After a pause longer than two periods the present size counts
 * as a wish of now, so that nothing shrinks for want of wishes that nobody made.
 */
function refreshed({ spec, memory, replicas, nowMs }: ScalingInput): ScalingMemory {
  if (!memory) return { decidedAtMs: nowMs, targetFactor: 1, metrics: spec.metrics };
  const same = deepEqual(memory.metrics, spec.metrics);
  const paused = nowMs - memory.decidedAtMs > 2 * syncPeriodMs;
  const { history } = memory;
  return {
    ...memory,
    targetFactor: same ? memory.targetFactor : 1,
    metrics: spec.metrics,
    ...(history && paused
      ? { history: { ...history, wishes: [...history.wishes, { atMs: nowMs, wish: replicas }] } }
      : {}),
  };
}

function metricsOf(input: ScalingInput, factor: number): readonly MetricResult[] {
  const { tolerance } = resolveBehavior(input.spec.horizontal?.behavior);
  const context = { current: input.replicas, tolerance, nowMs: input.nowMs };
  return input.spec.metrics.map((metric) => {
    const source = sourceOf(metric, factor);
    return evaluateMetric(source, readingOf(source, input.vms, input.balancers), context);
  });
}

/** The samples of this period, one a serving VM; none when they were recorded before. */
function samplesOf(
  { vms }: ScalingInput,
  usage: UsageState | undefined,
): { cpu: number; memory: number; atMs: number }[] {
  return vms.filter(isServing).flatMap((one) => {
    const sample = one.usage;
    if (!sample || sample.sampledAtMs <= (usage?.lastSampleMs ?? -Infinity)) return [];
    return [{ cpu: sample.cpuMillis / 1000, memory: sample.memoryBytes, atMs: sample.sampledAtMs }];
  });
}

function verticalOf(input: ScalingInput, memory: ScalingMemory): VerticalDecision {
  const { min, max, update } = input.spec.vertical ?? neutral(input);
  const recent = meanUsage(input.vms);
  const decision = decideVertical({
    request: input.size,
    min: sizeOf(min),
    max: sizeOf(max),
    ...(memory.usage ? { state: memory.usage } : {}),
    update,
    startedAtMs: Math.max(input.startedAtMs, memory.resizedAtMs ?? -Infinity),
    ...(recent ? { recent } : {}),
    nowMs: input.nowMs,
  });
  const { blocked } = input;
  if (!blocked?.alsoShrinking || decision.type === 'Hold') return decision;
  const summary = `hold at ${sizeText(input.size)}`;
  return {
    ...decision,
    type: 'Hold',
    target: input.size,
    summary,
    message: `not possible: ${blocked.message}`,
  };
}

function neutral({ size }: ScalingInput): NonNullable<ScalingPolicySpec['vertical']> {
  const present = { cpu: String(size.cpu), memory: String(size.memory) };
  return { min: present, max: present, update: 'Auto' };
}

/** What a VM uses on the mean: they share one size, and one hot VM among many is the balancer's matter. */
function meanUsage(vms: readonly MeasuredVm[]): Resources | undefined {
  const usages = vms.filter(isServing).flatMap(({ usage }) => (usage ? [usage] : []));
  if (usages.length === 0) return undefined;
  return {
    cpu: usages.reduce((sum, usage) => sum + usage.cpuMillis, 0) / 1000 / usages.length,
    memory: usages.reduce((sum, usage) => sum + usage.memoryBytes, 0) / usages.length,
  };
}

function combined(
  input: ScalingInput,
  horizontal: HorizontalDecision,
  vertical: VerticalDecision,
  metrics: readonly MetricResult[],
): CombinedDecision {
  const { min, max } = limitsOf(input);
  const limits = input.spec.vertical ?? neutral(input);
  const decision = combine({
    horizontal,
    vertical,
    metrics,
    size: input.size,
    minSize: sizeOf(limits.min),
    maxSize: sizeOf(limits.max),
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
): readonly ConditionInput[] {
  if (input.horizontal && chosen.replicas === horizontal.desired && deepEqual(chosen.size, input.size)) {
    return horizontal.conditions;
  }
  const active = horizontal.conditions.filter(({ type }) => type === 'ScalingActive');
  return [...active, ableToResize(input, chosen), limitedBySize(input, chosen, horizontal)];
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
  { spec, size }: ScalingInput,
  chosen: CombinedDecision,
  { current, rawWish }: HorizontalDecision,
): ConditionInput {
  const type = 'ScalingLimited';
  const largest = spec.vertical && sizeOf(spec.vertical.max);
  if (largest && size.cpu >= largest.cpu && (rawWish ?? 0) > current && chosen.type === 'Hold') {
    const message = `more is wanted than the maximum size ${sizeText(largest)}`;
    return { type, status: 'True', reason: 'MaximumSize', message };
  }
  return {
    type,
    status: 'False',
    reason: 'DesiredWithinRange',
    message: 'the wanted size is within the limits',
  };
}
