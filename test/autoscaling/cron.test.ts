import { describe, expect, test } from 'vitest';
import { lastMatch, parseCron } from '../../src/autoscaling/cron.ts';
import { schemaOf } from '../../src/model/schemas.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const at = (text: string): number => Date.parse(text);

/** The last match up to a moment, as `2000-01-03T08:30`; looks back a week. */
function last(text: string, now: string, zone = 'UTC', backMs = 7 * day): string {
  const parsed = parseCron(text);
  if (!parsed.ok) return parsed.message;
  const found = lastMatch(parsed.cron, zone, at(now) - backMs, at(now));
  return found === undefined ? 'none' : new Date(found).toISOString().slice(0, 16);
}

describe('the last time that an expression names', () => {
  // 2000-01-01 was a Saturday.
  test.each([
    ['every minute', '* * * * *', '2000-01-05T12:34:56Z', '2000-01-05T12:34'],
    ['the minute itself counts', '30 8 * * *', '2000-01-05T08:30:00Z', '2000-01-05T08:30'],
    ['a moment before · the day before', '30 8 * * *', '2000-01-05T08:29:59Z', '2000-01-04T08:30'],
    ['list', '5,20,40 * * * *', '2000-01-05T12:30:00Z', '2000-01-05T12:20'],
    ['range', '0 9-17 * * *', '2000-01-05T20:00:00Z', '2000-01-05T17:00'],
    ['range that goes round', '0 22-4 * * *', '2000-01-05T06:00:00Z', '2000-01-05T04:00'],
    ['step', '*/25 * * * *', '2000-01-05T12:59:00Z', '2000-01-05T12:50'],
    ['step in a range', '0 8-18/4 * * *', '2000-01-05T18:30:00Z', '2000-01-05T16:00'],
    ['step from a value on', '10/20 * * * *', '2000-01-05T12:49:00Z', '2000-01-05T12:30'],
    ['days by name', '0 8 * * MON-FRI', '2000-01-09T12:00:00Z', '2000-01-07T08:00'],
    ['days by name, round', '0 8 * * fri-mon', '2000-01-06T12:00:00Z', '2000-01-03T08:00'],
    ['Sunday as 7', '0 8 * * 7', '2000-01-05T12:00:00Z', '2000-01-02T08:00'],
    ['Sunday as 0', '0 8 * * 0', '2000-01-05T12:00:00Z', '2000-01-02T08:00'],
    ['range up to Sunday', '0 8 * * 5-7', '2000-01-05T12:00:00Z', '2000-01-02T08:00'],
    ['month by name', '0 0 1 feb *', '2000-02-05T00:00:00Z', '2000-02-01T00:00'],
    ['another month', '0 0 * MAR *', '2000-02-05T00:00:00Z', 'none'],
    ['both days · one of them is enough', '0 8 4 * SUN', '2000-01-05T12:00:00Z', '2000-01-04T08:00'],
    ['one day with a star · both must fit', '0 8 */2 * SUN', '2000-01-08T12:00:00Z', 'none'],
    ['29 February', '0 0 29 2 *', '2000-03-01T00:00:00Z', '2000-02-29T00:00'],
    ['never', '0 0 30 2 *', '2000-03-01T00:00:00Z', 'none'],
  ])('%s', (_name, text, now, expected) => {
    expect(last(text, now)).toBe(expected);
  });

  test('only within the range, its start left out', () => {
    expect(last('0 8 * * *', '2000-01-05T09:00:00Z', 'UTC', 60 * minute)).toBe('none');
    expect(last('0 8 * * *', '2000-01-05T09:00:00Z', 'UTC', 61 * minute)).toBe('2000-01-05T08:00');
  });
});

describe('local time', () => {
  test.each([
    ['ahead of UTC', '0 8 * * *', '2000-01-05T12:00:00Z', 'Europe/Berlin', '2000-01-05T07:00'],
    ['behind UTC', '0 8 * * *', '2000-01-05T12:00:00Z', 'America/New_York', '2000-01-04T13:00'],
    ['a fraction of an hour', '0 8 * * *', '2000-01-05T12:00:00Z', 'Asia/Kolkata', '2000-01-05T02:30'],
    ['its own day of the week', '30 0 * * SUN', '2000-01-05T12:00:00Z', 'Europe/Berlin', '2000-01-01T23:30'],
    // 2000-03-26 02:00 became 03:00 in Berlin.
    ['summer time', '0 8 * * *', '2000-03-26T12:00:00Z', 'Europe/Berlin', '2000-03-26T06:00'],
    [
      'the day before summer time',
      '0 8 * * SAT',
      '2000-03-26T12:00:00Z',
      'Europe/Berlin',
      '2000-03-25T07:00',
    ],
    ['a time that is skipped', '30 2 * * *', '2000-03-26T12:00:00Z', 'Europe/Berlin', '2000-03-25T01:30'],
    // 2000-10-29 03:00 became 02:00 again.
    [
      'a time that comes twice · once',
      '30 2 * * *',
      '2000-10-29T00:59:00Z',
      'Europe/Berlin',
      '2000-10-29T00:30',
    ],
    [
      'a time that comes twice · again',
      '30 2 * * *',
      '2000-10-29T12:00:00Z',
      'Europe/Berlin',
      '2000-10-29T01:30',
    ],
  ])('%s', (_name, text, now, zone, expected) => {
    expect(last(text, now, zone)).toBe(expected);
  });
});

describe('what can be read', () => {
  const schema = JSON.stringify(schemaOf('ScalingPolicy'));
  const pattern = /"cron":\{[^}]*?"pattern":("(?:[^"\\]|\\.)*")/.exec(schema)?.[1] ?? '""';
  const admitted = new RegExp(JSON.parse(pattern) as string);

  test.each([
    ['* * * * *', true],
    ['59 23 31 12 7', true],
    ['05 08 01 01 0', true],
    ['*/5,1-3/2,7 * * jan-MAR,Dec sun', true],
    ['60 * * * *', false],
    ['* 24 * * *', false],
    ['* * 0 * *', false],
    ['* * 32 * *', false],
    ['* * * 0 *', false],
    ['* * * 13 *', false],
    ['* * * * 8', false],
    ['* * * * someday', false],
    ['* * * sun *', false],
    ['* * * *', false],
    ['* * * * * *', false],
    ['*/0 * * * *', false],
    ['1- * * * *', false],
    ['1,,2 * * * *', false],
    ['-1 * * * *', false],
    ['@daily', false],
    ['', false],
  ])('"%s" · %s', (text, readable) => {
    expect(parseCron(text).ok).toBe(readable);
    expect(admitted.test(text)).toBe(readable);
  });

  test('says which field is wrong', () => {
    expect(parseCron('0 25 * * *')).toEqual({ ok: false, message: '"25" is no hour of a cron expression' });
    expect(parseCron('0 5')).toEqual({ ok: false, message: '"0 5" has 2 fields, not five' });
  });
});
