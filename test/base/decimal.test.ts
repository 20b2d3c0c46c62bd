import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMultipleOf } from '../../src/base/decimal.ts';
import '../support/properties.ts';

test.each([
  [0.3, 0.1, true],
  [0.35, 0.1, false],
  [1.1, 0.01, true],
  [4.35, 0.05, true],
  [19.99, 0.01, true],
  [19.995, 0.01, false],
  [0, 0.1, true],
  [-0.3, 0.1, true],
  [-0.25, 0.1, false],
  [1e-7, 1e-8, true],
  [1e-8, 1e-7, false],
  [1e21, 7, false],
  [7e21, 7, true],
  [1e308, 1e-308, true],
  [9007199254740993, 2, true],
  [7, 3.5, true],
  [Infinity, 1, false],
  [NaN, 1, false],
  [1, 0, false],
])('%d is a multiple of %d: %s', (value, step, expected) => expect(isMultipleOf(value, step)).toBe(expected));

test('so many steps are a multiple, and half a step more is none', () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 4 }));
  fc.assert(
    fc.property(step, fc.integer({ min: -1000, max: 1000 }), ([digits, places], count) => {
      const written = (parts: number, decimals: number): number => Number(`${parts}e-${decimals}`);
      expect(isMultipleOf(written(digits * count, places), written(digits, places))).toBe(true);
      const half = written((digits * count * 2 + digits) * 5, places + 1);
      expect(isMultipleOf(half, written(digits, places))).toBe(false);
    }),
  );
});
