import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { type TrafficPattern } from '../../../src/model/ports.ts';
import { ArrivalTimes } from '../../../src/sim/requests/arrival-times.ts';
import { integralOf, rateOf } from '../../../src/sim/requests/rate-pieces.ts';
import { patternMean } from '../../../src/sim/flow/traffic-pattern.ts';
import { epochMs } from '../builders.ts';

const hourMs = 3_600_000;

/** Arrivals of a pattern before `untilMs`, ms since its start. */
function arrivals(pattern: TrafficPattern, untilMs: number, random?: Random): number[] {
  const times = new ArrivalTimes(rateOf(pattern, epochMs), 0, random);
  const found: number[] = [];
  for (;;) {
    const next = times.next();
    if (next >= untilMs) return found;
    if (times.take(next)) found.push(next);
  }
}

const trace = (intervalMs: number, samples: readonly number[]): TrafficPattern => {
  return { type: 'Trace', intervalMs, samples: samples.map((value) => (value * 1000) / intervalMs) };
};
const zeros = [0, 0, 0, 0, 0, 0, 0];

describe('even arrivals come in whole numbers, however short what they come in', () => {
  test.each<[string, TrafficPattern, number]>([
    ['constant', { type: 'Constant', value: 20 }, 20 * 3600],
    ['constant below one a second', { type: 'Constant', value: 0.1 }, 360],
    ['a burst of one second in fifteen', trace(1000, [...zeros, 150, ...zeros]), 36_000],
    ['one interval of 5 s in three', trace(5000, [30, 0, 0]), 7200],
    [
      'a spike of 8 s between steps',
      { type: 'Spike', base: 10, peak: 100, atMs: 67_000, durationMs: 8000, rampMs: 0 },
      10 * 3600 + 90 * 8,
    ],
    [
      'a spike with ramps',
      { type: 'Spike', base: 10, peak: 100, atMs: 67_000, durationMs: 10_000, rampMs: 20_000 },
      10 * 3600 + 90 * 10 + 90 * 20,
    ],
    [
      'steps, the later one of a time',
      {
        type: 'Steps',
        steps: [
          { atMs: 1_800_000, value: 3 },
          { atMs: 0, value: 9 },
          { atMs: 0, value: 1 },
        ],
      },
      1800 + 3 * 1800,
    ],
    ['a whole sine', { type: 'Sine', mean: 5, amplitude: 4, periodMs: hourMs, perTarget: false }, 18_000],
    ['nothing', { type: 'Constant', value: 0 }, 0],
    ['a trace of nothing', trace(1000, [0, 0]), 0],
  ])('%s', (_name, pattern, count) => {
    expect(arrivals(pattern, hourMs)).toHaveLength(count);
  });
});

const pattern = fc.oneof(
  fc.record({ type: fc.constant('Constant' as const), value: fc.double({ min: 0, max: 5, noNaN: true }) }),
  fc.record({
    type: fc.constant('Daily' as const),
    base: fc.double({ min: 0, max: 2, noNaN: true }),
    peak: fc.double({ min: 0, max: 5, noNaN: true }),
    peakAtMs: fc.integer({ min: 0, max: 86_399_999 }),
  }),
  fc.record({
    type: fc.constant('Spike' as const),
    base: fc.double({ min: 0, max: 2, noNaN: true }),
    peak: fc.double({ min: 0, max: 5, noNaN: true }),
    atMs: fc.integer({ min: 0, max: 3_000_000 }),
    durationMs: fc.integer({ min: 0, max: 600_000 }),
    rampMs: fc.integer({ min: 0, max: 600_000 }),
  }),
  fc.record({
    type: fc.constant('Trace' as const),
    intervalMs: fc.integer({ min: 500, max: 900_000 }),
    samples: fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    type: fc.constant('Sine' as const),
    mean: fc.double({ min: 0, max: 3, noNaN: true }),
    // Above the mean it would fall below 0, which is cut off.
    amplitude: fc.double({ min: -4, max: 4, noNaN: true }),
    periodMs: fc.integer({ min: 60_000, max: 20_000_000 }),
    perTarget: fc.constant(false),
  }),
);

describe('a rate cut into pieces', () => {
  test('comes to the sum of the values of its pattern', () => {
    fc.assert(
      fc.property(pattern, fc.integer({ min: 0, max: hourMs }), (one, fromMs) => {
        const toMs = fromMs + 1_800_000;
        const stepMs = 100;
        let sum = 0;
        for (let ms = fromMs + stepMs / 2; ms < toMs; ms += stepMs) {
          sum += (patternMean(one, { fromMs: ms, toMs: ms + 1e-3 }, epochMs) * stepMs) / 1000;
        }
        // A jump lies within one of the small steps; a trace of short intervals has thousands of them.
        const tolerance = one.type === 'Trace' ? 5 * (1_800_000 / one.intervalMs) * 0.1 : 2;
        expect(Math.abs(integralOf(rateOf(one, epochMs), fromMs, toMs) - sum)).toBeLessThan(
          1e-6 * sum + tolerance,
        );
      }),
    );
  });

  test('each even arrival comes when the integral has gone on by one', () => {
    fc.assert(
      fc.property(pattern, (one) => {
        const rate = rateOf(one, epochMs);
        arrivals(one, hourMs)
          .slice(0, 50)
          .forEach((ms, index) => expect(integralOf(rate, 0, ms)).toBeCloseTo(index + 0.5, 6));
      }),
    );
  });
});

describe('Poisson arrivals', () => {
  test('their number has the mean and the variance of its integral', () => {
    const daily: TrafficPattern = { type: 'Daily', base: 0, peak: 0.4, peakAtMs: 1_800_000 };
    const expected = integralOf(rateOf(daily, epochMs), 0, hourMs);
    const counts = Array.from({ length: 400 }, (_, seed) => arrivals(daily, hourMs, new Random(seed)).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    // Four standard errors.
    expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(expected / counts.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / counts.length));
  });

  test('gaps are exponential on the clock of the integral', () => {
    const sine: TrafficPattern = { type: 'Sine', mean: 5, amplitude: 5, periodMs: 60_000, perTarget: false };
    const rate = rateOf(sine, epochMs);
    const times = arrivals(sine, hourMs, new Random(1));
    const marks = times.map((ms, index) => integralOf(rate, times[index - 1] ?? 0, ms));
    // Kolmogorov and Smirnov: the largest distance from the distribution function, at 0.1 % significance.
    const sorted = marks.map((mark) => 1 - Math.exp(-mark)).sort((a, b) => a - b);
    const distance = Math.max(...sorted.map((value, i) => Math.abs(value - (i + 0.5) / sorted.length)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(sorted.length));
  });
});

describe('a change of rate', () => {
  test('keeps what has run up: half a request at one rate and half at another make one', () => {
    const times = new ArrivalTimes(rateOf({ type: 'Constant', value: 1 }, epochMs), 0, undefined);
    expect(times.next()).toBe(500);
    times.take(500);
    times.change(rateOf({ type: 'Constant', value: 10 }, epochMs), 1000);
    expect(times.next()).toBeCloseTo(1050, 9);
  });

  test('gives back a stretch that had been passed over for having no requests', () => {
    const late: TrafficPattern = { type: 'Steps', steps: [{ atMs: 10_000, value: 1 }] };
    const times = new ArrivalTimes(rateOf(late, epochMs), 0, undefined);
    expect(times.next()).toBe(10_500);
    times.change(rateOf({ type: 'Constant', value: 1 }, epochMs), 2000);
    expect(times.next()).toBe(2500);
  });
});
