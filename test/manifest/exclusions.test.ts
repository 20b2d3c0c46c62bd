import { expect, test } from 'vitest';
import { Exclusions } from '../../src/manifest/exclusions.ts';

test.each<readonly [string, string, boolean]>([
  ['*.json', 'a.json', true],
  ['*.json', 'x/y/a.json', true],
  ['*.json', 'a.yaml', false],
  ['/a.yaml', 'a.yaml', true],
  ['/a.yaml', 'x/a.yaml', false],
  ['x/a.yaml', 'x/a.yaml', true],
  ['x/a.yaml', 'y/x/a.yaml', false],
  ['docs', 'docs/a/b.yaml', true],
  ['docs/', 'docs/a.yaml', true],
  ['docs/', 'x/docs/a.yaml', true],
  ['docs/', 'docs', false],
  ['**/test/*.yaml', 'a/b/test/c.yaml', true],
  ['**/test/*.yaml', 'test/c.yaml', true],
  ['a/**', 'a/b/c.yaml', true],
  ['a/**/z.yaml', 'a/z.yaml', true],
  ['a/**/z.yaml', 'a/b/c/z.yaml', true],
  ['a/*/z.yaml', 'a/b/c/z.yaml', false],
  ['?.yaml', 'ab.yaml', false],
  ['*.yaml\n!keep.yaml', 'keep.yaml', false],
  ['*.yaml\n!keep.yaml', 'other.yaml', true],
  ['x/\n!x/keep.yaml', 'x/keep.yaml', true],
  ['# a comment\n\n', 'a.yaml', false],
  ['.hidden.yaml', '.hidden.yaml', true],
])('%j · %s', (lines, path, excluded) => {
  expect(new Exclusions(lines.split('\n')).excludes(path)).toBe(excluded);
});

test('a pattern made to be slow is not', () => {
  const pattern = `${'*a'.repeat(30)}b`;
  expect(new Exclusions([pattern, `${'**/a/'.repeat(20)}b`]).excludes('a'.repeat(5000))).toBe(false);
});
