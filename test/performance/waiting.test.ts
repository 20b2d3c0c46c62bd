import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyOf, queue } from '../../src/performance/queueing.ts';
import { behindBacklog } from '../../src/performance/waiting/backlog.ts';
import {
  meanMs,
  percentileMs,
  type ResponseTime,
  survival,
  varianceMs2,
} from '../../src/performance/waiting/response-time.ts';
import { mixedService } from '../../src/performance/waiting/service.ts';
import { leastRequestChoices } from '../../src/performance/waiting/unequal-backends.ts';
import { supermarket } from '../accuracy/published.ts';
import { barrer, gim1, mg1, mmck } from '../accuracy/theory.ts';
import { alike, choicesOf, said } from '../accuracy/trials.ts';
import { judge, type Trial } from '../support/queue-judge.ts';

const short = { requests: 200_000, seed: 7 };

/** How far the formulas are from the simulation: the mean, and the worse of p95 and p99. */
function errors(trial: Trial): { readonly mean: number; readonly percentiles: number } {
  const simulated = judge(trial);
  const { meanMs: mean, p95Ms, p99Ms } = said(trial);
  const off = (value: number, right: number): number => Math.abs(value / right - 1);
  return {
    mean: off(mean, simulated.mean),
    percentiles: Math.max(off(p95Ms, simulated.p95), off(p99Ms, simulated.p99)),
  };
}

describe('against simulation: mean within 5 %, p95 and p99 within 10 %', () => {
  test.each([
    alike('Random', 1, 1, 0.7, short),
    alike('Random', 1, 1.5, 0.7, short),
    alike('Random', 1, 1, 0.8, { ...short, variation: 0 }),
    alike('RoundRobin', 8, 1, 0.8, short),
    alike('RoundRobin', 40, 4, 0.7, short),
    alike('RoundRobin', 4, 2, 0.8, { ...short, variation: 0.5 }),
    alike('RoundRobin', 40, 1, 0.5, { ...short, variation: 2 }),
    alike('LeastRequest', 2, 1, 0.8, short),
    alike('LeastRequest', 4, 2, 0.9, { ...short, requests: 600_000 }),
    alike('LeastRequest', 8, 8, 0.8, short),
    alike('LeastRequest', 40, 1, 0.9, short),
    alike('LeastRequest', 8, 1, 0.7, { ...short, variation: 0 }),
    // Between the points at which the correction for few backends was measured.
    alike('LeastRequest', 6, 3, 0.85, short),
    alike('LeastRequest', 12, 1, 0.6, short),
  ])('$picker · $cores · $rate · $variation', (trial) => {
    const { mean, percentiles } = errors(trial);
    expect(mean).toBeLessThan(0.05);
    expect(percentiles).toBeLessThan(0.1);
  });

  test.each([
    ['3 cores and 1', { cores: [3, 1], weights: [3, 1], rate: 3.2 }],
    ['1 core each', { cores: [1, 1, 1], weights: [2, 1, 1], rate: 1.5 }],
  ])('WeightedRoundRobin · %s', (_name, parts) => {
    const { mean, percentiles } = errors({ picker: 'Weighted', ...parts, ...short });
    expect(mean).toBeLessThan(0.05);
    expect(percentiles).toBeLessThan(0.1);
  });

  const evenly = [1, 1, 1, 1];
  test.each([
    ['one of half the speed', evenly, [1, 1, 1, 0.5], 2.1, evenly],
    ['two sizes', [2, 2, 1, 1], evenly, 4.5, evenly],
    ['small ones nearly full beside a large one', [4, 1, 1, 1], evenly, 4.9, evenly],
    ['weights of the sizes', [4, 1, 1, 1], evenly, 4.9, [4, 1, 1, 1]],
    ['weights of the sizes, one slow', [2, 2, 1, 1], [0.5, 1, 1, 1], 4, [2, 2, 1, 1]],
    ['weights without reason', evenly, evenly, 3.2, [2, 1, 1, 1]],
  ])('LeastRequest · %s', (_name, cores, speeds, rate, weights) => {
    const trial: Trial = { picker: 'LeastRequest', cores, speeds, weights, rate, ...short };
    const simulated = judge(trial);
    const choices = choicesOf(trial);
    choices.forEach(({ share }, i) => expect(Math.abs(share - simulated.shares[i]!)).toBeLessThan(0.01));
    const { meanMs: mean, p95Ms } = said(trial, choices);
    expect(Math.abs(mean / simulated.mean - 1)).toBeLessThan(0.05);
    expect(Math.abs(p95Ms / simulated.p95 - 1)).toBeLessThan(0.1);
  });
});

test('LeastRequest cannot avoid a slow backend when both draws fall on it', () => {
  const limit = 1024;
  const backends = [1, 1, 1, 10].map((serviceMs) => ({ serviceMs, cores: 1, weight: 1, limit, waiting: 0 }));
  const { share, arrivals } = leastRequestChoices(backends, 2.5)[3]!;
  expect(share).toBeCloseTo(1 / 16, 3);
  const { refusedShare } = queue(share * 2500, 10, 1, { arrivals, limit });
  // It gets 0.156 a ms and serves 0.1: of all requests that is 2.3 %.
  expect(refusedShare * share).toBeCloseTo(0.0225, 3);
});

describe('against exact theory', () => {
  test.each([
    [2, 0.8],
    [8, 0.8],
    [40, 0.95],
  ])('every %i-th request at utilization %d · GI/M/1', (k, rho) => {
    expect(said(alike('RoundRobin', k, 1, rho)).meanMs).toBeCloseTo(gim1(k, rho), 8);
  });
  test.each([0, 0.5, 2])('variation %d · Pollaczek and Khinchine', (variation) => {
    expect(said(alike('Random', 1, 1, 0.8, { variation })).meanMs).toBeCloseTo(mg1(0.8, variation), 8);
  });
  test.each([
    [1, 0.8, 0],
    [4, 0.95, 10],
    [4, 1.2, 10],
    [2, 1, 100],
  ])('%i cores at %d · what a limit of %i refuses', (cores, utilization, limit) => {
    const { refusedShare } = queue(utilization * cores, 1000, cores, { limit });
    expect(refusedShare).toBeCloseTo(mmck(cores, utilization * cores, limit), 9);
  });
  test.each([
    [1, 0.8, 2],
    [4, 0.95, 1],
    [4, 1.3, 2],
    [2, 1, 20],
  ])('%i cores at %d · what is given up after %d service times', (cores, utilization, patience) => {
    const { timedOutShare } = queue(utilization * cores, 1000, cores, { timeoutMs: patience * 1000 });
    expect(timedOutShare).toBeCloseTo(barrer(cores, utilization * cores, patience), 6);
  });
});

describe('published: queues with two choices (Gast, Bortolussi and Tribastone 2019)', () => {
  test.each(supermarket)('$queues queues at $utilization', ({ queues, utilization, simulated }) => {
    const length = utilization * said(alike('LeastRequest', queues, 1, utilization)).meanMs;
    expect(Math.abs(length / simulated - 1)).toBeLessThan(0.02);
  });
});

describe('bounded queues, against simulation', () => {
  test.each([
    alike('Random', 1, 2, 1.3, { ...short, limit: 5 }),
    alike('Random', 1, 1.5, 1, { ...short, timeout: 2 }),
    alike('RoundRobin', 4, 1, 1, { ...short, limit: 20 }),
    alike('RoundRobin', 4, 1, 0.8, { ...short, limit: 0 }),
    alike('LeastRequest', 8, 1, 1.2, { ...short, limit: 5 }),
    alike('LeastRequest', 8, 4, 1.2, { ...short, limit: 100 }),
  ])('$picker · $cores · $rate · limit $limit · timeout $timeout', (trial) => {
    const simulated = judge(trial);
    const { refused, timedOut } = said(trial);
    expect(Math.abs(refused - simulated.refused)).toBeLessThan(0.008);
    expect(Math.abs(timedOut - simulated.timedOut)).toBeLessThan(0.008);
    const { mean, percentiles } = errors(trial);
    expect(mean).toBeLessThan(0.05);
    expect(percentiles).toBeLessThan(0.1);
  });

  test('no more is served than can be, at any load and bound', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Poisson', 'Regular', 'LeastRequest'),
        fc.double({ min: 0.3, max: 12, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.integer({ min: 0, max: 200 }),
        fc.oneof(fc.constant(Infinity), fc.double({ min: 0.1, max: 100, noNaN: true })),
        (kind, cores, utilization, serviceVariation, limit, timeoutMs) => {
          const arrivals =
            kind === 'Poisson' ? { kind } : kind === 'Regular' ? { kind, every: 6 } : { kind, among: 6 };
          const bounds = { arrivals, serviceVariation, limit, timeoutMs };
          const outcome = queue(utilization * cores * 1000, 1, cores, bounds);
          const { refusedShare, timedOutShare, servedPerSecond, time } = outcome;
          expect(refusedShare).toBeGreaterThanOrEqual(0);
          expect(timedOutShare).toBeGreaterThanOrEqual(0);
          expect(servedPerSecond).toBeLessThanOrEqual(cores * 1000 * (1 + 1e-9));
          for (const p of [0.5, 0.99]) expect(percentileMs(time, p)).toBeGreaterThan(0);
          expect(Number.isFinite(meanMs(time))).toBe(true);
        },
      ),
    );
  });
});

test('everyOf · whole gaps are Erlang, others a little less regular', () => {
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

describe('a backlog', () => {
  const idle = queue(0, 10, 1).time;
  test('of one length · all wait for it, and are served', () => {
    const time = behindBacklog(idle, 1000, 1000);
    expect(meanMs(time)).toBeCloseTo(1010, 6);
    expect(percentileMs(time, 0.99)).toBeCloseTo(1000 + 10 * Math.log(100), 2);
  });
  test('that grows · percentiles from its length, not from an exponential tail', () => {
    const time = behindBacklog(idle, 0, 2000);
    expect(meanMs(time)).toBeCloseTo(1010, 6);
    expect(percentileMs(time, 0.5)).toBeCloseTo(1010, 0);
    expect(percentileMs(time, 0.95)).toBeCloseTo(1910, 0);
    expect(percentileMs(time, 0.99)).toBeLessThan(2020);
  });
  test('none · the queue as it is; and hardly any, hardly more', () => {
    const { time } = queue(80, 10, 1);
    expect(behindBacklog(time, 0, 0)).toBe(time);
    expect(meanMs(behindBacklog(time, 0, 0.01)) / meanMs(time)).toBeCloseTo(1, 3);
    expect(percentileMs(behindBacklog(time, 0, 0.01), 0.99) / percentileMs(time, 0.99)).toBeCloseTo(1, 1);
  });
  test('beside a queue · the means add up', () => {
    const { time } = queue(80, 10, 1);
    expect(meanMs(behindBacklog(time, 500, 700))).toBeCloseTo(meanMs(time) + 600, 6);
  });
});

describe('distributions', () => {
  const service = { meanMs: 10, variation: 1 };
  const times: [string, ResponseTime][] = [
    ['exponential wait, gamma service', queue(80, 10, 1, { serviceVariation: 0.5 }).time],
    ['wait of two choices', queue(340, 10, 4, { arrivals: { kind: 'LeastRequest', among: 8 } }).time],
    ['places', queue(100, 10, 1, { limit: 20 }).time],
    ['places, overload', queue(150, 10, 1, { limit: 20 }).time],
    ['timeout', queue(100, 10, 1, { timeoutMs: 60 }).time],
    ['timeout, overload', queue(150, 10, 1, { timeoutMs: 60 }).time],
    [
      'backlog, gamma service',
      {
        service: { meanMs: 10, variation: 2 },
        waitProbability: 1,
        wait: { kind: 'Between', fromMs: 50, toMs: 90, decay: 0 },
      },
    ],
    [
      'falling density',
      { service, waitProbability: 0.7, wait: { kind: 'Between', fromMs: 5, toMs: 90, decay: 0.03 } },
    ],
  ];
  test.each(times)('%s · mean and variance are those of the survival function', (_name, time) => {
    let first = 0;
    let second = 0;
    const width = 0.1;
    for (let t = width / 2; t < 2000; t += width) {
      const left = survival(time, t);
      first += left * width;
      second += 2 * t * left * width;
    }
    expect(Math.abs(first / meanMs(time) - 1)).toBeLessThan(0.01);
    expect(Math.abs((second - first ** 2) / varianceMs2(time) - 1)).toBeLessThan(0.05);
  });
  test.each(times)('%s · falls from 1 to 0', (_name, time) => {
    let before = 1;
    for (let t = 0; t < 600; t += 3) {
      const left = survival(time, t);
      expect(left).toBeLessThanOrEqual(before + 1e-9);
      before = left;
    }
    expect(survival(time, 1e5)).toBeLessThan(1e-6);
  });
});

describe('mixedService', () => {
  test('of one kind · that', () => {
    const { meanMs: mean, variation } = mixedService([{ rate: 5, meanMs: 10, variation: 0.5 }])!;
    expect([mean, variation]).toEqual([10, expect.closeTo(0.5, 12)]);
  });
  test('of short and long ones · varies more than either', () => {
    const { meanMs: mean, variation } = mixedService([
      { rate: 9, meanMs: 1, variation: 1 },
      { rate: 1, meanMs: 91, variation: 1 },
    ])!;
    expect(mean).toBeCloseTo(10, 12);
    // E[S²] = 0.9 * 2 + 0.1 * 2 * 91² = 1658.
    expect(variation).toBeCloseTo(Math.sqrt(16.58 - 1), 6);
  });
  test('of nothing · none', () => {
    expect(mixedService([])).toBeUndefined();
  });
});
