import { expect, test } from 'vitest';
import { printable } from '../../src/base/printable.ts';

test.each([
  ['plain', 'plain'],
  ['é 名 👩\u200d💻', 'é 名 👩\u200d💻'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['\u009b2J', '\\x9b2J'],
  ['a\nb\tc', 'a\\nb\\tc'],
  ['admin\u202e// gnp', 'admin\\u202e// gnp'],
  ['a\u2066b\u2069', 'a\\u2066b\\u2069'],
  ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
