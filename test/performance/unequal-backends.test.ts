/** What LeastRequest makes of backends that differ, held against picks of the balancer's own picker. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastRequest } from '../../src/balancing/least-request.ts';
import { Random } from '../../src/base/random.ts';
import { fluidShares } from '../../src/performance/waiting/fluid-choices.ts';
import {
  type ChosenBackend,
  type KnownFields,
  leastRequestChoices,
} from '../../src/performance/waiting/unequal-backends.ts';

function backend(change: Partial<ChosenBackend> = {}): ChosenBackend {
  return { serviceMs: 10, cores: 1, weight: 1, limit: 1024, waiting: 0, ...change };
}

function sharesOf(backends: readonly ChosenBackend[], utilization: number): readonly number[] {
  const capacity = backends.reduce((sum, { serviceMs, cores }) => sum + cores / serviceMs, 0);
  return leastRequestChoices(backends, utilization * capacity).map(({ share }) => share);
}

/** Markov chain of backends fed by the real picker. */
function simulated(backends: readonly ChosenBackend[], utilization: number): number[] {
  const random = new Random(1);
  const picker = leastRequest(backends.map(({ weight }, i) => ({ name: String(i), weight })));
  const rate = utilization * backends.reduce((sum, { serviceMs, cores }) => sum + cores / serviceMs, 0);
  const active = backends.map(() => 0);
  const sent = backends.map(() => 0);
  const context = { uniform: () => random.next(), active: (name: string) => active[Number(name)]! };
  const requests = 60_000;
  for (let count = 0; count < requests;) {
    const rates = backends.map(({ serviceMs, cores }, i) => Math.min(active[i]!, cores) / serviceMs);
    let draw = random.next() * (rate + rates.reduce((sum, one) => sum + one, 0));
    if (draw < rate) {
      const chosen = Number(picker.pick(context));
      sent[chosen]!++;
      if (active[chosen]! < backends[chosen]!.cores + backends[chosen]!.limit) active[chosen]!++;
      count++;
      continue;
    }
    draw -= rate;
    const done = rates.findIndex((one) => (draw -= one) < 0);
    if (done >= 0) active[done]!--;
  }
  return sent.map((one) => one / requests);
}

const speeds = (...all: number[]): ChosenBackend[] => all.map((speed) => backend({ serviceMs: 10 / speed }));
const sizes = (...all: number[]): ChosenBackend[] => all.map((cores) => backend({ cores }));
const weighed = (...all: number[]): ChosenBackend[] => all.map((cores) => backend({ cores, weight: cores }));

const endless = (backends: readonly ChosenBackend[]): ChosenBackend[] =>
  backends.map((one) => ({ ...one, limit: Infinity }));

describe('shares as those of the picks, within 0.015', () => {
  test.each<[string, readonly ChosenBackend[], number]>([
    ['two speeds, 70 %', speeds(1, 2), 0.7],
    ['two speeds, 95 %', speeds(1, 2), 0.95],
    ['half of eight slow, 80 %', speeds(1, 1, 1, 1, 2, 2, 2, 2), 0.8],
    ['one so slow that it is overloaded', speeds(1, 1, 1, 0.1), 0.8],
    ['two of five so slow', speeds(0.05, 1, 0.05, 1, 1), 0.7],
    ['one so fast that the other is overloaded', speeds(5, 1), 0.9],
    ['two sizes', sizes(2, 2, 1, 1), 0.75],
    ['one large, three small', sizes(4, 1, 1, 1), 0.7],
    ['three sizes', sizes(8, 4, 4, 2, 2, 2), 0.85],
    ['weights of the sizes', weighed(4, 1, 1, 1), 0.7],
    ['weights of the sizes, busy', weighed(2, 1), 0.95],
    ['weights of the sizes, one slow', [...weighed(2, 2, 1), backend({ serviceMs: 50 })], 0.8],
    ['weights without reason', [backend({ weight: 3 }), backend(), backend()], 0.6],
    ['more than can be served', endless(speeds(1, 1, 0.5)), 1.4],
    ['more than can be served, by weight', endless(weighed(4, 1, 1)), 1.4],
  ])('%s', (_name, backends, utilization) => {
    const shares = sharesOf(backends, utilization);
    simulated(backends, utilization).forEach((share, i) => {
      expect(Math.abs(shares[i]! - share)).toBeLessThan(0.015);
    });
  });
});

test.each<[string, readonly ChosenBackend[], number, readonly number[]]>([
  ['alike · even', speeds(1, 1, 1), 0.8, [1 / 3, 1 / 3, 1 / 3]],
  ['idle, equal weights · even', speeds(1, 0.1), 1e-6, [1 / 2, 1 / 2]],
  ['idle, weights · by weight', [backend({ weight: 3 }), backend()], 1e-6, [3 / 4, 1 / 4]],
  ['a fast one of two · no more than three quarters', speeds(9, 1), 0.8, [0.75, 0.25]],
  ['two of four too slow · a quarter for both', speeds(1, 0.01, 1, 0.01), 0.9, [3 / 8, 1 / 8, 3 / 8, 1 / 8]],
  ['far beyond capacity · all grow alike', speeds(1, 0.5), 1000, [1 / 2, 1 / 2]],
])('%s', (_name, backends, utilization, expected) => {
  sharesOf(backends, utilization).forEach((share, i) => expect(share).toBeCloseTo(expected[i]!, 2));
});

test('whoever has a backlog while others have none gets what both draws leave to it', () => {
  const backends = [backend({ waiting: 50 }), backend(), backend(), backend()];
  const [first, second] = sharesOf(backends, 0.5);
  expect(first).toBeCloseTo(1 / 16, 6);
  expect(second).toBeCloseTo(15 / 48, 6);
  // All have one: they grow, or are drained, alike; when they are full only weights are left.
  const all = [...speeds(1, 1), ...speeds(0.5, 0.5)].map((one) => ({ ...one, waiting: 50 }));
  expect(sharesOf(all, 1.2)[3]).toBeCloseTo(1 / 4 - 1 / 14.4, 9);
  for (const share of sharesOf(
    all.map((one) => ({ ...one, limit: 50 })),
    1.2,
  ))
    expect(share).toBe(1 / 4);
});

test('nobody is given more than it can serve to spare one that is behind, nor for a few that wait by chance', () => {
  // Three quarters of what comes would be more than one can serve: it would be behind in turn, a moment later.
  const [behind, free] = sharesOf([backend({ waiting: 500 }), backend()], 0.75);
  expect(free! * 1.5).toBeCloseTo(0.98, 9);
  expect(behind! + free!).toBeCloseTo(1, 9);
  expect(sharesOf([backend({ waiting: 5 }), backend()], 0.75)).toEqual([1 / 2, 1 / 2]);
});

const anyBackend = fc.record({
  serviceMs: fc.double({ min: 1, max: 100, noNaN: true }),
  cores: fc.double({ min: 1, max: 8, noNaN: true }),
  weight: fc.constantFrom(1, 1, 1, 2, 5),
  limit: fc.constantFrom(0, 5, 1024, Infinity),
  waiting: fc.constantFrom(0, 0, 0, 300),
});

test('the shares add up to 1, and two choices leave no m of n backends less than (m / n)²', () => {
  fc.assert(
    fc.property(
      fc.array(anyBackend, { minLength: 1, maxLength: 8 }),
      fc.double({ min: 1e-6, max: 2, noNaN: true }),
      (backends, utilization) => {
        const shares = sharesOf(backends, utilization);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
        for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
        if (new Set(backends.map(({ weight }) => weight)).size > 1) return;
        let sum = 0;
        [...shares]
          .sort((a, b) => a - b)
          .forEach((share, i) => {
            sum += share;
            expect(sum).toBeGreaterThan(((i + 1) / shares.length) ** 2 - 2e-3);
          });
      },
    ),
    { numRuns: 60 },
  );
});

test('what is known of fields changes nothing', () => {
  const backends = [...weighed(4, 2, 1), ...speeds(0.5)];
  const known: KnownFields = new Map();
  for (const rate of [0.2, 0.5, 0.51, 0.2]) {
    expect(leastRequestChoices(backends, rate, known)).toEqual(leastRequestChoices(backends, rate));
  }
  expect(known.size).toBeGreaterThan(2);
});

test('queues that grow do so alike by two choices, and by weight over length by turns', () => {
  expect(fluidShares(speeds(1, 0.5), 0.2)).toEqual([0.625, 0.375]);
  const [first = 0, second = 0] = fluidShares(weighed(4, 1), 1).map((share, i) => share - [0.4, 0.1][i]!);
  expect(first + second).toBeCloseTo(0.5, 6);
  // a (a + capacity) in proportion to the weight.
  expect((first * (first + 0.4)) / (second * (second + 0.1))).toBeCloseTo(4, 4);
});
