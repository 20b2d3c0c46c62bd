import { describe, expect, test } from 'vitest';
import { trafficPattern } from '../../../src/controllers/traffic/pattern.ts';
import { type Traffic } from '../../../src/model/kinds/index.ts';
import { type TrafficPattern } from '../../../src/model/ports.ts';

type Pattern = Traffic['spec']['pattern'];

const hourMs = 3_600_000;
const trace = (fields: object): Pattern => ({
  trace: { column: 'value', interval: '1m', scale: 1, ...fields },
});

describe('patterns', () => {
  test.each<[string, Pattern, TrafficPattern]>([
    ['constant', { constant: 5 }, { type: 'Constant', value: 5 }],
    ['constant nothing', { constant: 0 }, { type: 'Constant', value: 0 }],
    [
      'steps',
      {
        steps: [
          { at: '0s', value: 1 },
          { at: '1h30m', value: 2 },
        ],
      },
      {
        type: 'Steps',
        steps: [
          { atMs: 0, value: 1 },
          { atMs: 1.5 * hourMs, value: 2 },
        ],
      },
    ],
    [
      'daily',
      { daily: { base: 20, peak: 180, peakAt: '14:00' } },
      { type: 'Daily', base: 20, peak: 180, peakAtMs: 14 * hourMs },
    ],
    [
      'daily · a minute before midnight',
      { daily: { base: 1, peak: 2, peakAt: '23:59' } },
      { type: 'Daily', base: 1, peak: 2, peakAtMs: 24 * hourMs - 60_000 },
    ],
    [
      'spike',
      { spike: { base: 1, peak: 9, at: '10m', duration: '5m', ramp: '30s' } },
      { type: 'Spike', base: 1, peak: 9, atMs: 600_000, durationMs: 300_000, rampMs: 30_000 },
    ],
    [
      'trace · a value counts the requests of its interval',
      trace({ samples: [60, 120] }),
      { type: 'Trace', intervalMs: 60_000, samples: [1, 2] },
    ],
    [
      'trace · scaled, in short intervals',
      trace({ samples: [3], interval: '500ms', scale: 10 }),
      { type: 'Trace', intervalMs: 500, samples: [60] },
    ],
    [
      'sine · all alike',
      { sine: { mean: 0.5, amplitude: 0.4, period: '24h', phase: 'Same' } },
      { type: 'Sine', mean: 0.5, amplitude: 0.4, periodMs: 24 * hourMs, perTarget: false },
    ],
    [
      'sine · each its own phase',
      { sine: { mean: 0.5, amplitude: 0.4, period: '1h', phase: 'PerTarget' } },
      { type: 'Sine', mean: 0.5, amplitude: 0.4, periodMs: hourMs, perTarget: true },
    ],
  ])('%s', (_name, pattern, expected) => {
    expect(trafficPattern({ unit: 'Requests', pattern })).toEqual({ ok: true, pattern: expected });
  });

  test.each(['Cpu', 'Memory'] as const)('a trace of unit %s holds values, whatever its interval', (unit) => {
    const pattern = trace({ samples: [20, 80], scale: 0.01 });
    expect(trafficPattern({ unit, pattern })).toEqual({
      ok: true,
      pattern: { type: 'Trace', intervalMs: 60_000, samples: [0.2, 0.8] },
    });
  });

  test.each<[string, Pattern, string]>([
    ['a trace whose file was not read', trace({ file: 'day.csv' }), 'NoSamples'],
    ['a trace of nothing', trace({ samples: [] }), 'NoSamples'],
    ['a trace without length', trace({ samples: [1], interval: '0s' }), 'InvalidPattern'],
    [
      'a wave without length',
      { sine: { mean: 1, amplitude: 1, period: '0s', phase: 'Same' } },
      'InvalidPattern',
    ],
    ['no form at all', {}, 'InvalidPattern'],
  ])('%s has none, and the reason is said', (_name, pattern, reason) => {
    expect(trafficPattern({ unit: 'Requests', pattern })).toMatchObject({ ok: false, reason });
  });
});
