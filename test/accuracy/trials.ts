/** Cases that are asked of the formulas and of those that judge them; times in mean service times. */
import { type Latency, mixture } from '../../src/performance/latency.ts';
import { everyOf, queue, type QueueOutcome } from '../../src/performance/queueing.ts';
import { type Choice, leastRequestChoices } from '../../src/performance/waiting/unequal-backends.ts';
import { judge, type Trial, type Verdict } from '../support/queue-judge.ts';
import { playTrial } from './request-judge.ts';

/** Someone who can tell how a trial comes out; each gets columns of its own in the tables. */
export interface Judge {
  readonly name: string;
  readonly asks: (trial: Trial) => Played;
}

/** What all of them tell. */
export type Played = Omit<Verdict, 'meanWait' | 'waited'>;

export const simulation: Judge = { name: 'simulation', asks: judge };
export const judges: readonly Judge[] = [simulation, { name: '`--fidelity requests`', asks: playTrial }];

export interface Said extends Latency {
  /** Shares of the requests that are refused and given up. */
  readonly refused: number;
  readonly timedOut: number;
}

/** A service time takes so long, ms. */
const service = 1000;

/** What the formulas say. */
export function said(trial: Trial, choices = choicesOf(trial)): Said {
  const shares = choices.map(({ share }) => share);
  const outcomes = choices.map((choice, index) => outcomeOf(trial, choice, index));
  const parts = outcomes.map(({ time, errorRate }, i) => ({
    share: (shares[i] ?? 0) * (1 - errorRate),
    time,
  }));
  const { meanMs, varianceMs2, p50Ms, p95Ms, p99Ms } = mixture(parts);
  const over = (of: (outcome: QueueOutcome) => number): number =>
    outcomes.reduce((sum, outcome, i) => sum + (shares[i] ?? 0) * of(outcome), 0);
  return {
    meanMs: meanMs / service,
    varianceMs2: varianceMs2 / service ** 2,
    p50Ms: p50Ms / service,
    p95Ms: p95Ms / service,
    p99Ms: p99Ms / service,
    refused: over(({ refusedShare }) => refusedShare),
    timedOut: over(({ timedOutShare }) => timedOutShare),
  };
}

/** What share each backend gets, and how that comes. */
export function choicesOf(trial: Trial): readonly Choice[] {
  const { picker, cores, speeds, weights, rate, limit = Infinity } = trial;
  if (picker === 'LeastRequest') {
    const backends = cores.map((c, i) => ({
      ...{ cores: c, serviceMs: service / (speeds?.[i] ?? 1), weight: weights?.[i] ?? 1 },
      ...{ limit, waiting: 0 },
    }));
    return leastRequestChoices(backends, rate / service);
  }
  return evenly(trial).map((share) => ({
    share,
    arrivals: picker === 'Random' ? { kind: 'Poisson' } : { kind: 'Regular', every: everyOf(share) },
  }));
}

function outcomeOf(trial: Trial, { share, arrivals }: Choice, index: number): QueueOutcome {
  const { cores, speeds, rate, variation, limit, timeout = Infinity } = trial;
  return queue(rate * share, service / (speeds?.[index] ?? 1), cores[index] ?? 0, {
    arrivals,
    serviceVariation: variation,
    limit,
    timeoutMs: timeout * service,
  });
}

function evenly({ cores, weights }: Trial): readonly number[] {
  const sizes = weights ?? cores.map(() => 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => size / total);
}

/** k backends of c cores each. */
export function alike(
  picker: Trial['picker'],
  k: number,
  c: number,
  utilization: number,
  rest: Partial<Trial> = {},
): Trial {
  const cores = Array<number>(k).fill(c);
  return { picker, cores, rate: utilization * k * c, requests: 1_000_000, seed: 1, ...rest };
}
