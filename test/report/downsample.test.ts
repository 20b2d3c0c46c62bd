import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { downsample, samplesPerBucket } from '../../src/report/downsample.ts';

const sample = fc.option(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { freq: 4, nil: null });
const measured = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

describe('downsample', () => {
  test('extremes of the whole survive, and each bucket holds its samples', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 200 }), fc.integer({ min: 1, max: 30 }), (values, size) => {
        const { mean, min, max } = downsample(values, size);
        expect(mean).toHaveLength(Math.ceil(values.length / size));
        expect(Math.max(...measured(max))).toBe(Math.max(...measured(values)));
        expect(Math.min(...measured(min))).toBe(Math.min(...measured(values)));
        for (const [bucket, average] of mean.entries()) {
          const own = measured(values.slice(bucket * size, (bucket + 1) * size));
          expect(average === null).toBe(own.length === 0);
          if (average === null) continue;
          expect(min[bucket]).toBe(Math.min(...own));
          expect(max[bucket]).toBe(Math.max(...own));
          expect(average).toBeGreaterThanOrEqual(min[bucket] ?? NaN);
          expect(average).toBeLessThanOrEqual(max[bucket] ?? NaN);
        }
      }),
    );
  });

  test.each([
    ['all fit', 100, 480, 1],
    ['one too many', 481, 480, 2],
    ['a day of 15 s steps', 5760, 480, 12],
    ['nothing', 0, 480, 1],
  ])('samples a bucket · %s', (_name, samples, limit, size) => {
    expect(samplesPerBucket(samples, limit)).toBe(size);
  });
});
