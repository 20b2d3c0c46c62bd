/**
 * How a pool gets from the VMs that it has to those that it should have. Pure: counts in, counts out, so that
 * nothing has to be listed as long as there is nothing to do.
 * Source: Kubernetes' Deployment, pkg/controller/deployment/rolling.go and util/deployment_util.go. Here VMs are only
 * made from the template in effect; another count in mid-update is the matter of `spread` in `progress.ts`.
 */
import { compareText } from '../base/listing.ts';

/** VMs of one kind; those being deleted do not count. */
export interface Tally {
  readonly count: number;
  /** Of them, those that are available. */
  readonly ready: number;
}

export interface Limits {
  /** VMs above the wanted count during an update. */
  readonly surge: number;
  /** VMs below the wanted count that may be missing or not ready during an update. */
  readonly unavailable: number;
}

/** What to do now. Within each set the VMs that are missed least go first, as `byWorth` has it. */
export interface Rollout {
  readonly create: number;
  readonly removeOutdated: number;
  readonly removeUpdated: number;
}

/** A number of VMs, or a percentage of them such as `25%`. */
export type IntOrPercent = number | string;

/**
 * The limits of an update of `replicas` VMs: surge rounds up, unavailable rounds down and is at most all of
 * them. Were both 0, nothing could ever move: then 1 may be unavailable.
 */
export function limitsOf(
  replicas: number,
  strategy: { readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent },
): Limits {
  const surge = Math.ceil(share(strategy.maxSurge, replicas));
  const unavailable = Math.min(replicas, Math.floor(share(strategy.maxUnavailable, replicas)));
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Admission lets nothing else through than numbers and percentages; what cannot be read allows nothing. */
function share(value: IntOrPercent, of: number): number {
  if (typeof value === 'number') return value;
  const percent = /^([0-9]+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : (Number(percent) * of) / 100;
}

/**
 * The next step towards `replicas` VMs of the present template; `ready` of the tallies are those that are available.
 *
 * Keeps `replicas - unavailable` available where that many are, and never makes more than
 * `replicas + surge`. Outdated VMs go by at most `all - (replicas - unavailable) - updated ones that are not available`,
 * those that are not available themselves first: nobody misses them, yet while the new ones are not up either, the old
 * ones may be the first to recover. The step is complete: called again with its outcome and no VM more or less
 * available, it asks for nothing.
 */
export function planRollout(replicas: number, outdated: Tally, updated: Tally, limits: Limits): Rollout {
  const least = Math.max(0, replicas - limits.unavailable);
  const surplus = Math.max(0, updated.count - replicas);
  const kept = without(updated, surplus);
  const idle = clamp(outdated.count + kept.ready - least, 0, outdated.count - outdated.ready);
  const spare = clamp(kept.ready + outdated.ready - least, 0, outdated.ready);
  const left = outdated.count - idle - spare;
  const most = left > 0 ? replicas + limits.surge : replicas;
  // A pool made smaller in mid-update: the newcomers that do not run yet make way for what does.
  const crowd = clamp(kept.count + left - most, 0, kept.count - kept.ready);
  const rest = kept.count - crowd;
  return {
    create: Math.max(0, Math.min(replicas - rest, most - rest - left)),
    removeOutdated: idle + spare,
    removeUpdated: surplus + crowd,
  };
}

/** What a set comes to when `count` of its VMs go, unavailable ones first. */
function without(set: Tally, count: number): Tally {
  const idle = set.count - set.ready;
  return { count: set.count - count, ready: set.ready - Math.max(0, count - idle) };
}

/** The VMs of the present revision, by whether they have the template's size. */
export interface Sizes {
  /** Ready ones whose size is not the template's. */
  readonly readyToResize: number;
  /** Under way to a size that they were given. */
  readonly resizing: number;
  /** Of those, the ones still ready: any of them may have to restart. */
  readonly resizingReady: number;
  /** All that are ready. */
  readonly ready: number;
  /** All that are not. */
  readonly unready: number;
}

/**
 * How many of the ready VMs may be given the template's size now. Each may have to restart for it, so that
 * `replicas - unavailable` must stay without them, and at most half of the VMs are under way at a time. One at a
 * time is always allowed, or a pool that may miss none would never follow; yet not growth while one is down, which
 * may have found no room for its new size.
 */
export function planResize(replicas: number, sizes: Sizes, limits: Limits, grows: boolean): number {
  const underWay = sizes.resizing + (grows ? sizes.unready : 0);
  const spare = sizes.ready - sizes.resizingReady - Math.max(0, replicas - limits.unavailable);
  const half = Math.max(1, Math.floor(replicas / 2)) - sizes.resizing;
  return clamp(Math.min(spare, half), underWay === 0 ? 1 : 0, sizes.readyToResize);
}

/** A size: millicores and bytes. */
interface Size {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/**
 * Orders VMs by their sizes, for them to come to `wanted`: those that grow first, then the larger difference, which
 * is `|wanted - size| / size` summed over CPU and memory.
 * Source: the vertical pod autoscaler's updater (kubernetes/autoscaler, updater/priority).
 */
export function byNeed(wanted: Size): (a: Size, b: Size) => number {
  return (a, b) => Number(grows(b, wanted)) - Number(grows(a, wanted)) || gap(b, wanted) - gap(a, wanted);
}

/** True when CPU or memory is to become more. */
export function grows(size: Size, wanted: Size): boolean {
  return size.cpuMillis < wanted.cpuMillis || size.memoryBytes < wanted.memoryBytes;
}

function gap(size: Size, wanted: Size): number {
  const cpu = Math.abs(wanted.cpuMillis - size.cpuMillis) / size.cpuMillis;
  return cpu + Math.abs(wanted.memoryBytes - size.memoryBytes) / size.memoryBytes;
}

/** What decides which VM goes first. */
export interface Member {
  readonly name: string;
  readonly placed: boolean;
  readonly ready: boolean;
  /** RFC 3339, so that text order is time order. */
  readonly createdAt: string;
}

/**
 * Orders the VMs of a set so that the ones to remove come first: without a place, then not ready, then the
 * newest; of two made at once the one later by name.
 */
export function byWorth(a: Member, b: Member): number {
  return (
    Number(a.placed) - Number(b.placed) ||
    Number(a.ready) - Number(b.ready) ||
    compareText(b.createdAt, a.createdAt) ||
    compareText(b.name, a.name)
  );
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(Math.min(low, high), Math.min(high, value));
}
