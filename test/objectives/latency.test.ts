import { describe, expect, test } from 'vitest';
import { latencyPercentile, survivalAt } from '../../src/objectives/latency.ts';
import { queue } from '../../src/performance/queueing.ts';
import { survival } from '../../src/performance/waiting/response-time.ts';
import { exponentialFlow, queueFlow } from './builders.ts';

describe('percentiles of all requests of a window', () => {
  test('one step gives its own percentiles', () => {
    const flow = queueFlow([150]);
    expect(latencyPercentile([flow], 0, 1, 0.5)).toBeCloseTo(flow.p50[0] ?? 0, 6);
    expect(latencyPercentile([flow], 0, 1, 0.95)).toBeCloseTo(flow.p95[0] ?? 0, 6);
    expect(latencyPercentile([flow], 0, 1, 0.99)).toBeCloseTo(flow.p99[0] ?? 0, 6);
  });

  test('exponential steps give the exact mixture, not the mean of percentiles', () => {
    const flow = exponentialFlow([10, 100], [90, 10]);
    const p95 = latencyPercentile([flow], 0, 2, 0.95) ?? NaN;
    const left = 0.9 * Math.exp(-p95 / 10) + 0.1 * Math.exp(-p95 / 100);
    expect(left).toBeCloseTo(0.05, 6);
    expect(p95).not.toBeCloseTo((-Math.log(0.05) * (10 * 90 + 100 * 10)) / 100, 0);
  });

  test('busy steps count by their requests', () => {
    const flow = exponentialFlow([10, 100], [99.9, 0.1]);
    expect(latencyPercentile([flow], 0, 2, 0.5)).toBeLessThan(8);
  });

  test('two ways in are one mixture', () => {
    const [a, b] = [exponentialFlow([10], [50]), exponentialFlow([100], [50])];
    const together = exponentialFlow([10, 100], [50, 50]);
    expect(latencyPercentile([a, b], 0, 1, 0.95)).toBeCloseTo(
      latencyPercentile([together], 0, 2, 0.95) ?? 0,
      6,
    );
  });

  test('steps outside of the window do not count', () => {
    const flow = exponentialFlow([10, 100, 10], [1, 1, 1]);
    expect(latencyPercentile([flow], 0, 1, 0.5)).toBeCloseTo(10 * Math.log(2), 6);
  });

  test('what failed has no latency', () => {
    const flow = { ...exponentialFlow([10, 100], [1, 1]), errorRate: [0, 1] };
    expect(latencyPercentile([flow], 0, 2, 0.5)).toBeCloseTo(10 * Math.log(2), 6);
  });

  test('nothing answered has no percentile', () => {
    expect(latencyPercentile([exponentialFlow([10], [0])], 0, 1, 0.5)).toBeUndefined();
    expect(latencyPercentile([], 0, 1, 0.5)).toBeUndefined();
  });

  /** The documented error, against the exact mixture of M/M/c queues. */
  test.each<[string, readonly number[], number, number]>([
    ['p90 · one load', [150], 0.9, 0.05],
    ['p90 · calm and busy', [40, 195], 0.9, 0.05],
    ['p95 · calm and busy', [40, 195], 0.95, 0.05],
    ['p99 · calm and busy', [40, 195], 0.99, 0.05],
    ['p99 · a short peak', [60, 60, 60, 60, 60, 60, 60, 60, 60, 198], 0.99, 0.05],
    ['p50 · a day', [40, 80, 120, 160, 190], 0.5, 0.05],
  ])('%s', (_name, rates, share, tolerance) => {
    const found = latencyPercentile([queueFlow(rates)], 0, rates.length, share) ?? NaN;
    const total = rates.reduce((sum, rate) => sum + rate, 0);
    const left = (ms: number): number =>
      rates.reduce((sum, rate) => sum + rate * survival(queue(rate, 10, 2).time, ms), 0) / total;
    let [low, high] = [0, 1e5];
    for (let turn = 0; turn < 60; turn++) {
      const middle = (low + high) / 2;
      if (left(middle) > 1 - share) low = middle;
      else high = middle;
    }
    expect(Math.abs(found - low) / low).toBeLessThan(tolerance);
  });

  test('survival falls from 1 and never rises', () => {
    const flow = queueFlow([180]);
    let before = 1;
    for (let ms = 0; ms < 500; ms += 5) {
      const now = survivalAt(flow, 0, ms);
      expect(now).toBeLessThanOrEqual(before);
      before = now;
    }
    expect(survivalAt(flow, 0, 0)).toBe(1);
  });
});
