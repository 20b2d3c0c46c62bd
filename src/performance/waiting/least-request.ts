/**
 * LeastRequest with equal weights: each request goes to the less busy of two backends that are drawn at random, with
 * replacement (a tie keeps the first). The mean field of two choices, with the chance of 1/k that both draws are the
 * same backend, and corrected for what the mean field leaves out: that few backends are busy at the same times.
 *
 * Source: Vvedenskaya, Dobrushin and Karpelevich 1996 and Mitzenmacher 2001 for the mean field.
 */
import { type QueueState } from './bounded.ts';
import { type Swing, withSwings } from './few-backends.ts';
import { chances, mostAhead, stateOf, waitOfFound } from './found.ts';
import { type Beside, comesAt } from './two-choices.ts';
import { type Weighed } from './weighted-choices.ts';

interface LeastRequestQueue {
  /** Arrivals per ms at one backend, the mean. */
  readonly rate: number;
  readonly serviceMs: number;
  /** Coefficient of variation of the service time. */
  readonly variation: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
  /** Backends; at least 1. */
  readonly among: number;
  /** What this one sees of them; absent: all are alike. */
  readonly beside?: Beside | Weighed;
  /** Most that wait at one. */
  readonly limit: number;
  readonly timeoutMs: number;
}

/** Shares of backends below this are nobody. */
const nobody = 1e-12;
/** With more levels a queue is a continuum, and two choices make no difference to it. */
const mostLevels = 6000;
/**
 * The wait and the losses at one of the backends in the stationary state; undefined where the queue can be so long that
 * only its bounds count (see `boundedQueue`).
 */
export function leastRequestQueue(queue: LeastRequestQueue): QueueState | undefined {
  const { rate, serviceMs, variation, cores, among, beside, timeoutMs } = queue;
  const limit = Math.floor(queue.limit);
  const departures = (timeoutMs * cores) / serviceMs;
  const places = Math.min(limit, mostAhead(departures));
  const levels = beside ? levelsBeside(queue, beside, places) : levelsAmong(queue, places);
  if (levels === undefined) return undefined;
  const top = levels.found.length - 1;
  const found = { ...levels, serviceMs, variation, cores, isLimited: top === Math.ceil(cores) + limit };
  const { refused, timedOut, wait } = waitOfFound(found);
  const full = found.isLimited ? levels.full : 0;
  const swing: Swing = beside?.swing ?? {
    by: 'Choices',
    utilization: (rate * serviceMs * (1 - refused - timedOut)) / cores,
    among,
    capacity: (among * cores) / serviceMs,
    times: 1,
  };
  const swung = withSwings(wait, {
    swing,
    cores,
    boundMs: Math.min(timeoutMs, (limit * serviceMs) / cores),
    bound: full + timedOut,
  });
  return stateOf({ refused, timedOut, wait: swung }, found, full, timeoutMs);
}

/** What arrivals find at a backend, n requests for each n up to the most that there can be. */
interface Levels {
  readonly found: Float64Array;
  /** Of those that find all servers busy and i others waiting, the share that gets served. */
  readonly served: Float64Array;
  /** Share of the time in which there are as many as can be. */
  readonly full: number;
}

/**
 * Among backends that are alike. In the mean field, what goes up past n requests comes down. With s(n) the share of
 * backends with at least n, g(s) = s / k + (1 - 1 / k) s² the chance that the chosen one has as many, and a(n) the share
 * of the arrivals there that gets served: `l a(n) (g(s(n)) - g(s(n + 1))) = m min(n + 1, c) (s(n + 1) - s(n + 2))`. From
 * the topmost downwards each follows from those above, and the topmost is that for which s(0) is 1.
 */
function levelsAmong(
  { rate, serviceMs, cores, among, timeoutMs }: LeastRequestQueue,
  places: number,
): Levels | undefined {
  const load = rate * serviceMs;
  const top = topLevel(load, cores, among, places);
  if (top === undefined) return undefined;
  const served = chances(top - Math.ceil(cores), (timeoutMs * cores) / serviceMs);
  const shares = occupancy(load, cores, among, top, served);
  const found = shares.map(
    (share, n) => chosen(share, among) - (n < top ? chosen(shares[n + 1] ?? 0, among) : 0),
  );
  return { found, served, full: shares[top] ?? 0 };
}

/** The level above which there is nobody, or that of the last place; undefined where that is too high. */
function topLevel(load: number, cores: number, among: number, places: number): number | undefined {
  const servers = Math.ceil(cores);
  const utilization = load / cores;
  let level = servers;
  // No share of backends is larger than where all cores are always busy from the first request on.
  for (let s = Math.min(1, utilization); s > nobody && level < servers + places; level++) {
    if (level > mostLevels) return undefined;
    s = utilization * chosen(s, among);
  }
  return level;
}

/** Probability that the chosen backend has at least as many requests as the share `s` of all. */
function chosen(s: number, among: number): number {
  return s / among + (1 - 1 / among) * s * s;
}

/** The inverse of `chosen`. */
function choosing(y: number, among: number): number {
  const linear = 1 / among;
  return (2 * y) / (linear + Math.sqrt(linear * linear + 4 * (1 - linear) * y));
}

/** The share of backends with at least n requests, for n from 0 to `top`. */
function occupancy(
  load: number,
  cores: number,
  among: number,
  top: number,
  served: Float64Array,
): Float64Array {
  const shares = new Float64Array(top + 1);
  const servers = Math.ceil(cores);
  const descend = (highest: number): number => {
    shares[top] = highest;
    let above = 0;
    let here = highest;
    for (let n = top - 1; n >= 0; n--) {
      const chance = n < servers ? 1 : (served[n - servers] ?? 0);
      const down = (Math.min(n + 1, cores) * (here - above)) / (load * chance);
      above = here;
      here = choosing(chosen(here, among) + down, among);
      shares[n] = here;
      // Too high a start is enough to know.
      if (here > 1e3) return here;
    }
    return here;
  };
  solve(descend, load / cores);
  return shares;
}

/** Finds the x in (0, 1] at which `height`, which grows with it, is 1: by the method of Illinois on the logarithms. */
function solve(height: (x: number) => number, guess: number): void {
  const at = (log: number): number => Math.log(height(Math.exp(log)));
  let high = 0;
  let above = at(high);
  let low = Math.min(-1e-3, Math.log(Math.min(guess, 0.5)));
  let below = at(low);
  while (below > 0 && low > -600) {
    high = low;
    above = below;
    low *= 2;
    below = at(low);
  }
  for (let turn = 0, side = 0; turn < 100; turn++) {
    const x = low - (below * (high - low)) / (above - below);
    const y = at(x);
    if (Math.abs(y) < 1e-12 || high - low < 1e-13 * -low) return;
    if (y < 0) {
      low = x;
      below = y;
      if (side === 1) above /= 2;
      side = 1;
    } else {
      high = x;
      above = y;
      if (side === -1) below /= 2;
      side = -1;
    }
  }
}

/**
 * At a backend whose others are not like it: the chain of its own requests, to which more come the fuller the others are.
 * Undefined where it has too many of them.
 */
function levelsBeside(
  queue: LeastRequestQueue,
  others: Beside | Weighed,
  places: number,
): Levels | undefined {
  const { rate, serviceMs, cores, timeoutMs } = queue;
  if (others.kind === 'Weights') {
    const { found } = others;
    const top = found.length - 1;
    const served = chances(Math.max(0, top - Math.ceil(cores)), (timeoutMs * cores) / serviceMs);
    return { found, served, full: found[top] ?? 0 };
  }
  const servers = Math.ceil(cores);
  const served = chances(Math.min(places, mostLevels), (timeoutMs * cores) / serviceMs);
  // Of all requests at all backends: as many as make this one's share come to its rate.
  const load = (rate * serviceMs) / others.share;
  const found: number[] = [];
  let likelihood = 1;
  let time = 1;
  let all = 0;
  for (let n = 0; ; n++) {
    const comes = load * comesAt(others, n);
    const isLast = n === servers + places;
    found.push(likelihood * comes);
    all += likelihood * comes;
    if (isLast || (n >= servers && likelihood < nobody * time)) break;
    if (n > mostLevels) return undefined;
    const chance = n < servers ? 1 : (served[n - servers] ?? 0);
    likelihood *= (comes * chance) / Math.min(n + 1, cores);
    time += likelihood;
    if (time > 1e250) {
      for (let m = 0; m <= n; m++) found[m] = (found[m] ?? 0) * 1e-250;
      [likelihood, time, all] = [likelihood * 1e-250, time * 1e-250, all * 1e-250];
    }
  }
  return { found: Float64Array.from(found, (share) => share / all), served, full: likelihood / time };
}
