/**
 * Queues that take so many and no more, or whose requests give up: the stationary state at any utilization, above 1 too.
 *
 * For Poisson arrivals and exponential service this is exact: M/M/c/c+L, and M/M/c with a constant patience (Barrer
 * 1957; Baccelli and Hebuterne 1981). Other arrivals and services come in as in the diffusion that all such queues tend
 * to near saturation: a queue whose tail falls v times as slowly has, for blocking, 1/v as many places.
 */
import { type Wait } from './wait.ts';

/** A queue seen from its servers, in the stationary state. */
export interface OpenQueue {
  readonly utilization: number;
  /** Requests a ms that all cores serve. */
  readonly capacity: number;
  /** How often one waits for each time that none does, were there just one place to wait: l p(c - 1) / cm P(none waits). */
  readonly entry: number;
  /** How much slower the tail falls than with Poisson arrivals and exponential service; 1 for these. */
  readonly spread: number;
}

/** What becomes of the arrivals at a queue in its stationary state. */
export interface QueueState {
  /** Shares of the arrivals, 0..1. */
  readonly refused: number;
  readonly timedOut: number;
  /** Share of the answered ones that waits. */
  readonly waitProbability: number;
  readonly wait: Wait;
  /** Share of the time in which all servers are busy, where that is known. */
  readonly busy?: number;
}

/** With more places, one more or less is nothing: their waits are a continuum. */
const mostPlaces = 4096;

/**
 * `limit`: most that wait; `timeoutMs`: how long one waits at most. Of the two, the one that is felt first counts: `limit`
 * places are a wait of limit / capacity.
 */
export function boundedQueue(queue: OpenQueue, limit: number, timeoutMs: number): QueueState {
  const longestMs = limit / queue.capacity;
  if (timeoutMs < longestMs) return impatient(queue, timeoutMs);
  if (limit > mostPlaces) {
    const { timedOut, ...rest } = impatient(queue, longestMs);
    return { ...rest, refused: timedOut, timedOut: 0 };
  }
  return limited(queue, limit);
}

function limited({ utilization, capacity, entry, spread }: OpenQueue, limit: number): QueueState {
  const places = limit / spread;
  const log = Math.log(utilization);
  // Weights beside 1 for not waiting; all in parts of utilization^places where that is the largest.
  const over = Math.max(0, places * log);
  const scale = Math.exp(-over);
  const last = Math.exp(places * log - over);
  const full = entry * spread * last;
  // The sum of utilization^i for i from 0 to places - 1.
  const sum = Math.abs(log) < 1e-12 ? places * scale : (last - scale) / Math.expm1(log);
  const waiting = entry * spread * sum;
  const refused = full / (scale + waiting + full);
  const waitProbability = limit > 0 ? waiting / (scale + waiting) : 0;
  const wait: Wait = {
    kind: 'Places',
    places: Math.max(1, limit),
    ratio: Math.exp(log / spread),
    drainRate: capacity,
  };
  const busy = (waiting + full) / (scale + waiting + full);
  return { refused, timedOut: 0, waitProbability, wait, busy };
}

function impatient({ utilization, capacity, entry, spread }: OpenQueue, patienceMs: number): QueueState {
  const decay = (capacity * (1 - utilization)) / spread;
  const u = decay * patienceMs;
  // Weights beside 1 for not waiting; in parts of e^-u where the density of waits grows.
  const scale = Math.exp(Math.min(0, u));
  const edge = Math.exp(-Math.max(0, u));
  const height = entry * capacity;
  const waiting =
    height * (Math.abs(u) < 1e-12 ? patienceMs : u > 0 ? -Math.expm1(-u) / decay : Math.expm1(u) / decay);
  const lost = (height * edge * spread) / capacity;
  const timedOut = lost / (scale + waiting + lost);
  const wait: Wait = { kind: 'Between', fromMs: 0, toMs: patienceMs, decay };
  const busy = (waiting + lost) / (scale + waiting + lost);
  return { refused: 0, timedOut, waitProbability: waiting / (scale + waiting), wait, busy };
}
