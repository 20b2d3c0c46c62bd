/**
 * Both directions on one target. Small systems grow by larger VMs, large ones by more: so up to the largest
 * size first and then out; back the same way, in first and then down. One decision changes one of the two.
 *
 * A resource that a metric measures has one owner at a time: its metric sets it, vertically while there is
 * room, horizontally after that; the recommender's history only sizes the resources that no metric measures.
 */
import { type HorizontalDecision } from './horizontal.ts';
import { type ScalingHistory } from './history.ts';
import { type MetricResult, type MetricSource } from './metrics.ts';
import { type ResourceName, resourceNames, type Resources } from './recommender.ts';
import { labelled } from './text.ts';
import { clampSize, steppedSize } from './size-steps.ts';
import { differenceOf, significantDifference, sizeText, type VerticalDecision } from './vertical.ts';

export interface CombinedInput {
  /** As if only this direction existed. */
  readonly horizontal: HorizontalDecision;
  readonly vertical: VerticalDecision;
  /** What the horizontal decision was made from. */
  readonly metrics: readonly MetricResult[];
  /** The size that the target's VMs share. */
  readonly size: Resources;
  readonly minSize: Resources;
  readonly maxSize: Resources;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** VMs whose resize is under way. */
  readonly resizing: number;
  /** Why no VM can become larger at present, if so: then growth is horizontal. */
  readonly verticalBlocked?: string;
}

export interface CombinedDecision {
  readonly type: 'ScaleOut' | 'ScaleIn' | 'ScaleUp' | 'ScaleDown' | 'Hold';
  readonly replicas: number;
  readonly size: Resources;
  readonly summary: string;
  readonly explanation: readonly string[];
  /** Why not the other direction; includes the metrics that were not chosen. */
  readonly notChosen: readonly string[];
  /** For the next horizontal decision; re-based where the size changes. */
  readonly history: ScalingHistory;
  /**
   * What a per-VM target (an AverageValue, requests per second) is to be multiplied by from now on, since
   * each VM carries more or less than before. 1 unless a measured resource changes.
   */
  readonly targetFactor: number;
}

/** Chooses between the directions. Pure. */
export function combine(input: CombinedInput): CombinedDecision {
  const { horizontal, size } = input;
  if (isForced(input)) return horizontally(input, 'the number of VMs is outside its limits or a floor');
  if (wantsGrowth(horizontal)) return grow(input);
  const corrected = correctedSize(input);
  const grows = resourceNames.some((name) => corrected[name] > size[name]);
  if (grows) return vertically(input, corrected);
  if (horizontal.type === 'ScaleIn') return horizontally(input, 'in first, then down');
  const shrinks = resourceNames.some((name) => corrected[name] < size[name]);
  return shrinks ? vertically(input, corrected) : horizontally(input, input.vertical.message);
}

/** Limits and floors are about the number of VMs: no size could satisfy them. */
function isForced({ horizontal, minReplicas, maxReplicas }: CombinedInput): boolean {
  const { current, metric, type } = horizontal;
  if (current === 0 || current < minReplicas || current > maxReplicas) return true;
  return type === 'ScaleOut' && metric === undefined;
}

function wantsGrowth({ current, limiter, rawWish }: HorizontalDecision): boolean {
  return (rawWish ?? 0) > current && limiter.reason !== 'ScaleUpStabilized';
}

function grow(input: CombinedInput): CombinedDecision {
  const { horizontal, size, minSize, maxSize, verticalBlocked } = input;
  const { current, metric, rawWish } = horizontal;
  const name = metric ? resourceOf(metric.source) : 'cpu';
  if (size[name] >= maxSize[name]) return horizontally(input, `at its maximum (${sizeText(size)})`);
  if (verticalBlocked !== undefined) return horizontally(input, `not possible: ${verticalBlocked}`);
  // The wish is rounded up to whole VMs, the ratio does not know of doubtful samples: the smaller of both.
  const factor = Math.min(metric?.ratio ?? Infinity, (rawWish ?? current) / current);
  const wanted = steppedSize(name, size[name] * factor, minSize, maxSize);
  // A floor may ask for more VMs than the metric does: no size answers that.
  if (wanted <= size[name]) return horizontally(input, 'no metric asks for a larger size');
  return vertically(input, { ...correctedSize(input), [name]: wanted });
}

/** What the recommender's history asks for, as far as it owns the resources. */
function correctedSize(input: CombinedInput): Resources {
  const { size, vertical, minSize, maxSize, horizontal, minReplicas } = input;
  if (vertical.type !== 'Resize') return size;
  const corrected = (name: ResourceName): number => {
    const target = clampSize(name, vertical.target[name], minSize, maxSize);
    const grows = target > size[name];
    if (grows && input.verticalBlocked !== undefined) return size[name];
    const ratio = ratioOf(input.metrics, name);
    if (ratio === undefined) return target;
    if (grows) return name === 'memory' && vertical.reason === 'OutOfMemory' ? target : size[name];
    if (horizontal.current > minReplicas) return size[name];
    // Not below what the metric's target asks for, else the metric would have it grow again.
    const shrunk = steppedSize(name, Math.max(target, size[name] * ratio), minSize, maxSize);
    return shrunk <= size[name] * (1 - worthwhileShrink) ? shrunk : size[name];
  };
  const next = { cpu: corrected('cpu'), memory: corrected('memory') };
  // What a metric owns may be all that was worth a resize: the rest alone has to be.
  const isWhole = resourceNames.every(
    (name) => next[name] === clampSize(name, vertical.target[name], minSize, maxSize),
  );
  const isWorthwhile =
    isWhole || vertical.reason === 'OutOfMemory' || differenceOf(size, next) >= significantDifference;
  return isWorthwhile ? next : size;
}

/** A smaller gain is within what a metric's default tolerance would leave alone. */
const worthwhileShrink = 0.1;

/** The most pressing ratio among the metrics that measure this resource; undefined: none does. */
function ratioOf(metrics: readonly MetricResult[], name: ResourceName): number | undefined {
  const ratios = metrics
    .filter(({ source }) => resourceOf(source) === name)
    .map((result) => (result.ok ? result.ratio : 1));
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** What a metric is answered with: requests and their latency are a matter of CPU. */
function resourceOf(source: MetricSource): ResourceName {
  return source.type === 'Resource' && source.name === 'memory' ? 'memory' : 'cpu';
}

function horizontally(input: CombinedInput, whyNotVertical: string): CombinedDecision {
  const { horizontal, size } = input;
  return {
    type: horizontal.type,
    replicas: horizontal.desired,
    size,
    summary: horizontal.summary,
    explanation: horizontal.explanation,
    notChosen: [...horizontal.notChosen, labelled('vertical', whyNotVertical)],
    history: horizontal.history,
    targetFactor: 1,
  };
}

function vertically(input: CombinedInput, size: Resources): CombinedDecision {
  const { horizontal, vertical, resizing } = input;
  const history = withoutChange(horizontal);
  const grows = resourceNames.some((name) => size[name] > input.size[name]);
  const common = {
    replicas: horizontal.current,
    explanation: [...horizontal.explanation.slice(0, 1), ...vertical.explanation],
    notChosen: [
      ...horizontal.notChosen,
      grows
        ? labelled('out', 'up to the largest size first, then out')
        : labelled('in', 'no metric asks for fewer'),
    ],
  };
  if (resizing > 0) {
    const summary = `hold at ${horizontal.current} x ${sizeText(input.size)}: ${resizing} VMs are being resized`;
    return { ...common, type: 'Hold', size: input.size, summary, history, targetFactor: 1 };
  }
  const targetFactor = factorOf(input, size);
  return {
    ...common,
    type: grows ? 'ScaleUp' : 'ScaleDown',
    size,
    summary: `scale ${grows ? 'up' : 'down'} ${sizeText(input.size)} → ${sizeText(size)}`,
    history: rebase(history, targetFactor),
    targetFactor,
  };
}

/** How much more each VM carries, by the resource that the chosen metric measures. */
function factorOf({ horizontal, metrics, size }: CombinedInput, next: Resources): number {
  const chosen = horizontal.metric?.source ?? metrics[0]?.source;
  if (!chosen) return 1;
  const name = resourceOf(chosen);
  return next[name] / size[name];
}

/** Wishes for VMs of the old size, as wishes for VMs of the new one. */
function rebase(history: ScalingHistory, factor: number): ScalingHistory {
  if (factor === 1) return history;
  const wishes = history.wishes.map(({ atMs, wish }) => ({ atMs, wish: Math.ceil(wish / factor - 1e-9) }));
  return { ...history, wishes };
}

/** The history of a horizontal decision that is not carried out: it looked, and changed nothing. */
function withoutChange({ current, desired, history }: HorizontalDecision): ScalingHistory {
  return desired === current ? history : { ...history, changes: history.changes.slice(0, -1) };
}
