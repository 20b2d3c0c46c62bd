/**
 * Whether a VM should be resized now, and to what.
 * Source: the vertical pod autoscaler's updater (kubernetes/autoscaler, updater/priority).
 */
import { formatDuration } from '../base/duration.ts';
import { humanCpu, humanMemory } from '../base/quantity.ts';
import {
  type Estimate,
  type Recommendation,
  recommend,
  type RecommenderOptions,
  type ResourceName,
  resourceNames,
  type Resources,
  safetyMargin,
  type UsageState,
} from './recommender.ts';
import { labelled, spacedDuration } from './text.ts';

export type UpdateMode = 'Live' | 'Restart' | 'Auto';

export interface VerticalInput {
  /** What the VM has: cores and bytes. */
  readonly request: Resources;
  readonly min: Resources;
  readonly max: Resources;
  /** Absent: nothing was measured yet. */
  readonly state?: UsageState;
  /** When this VM started, ms of world time. */
  readonly startedAtMs: number;
  /** Its last out-of-memory and when the life that it ended had begun. */
  readonly outOfMemory?: { readonly atMs: number; readonly startedAtMs: number };
  /**
   * What the VM uses at present. When given, usage outside the bounds (before the policy's limits) acts as a
   * request outside them does, where the difference is 10 % or more; above them the target is at least this
   * usage with its margin. Quicker than the history alone.
   */
  readonly recent?: Partial<Resources>;
  readonly nowMs: number;
  readonly options?: RecommenderOptions;
}

export type VerticalReason =
  | 'NoUsageYet'
  | 'AtTarget'
  | 'TooYoung'
  | 'SmallDifference'
  | 'OutOfMemory'
  | 'OutOfBounds'
  | 'LongDifferent';

export interface VerticalDecision {
  readonly type: 'Resize' | 'Hold';
  readonly reason: VerticalReason;
  readonly message: string;
  /** Within [min, max], whole millicores and MiB where the limits allow it. The request when holding. */
  readonly target: Resources;
  /** Within [min, max] too, so that a request outside them is out of bounds. Absent: nothing measured. */
  readonly recommendation?: Recommendation;
  /** Sum over the resources of `|target - request| / request`, of what is recommended. */
  readonly difference: number;
  readonly summary: string;
  readonly explanation: readonly string[];
}

/** A VM younger than this is only resized when something is wrong with it. */
const settledMs = 12 * 3_600_000;
const significantDifference = 0.1;
/** An out-of-memory so soon after a start is the size's fault. */
const quickOutOfMemoryMs = 10 * 60_000;

/**
 * Decides about one VM. It is resized when its request (or, if given, its recent usage) is outside the
 * bounds, after an out-of-memory within 10 min of its start, or when it is 12 h old and differs by 10 % in
 * sum. Pure; a decision that was carried out is not repeated.
 */
export function decideVertical(input: VerticalInput): VerticalDecision {
  const bare = input.state && recommend(input.state, input.options);
  const recommendation = bare && clampAll(bare, input);
  const target = targetOf(input, recommendation, bare);
  const difference = differenceOf(input.request, target);
  const known = bare && recommendation && { bare, recommendation, target, difference };
  const [reason, message] = judge(input, known);
  const acts = reason === 'OutOfBounds' || reason === 'OutOfMemory' || reason === 'LongDifferent';
  const present = sizeText(input.request);
  return {
    type: acts ? 'Resize' : 'Hold',
    reason,
    message,
    target: acts ? target : input.request,
    recommendation,
    difference,
    summary: acts ? `resize ${present} → ${sizeText(target)}` : `hold at ${present}`,
    explanation: [
      ...resourceNames.flatMap((name) => boundsLine(name, input.request, recommendation)),
      labelled('rule', message),
    ],
  };
}

interface Known {
  /** Before the policy's limits. */
  readonly bare: Recommendation;
  readonly recommendation: Recommendation;
  readonly target: Resources;
  readonly difference: number;
}

function judge(input: VerticalInput, known: Known | undefined): readonly [VerticalReason, string] {
  if (!known) return ['NoUsageYet', 'nothing was measured yet'];
  const { difference } = known;
  if (difference === 0) return ['AtTarget', 'the size is what is recommended'];
  const crash = input.outOfMemory;
  const hasMore = known.target.memory > input.request.memory;
  if (crash && hasMore && crash.atMs - crash.startedAtMs < quickOutOfMemoryMs) {
    const after = spacedDuration(crash.atMs - crash.startedAtMs);
    return ['OutOfMemory', `out of memory ${after} after its start`];
  }
  const outside = outsideBounds(input, known);
  if (outside !== undefined) return ['OutOfBounds', outside];
  const ageMs = input.nowMs - input.startedAtMs;
  if (ageMs < settledMs) {
    const wait = formatDuration(settledMs - ageMs);
    return ['TooYoung', `within the bounds, and too young for a smaller correction for another ${wait}`];
  }
  const percent = Math.round(difference * 1000) / 10;
  return difference < significantDifference
    ? ['SmallDifference', `within the bounds and only ${percent} % from what is recommended`]
    : ['LongDifferent', `within the bounds, but ${percent} % from what is recommended`];
}

/** Says what is outside, if anything: the request of the limited bounds, the recent usage of the bare ones. */
function outsideBounds(input: VerticalInput, known: Known): string | undefined {
  for (const name of resourceNames) {
    const limited = known.recommendation[name];
    const bare = known.bare[name];
    const recent = input.recent?.[name];
    const request = input.request[name];
    const outside =
      (limited && outsideText(name, 'request', request, limited)) ??
      // Half of all usage is below the median: only a worthwhile change in that direction counts.
      (bare && recent !== undefined && known.difference >= significantDifference
        ? outsideText(name, 'usage', recent, {
            lower: known.target[name] < request ? bare.lower : 0,
            upper: bare.upper,
          })
        : undefined);
    if (outside !== undefined) return outside;
  }
  return undefined;
}

function outsideText(
  name: ResourceName,
  what: string,
  value: number,
  { lower, upper }: { readonly lower: number; readonly upper: number },
): string | undefined {
  const said = `${name} ${what} ${amount(name, value)} is`;
  if (value < lower) return `${said} below the lower bound ${amount(name, lower)}`;
  if (value > upper) return `${said} above the upper bound ${amount(name, upper)}`;
  return undefined;
}

function targetOf(
  input: VerticalInput,
  recommendation: Recommendation | undefined,
  bare: Recommendation | undefined,
): Resources {
  const size = (name: ResourceName): number => {
    const estimate = recommendation?.[name];
    if (!estimate) return input.request[name];
    const recent = input.recent?.[name];
    const surged = recent !== undefined && recent > (bare?.[name]?.upper ?? Infinity);
    const wanted = surged ? Math.max(estimate.target, recent * safetyMargin) : estimate.target;
    return clampSize(name, wanted, input.min, input.max);
  };
  return { cpu: size('cpu'), memory: size('memory') };
}

function clampAll(recommendation: Recommendation, { min, max }: VerticalInput): Recommendation {
  const clamped = (name: ResourceName): Estimate | undefined => {
    const estimate = recommendation[name];
    if (!estimate) return undefined;
    const clamp = (value: number): number => Math.min(Math.max(value, min[name]), max[name]);
    return { target: clamp(estimate.target), lower: clamp(estimate.lower), upper: clamp(estimate.upper) };
  };
  return { ...recommendation, cpu: clamped('cpu'), memory: clamped('memory') };
}

const granularity: Resources = { cpu: 0.001, memory: 2 ** 20 };

/** Rounded up to whole millicores or MiB, then within the limits. */
export function clampSize(name: ResourceName, value: number, min: Resources, max: Resources): number {
  // Whole numbers of steps, so that 0.1 + 0.2 cores is 300 millicores and not 301.
  const steps = Math.ceil(value / granularity[name] - 1e-6);
  const rounded = name === 'cpu' ? steps / 1000 : steps * granularity.memory;
  return Math.min(Math.max(rounded, min[name]), max[name]);
}

/** Sum over the resources of `|b - a| / a`. */
function differenceOf(a: Resources, b: Resources): number {
  return resourceNames.reduce((sum, name) => sum + Math.abs(b[name] - a[name]) / Math.max(a[name], 1e-9), 0);
}

function boundsLine(
  name: ResourceName,
  request: Resources,
  recommendation: Recommendation | undefined,
): string[] {
  const estimate = recommendation?.[name];
  if (!estimate) return [];
  const { lower, upper, target } = estimate;
  const bounds = `bounds ${amount(name, lower)} to ${amount(name, upper)}`;
  return [labelled(name, `${amount(name, request[name])}, recommended ${amount(name, target)}, ${bounds}`)];
}

function amount(name: ResourceName, value: number): string {
  return name === 'cpu' ? `${humanCpu(value * 1000)} CPU` : humanMemory(value);
}

/** A size for people: `2 CPU 4Gi`. */
export function sizeText(size: Resources): string {
  return `${amount('cpu', size.cpu)} ${amount('memory', size.memory)}`;
}
