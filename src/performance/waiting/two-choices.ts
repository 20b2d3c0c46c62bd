/**
 * LeastRequest, with equal weights, over backends that differ in speed or cores: the mean field of two choices with
 * several kinds of backends. The balancer looks at how many requests a backend has and not at how fast it works them
 * off, so that slow and small ones are busier than the others, and get at least what falls on them by both draws.
 */
import { fixedPoint } from './fixed-point.ts';
import { type Swing } from './few-backends.ts';
import { type BackendKind, type FieldPart } from './field.ts';

/** What one backend sees of the others. */
export interface Beside {
  readonly kind: 'Choices';
  /** The share of all requests that it gets itself, 0..1. */
  readonly share: number;
  readonly among: number;
  /** Of the other backends, the share with at least n requests, n from 0. */
  readonly occupancy: Float64Array;
  readonly swing: Swing;
}

/** Smaller changes of an occupancy are none. */
const settled = 1e-6;
const mostTurns = 200;
/** A backend with more requests than this is overloaded. */
const mostLevels = 512;
/** From so many levels on it is tried whether they are enough. */
const fewLevels = 48;

/**
 * Of all requests, the share that comes to a backend with n of them: one half of the draws for each, and the other goes to
 * a backend with more, or as many and second, or to the same.
 */
export function comesAt({ among, occupancy }: Pick<Beside, 'among' | 'occupancy'>, n: number): number {
  return (1 / among + (1 - 1 / among) * ((occupancy[n] ?? 0) + (occupancy[n + 1] ?? 0))) / among;
}

/** What a backend of each kind sees of the others when all get `rate` requests a ms, less than they can serve. */
export function besidesByChoices(kinds: readonly BackendKind[], rate: number): readonly FieldPart[] {
  let levels = fewLevels;
  let occupancies = occupanciesOf(kinds, rate, levels);
  // Either there is nobody so high up, or they are overloaded, however high.
  while (levels < mostLevels && occupancies.some((one) => isUndecided(one[levels] ?? 0))) {
    levels = Math.min(mostLevels, levels * 3);
    occupancies = occupanciesOf(kinds, rate, levels);
  }
  const among = kinds.reduce((sum, { count }) => sum + count, 0);
  const all = over(kinds, occupancies, among);
  const seen = kinds.map((kind, i) => {
    const own = occupancies[i] ?? all;
    const occupancy = without(all, own, among);
    return { occupancy, share: shareOf(own, { among, occupancy }) };
  });
  const total = kinds.reduce((sum, { count }, i) => sum + count * (seen[i]?.share ?? 0), 0);
  return seen.map(({ occupancy, share }) => ({ share: share / total, found: occupancy }));
}

function isUndecided(share: number): boolean {
  return share > 1e-6 && share < 0.9;
}

/** The share of each kind with at least n requests. By iteration: the fuller the others, the more comes to each. */
function occupanciesOf(kinds: readonly BackendKind[], rate: number, levels: number): readonly Float64Array[] {
  const among = kinds.reduce((sum, { count }) => sum + count, 0);
  const capacity = kinds.reduce((sum, { count, serviceMs, cores }) => sum + (count * cores) / serviceMs, 0);
  const width = levels + 1;
  const start = new Float64Array(kinds.length * width);
  kinds.forEach(({ cores, isBehind }, k) => {
    // From where they would be if all were equally busy.
    for (let n = 0; n < width; n++) {
      const idle = n <= cores ? 1 - ((1 - rate / capacity) * n) / cores : 0;
      start[k * width + n] = isBehind ? 1 : idle;
    }
  });
  const parts = (x: Float64Array): Float64Array[] =>
    kinds.map((_kind, k) => x.subarray(k * width, (k + 1) * width));
  const step = (x: Float64Array): Float64Array => {
    const before = parts(x);
    const all = over(kinds, before, among);
    const next = new Float64Array(x.length);
    kinds.forEach((kind, k) => {
      const occupancy = without(all, before[k] ?? all, among);
      next.set(kind.isBehind ? (before[k] ?? all) : occupancyOf(kind, rate, { among, occupancy }), k * width);
    });
    return next;
  };
  return parts(fixedPoint(start, step, { within: settled, least: 0, most: 1, turns: mostTurns }));
}

/** The mean occupancy of all backends. */
function over(
  kinds: readonly BackendKind[],
  occupancies: readonly Float64Array[],
  among: number,
): Float64Array {
  const all = new Float64Array(occupancies[0]?.length ?? 0);
  kinds.forEach(({ count }, k) => {
    const own = occupancies[k] ?? all;
    for (let n = 0; n < all.length; n++) all[n] = (all[n] ?? 0) + (count / among) * (own[n] ?? 0);
  });
  return all;
}

/** The mean occupancy of all backends but one. */
function without(all: Float64Array, own: Float64Array, among: number): Float64Array {
  if (among < 2) return new Float64Array(all.length);
  return all.map((share, n) => Math.max(0, Math.min(1, (among * share - (own[n] ?? 0)) / (among - 1))));
}

/** The occupancy of a backend: the chain of its own requests beside the others. */
function occupancyOf(
  { serviceMs, cores, limit }: BackendKind,
  rate: number,
  others: Pick<Beside, 'among' | 'occupancy'>,
): Float64Array {
  const likely = new Float64Array(others.occupancy.length);
  const top = Math.min(likely.length - 1, Math.ceil(cores) + Math.floor(limit));
  likely[0] = 1;
  let sum = 1;
  for (let n = 0; n < top; n++) {
    const here = likely[n] ?? 0;
    if (n > cores && here < 1e-13 * sum) break;
    const next = (here * rate * comesAt(others, n) * serviceMs) / Math.min(n + 1, cores);
    likely[n + 1] = next;
    sum += next;
    if (sum > 1e250) {
      for (let m = 0; m <= n + 1; m++) likely[m] = (likely[m] ?? 0) * 1e-250;
      sum *= 1e-250;
    }
  }
  let above = 0;
  for (let n = likely.length - 1; n >= 0; n--) likely[n] = above += (likely[n] ?? 0) / sum;
  return likely;
}

/** Of all requests, the share that comes to a backend with this occupancy. */
function shareOf(occupancy: Float64Array, others: Pick<Beside, 'among' | 'occupancy'>): number {
  let share = 0;
  for (let n = 0; n < occupancy.length; n++)
    share += ((occupancy[n] ?? 0) - (occupancy[n + 1] ?? 0)) * comesAt(others, n);
  return share;
}
