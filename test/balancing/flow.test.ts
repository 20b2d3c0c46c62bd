import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Random } from '../../src/base/random.ts';
import { type FlowBackend, splitFlow, inPanic } from '../../src/balancing/flow.ts';
import { type BalancingAlgorithm } from '../../src/model/ports.ts';
import { leastRequest } from '../../src/balancing/least-request.ts';

function sharesOf(...split: Parameters<typeof splitFlow>): Float64Array {
  return splitFlow(...split).shares;
}

function backend(change: Partial<FlowBackend> = {}): FlowBackend {
  return { name: 'web', weight: 1, capacity: 100, healthy: true, draining: false, isNew: false, ...change };
}
const sick = { healthy: false };
const draining = { draining: true };
const fresh = { healthy: false, isNew: true };

const algorithms = [
  'RoundRobin',
  'WeightedRoundRobin',
  'LeastRequest',
  'RingHash',
  'Maglev',
  'Random',
] as const;
const weighing = ['WeightedRoundRobin', 'RingHash', 'Maglev'] as const;

/** How far the real tables of the hashing algorithms are off the weights, with few backends. */
const unevenness: Partial<Record<BalancingAlgorithm, number>> = { RingHash: 0.15, Maglev: 1e-4 };

function expectShares(
  actual: Float64Array,
  expected: readonly number[],
  algorithm?: BalancingAlgorithm,
): void {
  const within = (algorithm && unevenness[algorithm]) ?? 1e-9;
  expect(actual).toHaveLength(expected.length);
  expected.forEach((share, i) => {
    expect(Math.abs(actual[i]! - share)).toBeLessThan(within);
    if (share === 0) expect(actual[i]).toBe(0);
  });
}

function named(changes: readonly Partial<FlowBackend>[]): FlowBackend[] {
  return changes.map((change, i) => backend({ name: `web-${i}`, ...change }));
}

describe.each(algorithms)('%s', (algorithm) => {
  test.each([
    ['equal backends · even', [{}, {}, {}, {}], [0.25, 0.25, 0.25, 0.25]],
    ['draining and unhealthy · nothing', [{}, draining, sick, {}], [0.5, 0, 0, 0.5]],
    ['nobody healthy · nothing at all', [sick, sick], [0, 0]],
    ['nobody there', [], []],
  ])('%s', (_name, changes, expected) => {
    expectShares(sharesOf(algorithm, named(changes), 50), expected, algorithm);
  });

  test.each([
    ['a third healthy · all but the draining', [{}, sick, sick, draining], [1 / 3, 1 / 3, 1 / 3, 0]],
    ['half healthy · no panic yet', [{}, sick], [1, 0]],
    ['draining ones do not count', [{}, sick, draining, draining], [1, 0, 0, 0]],
    ['nobody healthy · all', [sick, sick], [0.5, 0.5]],
    ['new ones neither count nor get any', [{}, fresh, fresh], [1, 0, 0]],
    ['new ones do not even when nobody is healthy', [sick, fresh], [1, 0]],
    ['nobody but new ones · nothing at all', [fresh, fresh], [0, 0]],
  ])('panic at 50 %% · %s', (_name, changes, expected) => {
    const shares = sharesOf(algorithm, named(changes), 50, { panicThreshold: 0.5 });
    expectShares(shares, expected, algorithm);
  });

  test('shares add up to 1 when anybody can take traffic, whoever cannot gets none', () => {
    const any = fc.record({
      weight: fc.integer({ min: 1, max: 9 }),
      capacity: fc.constantFrom(0, 1, 50, 1e4),
      healthy: fc.boolean(),
      draining: fc.boolean(),
    });
    const rate = fc.double({ min: 0, max: 2e4, noNaN: true });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), rate, (changes, offered) => {
        const backends = named(changes);
        const shares = sharesOf(algorithm, backends, offered);
        const sum = shares.reduce((total, share) => total + share, 0);
        const eligible = backends.map((one) => one.healthy && !one.draining);
        if (eligible.includes(true)) expect(sum).toBeCloseTo(1, 9);
        else expect(sum).toBe(0);
        shares.forEach((share, i) => {
          expect(share).toBeGreaterThanOrEqual(0);
          if (!eligible[i]) expect(share).toBe(0);
        });
      }),
    );
  });
});

test.each(weighing)('%s · by weight, none without', (algorithm) => {
  const backends = named([5, 1, 0, 2].map((weight) => ({ weight })));
  expectShares(sharesOf(algorithm, backends, 50), [5 / 8, 1 / 8, 0, 2 / 8], algorithm);
});
test.each(['RoundRobin', 'Random'] as const)('%s · even, whatever the weights', (algorithm) => {
  expectShares(sharesOf(algorithm, [backend({ weight: 5 }), backend()], 50), [0.5, 0.5]);
});

test.each([
  ['all well', [{}, {}], 0.5, false],
  ['threshold 0 · never', [sick, sick], 0, false],
  ['nobody there', [], 0.5, false],
  ['one of three', [{}, sick, sick], 0.5, true],
])('inPanic · %s', (_name, changes, threshold, expected) => {
  expect(inPanic(changes.map(backend), threshold)).toBe(expected);
});

describe('LeastRequest', () => {
  const fast = backend({ capacity: 200 });
  const slow = backend({ capacity: 100 });
  test.each([
    ['idle · by weight', 0, [1 / 2, 1 / 2]],
    ['at capacity · by capacity', 300, [2 / 3, 1 / 3]],
    ['somewhat beyond it · by capacity', 400, [2 / 3, 1 / 3]],
    ['far beyond it · by capacity', 3000, [2 / 3, 1 / 3]],
  ])('%s', (_name, rate, expected) => {
    expectShares(sharesOf('LeastRequest', [fast, slow], rate), expected);
  });
  test.each([
    ['one of four at a tenth of the speed', [1, 1, 1, 0.1], 2.5, [0.3125, 0.3125, 0.3125, 0.0625]],
    ['the same, with time for all it is given', [1, 1, 1, 0.1], 0.001, [0.25, 0.25, 0.25, 0.25]],
    [
      'two of four slow: both choices fall on them one time in four',
      [1, 0.01, 1, 0.01],
      1.9,
      [3 / 8, 1 / 8, 3 / 8, 1 / 8],
    ],
    ['a fast one of two: no more than three quarters', [9, 1], 8, [0.75, 0.25]],
    ['unequal weights are not chosen by two draws', [1, 0.01], 0.99, [0.98, 0.02], [2, 1]],
  ])('two choices · %s', (_name, capacities, rate, expected, weights = capacities.map(() => 1)) => {
    const backends = capacities.map((capacity, i) => backend({ capacity, weight: weights[i]! }));
    sharesOf('LeastRequest', backends, rate).forEach((share, i) => {
      expect(Math.abs(share - expected[i]!)).toBeLessThan(0.011);
    });
  });
  test('two choices · any m of n backends get (m / n)² at the least, and no more time is lost for it than has to be', () => {
    const capacity = fc.oneof(fc.constantFrom(0.01, 1), fc.double({ min: 0.01, max: 10, noNaN: true }));
    fc.assert(
      fc.property(
        fc.array(capacity, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.001, max: 1.5, noNaN: true }),
        (capacities, utilization) => {
          const offered = utilization * capacities.reduce((sum, one) => sum + one, 0);
          const shares = [
            ...sharesOf(
              'LeastRequest',
              capacities.map((one) => backend({ capacity: one })),
              offered,
            ),
          ];
          let sum = 0;
          const n = capacities.length;
          shares
            .sort((a, b) => a - b)
            .forEach((share, i) => {
              sum += share;
              expect(sum).toBeGreaterThan(((i + 1) / n) ** 2 - 1e-9);
            });
          expect(sum).toBeCloseTo(1, 9);
        },
      ),
    );
  });
  test('without capacity · nothing, while others have some', () => {
    expectShares(sharesOf('LeastRequest', [fast, backend({ capacity: 0 })], 10), [1, 0]);
    expectShares(sharesOf('LeastRequest', [backend({ capacity: 0 })], 10), [1]);
  });
  test('no backend is overloaded while the sum suffices, and each has as many active for its weight', () => {
    const any = fc.record({
      weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
      capacity: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0.001, max: 0.99, noNaN: true }),
        (changes, utilization) => {
          // Of equal weights only two choices are made: see below.
          fc.pre(changes.length === 1 || changes.some(({ weight }) => weight !== changes[0]!.weight));
          const backends = changes.map(backend);
          const offered = utilization * backends.reduce((sum, { capacity }) => sum + capacity, 0);
          const rates = sharesOf('LeastRequest', backends, offered).map((share) => share * offered);
          const pulls = backends.map((one, i) => {
            const busy = rates[i]! / one.capacity;
            expect(busy).toBeLessThan(1);
            return rates[i]! / (one.weight * (1 - busy));
          });
          for (const pull of pulls) expect(pull / pulls[0]!).toBeCloseTo(1, 5);
        },
      ),
    );
  });

  /** Markov chain of single-core backends fed by the real picker: the reference for the fluid shares. */
  function simulated(backends: readonly FlowBackend[], rate: number): number[] {
    const random = new Random(1);
    const picker = leastRequest(backends.map(({ weight }, i) => ({ name: String(i), weight })));
    const active = backends.map(() => 0);
    const sent = backends.map(() => 0);
    const context = { uniform: () => random.next(), active: (name: string) => active[Number(name)]! };
    for (let count = 0; count < 40_000;) {
      const rates = backends.map(({ capacity }, i) => (active[i]! > 0 ? capacity : 0));
      let draw = random.next() * (rate + rates.reduce((sum, one) => sum + one, 0));
      if (draw < rate) {
        const chosen = Number(picker.pick(context));
        active[chosen]!++;
        sent[chosen]!++;
        count++;
        continue;
      }
      draw -= rate;
      const done = rates.findIndex((one) => (draw -= one) < 0);
      if (done >= 0) active[done]!--;
    }
    return sent.map((count) => count / 40_000);
  }
  test.each([
    ['two speeds, 30 %', [1, 2], [1, 1], 0.3],
    ['two speeds, 70 %', [1, 2], [1, 1], 0.7],
    ['two speeds, 95 %', [1, 2], [1, 1], 0.95],
    ['eight, half of them slow, 80 %', [1, 1, 1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1, 1], 0.8],
    ['weights of the capacities, 70 %', [1, 2], [1, 2], 0.7],
    ['one so slow that it is overloaded', [1, 1, 1, 0.1], [1, 1, 1, 1], 0.8],
    ['two of five so slow', [0.05, 1, 0.05, 1, 1], [1, 1, 1, 1, 1], 0.7],
    ['one so fast that the other is overloaded', [5, 1], [1, 1], 0.9],
  ])('as the picks themselves, within 0.03 · %s', (_name, capacities, weights, utilization) => {
    const backends = capacities.map((capacity, i) => backend({ capacity, weight: weights[i]! }));
    const rate = utilization * capacities.reduce((sum, capacity) => sum + capacity, 0);
    const shares = sharesOf('LeastRequest', backends, rate);
    simulated(backends, rate).forEach((share, i) => {
      expect(Math.abs(shares[i]! - share)).toBeLessThan(0.03);
    });
  });
});
