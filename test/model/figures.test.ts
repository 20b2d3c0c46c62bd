import { describe, expect, test } from 'vitest';
import {
  formatBeside,
  formatClock,
  formatDifference,
  formatFigure,
  formatSpan,
  type FigureUnit,
} from '../../src/model/figures.ts';

describe('figures', () => {
  const rows: readonly [FigureUnit, number, string][] = [
    ['ms', 142.34, '142 ms'],
    ['ms', 0.0421, '0.0421 ms'],
    ['ms', 1340, '1.34 s'],
    ['ms', 200_400, '3m20s'],
    ['ms', 90_000, '1m30s'],
    ['ms', 37_700, '37.7 s'],
    ['ratio', 0.0042, '0.42 %'],
    ['ratio', 0.99999, '99.999 %'],
    ['ratio', 0.9995, '99.95 %'],
    ['ratio', 1, '100 %'],
    ['ratio', 0, '0 %'],
    ['count', 12_437, '12,437'],
    ['count', 1_234_567, '1,234,567'],
    ['count', 2.5, '2.5'],
    ['count', 100, '100'],
    ['money', 61.2, '$61.20'],
    ['money', 1234.567, '$1,234.57'],
    ['money', 0.0123, '$0.0123'],
    ['perSecond', 182, '182/s'],
    ['perHour', 0.41, '$0.41/h'],
    ['watts', 1200, '1.2 kW'],
    ['kWh', 31.44, '31.4 kWh'],
    ['count', -3, '−3'],
  ];
  test.each(rows)('%s %d is %s', (unit, value, text) => {
    expect(formatFigure(value, unit)).toBe(text);
  });

  test('a figure beside its limit never reads like the limit', () => {
    expect(formatBeside(200.04, 200, 'ms')).toBe('200.04 ms');
    expect(formatBeside(0.0010001, 0.001, 'ratio')).toBe('0.10001 %');
    expect(formatBeside(200, 200, 'ms')).toBe('200 ms');
  });

  test.each([
    [-0.0543, '−5.4 %'],
    [0.124, '+12 %'],
    [0.00999, '+1.0 %'],
    [-0.0001, '0 %'],
    [-1, '−100 %'],
  ])('a difference of %d is %s', (ratio, text) => {
    expect(formatDifference(ratio)).toBe(text);
  });

  test('times of day, with days only where they differ', () => {
    const nine = Date.UTC(2026, 0, 1, 9, 2);
    expect(formatClock(nine + 15_000)).toBe('09:02:15');
    expect(formatSpan(nine, nine + 300_000)).toBe('09:02–09:07');
    expect(formatSpan(nine, nine + 86_400_000)).toBe('2026-01-01 09:02 – 2026-01-02 09:02');
  });
});
