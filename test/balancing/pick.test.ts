import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Random } from '../../src/base/random.ts';
import { type BalancingAlgorithm } from '../../src/model/ports.ts';
import { leastRequest } from '../../src/balancing/least-request.ts';
import { createPicker } from '../../src/balancing/pick.ts';
import { type Backend, type PickContext } from '../../src/balancing/picker.ts';

/** `backends(5, 1)` are a with weight 5 and b with weight 1. */
function backends(...weights: readonly number[]): Backend[] {
  return weights.map((weight, i) => ({ name: String.fromCharCode(97 + i), weight }));
}

/** Draws from `draws` in turn, and active requests by name; a draw too many fails the test. */
function context(draws: readonly number[] = [], active: Readonly<Record<string, number>> = {}): PickContext {
  const left = [...draws];
  const uniform = (): number => {
    expect(left).not.toHaveLength(0);
    return left.shift()!;
  };
  return { uniform, active: (name) => active[name] ?? 0 };
}

function picks(algorithm: BalancingAlgorithm, weights: readonly number[], count: number): string {
  const picker = createPicker(algorithm, backends(...weights));
  return Array.from({ length: count }, () => picker.pick(context())).join(' ');
}

describe('in turn', () => {
  test.each([
    ['RoundRobin', [1, 1, 1], 'a b c a b c a'],
    ['RoundRobin', [5, 1, 1], 'a b c a b c a'],
    ['RoundRobin', [1], 'a a a'],
    ['WeightedRoundRobin', [5, 1, 1], 'a a b a c a a a a b a c a a'],
    ['WeightedRoundRobin', [1, 1, 1], 'a b c a b c'],
    ['WeightedRoundRobin', [1, 2], 'b a b b a b'],
    ['WeightedRoundRobin', [4, 3], 'a b a b a b a'],
    ['WeightedRoundRobin', [0, 1], 'b b b'],
  ] as const)('%s of %j · %s', (algorithm, weights, expected) => {
    expect(picks(algorithm, weights, expected.split(' ').length)).toBe(expected);
  });

  test('WeightedRoundRobin · exact proportions after each full turn', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const chosen = picks('WeightedRoundRobin', weights, total).split(' ');
        for (const { name, weight } of backends(...weights)) {
          expect(chosen.filter((one) => one === name)).toHaveLength(weight);
        }
      }),
    );
  });
});

describe('Random', () => {
  test.each([
    [0, 'a'],
    [0.34, 'b'],
    [0.999, 'c'],
  ])('draw %d · %s', (draw, expected) => {
    expect(createPicker('Random', backends(1, 9, 1)).pick(context([draw]))).toBe(expected);
  });
});

describe('LeastRequest', () => {
  test.each([
    ['the less busy of two', [0, 0.5], { a: 3, b: 2 }, 'b'],
    ['a tie keeps the first draw', [0.5, 0], { a: 2, b: 2 }, 'b'],
    ['the busier one drawn first', [0.9, 0.1], { a: 0, c: 1 }, 'a'],
    ['the same drawn twice, though another is idle', [0, 0.1], { a: 9 }, 'a'],
  ])('equal weights · %s', (_name, draws, active, expected) => {
    expect(createPicker('LeastRequest', backends(1, 1, 1)).pick(context(draws, active))).toBe(expected);
  });

  test('unequal weights, all idle · in proportion, without draws', () => {
    const picker = createPicker('LeastRequest', backends(3, 1));
    const chosen = Array.from({ length: 8 }, () => picker.pick(context())).join(' ');
    expect(chosen).toBe('a a a b a a a b');
  });
  test('unequal weights · active requests count against a backend', () => {
    const picker = createPicker('LeastRequest', backends(3, 1));
    const chosen = Array.from({ length: 40 }, () => picker.pick(context([], { a: 5 })));
    // 3 / (5 + 1) against 1.
    expect(Math.abs(chosen.filter((name) => name === 'a').length - 40 / 3)).toBeLessThanOrEqual(1);
  });
  test('bias 0 · active requests do not count', () => {
    const picker = leastRequest(backends(3, 1), 0);
    const chosen = Array.from({ length: 40 }, () => picker.pick(context([], { a: 5 })));
    expect(chosen.filter((name) => name === 'a')).toHaveLength(30);
  });
});

describe.each(['RoundRobin', 'WeightedRoundRobin', 'LeastRequest', 'RingHash', 'Maglev', 'Random'] as const)(
  '%s',
  (algorithm) => {
    const random = new Random(7);
    const any = (key: string): PickContext => ({ uniform: () => random.next(), active: () => 0, key });
    test('nobody there · nothing chosen', () => {
      expect(createPicker(algorithm, []).pick(any('x'))).toBeUndefined();
    });
    test('everybody gets something, nobody unknown does', () => {
      const picker = createPicker(algorithm, backends(1, 1, 1, 1));
      const chosen = new Set(Array.from({ length: 400 }, (_, i) => picker.pick(any(`client-${i}`))));
      expect([...chosen].sort()).toEqual(['a', 'b', 'c', 'd']);
    });
  },
);
