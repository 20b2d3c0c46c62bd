import { expect, test } from 'vitest';
import { findingsText } from '../../src/app/findings.ts';
import { type Diagnostic } from '../../src/model/diagnostic.ts';

const many = (severity: Diagnostic['severity'], count: number): Diagnostic[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ severity, code: 'CODE', message: `no ${index}`, path: '', file: 'a.yaml' },
    ...{ line: index + 1, column: 1 },
  }));
const sources = new Map([['a.yaml', 'x\n'.repeat(60_000)]]);

test('of very many, the first of each are shown and the others counted', () => {
  const text = findingsText([...many('warning', 60), ...many('error', 50_000)], sources, {
    outcome: 'not valid',
  });
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('error CODE'))).toHaveLength(50);
  expect(lines.filter((line) => line.includes('warning CODE'))).toHaveLength(50);
  expect(lines.slice(-2)).toEqual([
    '… and 49,960 more like these: mend the first ones, then look again',
    '50,000 errors and 60 warnings in 1 file; not valid.',
  ]);
});

test('as many as are shown · nothing is left to count', () => {
  const text = findingsText(many('error', 50), sources, {});
  expect(text).not.toContain('more like these');
  expect(text.trimEnd().split('\n').at(-1)).toBe('50 errors in 1 file.');
});
