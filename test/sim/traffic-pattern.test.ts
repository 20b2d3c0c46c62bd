import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TrafficPattern } from '../../src/model/ports.ts';
import { patternMean, waveOver, waveValue } from '../../src/sim/flow/traffic-pattern.ts';
import { epochMs } from './builders.ts';

const hour = 3_600_000;
const day = 24 * hour;
const steps: TrafficPattern = {
  type: 'Steps',
  steps: [
    { atMs: 2000, value: 20 },
    { atMs: 1000, value: 10 },
  ],
};
const daily: TrafficPattern = { type: 'Daily', base: 20, peak: 180, peakAtMs: 14 * hour };
const spike: TrafficPattern = { type: 'Spike', base: 1, peak: 11, atMs: 1000, durationMs: 500, rampMs: 100 };
const trace: TrafficPattern = { type: 'Trace', intervalMs: 100, samples: [1, 2, 3] };
const sine: TrafficPattern = { type: 'Sine', mean: 5, amplitude: 2, periodMs: 400, perTarget: false };

test.each<[string, TrafficPattern, number, number, number]>([
  ['constant', { type: 'Constant', value: 7 }, 123, 456, 7],
  ['steps · before the first', steps, 0, 1000, 0],
  ['steps · from the first', steps, 1000, 2000, 10],
  ['steps · over both', steps, 500, 3000, (0 * 500 + 10 * 1000 + 20 * 1000) / 2500],
  ['steps · after the last', steps, 5000, 9000, 20],
  ['daily · a day', daily, 7 * hour, 31 * hour, 100],
  ['daily · a moment at the top', daily, 14 * hour, 14 * hour + 1, 180],
  ['daily · the upper half', daily, 8 * hour, 20 * hour, 100 + (80 * 2) / Math.PI],
  ['spike · long before', spike, 0, 900, 1],
  ['spike · the way up', spike, 900, 1000, 6],
  ['spike · all of it', spike, 0, 2000, 1 + (10 * 600) / 2000],
  ['spike · within one ramp', spike, 1520, 1540, 8],
  ['spike · shorter than the stretch, without ramps', { ...spike, rampMs: 0 }, 0, 15_000, 1 + 5000 / 15_000],
  ['trace · one interval', trace, 0, 100, 1],
  ['trace · parts of two', trace, 50, 250, (1 * 50 + 2 * 100 + 3 * 50) / 200],
  ['trace · many rounds', trace, 0, 15_000, 2],
  ['trace · many rounds and a bit', trace, 250, 3150, (3 * 50 + 9 * 2 * 300 + 1 * 100 + 2 * 50) / 2900],
  ['trace · a burst between the seconds', { ...trace, intervalMs: 1000, samples: [0, 0, 9] }, 0, 15_000, 3],
  ['trace · empty', { ...trace, samples: [] }, 0, 1000, 0],
  ['sine · a wave', sine, 123, 523, 5],
  ['sine · half a wave', sine, 0, 200, 5 + 4 / Math.PI],
  ['sine · what lies below 0 is cut off', { ...sine, mean: 0, amplitude: Math.PI }, 0, 400, 1],
  ['sine · all below 0', { ...sine, mean: -3 }, 0, 400, 0],
])('mean of a pattern · %s', (_name, pattern, fromMs, toMs, expected) => {
  expect(patternMean(pattern, { fromMs, toMs }, epochMs)).toBeCloseTo(expected, 9);
});

/** The pattern at one moment, written down as its documentation says it. */
function valueAt(pattern: TrafficPattern, ms: number, startMs: number, phase: number): number {
  switch (pattern.type) {
    case 'Constant':
      return pattern.value;
    case 'Steps':
      return pattern.steps.filter(({ atMs }) => atMs <= ms).sort((a, b) => b.atMs - a.atMs)[0]?.value ?? 0;
    case 'Daily':
      return (
        (pattern.base + pattern.peak) / 2 +
        ((pattern.peak - pattern.base) / 2) *
          Math.cos((2 * Math.PI * (startMs + ms - pattern.peakAtMs)) / day)
      );
    case 'Spike': {
      const { base, peak, atMs, durationMs, rampMs } = pattern;
      const awayMs = Math.max(atMs - ms, ms - atMs - durationMs, 0);
      const height = awayMs === 0 ? 1 : rampMs > 0 ? Math.max(0, 1 - awayMs / rampMs) : 0;
      return base + (peak - base) * height;
    }
    case 'Trace':
      return pattern.samples[Math.floor(ms / pattern.intervalMs) % pattern.samples.length] ?? 0;
    case 'Sine':
      return Math.max(
        0,
        pattern.mean + pattern.amplitude * Math.sin(2 * Math.PI * (ms / pattern.periodMs + phase)),
      );
  }
}

describe('properties', () => {
  const level = fc.integer({ min: 0, max: 50 });
  const ms = fc.integer({ min: 0, max: 4000 });
  const length = fc.integer({ min: 1, max: 4000 });
  const pattern = fc.oneof(
    fc.record({ type: fc.constant('Constant' as const), value: level }),
    fc.record({
      type: fc.constant('Steps' as const),
      steps: fc.uniqueArray(fc.record({ atMs: ms, value: level }), {
        selector: ({ atMs }) => atMs,
        minLength: 1,
      }),
    }),
    fc.record({ type: fc.constant('Daily' as const), base: level, peak: level, peakAtMs: fc.nat(day) }),
    fc.record({
      ...{ type: fc.constant('Spike' as const), base: level, peak: level, atMs: ms },
      ...{ durationMs: ms, rampMs: fc.oneof(fc.constant(0), length) },
    }),
    fc.record({
      type: fc.constant('Trace' as const),
      intervalMs: length,
      samples: fc.array(level, { minLength: 1, maxLength: 9 }),
    }),
    fc.record({
      ...{ type: fc.constant('Sine' as const), mean: level, amplitude: level },
      ...{ periodMs: length, perTarget: fc.boolean() },
    }),
  );

  test('a mean is the sum of what the pattern says at many moments', () => {
    fc.assert(
      fc.property(
        pattern,
        ms,
        length,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, fromMs, lengthMs, phase) => {
          const toMs = fromMs + lengthMs;
          const moments = 8 * lengthMs;
          let sum = 0;
          for (let i = 0; i < moments; i++) {
            sum += valueAt(given, fromMs + ((i + 0.5) * lengthMs) / moments, epochMs, phase);
          }
          const seen = patternMean(given, { fromMs, toMs }, epochMs, phase);
          // Fast sines have a wave of 8 moments at the least; all else changes at whole ms.
          expect(Math.abs(seen - sum / moments)).toBeLessThan(given.type === 'Sine' ? 1.3 : 1e-3);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('two parts of a stretch come to the whole', () => {
    fc.assert(
      fc.property(pattern, ms, length, length, (given, fromMs, first, second) => {
        const over = (from: number, to: number): number =>
          patternMean(given, { fromMs: from, toMs: to }, epochMs) * (to - from);
        const [middle, end] = [fromMs + first, fromMs + first + second];
        expect(over(fromMs, middle) + over(middle, end)).toBeCloseTo(over(fromMs, end), 5);
      }),
      { numRuns: 500 },
    );
  });
});

test('a wave read at a phase is the sine of that phase', () => {
  const slow = { type: 'Sine' as const, mean: 2, amplitude: 1.9, periodMs: day, perTarget: true };
  for (const fromMs of [0, 1, 60_000, 50_000_000, 30 * day + 7]) {
    const stretch = { fromMs, toMs: fromMs + 3 * hour };
    const wave = waveOver(slow, stretch);
    for (const phase of [0, 0.25, 0.4, 0.75, 0.999]) {
      const angle = 2 * Math.PI * phase;
      const value = wave && waveValue(wave, Math.cos(angle), Math.sin(angle));
      expect(value).toBeCloseTo(patternMean(slow, stretch, 0, phase), 9);
    }
  }
});

test('only a sine that stays above 0 is read as a wave', () => {
  const stretch = { fromMs: 0, toMs: 100 };
  expect(waveOver(steps, stretch)).toBeUndefined();
  expect(waveOver({ ...sine, amplitude: 6 }, stretch)).toBeUndefined();
});
