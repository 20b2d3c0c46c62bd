import { describe, expect, test } from 'vitest';
import { formatSelector, matchesSelector, parseSelector } from '../../src/model/selectors.ts';

describe('selectors in text form', () => {
  test.each([
    ['rank>3', { rank: '4' }, true],
    ['rank>3', { rank: '3' }, false],
    ['rank > 3', { rank: '10' }, true],
    ['rank<3', { rank: '-1' }, true],
    ['rank<3', { rank: '12' }, false],
    ['rank>3', { rank: 'high' }, false],
    ['rank>3', {}, false],
    ['rank>1,rank<5', { rank: '3' }, true],
    ['constructor', {}, false],
    ['!constructor', {}, true],
    ['constructor', { constructor: 'x' }, true],
    ['toString!=a', {}, true],
    ['a in (b,c),!d', { a: 'c' }, true],
  ])('%s of %j · %s', (text, labels, expected) => {
    expect(matchesSelector(parseSelector(text), labels as Record<string, string>)).toBe(expected);
  });

  test.each(['rank>', 'rank>three', 'rank>>3', '>3'])('%s is malformed', (text) => {
    expect(parseSelector(text)).toBeUndefined();
  });

  test('comparisons are written as they are read', () => {
    expect(formatSelector(parseSelector('rank>3,weight<7') ?? {})).toBe('rank>3,weight<7');
  });
});

test('labels are looked up by their own names only', () => {
  expect(matchesSelector({ matchExpressions: [{ key: 'valueOf', operator: 'Exists' }] }, {})).toBe(false);
});
