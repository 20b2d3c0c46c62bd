import { describe, expect, test } from 'vitest';
import { type TrafficPattern } from '../../src/model/ports.ts';
import { offeredInStep, patternValue, waveAt, waveValue } from '../../src/sim/traffic-pattern.ts';
import { epochMs, traffic } from './builders.ts';

const hour = 3_600_000;
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

test.each<[string, TrafficPattern, number, number]>([
  ['constant', { type: 'Constant', value: 7 }, 123, 7],
  ['steps · before the first', steps, 999, 0],
  ['steps · at the first', steps, 1000, 10],
  ['steps · after the last', steps, 5000, 20],
  ['daily · top', daily, 14 * hour, 180],
  ['daily · bottom', daily, 2 * hour, 20],
  ['daily · half way, next day', daily, 32 * hour, 100],
  ['spike · long before', spike, 0, 1],
  ['spike · half up', spike, 950, 6],
  ['spike · begins', spike, 1000, 11],
  ['spike · ends', spike, 1500, 11],
  ['spike · half down', spike, 1550, 6],
  ['spike · over', spike, 1600, 1],
  ['spike · without ramps, begins', { ...spike, rampMs: 0 }, 1000, 11],
  ['spike · without ramps, ends', { ...spike, rampMs: 0 }, 1500, 1],
  ['trace · first', trace, 99, 1],
  ['trace · last', trace, 250, 3],
  ['trace · begins again', trace, 300, 1],
  ['trace · empty', { ...trace, samples: [] }, 0, 0],
  ['sine · start', sine, 0, 5],
  ['sine · top', sine, 100, 7],
  ['sine · never below 0', { ...sine, amplitude: 50 }, 300, 0],
])('%s', (_name, pattern, sinceMs, expected) => {
  expect(patternValue(pattern, sinceMs, epochMs + sinceMs)).toBeCloseTo(expected, 9);
});

test('a phase moves a sine ahead', () => {
  expect(patternValue(sine, 0, epochMs, 0.25)).toBeCloseTo(7, 9);
});

describe('in a step', () => {
  const stepMs = 15_000;
  const at = (startMs: number, fields = {}): number =>
    offeredInStep(traffic('t', fields), startMs, stepMs, 42);

  test('traffic offers nothing before the step in which it starts', () => {
    const late = { startMs: epochMs + 20_000 };
    expect([at(epochMs, late), at(epochMs + stepMs, late), at(epochMs + 2 * stepMs, late)]).toEqual([
      0, 10, 10,
    ]);
  });

  test('the pattern is looked at where the step begins', () => {
    expect(at(epochMs + stepMs, { pattern: { ...trace, intervalMs: stepMs } })).toBe(2);
  });

  test('noise is drawn by step and name, with the right mean', () => {
    const noisy = { poisson: true };
    const draws = Array.from({ length: 2000 }, (_, i) => at(epochMs + i * stepMs, noisy));
    expect(draws).toEqual(Array.from({ length: 2000 }, (_, i) => at(epochMs + i * stepMs, noisy)));
    expect(new Set(draws).size).toBeGreaterThan(20);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    // 150 requests a step: a standard error of 0.8 requests a second / sqrt(2000).
    expect(Math.abs(mean - 10)).toBeLessThan(0.1);
    const other = Array.from({ length: 50 }, (_, i) => at(epochMs + i * stepMs, { ...noisy, name: 'u' }));
    expect(other).not.toEqual(draws.slice(0, 50));
  });
});

test('a wave read at a phase is the sine of that phase', () => {
  const steep: TrafficPattern = {
    type: 'Sine',
    mean: 1,
    amplitude: 2,
    periodMs: 86_400_000,
    perTarget: true,
  };
  for (const ms of [0, 1, 60_000, 50_000_000, 30 * 86_400_000 + 7]) {
    const wave = waveAt(steep, ms);
    for (const phase of [0, 0.25, 0.4, 0.75, 0.999]) {
      const angle = 2 * Math.PI * phase;
      const value = wave && waveValue(wave, Math.cos(angle), Math.sin(angle));
      expect(value).toBeCloseTo(patternValue(steep, ms, 0, phase), 9);
    }
  }
  expect(waveAt(steps, 0)).toBeUndefined();
});
