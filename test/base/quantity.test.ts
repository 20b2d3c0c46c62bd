import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalQuantity,
  cpuMillis,
  formatCpu,
  formatMemory,
  memoryBytes,
  parseQuantity,
  type QuantityUnit,
} from '../../src/base/quantity.ts';
import '../support/properties.ts';

describe('one spelling for each amount', () => {
  test.each<[QuantityUnit, string, readonly (string | number)[]]>([
    ['cores', '1', [1, '1', '1000m', '1e0', '1.0', '01', '0.001k', '1.', 1.0]],
    ['cores', '500m', [0.5, '.5', '0.5', '500m', '5e-1', '0.4999999']],
    ['cores', '1m', ['1m', '100u', '1n', 1e-7, '1e-400']],
    ['cores', '1024', [1024, '1Ki', '1.024k']],
    ['bytes', '2Gi', ['2Gi', '2048Mi', 2147483648, '2097152Ki', '2147483648']],
    ['bytes', '1536Mi', ['1.5Gi', '1536Mi', '1572864Ki']],
    ['bytes', '107374183', ['0.1Gi', '107374182.4', '107374182400m']],
    ['bytes', '1G', ['1G', '1000M', '1e9', 1e9]],
    ['bytes', '1000Ki', ['1024k', '1000Ki', 1024000]],
    ['bytes', '1E', ['1E', '1e18', '1000P']],
    ['bytes', '8Ei', ['8Ei', '8192Pi']],
    ['bytes', '0', [0, '0', '0Gi', '0m', '0e900']],
    ['any', '100m', [0.1, '0.1', '100m', '100000u']],
    ['any', '1k', [1000, '1k', '1e3', '1000']],
    ['any', '1024', [1024, '1024', '1Ki']],
    ['any', '512Mi', ['512Mi', '536870912', '0.5Gi']],
    ['any', '1n', ['1n', '0.1n']],
  ])('%s · %s', (unit, canonical, spellings) => {
    for (const text of spellings) expect([text, canonicalQuantity(text, unit)]).toEqual([text, canonical]);
  });

  test.each(['', 'x', '-1', '1 Gi', '4GB', '9Ei', '1e400', '1e1000000000', 'NaN', -0.5, Infinity])(
    'none for %j',
    (text) => expect(canonicalQuantity(text, 'bytes')).toBeUndefined(),
  );

  const mantissa = fc.nat(10_000).map((n) => String(n / 10 ** (n % 4)));
  const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'e-2');
  const quantity = fc.tuple(mantissa, suffix).map((parts) => parts.join(''));
  const units = fc.constantFrom<QuantityUnit>('cores', 'bytes', 'any');

  test('is the same amount, and its own canonical form', () => {
    fc.assert(
      fc.property(quantity, units, (text, unit) => {
        const canonical = canonicalQuantity(text, unit) ?? '';
        expect(canonicalQuantity(canonical, unit)).toBe(canonical);
        if (unit === 'cores') expect(cpuMillis(canonical)).toBe(cpuMillis(text));
        else if (unit === 'bytes') expect(memoryBytes(canonical)).toBe(memoryBytes(text));
        else expect(parseQuantity(canonical)).toBeCloseTo(parseQuantity(text) ?? NaN, 6);
      }),
    );
  });

  test('is what amounts that were worked out are written as', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(50), (count, shift) => {
        expect(canonicalQuantity(formatCpu(count), 'cores')).toBe(formatCpu(count));
        const bytes = count * 2 ** (shift % 22);
        expect(canonicalQuantity(formatMemory(bytes), 'bytes')).toBe(formatMemory(bytes));
      }),
    );
  });
});
