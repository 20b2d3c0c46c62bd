import { describe, expect, test } from 'vitest';
import { type Statistic } from '../../src/model/run-record.ts';
import { statisticOf } from '../../src/objectives/statistics.ts';

describe('statistics', () => {
  const pairs = (...all: [number, number][]): { value: number; weight: number }[] =>
    all.map(([value, weight]) => ({ value, weight }));
  const hundred = Array.from({ length: 100 }, (_, index) => ({ value: index + 1, weight: 1 }));

  test.each<[string, { value: number; weight: number }[], Statistic, number | undefined]>([
    ['mean · by weight', pairs([1, 1], [4, 2]), 'mean', 3],
    ['max', pairs([1, 1], [4, 2]), 'max', 4],
    ['min', pairs([1, 1], [4, 2]), 'min', 1],
    ['total · value times weight', pairs([1, 1], [4, 2]), 'total', 9],
    ['nothing measured', pairs([NaN, 1]), 'mean', undefined],
    ['nothing at all', [], 'max', undefined],
    ['without weight does not count', pairs([9, 0], [1, 1]), 'max', 1],
    ['what was not measured does not count', pairs([NaN, 5], [2, 1]), 'mean', 2],
    ['p50 of a hundred', hundred, 'p50', 50],
    ['p90 of a hundred', hundred, 'p90', 90],
    ['p95 of a hundred', hundred, 'p95', 95],
    ['p99 of a hundred', hundred, 'p99', 99],
    ['p50 · by weight', pairs([1, 1], [2, 1], [3, 8]), 'p50', 3],
    ['p95 of one', pairs([7, 1]), 'p95', 7],
    ['negative values', pairs([-5, 1], [-1, 1]), 'max', -1],
  ])('%s', (_name, samples, statistic, expected) => {
    expect(statisticOf(samples, statistic)).toBe(expected);
  });
});
