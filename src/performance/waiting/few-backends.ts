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

/** The backends that are busy at the same times as one of them. */
export interface Swing {
  /** What keeps them apart otherwise: two choices, or weighted turns. */
  readonly by: 'Choices' | 'Weights';
  /** What comes to all of them, over what they can serve. */
  readonly utilization: number;
  readonly among: number;
  /** Requests a ms that all of them serve. */
  readonly capacity: number;
  /** How many times longer than on the mean it is felt at this one: its queue is longer then, or takes it longer. */
  readonly times: number;
}

interface FewBackends {
  readonly swing: Swing;
  /** Of the one that is looked at. */
  readonly cores: number;
  /** The longest that can be waited, about. */
  readonly boundMs: number;
  /** Share of the time, or of requests, for which it is that long. */
  readonly bound: number;
}

/** Swings of all backends together are known up to here; beyond, the bounds of the queues cut them off. */
const mostSwinging = 0.98;

/**
 * The wait with what is added by the swings of all k backends together: with the probability e an exponential time of
 * the mean 1 / (k c m (1 - rho)), that of one queue before all servers. e is nearly the same for any number of cores.
 *
 * Measured at one core, in simulations of 48 million requests (6 million at 0.9, 2 million below); in between linear in
 * the logarithms of k and of 1 - rho. Mean and percentiles of the response time then are within 5 and 10 % of simulation
 * for 1 to 8 cores and 2 to 40 backends up to 0.95 (docs/model.md).
 */
export function withSwings(wait: FieldWait, few: FewBackends): FieldWait {
  const { swing, cores, boundMs, bound } = few;
  const { among, capacity, times } = swing;
  const utilization = Math.min(mostSwinging, swing.utilization);
  const freeMs = times / (capacity * (1 - utilization));
  // Shares of a single backend's requests that wait: where next to none does, there is nothing to swing.
  const waits = erlangC(cores, utilization * cores) / utilization;
  const rarity = (1.04 * waits ** 3) / (waits ** 3 + 0.04);
  // Where bounds are felt, backends are full at the same times, and there is little that could swing.
  const share = swingShare(measured[swing.by], utilization, among) * rarity * Math.exp(-60 * bound);
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
const choices = [
  [12.7, 10.1, 9.0, 7.7, 6.7, 6.6],
  [11.6, 9.9, 9.2, 8.6, 7.5, 6.7],
  [11.1, 10.3, 10.1, 10.3, 9.1, 7.1],
  [11.0, 10.7, 10.9, 11.8, 11.1, 9.1],
  [11.8, 12.2, 13.1, 14.9, 16.1, 14.8],
  [12.8, 14.3, 15.4, 19.0, 23.7, 29.4],
  [15.2, 18.3, 18.8, 26.3, 37.0, 52.3],
];
/** The same for weighted turns, of as many backends of two cores as of one; for 3 in between. */
const weights = [
  [6.2, 6.1, 6.1, 6.6, 8.1, 20.0],
  [4.2, 5.2, 6.1, 7.0, 9.5, 25.0],
  [5.3, 5.8, 6.2, 7.4, 9.4, 30.0],
  [5.2, 5.9, 6.5, 8.1, 9.9, 25.7],
  [6.3, 7.4, 8.4, 10.8, 13.7, 22.8],
  [7.2, 8.5, 9.6, 12.7, 17.0, 26.3],
  [9.3, 11.1, 12.7, 17.9, 25.4, 41.2],
];
const measured: Readonly<Record<Swing['by'], readonly (readonly number[])[]>> = {
  Choices: choices,
  Weights: weights,
};

function swingShare(table: readonly (readonly number[])[], utilization: number, among: number): number {
  if (!(utilization > 0) || among <= 1) return 0;
  const [row, down] = between(utilizations, utilization, (u) => Math.log1p(-u));
  const [column, across] = between(backends, among, Math.log);
  const at = (r: number, c: number): number => table[r]?.[c] ?? 0;
  const inRow = (r: number): number => at(r, column) + across * (at(r, column + 1) - at(r, column));
  const level = inRow(row) + down * (inRow(row + 1) - inRow(row));
  const share = 1 / (1 + (level * (1 - utilization)) / utilization ** 1.2);
  // A single one has nobody to swing with.
  return share * Math.min(1, among - 1);
}

interface Kind {
  readonly serviceMs: number;
  readonly cores: number;
  readonly count: number;
}

/**
 * With whom a backend of kind `own` swings most, when `rate` requests a ms come to all and two are drawn of them. All that
 * there are; or it and those that can do even less: when these have long queues, only those requests come to them of
 * which both draws fall on them, and that may be nearly all that they can serve.
 */
export function heaviestSwing(kinds: readonly Kind[], own: number, rate: number): Swing {
  const able = (kind: Kind | undefined): number => (kind ? kind.cores / kind.serviceMs : 0);
  const order = kinds.map((_kind, k) => k).sort((a, b) => able(kinds[a]) - able(kinds[b]) || a - b);
  const all = kinds.reduce((sum, { count }) => sum + count, 0);
  let heaviest: Swing | undefined;
  let most = -1;
  let [among, capacity, isIn] = [0, 0, false];
  for (const k of order) {
    const kind = kinds[k];
    if (kind === undefined) continue;
    among += kind.count;
    capacity += kind.count * able(kind);
    isIn ||= k === own;
    if (!isIn) continue;
    const utilization = (rate * (among / all) ** 2) / capacity;
    const felt = Math.min(mostSwinging, utilization);
    const weight = swingShare(choices, felt, among) / (capacity * (1 - felt));
    if (weight <= most) continue;
    most = weight;
    // The queues are equally long then.
    const times = capacity / among / able(kinds[own]);
    heaviest = { by: 'Choices', utilization, among, capacity, times };
  }
  return heaviest ?? { by: 'Choices', utilization: 0, among: 1, capacity: 1, times: 1 };
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
