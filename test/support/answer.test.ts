import { describe, expect, test } from 'vitest';
import { isAnswer, renewedAnswer } from './answer.ts';

const printed = `shop  24h of world time in 1.9 s · result 13ba7fa5
  ✓ fast   p95   45.4 ms  < 100 ms
  ✗ whole  rate  0.106 %  < 0.1 %
  ✓ cheap  cost   $44.16  < $50.00
1 of 3 objectives missed.`;

const lines = (...wanted: readonly string[]): string => wanted.join('\n');
const whole = '  ✗ whole  rate  0.106 %  < 0.1 %';

describe('is true', () => {
  test.each([
    ['to the letter', printed],
    ['whatever this machine took', printed.replace('1.9 s', '17.2 s')],
    ['with gaps', lines('…', whole, '…')],
    ['a gap of one line', lines('…', '  ✓ fast…', whole, '…', '1 of 3 objectives missed.')],
    ['beginnings of lines', lines('shop…', '…', '1 of 3…')],
  ])('%s', (_name, excerpt) => expect(isAnswer(excerpt, printed)).toBe(true));

  test('the end alone', () => {
    expect(isAnswer(lines(whole, '…', '1 of 3 objectives missed.'), printed, 'end')).toBe(true);
    expect(isAnswer('1 of 3 objectives missed.', printed, 'end')).toBe(true);
  });
});

describe('is not true', () => {
  test.each([
    ['another figure', printed.replace('45.4', '45.5')],
    ['another hash', printed.replace('13ba7fa5', '13ba7fa6')],
    ['a line less at the end', printed.split('\n').slice(0, -1).join('\n')],
    ['a line more at the end', lines(printed, 'more')],
    ['a gap for nothing', lines(printed, '…')],
    ['another order', lines('…', '  ✓ cheap…', '…', '  ✓ fast…', '…')],
    ['a beginning that is left out', lines(whole, '…')],
    ['nothing at all', ''],
  ])('%s', (_name, excerpt) => expect(isAnswer(excerpt, printed)).toBe(false));
});

describe('renewed', () => {
  const old = printed.replace('1.9 s', '9.9 s').replace('45.4', '50.1').replace('13ba7fa5', '00000000');

  test('figures change, times of this machine stay', () => {
    expect(renewedAnswer(old, printed)).toBe(printed.replace('1.9 s', '9.9 s'));
  });

  test('lines come and go', () => {
    expect(renewedAnswer(lines('shop', 'gone'), printed)).toBe(printed);
  });

  test('gaps stay, and the lines between them are found by their looks', () => {
    const excerpt = lines('…', '  ✓ whole  rate  0.05 %  < 0.1 %', '…');
    expect(renewedAnswer(excerpt, printed)).toBe(lines('…', whole, '…'));
    expect(isAnswer(excerpt, printed)).toBe(false);
  });

  test('the end keeps its number of lines', () => {
    expect(renewedAnswer(lines('  ✓ cheap  cost  $1  < $2', 'all met.'), printed, 'end')).toBe(
      lines('  ✓ cheap  cost   $44.16  < $50.00', '1 of 3 objectives missed.'),
    );
  });

  test('nothing looks like it', () => {
    expect(renewedAnswer(lines('…', 'somewhere else', '…'), printed)).toBeUndefined();
  });
});
