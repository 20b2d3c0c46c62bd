/**
 * LeastRequest with unequal weights: weighted round robin in which a backend counts weight / (requests it has + 1). Each
 * backend has a turn, and when it is taken, the next is so much further on as it has requests then: with one time of
 * turns for all that goes on evenly, each backend is a queue of its own.
 *
 * Found before its next request are what it found before this one, and this one, less those that end in the gap between the
 * turns; so what arrivals find is a chain that goes up by one at the most.
 *
 * Source for the algorithm: Envoy, load balancers, "Weighted least request".
 */
import { quantileOf } from '../quantile.ts';
import { type Swing } from './few-backends.ts';
import { type BackendKind, type FieldPart } from './field.ts';

/** What comes to one backend. */
export interface Weighed {
  readonly kind: 'Weights';
  /** The share of all requests that it gets, 0..1. */
  readonly share: number;
  /** Of its arrivals, the share that finds n requests, n up to the most that there can be or are worth counting. */
  readonly found: Float64Array;
  readonly swing: Swing;
}

/** A gap is as regular as that of so many requests that come by chance; more make no difference. */
const mostRegular = 10;
/** Shares are as exact as that. */
const exact = 1e-5;
/** With more requests than this a backend is always full, and how they swing makes no difference. */
const mostLevels = 160;

/** Nobody waits behind more than this. */
const farAhead = 10_000;

/** What a backend of each kind finds when all get `rate` requests a ms, less than they can serve. */
export function turnsByWeights(kinds: readonly BackendKind[], rate: number): readonly FieldPart[] {
  // At the least, as if all were idle.
  const idle = rate / totalOf(kinds, ({ weight }) => weight);
  const ratesAt = (pace: number): readonly Turns[] => kinds.map((kind) => turnsOf(kind, pace, rate));
  const total = (turns: readonly Turns[]): number =>
    turns.reduce((sum, one, i) => sum + (kinds[i]?.count ?? 0) * one.rate, 0);
  const pace = quantileOf((at) => rate / total(ratesAt(at)), 1, idle, idle, exact);
  const turns = ratesAt(pace);
  const all = total(turns);
  return turns.map(({ rate: own, found }) => ({ share: own / all, found }));
}

/** Of all backends, as it is felt by one of kind `own`. */
export function swingByWeights(kinds: readonly BackendKind[], own: BackendKind, rate: number): Swing {
  const able = ({ cores, serviceMs }: BackendKind): number => cores / serviceMs;
  const [among, capacity] = [totalOf(kinds, () => 1), totalOf(kinds, able)];
  // When all are always busy, the queue of each is as its weight over its capacity.
  const lengths = totalOf(kinds, (kind) => kind.weight / able(kind));
  const times = (capacity / lengths) * (own.weight / able(own) ** 2);
  return { by: 'Weights', utilization: rate / capacity, among, capacity, times };
}

function totalOf(kinds: readonly BackendKind[], of: (kind: BackendKind) => number): number {
  return kinds.reduce((sum, kind) => sum + kind.count * of(kind), 0);
}

/** One backend at a pace of turns: requests a ms that come to it, and what they find. */
interface Turns {
  readonly rate: number;
  readonly found: Float64Array;
}

function turnsOf(
  { serviceMs, cores, weight, limit, isBehind }: BackendKind,
  pace: number,
  all: number,
): Turns {
  const servers = Math.ceil(cores);
  const places = servers + Math.floor(limit);
  // So many it has when it is always busy and gets what it can serve.
  const busy = (weight * pace * serviceMs) / cores;
  if (isBehind || busy > mostLevels) {
    const level = Math.min(places, isBehind ? places : Math.round(busy));
    const here = Math.min(level, farAhead);
    // Beyond those there are as many as there can be.
    const found = new Float64Array(here === places ? here + 1 : here + 2);
    found[here] = 1;
    return { rate: (weight * pace) / (level + 1), found };
  }
  const top = Math.min(places, Math.ceil(busy + cores + 6 * Math.sqrt(busy) + 8));
  const gapAt = (n: number): number => (n + 1) / (weight * pace);
  const found = foundBy(top, top === places, (n, from) => {
    const gapMs = gapAt(n);
    return ends(from, gapMs, Math.max(1, Math.min(mostRegular, Math.round(all * gapMs))), serviceMs, cores);
  });
  const gap = found.reduce((sum, share, n) => sum + share * gapAt(n), 0);
  return { rate: 1 / gap, found };
}

/**
 * What arrivals find, from 0 to `top`: what goes up past n comes down. `next` tells of so many how many are left at the next
 * turn after n were found. Where it is full, no more get in.
 */
function foundBy(
  top: number,
  isFull: boolean,
  next: (n: number, from: number) => Float64Array,
): Float64Array {
  const after = Array.from({ length: top + 1 }, (_none, n) => next(n, isFull && n === top ? n : n + 1));
  const below = after.map((left) => {
    let sum = 0;
    return left.map((share) => (sum += share));
  });
  const found = new Float64Array(top + 1);
  found[top] = 1;
  for (let n = top - 1; n >= 0; n--) {
    let down = 0;
    for (let m = n + 1; m <= top; m++) down += (found[m] ?? 0) * (below[m]?.[n] ?? 0);
    found[n] = down / (after[n]?.[n + 1] ?? 1);
    if ((found[n] ?? 0) < 1e200) continue;
    for (let m = n; m <= top; m++) found[m] = (found[m] ?? 0) * 1e-250;
  }
  const all = found.reduce((sum, share) => sum + share, 0);
  return found.map((share) => share / all);
}

/** Of `from` requests, the probabilities that n are left after a gap made of so many exponential stages. */
function ends(from: number, gapMs: number, stages: number, serviceMs: number, cores: number): Float64Array {
  const left = new Float64Array(from + 1);
  left[from] = 1;
  const pace = stages / gapMs;
  for (let stage = 0; stage < stages; stage++) {
    let leaving = 0;
    for (let n = from; n >= 0; n--) {
      const here = (left[n] ?? 0) + leaving;
      const served = Math.min(n, cores) / serviceMs;
      left[n] = (here * pace) / (pace + served);
      leaving = (here * served) / (pace + served);
    }
  }
  return left;
}
