/** Cases that are asked of the formulas and of those that judge them; times in mean service times. */
import { type Latency, mixture } from '../../src/performance/latency.ts';
import { type Arrivals, everyOf, queue, type QueueOutcome } from '../../src/performance/queueing.ts';
import { othersOf, type Others } from '../../src/performance/waiting/unequal-backends.ts';
import { judge, type Trial, type Verdict } from '../support/queue-judge.ts';

/** Someone who can tell how a trial comes out; each gets columns of its own in the tables. */
export interface Judge {
  readonly name: string;
  readonly asks: (trial: Trial) => Verdict;
}

export const judges: readonly Judge[] = [{ name: 'simulation', asks: judge }];

export interface Said extends Latency {
  /** Shares of the requests that are refused and given up. */
  readonly refused: number;
  readonly timedOut: number;
}

/** A service time takes so long, ms. */
const service = 1000;

/** What the formulas say. Of LeastRequest's backends that differ, `others` tells what each sees: see `othersOfTrial`. */
export function said(trial: Trial, others?: readonly Others[]): Said {
  const shares = others?.map(({ share }) => share) ?? evenly(trial);
  const outcomes = shares.map((share, index) => outcomeOf(trial, share, index, others?.[index]));
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

/** What LeastRequest's backends see of each other. */
export function othersOfTrial({ cores, speeds, rate }: Trial): readonly Others[] {
  const backends = cores.map((c, i) => ({ cores: c, serviceMs: service / (speeds?.[i] ?? 1) }));
  const others = othersOf(backends, rate / service);
  if (others === undefined) throw new Error('more comes than the backends can serve');
  return others;
}

function outcomeOf(trial: Trial, share: number, index: number, others?: Others): QueueOutcome {
  const { cores, speeds, rate, variation, limit, timeout = Infinity } = trial;
  return queue(rate * share, service / (speeds?.[index] ?? 1), cores[index] ?? 0, {
    arrivals: arrivalsOf(trial, share, others),
    serviceVariation: variation,
    limit,
    timeoutMs: timeout * service,
  });
}

function arrivalsOf({ picker, cores }: Trial, share: number, others?: Others): Arrivals {
  switch (picker) {
    case 'Random':
      return { kind: 'Poisson' };
    case 'LeastRequest':
      return { kind: 'LeastRequest', among: cores.length, others };
    case 'RoundRobin':
    case 'Weighted':
      return { kind: 'Regular', every: everyOf(share) };
  }
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
