import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitFlow, type FlowBackend } from '../../src/balancing/flow.ts';
import {
  hashTable,
  keyName,
  keyPopulation,
  movedShare,
  ownersOf,
  sharesOfKeys,
} from '../../src/balancing/keys.ts';
import { createPicker } from '../../src/balancing/pick.ts';

const hashing = ['RingHash', 'Maglev'] as const;

function pool(count: number, weight: (i: number) => number = () => 1): FlowBackend[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ name: `web-${i}`, weight: weight(i), capacity: 1, healthy: true, draining: false, isNew: false },
  }));
}

describe('keyPopulation', () => {
  test.each([
    ['one key · all', 1, 0, [1]],
    ['no skew · all the same', 4, 0, [0.25, 0.25, 0.25, 0.25]],
    ['skew 1 · by rank', 3, 1, [6 / 11, 3 / 11, 2 / 11]],
    ['skew 2 · by the square of the rank', 2, 2, [0.8, 0.2]],
  ])('%s', (_name, count, skew, expected) => {
    const { weights, hashes } = keyPopulation(count, skew);
    expect(hashes).toHaveLength(count);
    expected.forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 12));
  });
});

describe.each(hashing)('%s', (algorithm) => {
  test.each([
    ['three backends, 7 keys', 3, 7, 0],
    ['three backends, 100 keys with a skew', 3, 100, 1.1],
    ['unequal weights', 4, 50, 0],
    ['more backends than keys', 10, 4, 0],
    ['one key', 3, 1, 0],
  ])('the flow is split as the exact picker sends these keys · %s', (_name, count, keys, skew) => {
    const backends = pool(count, (i) => (count === 4 ? i + 1 : 1));
    const population = keyPopulation(keys, skew);
    const picker = createPicker(algorithm, backends);
    const expected = new Map<string | undefined, number>();
    for (let i = 0; i < keys; i++) {
      const name = picker.pick({ key: keyName(i), uniform: () => 0, active: () => 0 });
      expected.set(name, (expected.get(name) ?? 0) + population.weights[i]!);
    }
    const { shares } = splitFlow(algorithm, backends, { keys: population });
    backends.forEach(({ name }, i) => expect(shares[i]).toBeCloseTo(expected.get(name) ?? 0, 12));
  });

  test('very many keys come to the shares of the table, few do not', () => {
    const table = hashTable(algorithm, pool(4));
    const off = (keys: number): number => {
      const population = keyPopulation(keys, 0);
      const shares = sharesOfKeys(population, ownersOf(population, table));
      return Math.max(
        ...[...table.shares()].map(([name, share]) => Math.abs(share - (shares.get(name) ?? 0))),
      );
    };
    expect(off(20_000)).toBeLessThan(0.01);
    expect(off(8)).toBeGreaterThan(0.1);
  });

  test('shares of the table add up to 1', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const shares = [
          ...hashTable(
            algorithm,
            pool(weights.length, (i) => weights[i]!),
          )
            .shares()
            .values(),
        ];
        const sum = shares.reduce((total, share) => total + share, 0);
        expect(sum).toBeCloseTo(weights.some((weight) => weight > 0) ? 1 : 0, 9);
      }),
      { numRuns: 10 },
    );
  });

  test('the keys of a backend that goes move, and few others', () => {
    const keys = keyPopulation(1000, 0);
    const before = ownersOf(keys, hashTable(algorithm, pool(5)));
    const after = ownersOf(keys, hashTable(algorithm, pool(4)));
    const lost = before.filter((name) => name === 'web-4').length / 1000;
    const moved = movedShare(keys, before, after);
    expect(moved).toBeGreaterThanOrEqual(lost);
    // A table is filled anew; on a ring of a fixed size those that stay get more entries, and with them a few keys.
    expect(moved - lost).toBeLessThan(0.15);
  });
});

test('keys that nobody served, or nobody serves, have not moved', () => {
  const keys = keyPopulation(2, 0);
  expect(movedShare(keys, [undefined, 'a'], ['a', undefined])).toBe(0);
  expect(movedShare(keys, ['a', 'a'], ['a', 'b'])).toBe(0.5);
});
