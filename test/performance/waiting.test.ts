import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mixture } from '../../src/performance/latency.ts';
import { type Arrivals, everyOf, queue, type QueueOptions } from '../../src/performance/queueing.ts';
import { percentileMs } from '../../src/performance/waiting/response-time.ts';
import { judge, type Trial } from '../support/queue-judge.ts';

/** What the formulas say of a trial whose backends are all alike; service times are a second. */
function formula({
  picker,
  cores,
  rate,
  variation,
  limit,
  timeout = Infinity,
}: Trial): ReturnType<typeof queue> {
  const k = cores.length;
  const arrivals: Arrivals =
    picker === 'LeastRequest'
      ? { kind: 'LeastRequest', among: k }
      : picker === 'Random'
        ? { kind: 'Poisson' }
        : { kind: 'Regular', every: k };
  const options: QueueOptions = { arrivals, serviceVariation: variation, limit, timeoutMs: timeout * 1000 };
  return queue(rate / k, 1000, cores[0]!, options);
}

function trial(
  picker: Trial['picker'],
  k: number,
  c: number,
  utilization: number,
  rest: Partial<Trial> = {},
): Trial {
  const cores = Array<number>(k).fill(c);
  return { picker, cores, rate: utilization * k * c, requests: 200_000, seed: 7, ...rest };
}

/** The largest relative errors of mean, p95 and p99. */
function errors(of: Trial): { readonly mean: number; readonly percentiles: number } {
  const simulated = judge(of);
  const { meanMs, p95Ms, p99Ms } = mixture([{ share: 1, time: formula(of).time }]);
  const off = (said: number, right: number): number => Math.abs(said / 1000 / right - 1);
  return {
    mean: off(meanMs, simulated.mean),
    percentiles: Math.max(off(p95Ms, simulated.p95), off(p99Ms, simulated.p99)),
  };
}

describe('against simulation: mean within 5 %, p95 and p99 within 10 %', () => {
  test.each([
    trial('Random', 1, 1, 0.7),
    trial('RoundRobin', 8, 1, 0.8),
    trial('RoundRobin', 4, 2, 0.8),
    trial('RoundRobin', 40, 4, 0.7),
    trial('LeastRequest', 8, 1, 0.5),
    trial('LeastRequest', 40, 1, 0.8),
    trial('LeastRequest', 16, 4, 0.8),
    trial('Random', 1, 1.5, 0.7),
    trial('Random', 1, 1, 0.8, { variation: 0 }),
    trial('RoundRobin', 4, 2, 0.8, { variation: 0.5 }),
  ])('$picker · $cores · $rate · $variation', (of) => {
    const { mean, percentiles } = errors(of);
    expect(mean).toBeLessThan(0.05);
    expect(percentiles).toBeLessThan(0.1);
  });
});

describe('bounded queues', () => {
  test.each([
    trial('Random', 1, 2, 0.9, { limit: 0 }),
    trial('Random', 1, 2, 1.3, { limit: 5 }),
    trial('RoundRobin', 4, 1, 1, { limit: 20 }),
    trial('Random', 1, 1, 1, { timeout: 5 }),
    trial('Random', 1, 4, 1.3, { timeout: 2 }),
  ])('$picker · $cores · $rate · limit $limit · timeout $timeout', (of) => {
    const simulated = judge(of);
    const said = formula(of);
    expect(Math.abs(said.refusedShare - simulated.refused)).toBeLessThan(0.006);
    expect(Math.abs(said.timedOutShare - simulated.timedOut)).toBeLessThan(0.006);
    const { mean, percentiles } = errors(of);
    expect(mean).toBeLessThan(0.05);
    expect(percentiles).toBeLessThan(0.1);
  });
});

test('everyOf · whole gaps are Erlang, others a little less regular, half of all is every second', () => {
  expect(everyOf(1)).toBe(1);
  expect(everyOf(0.25)).toBeCloseTo(4, 12);
  expect(everyOf(0.4)).toBeLessThan(2.5);
  expect(everyOf(0.4)).toBeGreaterThan(2);
});

describe('cores', () => {
  test('20 requests a second of 10 ms on 1 to 3 CPUs · p95 never grows', () => {
    const p95 = [1, 1.1, 1.5, 2, 2.1, 3].map((cores) => percentileMs(queue(20, 10, cores).time, 0.95));
    expect(p95).toEqual([...p95].sort((a, b) => b - a));
    expect(p95[0]).toBeCloseTo(37.4, 0);
  });

  test('more of them, or less that others take of them · never slower, and no jump', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        fc.double({ min: 0.01, max: 0.95, noNaN: true }),
        fc.double({ min: 1e-6, max: 2, noNaN: true }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (cores, utilization, more, p) => {
          const rate = (utilization * cores * 1000) / 8;
          const at = (c: number): number => percentileMs(queue(rate, 8, c).time, p);
          expect(at(cores + more)).toBeLessThanOrEqual(at(cores) * (1 + 1e-8));
          expect(at(cores + 1e-6) / at(cores)).toBeCloseTo(1, 3);
        },
      ),
    );
  });
});
