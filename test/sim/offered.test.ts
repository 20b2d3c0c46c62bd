import { describe, expect, test } from 'vitest';
import { type TrafficPattern, type TrafficRequest } from '../../src/model/ports.ts';
import { offeredIn } from '../../src/sim/flow/offered.ts';
import { epochMs, traffic } from './builders.ts';

const seed = 42;

/** Requests that are counted within an hour, step by step. */
function inAnHour(fields: Partial<TrafficRequest>, stepMs: number): number {
  const request = traffic('t', fields);
  let sum = 0;
  for (let startMs = epochMs; startMs < epochMs + 3_600_000; startMs += stepMs) {
    sum += (offeredIn(request, { startMs, lengthMs: stepMs }, seed).drawn * stepMs) / 1000;
  }
  return sum;
}

describe.each([1000, 5000, 15_000, 60_000, 300_000])('in steps of %d ms an hour is exact', (stepMs) => {
  // A value of a trace is requests a second here.
  test.each<[string, TrafficPattern, number]>([
    [
      'a burst every 15th second',
      { type: 'Trace', intervalMs: 1000, samples: [0, 0, 0, 0, 0, 0, 0, 150, 0, 0, 0, 0, 0, 0, 0] },
      36_000,
    ],
    ['6 a second every 3rd interval', { type: 'Trace', intervalMs: 5000, samples: [6, 0, 0] }, 7200],
    [
      'a spike of 8 s at an odd time',
      { type: 'Spike', base: 10, peak: 100, atMs: 67_000, durationMs: 8000, rampMs: 0 },
      10 * 3600 + 90 * 8,
    ],
    [
      'a spike with ramps',
      { type: 'Spike', base: 10, peak: 100, atMs: 67_000, durationMs: 8000, rampMs: 3000 },
      10 * 3600 + 90 * (8 + 3),
    ],
    [
      'a sine cut off at 0',
      { type: 'Sine', mean: 0, amplitude: 10, periodMs: 600_000, perTarget: false },
      36_000 / Math.PI,
    ],
  ])('%s', (_name, pattern, expected) => {
    expect(inAnHour({ pattern }, stepMs)).toBeCloseTo(expected, 5);
  });
});

test('traffic offers nothing before its start, and from then on what the pattern says', () => {
  const at = (step: number): number =>
    offeredIn(
      traffic('t', { startMs: epochMs + 20_000 }),
      { startMs: epochMs + step * 15_000, lengthMs: 15_000 },
      seed,
    ).mean;
  expect([at(0), at(1), at(2)]).toEqual([0, 10, 10]);
});

test('noise is drawn by step and name, around the mean that holds without', () => {
  const draw = (i: number, name = 't'): { readonly mean: number; readonly drawn: number } =>
    offeredIn(traffic(name, { poisson: true }), { startMs: epochMs + i * 15_000, lengthMs: 15_000 }, seed);
  const draws = Array.from({ length: 2000 }, (_, i) => draw(i));
  expect(draws).toEqual(Array.from({ length: 2000 }, (_, i) => draw(i)));
  expect(new Set(draws.map(({ drawn }) => drawn)).size).toBeGreaterThan(20);
  expect(draws.every(({ mean }) => mean === 10)).toBe(true);
  const mean = draws.reduce((sum, { drawn }) => sum + drawn, 0) / draws.length;
  // 150 requests a step: a standard error of 0.8 requests a second / sqrt(2000).
  expect(Math.abs(mean - 10)).toBeLessThan(0.1);
  const others = Array.from({ length: 50 }, (_, i) => draw(i, 'u'));
  expect(others).not.toEqual(draws.slice(0, 50));
});

test('shares of CPU are not drawn', () => {
  const request = traffic('t', { poisson: true, unit: 'Cpu' });
  expect(offeredIn(request, { startMs: epochMs, lengthMs: 15_000 }, seed)).toEqual({ mean: 10, drawn: 10 });
});
