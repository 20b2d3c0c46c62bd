import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../src/base/histogram.ts';

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

/** The definition: the smallest value that the share of all does not exceed. */
function exactQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

const latency = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

describe('histogram', () => {
  test('any percentile is within half a bucket, 0.8 %, of the exact one', () => {
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.01, 0.5, 0.9, 0.95, 0.99, 1),
        (values, share) => {
          const exact = exactQuantile(values, share);
          const found = histogramOf(values).quantile(share) ?? NaN;
          expect(Math.abs(found - exact) / exact).toBeLessThan(1 / 128);
        },
      ),
    );
  });

  test('of many values percentiles are within 0.4 %', () => {
    const values = Array.from({ length: 100_000 }, (_, i) => 0.5 * 1.0001 ** i);
    for (const share of [0.1, 0.5, 0.95, 0.99]) {
      const found = histogramOf(values).quantile(share) ?? NaN;
      expect(Math.abs(found / exactQuantile(values, share) - 1)).toBeLessThan(0.004);
    }
  });

  test('histograms add up to that of all values', () => {
    fc.assert(
      fc.property(fc.array(latency), fc.array(latency), (a, b) => {
        const sum = new Histogram();
        sum.merge(histogramOf(a).sparse());
        sum.merge(histogramOf(b).sparse());
        const all = histogramOf([...a, ...b]);
        expect(sum.count).toBe(all.count);
        expect(sum.sparse().buckets).toEqual(all.sparse().buckets);
        expect(sum.sparse().counts).toEqual(all.sparse().counts);
        for (const share of [0.5, 0.99]) expect(sum.quantile(share)).toBe(all.quantile(share));
      }),
    );
  });

  test('the mean is exact, and nothing has no percentile', () => {
    expect(histogramOf([1, 2, 6]).mean).toBe(3);
    expect(histogramOf([]).quantile(0.5)).toBeUndefined();
    expect(histogramOf([]).mean).toBeNaN();
  });

  test('a cleared one is as new', () => {
    const histogram = histogramOf([5, 500]);
    histogram.clear();
    expect(histogram.count).toBe(0);
    histogram.add(50);
    expect(histogram.sparse()).toEqual(histogramOf([50]).sparse());
  });

  test('what is out of range is counted at its ends', () => {
    expect(histogramOf([0, -1, 1e-9]).quantile(1)).toBeLessThan(1e-3);
    expect(histogramOf([1e15]).quantile(0.5)).toBeGreaterThan(4e9);
  });
});
