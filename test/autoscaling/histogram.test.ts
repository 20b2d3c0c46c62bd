import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addSamples,
  bucketCount,
  bucketOf,
  bucketStart,
  cpuShape,
  memoryShape,
  percentile,
} from '../../src/autoscaling/histogram.ts';

const dayMs = 86_400_000;
const at = (atMs: number, ...values: number[]) => values.map((value) => ({ value, weight: 0.1, atMs }));

describe('buckets', () => {
  test.each([
    [0, 0],
    [1, 0.01],
    [2, 0.0205],
    [3, 0.031525],
    [37, 1.016281],
  ])('bucket %d starts at %d cores', (bucket, start) => {
    expect(bucketStart(cpuShape, bucket)).toBeCloseTo(start, 6);
  });
  test.each([
    [0, 0],
    [0.0099, 0],
    [0.0101, 1],
    [0.0206, 2],
    [1, 36],
    [999, 174],
    [1e9, 175],
  ])('%d cores fall into bucket %d', (cores, bucket) => {
    expect(bucketOf(cpuShape, cores)).toBe(bucket);
  });
  test.each([
    ['cpu', cpuShape],
    ['memory', memoryShape],
  ])('%s has 176 buckets', (_name, shape) => {
    expect(bucketCount(shape)).toBe(176);
  });
  test('each value lies in its bucket', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.011, max: 900, noNaN: true }), (value) => {
        const bucket = bucketOf(cpuShape, value);
        expect(bucketStart(cpuShape, bucket)).toBeLessThanOrEqual(value * (1 + 1e-9));
        expect(bucketStart(cpuShape, bucket + 1)).toBeGreaterThanOrEqual(value * (1 - 1e-9));
      }),
    );
  });
});

describe('percentiles', () => {
  test.each<[string, number[], number, number]>([
    ['the end of the only bucket', [1], 0.5, 1.016281],
    ['half lies below', [0.015, 0.025], 0.5, 0.0205],
    ['more than half reaches the next', [0.015, 0.025], 0.51, 0.031525],
    ['nine of ten', [...Array<number>(9).fill(0.015), 1], 0.9, 0.0205],
    ['above nine of ten', [...Array<number>(9).fill(0.015), 1], 0.95, 1.016281],
    ['the last bucket answers its start', [5000], 0.9, bucketStart(cpuShape, 175)],
    ['empty is 0', [], 0.9, 0],
  ])('%s', (_name, values, share, expected) => {
    const state = values.length === 0 ? undefined : addSamples(cpuShape, undefined, at(0, ...values));
    expect(percentile(cpuShape, state, share)).toBeCloseTo(expected, 6);
  });
});

describe('decay', () => {
  test('a sample counts half after a half-life', () => {
    const state = addSamples(cpuShape, addSamples(cpuShape, undefined, at(0, 0.015)), at(dayMs, 1));
    // Weights 1 : 2, so a third is old.
    expect(percentile(cpuShape, state, 0.33)).toBeCloseTo(0.0205, 6);
    expect(percentile(cpuShape, state, 0.34)).toBeCloseTo(1.016281, 6);
  });
  test('moving the reference changes no percentile', () => {
    const first = addSamples(cpuShape, undefined, at(0, 0.015));
    const before = addSamples(cpuShape, first, at(99 * dayMs, 0.025));
    const after = addSamples(cpuShape, before, at(101 * dayMs, 1));
    expect(after.referenceMs).toBe(101 * dayMs);
    // 1/4 against 1.
    expect(percentile(cpuShape, after, 0.19)).toBeCloseTo(0.031525, 6);
    expect(percentile(cpuShape, after, 0.21)).toBeCloseTo(1.016281, 6);
  });
  test('adding at once or one by one is the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(10), fc.double({ min: 0, max: 50, noNaN: true })), { minLength: 1 }),
        (list) => {
          const samples = list
            .sort((a, b) => a[0] - b[0])
            .map(([day, value]) => ({ value, weight: 0.1, atMs: day * dayMs }));
          const first = samples[0]?.atMs ?? 0;
          const start = { referenceMs: first, buckets: [] };
          const once = addSamples(cpuShape, start, samples);
          const single = samples.reduce(
            (state, sample) => addSamples(cpuShape, state, [sample]),
            start as typeof once,
          );
          expect(single).toEqual(once);
        },
      ),
    );
  });
});
