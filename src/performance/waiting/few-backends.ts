/**
 * What the mean field of two choices leaves out. Its backends are busy independently of each other; k real ones are
 * busy at the same times, the more so the fewer they are and the busier, until near saturation all queue as if they were
 * one. Nothing is known of this in closed form, so it is measured.
 */
import { erlangC } from './erlang.ts';

/** What the field gives, over all answered requests: the wait's moments, ms. */
export interface FieldWait {
  readonly probability: number;
  readonly meanMs: number;
  readonly squareMs2: number;
}

interface FewBackends {
  /** Of all of them, below 1. */
  readonly utilization: number;
  /** Of the one that is looked at. */
  readonly cores: number;
  readonly among: number;
  /** 1 over what all of them together could serve more, ms. */
  readonly freeMs: number;
  /** The longest that can be waited, about. */
  readonly boundMs: number;
  /** Share of the time, or of requests, for which it is that long. */
  readonly bound: number;
}

/**
 * The wait with what is added by the swings of all k backends together: with the probability e an exponential time of
 * the mean 1 / (k c m (1 - rho)), that of one queue before all servers. e is nearly the same for any number of cores.
 *
 * Measured at one core, in simulations of 48 million requests (6 million at 0.9, 2 million below); in between linear in
 * the logarithms of k and of 1 - rho. Mean and percentiles of the response time then are within 5 and 10 % of simulation
 * for 1 to 8 cores and 2 to 40 backends up to 0.95 (docs/model.md).
 */
export function withSwings(wait: FieldWait, few: FewBackends): FieldWait {
  const { utilization, cores, among, freeMs, boundMs, bound } = few;
  // Shares of a single backend's requests that wait: where next to none does, there is nothing to swing.
  const waits = erlangC(cores, utilization * cores) / utilization;
  const rarity = (1.04 * waits ** 3) / (waits ** 3 + 0.04);
  // Where bounds are felt, backends are full at the same times, and there is little that could swing.
  const share = swingShare(utilization, among) * rarity * Math.exp(-20 * bound);
  if (!(share > 0)) return wait;
  // No further than there is room.
  const swingMs = freeMs * -Math.expm1(-Math.max(0, boundMs - wait.meanMs) / freeMs);
  const more = Math.min(1, 0.1 * utilization ** 1.6 * Math.sqrt((2 * cores) / among) * rarity);
  const meanMs = wait.meanMs + share * swingMs;
  const variance = wait.squareMs2 - wait.meanMs ** 2 + 1.25 * share * (2 - share) * swingMs ** 2;
  return {
    probability: 1 - (1 - wait.probability) * (1 - more),
    meanMs,
    squareMs2: variance + meanMs ** 2,
  };
}

const backends = [2, 3, 4, 8, 16, 40];
const utilizations = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98];
/** By utilization, then by the number of backends: (1 / e - 1) rho^1.2 / (1 - rho), in which form it is nearly even. */
const measured = [
  [12.7, 10.1, 9.0, 7.7, 6.7, 6.6],
  [11.6, 9.9, 9.2, 8.6, 7.5, 6.7],
  [11.1, 10.3, 10.1, 10.3, 9.1, 7.1],
  [11.0, 10.7, 10.9, 11.8, 11.1, 9.1],
  [11.8, 12.2, 13.1, 14.9, 16.1, 14.8],
  [12.8, 14.3, 15.4, 19.0, 23.7, 29.4],
  [15.2, 18.3, 18.8, 26.3, 37.0, 52.3],
];

function swingShare(utilization: number, among: number): number {
  if (!(utilization > 0) || among <= 1) return 0;
  const [row, down] = between(utilizations, utilization, (u) => Math.log1p(-u));
  const [column, across] = between(backends, among, Math.log);
  const at = (r: number, c: number): number => measured[r]?.[c] ?? 0;
  const inRow = (r: number): number => at(r, column) + across * (at(r, column + 1) - at(r, column));
  const level = inRow(row) + down * (inRow(row + 1) - inRow(row));
  const share = 1 / (1 + (level * (1 - utilization)) / utilization ** 1.2);
  // A single one has nobody to swing with.
  return share * Math.min(1, among - 1);
}

/** The place of x among the points: an index and how far it is to the next, 0 to 1; beyond the ends, at the ends. */
function between(points: readonly number[], x: number, scale: (x: number) => number): [number, number] {
  const last = points.length - 2;
  let index = 0;
  while (index < last && x >= (points[index + 1] ?? Infinity)) index++;
  const low = scale(points[index] ?? 0);
  const high = scale(points[index + 1] ?? 0);
  return [index, Math.max(0, Math.min(1, (scale(x) - low) / (high - low)))];
}
