import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { type FlowBackend, splitFlow, inPanic } from '../../src/balancing/flow.ts';
import { type BalancingAlgorithm } from '../../src/model/ports.ts';

function sharesOf(...split: Parameters<typeof splitFlow>): Float64Array {
  return splitFlow(...split).shares;
}

function backend(change: Partial<FlowBackend> = {}): FlowBackend {
  return { name: 'web', weight: 1, healthy: true, draining: false, isNew: false, ...change };
}
const sick = { healthy: false };
const draining = { draining: true };
const fresh = { healthy: false, isNew: true };

const algorithms = ['RoundRobin', 'WeightedRoundRobin', 'RingHash', 'Maglev', 'Random'] as const;
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
    expectShares(sharesOf(algorithm, named(changes)), expected, algorithm);
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
    const shares = sharesOf(algorithm, named(changes), { panicThreshold: 0.5 });
    expectShares(shares, expected, algorithm);
  });

  test('shares add up to 1 when anybody can take traffic, whoever cannot gets none', () => {
    const any = fc.record({
      weight: fc.integer({ min: 1, max: 9 }),
      healthy: fc.boolean(),
      draining: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (changes) => {
        const backends = named(changes);
        const shares = sharesOf(algorithm, backends);
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
  expectShares(sharesOf(algorithm, backends), [5 / 8, 1 / 8, 0, 2 / 8], algorithm);
});
test.each(['RoundRobin', 'Random'] as const)('%s · even, whatever the weights', (algorithm) => {
  expectShares(sharesOf(algorithm, [backend({ weight: 5 }), backend()]), [0.5, 0.5]);
});

test.each([
  ['all well', [{}, {}], 0.5, false],
  ['threshold 0 · never', [sick, sick], 0, false],
  ['nobody there', [], 0.5, false],
  ['one of three', [{}, sick, sick], 0.5, true],
])('inPanic · %s', (_name, changes, threshold, expected) => {
  expect(inPanic(changes.map(backend), threshold)).toBe(expected);
});
