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
import { clampSize, steppedSize } from './size-steps.ts';
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
   * request outside them does, where the difference is 10 % or more; above them the target is the
   * next step (`steppedSize`) above this usage with its margin. Quicker than the history alone.
   */
  readonly recent?: Partial<Resources>;
  readonly nowMs: number;
  readonly options?: RecommenderOptions;
}

export type VerticalReason =
  | 'NoUsageYet'
  | 'AtTarget'
  | 'AtMaximum'
  | 'AtMinimum'
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
  /** What would be recommended without the limits, where something was measured. */
  readonly uncapped: Partial<Resources>;
  /** What the maximum cuts off, a text a resource. */
  readonly beyondMaximum: readonly string[];
  /** Sum over the resources of `|target - request| / request`, of what is recommended. */
  readonly difference: number;
  readonly summary: string;
  readonly explanation: readonly string[];
}

/** A VM younger than this is only resized when something is wrong with it. */
const settledMs = 12 * 3_600_000;
/** Summed over the resources; as VPA has it. */
export const significantDifference = 0.1;
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
  const difference = distanceOf(input, target, recommendation);
  const known = bare && recommendation && { bare, recommendation, target, difference };
  const [reason, rule] = judge(input, known);
  const beyondMaximum = beyond('max', input, bare);
  const acts = reason === 'OutOfBounds' || reason === 'OutOfMemory' || reason === 'LongDifferent';
  const isTold = acts || reason === 'AtMaximum';
  const message = isTold ? rule : [rule, ...beyondMaximum].join('; ');
  const present = sizeText(input.request);
  return {
    type: acts ? 'Resize' : 'Hold',
    reason,
    message,
    target: acts ? target : input.request,
    recommendation,
    uncapped: uncappedTargets(bare),
    beyondMaximum,
    difference,
    summary: acts ? `resize ${present} → ${sizeText(target)}` : `hold at ${present}`,
    explanation: [
      ...resourceNames.flatMap((name) => boundsLine(name, input, recommendation, bare)),
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
  if (difference === 0) return atTarget(input, known.bare);
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

/** The size is what is recommended, or as near to it as the limits allow. */
function atTarget(input: VerticalInput, bare: Recommendation): readonly [VerticalReason, string] {
  const above = beyond('max', input, bare);
  if (above.length > 0) return ['AtMaximum', `at its maximum: ${above.join('; ')}`];
  const below = beyond('min', input, bare);
  if (below.length > 0) return ['AtMinimum', `at its minimum: ${below.join('; ')}`];
  return ['AtTarget', 'the size is what is recommended'];
}

/** What a limit cuts off of the recommendation, a text a resource. */
function beyond(limit: 'max' | 'min', input: VerticalInput, bare: Recommendation | undefined): string[] {
  return resourceNames.flatMap((name) => {
    const wanted = bare?.[name]?.target;
    const bound = input[limit][name];
    if (wanted === undefined || (limit === 'max' ? wanted <= bound : wanted >= bound)) return [];
    return [
      `${name} ${amount(name, wanted)} would be recommended, ${limit}.${name} is ${amount(name, bound)}`,
    ];
  });
}

function uncappedTargets(bare: Recommendation | undefined): Partial<Resources> {
  const [cpu, memory] = [bare?.cpu?.target, bare?.memory?.target];
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

/** Says what is outside, if anything: the request of the limited bounds, the recent usage of the bare ones. */
function outsideBounds(input: VerticalInput, known: Known): string | undefined {
  for (const name of resourceNames) {
    const limited = known.recommendation[name];
    const bare = known.bare[name];
    const recent = input.recent?.[name];
    const request = input.request[name];
    // It is on the step above what is recommended already, be that beyond the upper bound.
    if (known.target[name] === request) continue;
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
    const request = input.request[name];
    if (!estimate) return request;
    const recent = input.recent?.[name];
    const surged = recent !== undefined && recent > (bare?.[name]?.upper ?? Infinity);
    // A load that rises goes on rising: room for the next minutes too.
    if (surged) {
      return steppedSize(name, Math.max(estimate.target, recent * safetyMargin), input.min, input.max);
    }
    const exact = clampSize(name, estimate.target, input.min, input.max);
    const stepped = steppedSize(name, estimate.target, input.min, input.max);
    // Growing goes to the next step, else each percent of a rising history would be a resize of its own.
    return exact > request || stepped <= request ? stepped : exact;
  };
  return { cpu: size('cpu'), memory: size('memory') };
}

/** How far the request is from what is recommended; from the step above it, where a decision has put it there. */
function distanceOf(
  { request, min, max }: VerticalInput,
  target: Resources,
  recommendation?: Recommendation,
): number {
  const wanted = (name: ResourceName): number => {
    const estimate = recommendation?.[name]?.target;
    if (estimate === undefined || target[name] === request[name]) return target[name];
    const exact = clampSize(name, estimate, min, max);
    // A surge asks for more than history recommends.
    return target[name] > request[name] && exact <= request[name] ? target[name] : exact;
  };
  return differenceOf(request, { cpu: wanted('cpu'), memory: wanted('memory') });
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

/** Sum over the resources of `|b - a| / a`. */
export function differenceOf(a: Resources, b: Resources): number {
  return resourceNames.reduce((sum, name) => sum + Math.abs(b[name] - a[name]) / Math.max(a[name], 1e-9), 0);
}

function boundsLine(
  name: ResourceName,
  { request }: VerticalInput,
  recommendation: Recommendation | undefined,
  bare: Recommendation | undefined,
): string[] {
  const estimate = recommendation?.[name];
  if (!estimate) return [];
  const { lower, upper, target } = estimate;
  const bounds = `bounds ${amount(name, lower)} to ${amount(name, upper)}`;
  const wanted = bare?.[name]?.target ?? target;
  const without = wanted === target ? '' : `, ${amount(name, wanted)} without the limits`;
  return [
    labelled(
      name,
      `${amount(name, request[name])}, recommended ${amount(name, target)}${without}, ${bounds}`,
    ),
  ];
}

function amount(name: ResourceName, value: number): string {
  return name === 'cpu' ? `${humanCpu(value * 1000)} CPU` : humanMemory(value);
}

/** A size for people: `2 CPU 4Gi`. */
export function sizeText(size: Resources): string {
  return `${amount('cpu', size.cpu)} ${amount('memory', size.memory)}`;
}
