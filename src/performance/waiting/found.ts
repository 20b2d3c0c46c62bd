/** From what arrivals find at a backend to how long they wait. */
import { logGamma } from '../gamma.ts';
import { type QueueState } from './bounded.ts';
import { type FieldWait } from './few-backends.ts';
import { cutAt, noWait, type Wait, waitSurvival } from './wait.ts';

export interface Found {
  /** Of the arrivals, the share that finds n requests, n from 0 to the most that there can be. */
  readonly found: Float64Array;
  readonly serviceMs: number;
  /** Coefficient of variation of the service time. */
  readonly variation: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
  /** Of those that find all servers busy and i others waiting, the share that gets served in time. See `chances`. */
  readonly served: Float64Array;
  /** Those who find the most that there can be are refused; else they are too few to count. */
  readonly isLimited: boolean;
}

/** Of those that find i others waiting, the share that is served within `departures` departures on the mean. */
export function chances(places: number, departures: number): Float64Array {
  // Two more than there are places, for the moments of what is waited.
  const chance = new Float64Array(places + 3).fill(1);
  if (departures === Infinity) return chance;
  let beyond = 0;
  for (let i = 0; i < chance.length; i++) {
    beyond += Math.exp(i * Math.log(departures) - departures - logGamma(i + 1));
    chance[i] = Math.max(1e-9, 1 - beyond);
  }
  return chance;
}

/** So many can be ahead of a request that gets served within so many departures on the mean. */
export function mostAhead(departures: number): number {
  return departures === Infinity ? Infinity : Math.ceil(departures + 4 * Math.sqrt(departures) + 6);
}

interface FoundWait {
  /** Shares of the arrivals. */
  readonly refused: number;
  readonly timedOut: number;
  readonly wait: FieldWait;
}

/**
 * A request that finds n others waits for n + 1 - c departures at capacity, in the sense of which Little's law makes the
 * mean exact also where a part of a core serves: less than one is one with that probability.
 */
export function waitOfFound({ found, serviceMs, variation, cores, served, isLimited }: Found): FoundWait {
  const servers = Math.ceil(cores);
  const top = found.length - 1;
  const ofStages = scaleOf(variation) < 1 ? scaleOf(variation) : Math.sqrt(scaleOf(variation));
  let waiting = 0;
  let first = 0;
  let second = 0;
  let timedOut = 0;
  for (let n = Math.floor(cores); n < top; n++) {
    const here = found[n] ?? 0;
    const i = n - servers;
    const departures = n + 1 - cores;
    const chance = i < 0 ? 1 : (served[i] ?? 0);
    const once = i < 0 ? 1 : (served[i + 1] ?? 0);
    const twice = i < 0 ? 1 : (served[i + 2] ?? 0);
    timedOut += here * (1 - chance);
    waiting += here * chance * Math.min(1, departures);
    first += here * once * departures;
    second += here * twice * departures * (Math.max(1, departures) + ofStages);
  }
  const refused = isLimited ? (found[top] ?? 0) : 0;
  const answered = 1 - timedOut - refused;
  const perDeparture = serviceMs / cores;
  return {
    refused,
    timedOut,
    wait: {
      probability: waiting / answered,
      meanMs: (first * perDeparture) / answered,
      squareMs2: (second * perDeparture ** 2) / answered,
    },
  };
}

/** The factor of M/G/c on the wait of exponential services. */
function scaleOf(variation: number): number {
  return (1 + variation ** 2) / 2;
}

/**
 * The state with this wait of exponential services. Those that vary otherwise make it longer or shorter as in M/G/c, a
 * little less so with more servers (by simulation), and not where it is the bound that makes it: for the share `full`.
 */
export function stateOf(
  { refused, timedOut, wait: all }: FoundWait,
  { cores, variation }: Found,
  full: number,
  timeoutMs: number,
): QueueState {
  const { probability, meanMs, squareMs2 } = all;
  if (!(probability > 0 && meanMs > 0)) return { refused, timedOut, waitProbability: 0, wait: noWait };
  const longer = variation === 1 ? 1 : scaleOf(variation) ** ((1 - full) * cores ** -0.1);
  const square = (squareMs2 * probability) / meanMs ** 2 - 1;
  const free: Wait = {
    kind: 'Gamma',
    meanMs: (meanMs / probability) * longer,
    variation: Math.sqrt(Math.max(0.01, square)),
  };
  // Nobody waits longer than the timeout: where that is felt, the wait ends there.
  const isCut = waitSurvival(free, timeoutMs) > noticeable;
  const wait = isCut ? cutAt(timeoutMs, free.meanMs) : free;
  return { refused, timedOut, waitProbability: probability, wait };
}

/** A share of those who wait that is worth to be kept from waiting longer than they can. */
const noticeable = 0.005;
