import { describe, expect, test } from 'vitest';
import { relationProblem, verdictFigures } from './verdict-figures.ts';

const figures = verdictFigures(`flash-crowd  24h of world time in 1.9 s · seed 42 · result 13ba7fa5
  ✓ fast    latency p95 of lb/default/web       45.4 ms  < 100 ms
  ✗ slow    latency p99 of lb/default/web        8.27 s  < 100 ms
  ✓ whole   errorRate of lb/default/web         0.106 %  < 0.2 %
  ✓ prompt  pendingTime max of vmp/default/web  1m37.7s  < 1m30s
  ✓ cheap   cost                                 $44.16  < $50.00
  ✓ moved   migrations                                 2  > 1
5 objectives: all met.`);

test('values in the units of their metrics', () => {
  expect(Object.fromEntries(figures)).toEqual({
    fast: 45.4,
    slow: 8270,
    whole: expect.closeTo(0.00106, 10) as number,
    prompt: 97_700,
    cheap: 44.16,
    moved: 2,
  });
});

describe('relations', () => {
  test.each([
    ['whole is from 0.05 % to 0.15 %', undefined],
    ['slow / fast is from 180 to 184', undefined],
    ['prompt is from 90s to 2m', undefined],
    ['slow is from 1 to 8000', 'it is 8270'],
    ['whole is from 0.2 % to 0.3 %', 'it is 0.00106'],
    ['slow / gone is from 1 to 2', 'no verdict above has the name gone'],
    ['whole is about 0.1 %', 'not a relation'],
  ])('%s', (relation, problem) => {
    const found = relationProblem(relation, figures);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});
