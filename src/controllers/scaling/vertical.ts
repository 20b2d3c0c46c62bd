/** What the vertical direction makes of one decision's input, and what it remembers of it. Pure. */
import { fromTimestamp } from '../../base/clock.ts';
import { memoryBytes } from '../../base/quantity.ts';
import { resolveBehavior } from '../../autoscaling/behavior.ts';
import { isProportional, type MetricResult } from '../../autoscaling/metrics.ts';
import {
  recordOutOfMemory,
  recordUsage,
  type ResourceName,
  resourceNames,
  type Resources,
  type UsageSample,
  type UsageState,
} from '../../autoscaling/recommender.ts';
import { labelled, spacedDuration } from '../../autoscaling/text.ts';
import { steppedSize } from '../../autoscaling/size-steps.ts';
import { decideVertical, sizeText, type VerticalDecision } from '../../autoscaling/vertical.ts';
import { type ScalingPolicySpec } from '../../model/kinds/index.ts';
import {
  isServing,
  type MeasuredVm,
  type Need,
  type ScalingInput,
  type ScalingMemory,
  sizeOf,
} from './inputs.ts';

/** The memory with what this period showed. */
export function withUsage(
  memory: ScalingMemory,
  input: ScalingInput,
  metrics: readonly MetricResult[],
): ScalingMemory {
  const sampled = recordUsage(memory.usage, samplesOf(input, memory.usage));
  const ends = outOfMemoryEnds(input).filter(({ atMs }) => atMs > (memory.outOfMemoryUntilMs ?? -Infinity));
  const usage = ends.reduce<UsageState | undefined>(
    (state, { memoryBytes, atMs }) => recordOutOfMemory(state, memoryBytes, atMs),
    sampled,
  );
  const last = ends.at(-1);
  return {
    ...memory,
    ...(usage ? { usage } : {}),
    ...(last ? { outOfMemoryUntilMs: last.atMs } : {}),
    needs: withNeed(memory.needs, input, metrics),
  };
}

/** How the VMs last ran out of memory, the earliest first. */
function outOfMemoryEnds({ vms }: ScalingInput): readonly OutOfMemoryEnd[] {
  return vms
    .flatMap(({ vm }) => {
      const last = vm.status?.lastTermination;
      if (last?.reason !== 'OutOfMemory') return [];
      const [startedAtMs, atMs] = [fromTimestamp(last.startedAt), fromTimestamp(last.finishedAt)];
      return [{ startedAtMs, atMs, memoryBytes: memoryBytes(last.memory) }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}

interface OutOfMemoryEnd {
  readonly startedAtMs: number;
  readonly atMs: number;
  /** What the VM had. */
  readonly memoryBytes: number;
}

/** The limits of the size; without the vertical direction the present one. */
export function verticalLimits({ spec, size }: ScalingInput): NonNullable<ScalingPolicySpec['vertical']> {
  const present = { cpu: String(size.cpu), memory: String(size.memory) };
  return spec.vertical ?? { min: present, max: present, update: 'Auto' };
}

/** As if only this direction existed: what the recommender says, quicker where that disturbs nobody. */
export function verticalFor(input: ScalingInput, memory: ScalingMemory): VerticalDecision {
  const { min, max } = verticalLimits(input);
  const recent = highest(memory.needs);
  // Of a size that was changed since it says nothing any more.
  const outOfMemory = outOfMemoryEnds(input).findLast(({ atMs }) => atMs > (memory.resizedAtMs ?? -Infinity));
  const decision = decideVertical({
    request: input.size,
    min: sizeOf(min),
    max: sizeOf(max),
    ...(memory.usage ? { state: memory.usage } : {}),
    ...(outOfMemory ? { outOfMemory } : {}),
    startedAtMs: Math.max(input.startedAtMs, memory.resizedAtMs ?? -Infinity),
    ...(recent ? { recent } : {}),
    nowMs: input.nowMs,
  });
  const damped = changing(decision, dampedTarget(decision, input, memory.needs), input.size);
  const quick = input.live ? quickShrink(damped, input, memory.needs) : damped;
  const { blocked } = input;
  if (!blocked?.alsoShrinking || quick.type === 'Hold') return quick;
  return held(quick, input.size, `not possible: ${blocked.message}`);
}

/** The decision with another target; to resize to what there is would be none. */
function changing(decision: VerticalDecision, target: Resources, size: Resources): VerticalDecision {
  if (decision.type === 'Hold' || !resourceNames.every((name) => target[name] === size[name]))
    return { ...decision, target };
  return held(decision, size, 'the metrics have asked for this size lately');
}

function held(decision: VerticalDecision, size: Resources, message: string): VerticalDecision {
  return { ...decision, type: 'Hold', target: size, message, summary: `hold at ${sizeText(size)}` };
}

/** The target, but nothing smaller than what the metrics asked for in the down window: a dip is no reason. */
function dampedTarget({ target }: VerticalDecision, input: ScalingInput, needs: readonly Need[]): Resources {
  const damped = (name: ResourceName): number => {
    const asked = needs.flatMap((need) => need.asked[name] ?? []);
    return target[name] < input.size[name]
      ? Math.min(input.size[name], Math.max(target[name], ...asked))
      : target[name];
  };
  return { cpu: damped('cpu'), memory: damped('memory') };
}

/**
 * A size that the metrics have not asked for during the whole down window is given up, as VMs are that no
 * metric wished for: a live change costs nothing, so it need not wait for the histograms to forget.
 */
function quickShrink(
  decision: VerticalDecision,
  input: ScalingInput,
  needs: readonly Need[],
): VerticalDecision {
  const { down } = resolveBehavior(input.spec.horizontal?.behavior);
  const first = needs[0];
  const whole = first !== undefined && first.atMs <= input.nowMs - down.windowMs;
  const grows = resourceNames.some((name) => decision.target[name] > input.size[name]);
  if (grows || !whole || down.selectPolicy === 'Disabled') return decision;
  const { min, max } = verticalLimits(input);
  const sizeFor = (name: ResourceName): number => {
    const asked = needs.map((need) => need.asked[name] ?? input.size[name]);
    return Math.min(decision.target[name], steppedSize(name, Math.max(...asked), sizeOf(min), sizeOf(max)));
  };
  const target = { cpu: sizeFor('cpu'), memory: sizeFor('memory') };
  if (resourceNames.every((name) => target[name] > decision.target[name] * (1 - worthwhileShrink)))
    return decision;
  const message = `the metrics asked for no more than ${sizeText(target)} in the last ${spacedDuration(down.windowMs)}`;
  return {
    ...decision,
    type: 'Resize',
    reason: 'OutOfBounds',
    message,
    target,
    summary: `resize ${sizeText(input.size)} → ${sizeText(target)}`,
    explanation: [...decision.explanation.slice(0, -1), labelled('rule', message)],
  };
}

/** As the default tolerance of metrics: less is not worth a change. */
const worthwhileShrink = 0.1;

/** With what is seen now, and no more of the past than the down window needs. */
function withNeed(
  needs: readonly Need[],
  { spec, size, vms, nowMs }: ScalingInput,
  metrics: readonly MetricResult[],
): readonly Need[] {
  const asked: Partial<Record<ResourceName, number>> = {};
  for (const name of resourceNames) {
    const ratio = ratioOf(metrics, name);
    if (ratio !== undefined) asked[name] = size[name] * ratio;
  }
  const used = meanUsage(vms);
  const startMs = nowMs - resolveBehavior(spec.horizontal?.behavior).down.windowMs;
  const kept = needs.filter((_, index) => (needs[index + 1]?.atMs ?? nowMs) > startMs);
  return [...kept, { atMs: nowMs, asked, ...(used ? { used } : {}) }];
}

/** The highest usage of the down window: a rise counts at once, a dip only when it lasts. */
function highest(needs: readonly Need[]): Resources | undefined {
  return needs.reduce<Resources | undefined>((most, { used }) => {
    if (!most || !used) return most ?? used;
    return { cpu: Math.max(most.cpu, used.cpu), memory: Math.max(most.memory, used.memory) };
  }, undefined);
}

/**
 * How much of the resource is needed of what is there, by the most pressing metric. Undefined where no metric
 * measures it, or where one does that does not grow in proportion: latency.
 */
function ratioOf(metrics: readonly MetricResult[], name: ResourceName): number | undefined {
  const ratios: number[] = [];
  for (const result of metrics) {
    const { source } = result;
    const measures = source.type === 'Resource' ? source.name : 'cpu';
    if (measures !== name) continue;
    if (!result.ok || !isProportional(source)) return undefined;
    ratios.push(result.ratio);
  }
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** The samples of this period, one a serving VM; none when they were recorded before. */
function samplesOf({ vms }: ScalingInput, usage: UsageState | undefined): UsageSample[] {
  return vms.filter(isServing).flatMap((one) => {
    const sample = one.usage;
    if (!sample || sample.sampledAtMs <= (usage?.lastSampleMs ?? -Infinity)) return [];
    return [{ cpu: sample.cpuMillis / 1000, memory: sample.memoryBytes, atMs: sample.sampledAtMs }];
  });
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
