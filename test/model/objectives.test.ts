import { describe, expect, test } from 'vitest';
import { defaultStatistic, objectiveMetrics, parseLimit, unitOf } from '../../src/model/objectives.ts';
import { type ObjectiveMetric, type ObjectiveUnit } from '../../src/model/run-record.ts';

describe('limits', () => {
  test.each<[string | number, ObjectiveUnit, number | undefined]>([
    ['200ms', 'ms', 200],
    ['1.5 s', 'ms', 1500],
    ['1m30s', 'ms', 90_000],
    [250, 'ms', 250],
    ['250', 'ms', 250],
    ['5 %', 'ms', undefined],
    ['5 %', 'ratio', 0.05],
    ['0.1%', 'ratio', 0.001],
    [0.001, 'ratio', 0.001],
    ['200ms', 'ratio', undefined],
    ['$120', 'money', 120],
    ['120', 'money', 120],
    ['120 kWh', 'money', undefined],
    ['$1.5/h', 'perHour', 1.5],
    ['$1.5/h', 'money', undefined],
    ['12 kWh', 'kWh', 12],
    ['900 Wh', 'kWh', 0.9],
    ['1.2 kW', 'watts', 1200],
    ['300W', 'watts', 300],
    ['12', 'count', 12],
    ['a dozen', 'count', undefined],
    ['-5', 'count', undefined],
    [NaN, 'count', undefined],
    ['', 'money', undefined],
    ['constructor', 'kWh', undefined],
  ])('%s as %s', (limit, unit, expected) => {
    const parsed = parseLimit(limit, unit);
    if (expected === undefined) expect(parsed).toBeUndefined();
    else expect(parsed).toBeCloseTo(expected, 12);
  });
});

describe('metrics', () => {
  test.each<[ObjectiveMetric, string, ObjectiveUnit]>([
    ['latency', 'mean', 'ms'],
    ['errorRate', 'mean', 'ratio'],
    ['cost', 'total', 'money'],
    ['energy', 'total', 'kWh'],
    ['migrations', 'total', 'count'],
    ['pendingTime', 'mean', 'ms'],
  ])('%s is judged by its %s', (metric, statistic, unit) => {
    expect(defaultStatistic(metric)).toBe(statistic);
    expect(unitOf(metric, defaultStatistic(metric))).toBe(unit);
  });

  test('cost and energy over time have units of their own', () => {
    expect(unitOf('cost', 'max')).toBe('perHour');
    expect(unitOf('energy', 'p95')).toBe('watts');
  });

  test('every metric has a meaning and a statistic', () => {
    for (const { meaning, statistics } of Object.values(objectiveMetrics)) {
      expect(meaning).toMatch(/\.$/);
      expect(statistics.length).toBeGreaterThan(0);
    }
  });
});
