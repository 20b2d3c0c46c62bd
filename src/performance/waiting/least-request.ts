/**
 * LeastRequest with equal weights: each request goes to the less busy of two backends that are drawn at random, with
 * replacement (a tie keeps the first). The mean field of two choices, with the chance of 1/k that both draws are the
 * same backend, which decides for few backends.
 *
 * Source: Vvedenskaya, Dobrushin and Karpelevich 1996 and Mitzenmacher 2001 for the mean field.
 */

export interface LeastRequestQueue {
  /** Arrivals per ms at one backend, the mean. */
  readonly rate: number;
  readonly serviceMs: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
  /** Backends, all alike; at least 1. */
  readonly among: number;
}

/** The wait without bound of those who wait. */
export interface FieldWait {
  readonly probability: number;
  readonly meanMs: number;
  /** Coefficient of variation of those who wait. */
  readonly variation: number;
}

/**
 * The share of backends with at least n requests, from n = 0 (where it is 1) to where it is next to nothing, at a
 * utilization below 1.
 *
 * In balance, what goes up past n comes down: with g(s) = s / k + (1 - 1 / k) s², `rho c g(s(n)) = sum over j > n of
 * min(j, c) (s(j) - s(j + 1))`. Where all cores are busy that is `s(n + 1) = rho g(s(n))`; from s(ceil(c)) downwards it
 * gives s(ceil(c) - 1), …, s(0), and s(ceil(c)) is that for which s(0) is 1.
 */
export function occupancy(utilization: number, cores: number, among: number): Float64Array {
  const servers = Math.ceil(cores);
  const down = new Float64Array(servers + 1);
  const start = topOf(utilization, cores, among, down);
  const tail: number[] = [];
  for (let s = start; s > 1e-14 && tail.length < 1e5;) {
    tail.push(s);
    s = utilization * chosen(s, among);
  }
  descend(start, utilization, cores, among, down);
  const shares = new Float64Array(servers + tail.length);
  shares.set(down.subarray(0, servers));
  shares.set(tail, servers);
  return shares;
}

/** Probability that the chosen backend has at least as many requests as the share `s` of all. */
function chosen(s: number, among: number): number {
  return s / among + (1 - 1 / among) * s * s;
}

/** The inverse of `chosen`. */
function choosing(y: number, among: number): number {
  const square = 1 - 1 / among;
  if (square === 0) return y;
  const linear = 1 / among;
  return (2 * y) / (linear + Math.sqrt(linear * linear + 4 * square * y));
}

/** Fills `shares` downwards from its last, s(ceil(c)); gives s(0). */
function descend(
  top: number,
  utilization: number,
  cores: number,
  among: number,
  shares: Float64Array,
): number {
  const servers = shares.length - 1;
  const load = utilization * cores;
  shares[servers] = top;
  let above = 0;
  for (let n = servers - 1; n >= 0; n--) {
    const next = shares[n + 1] ?? 0;
    // Rates of departure: n + 1, but for the topmost, which has what is left of the capacity.
    const rate = n + 1 === servers ? cores : n + 1;
    shares[n] = choosing((rate * next + above) / load, among);
    above += next * (n + 1 === servers ? cores - n : 1);
  }
  return shares[0] ?? 0;
}

/** s(ceil(c)): s(0) grows with it, from 0 to above 1. By the method of Illinois on the logarithms. */
function topOf(utilization: number, cores: number, among: number, shares: Float64Array): number {
  if (shares.length === 2) return utilization;
  const height = (log: number): number => Math.log(descend(Math.exp(log), utilization, cores, among, shares));
  let low = -700;
  let high = 0;
  let below = height(low);
  let above = height(high);
  for (let turn = 0, side = 0; turn < 200 && high - low > 1e-12; turn++) {
    const x = low - (below * (high - low)) / (above - below);
    const y = height(x);
    if (Math.abs(y) < 1e-13) return Math.exp(x);
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
  return Math.exp((low + high) / 2);
}

/** The wait at each of the backends, below saturation. */
export function leastRequestWait({ rate, serviceMs, cores, among }: LeastRequestQueue): FieldWait {
  const utilization = (rate * serviceMs) / cores;
  const shares = occupancy(utilization, cores, among);
  const servers = Math.ceil(cores);
  // Probability to find at least n, n >= servers, is the one to wait for at least n - servers + 1 departures.
  let probability = 0;
  let stages = 0;
  let squares = 0;
  let number = 0;
  for (let n = 1; n < servers; n++) number += shares[n] ?? 0;
  for (let n = servers; n < shares.length; n++) {
    const share = shares[n] ?? 0;
    const found = chosen(share, among);
    const stage = n - servers + 1;
    if (stage === 1) probability = found;
    number += share;
    stages += found;
    squares += (2 * stage - 1) * found;
  }
  if (!(stages > 0)) return { probability: 0, meanMs: 0, variation: 1 };
  const perStage = serviceMs / cores;
  const mean = stages / probability;
  const variance = squares / probability + mean - mean ** 2;
  // By Little's law; differs from the wait for departures where a fraction of a core serves.
  const delay = Math.max(0, (number / (utilization * cores)) * serviceMs - serviceMs);
  const meanMs = mean * perStage;
  const share = Math.min(1, delay / meanMs);
  return { probability: share, meanMs: share > 0 ? delay / share : 0, variation: Math.sqrt(variance) / mean };
}
