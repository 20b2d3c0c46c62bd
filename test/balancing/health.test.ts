import { describe, expect, test } from 'vitest';
import { checkHealth, checksUntil, type Health, unchecked } from '../../src/balancing/health.ts';
import {
  defaultOutlierRules,
  inlier,
  mayEject,
  observeAnswer,
  type Outlier,
  sweepOutlier,
} from '../../src/balancing/outlier.ts';

const thresholds = { healthyThreshold: 2, unhealthyThreshold: 3 };

/** `+` is a check that passes, `-` one that fails; the result has a letter for the state after each. */
function walk(checks: string, start: Health = unchecked): string {
  let health = start;
  return [...checks]
    .map((check) => {
      health = checkHealth(health, check === '+', thresholds);
      return health.healthy ? 'H' : 'u';
    })
    .join('');
}

describe('health checks', () => {
  test.each([
    ['a new one needs two successes', '++', 'uH'],
    ['two successes bring it in', '-++', 'uuH'],
    ['a failure between starts anew', '-+-++', 'uuuuH'],
    ['three failures take it out', '++---', 'uHHHu'],
    ['a success between starts anew', '++--+---', 'uHHHHHHu'],
    ['out and in again', '++---++', 'uHHHuuH'],
  ])('%s', (_name, checks, expected) => {
    expect(walk(checks)).toBe(expected);
  });
  test('nothing new · the same object', () => {
    const healthy: Health = { healthy: true, against: 0 };
    expect(checkHealth(healthy, true, thresholds)).toBe(healthy);
  });
  test.each([
    ['new', unchecked, true, 2],
    ['already there', { healthy: true, against: 1 }, true, 0],
    ['out, one passed', { healthy: false, against: 1 }, true, 1],
    ['in, none failed', { healthy: true, against: 0 }, false, 3],
  ])('checksUntil · %s', (_name, health, passed, expected) => {
    expect(checksUntil(health, passed, thresholds)).toBe(expected);
  });
});

describe('outlier ejection', () => {
  /** `f` fails, `s` succeeds. */
  function answers(text: string, start: Outlier = inlier, nowMs = 0, room = true): Outlier {
    return [...text].reduce(
      (state, one) => observeAnswer(state, { failed: one === 'f', nowMs, room }),
      start,
    );
  }
  test.each([
    ['four failures · in', 'ffff', undefined],
    ['five failures · out for 30 s', 'fffff', 31_000],
    ['a success between · in', 'fffsffff', undefined],
    ['answers after the ejection · no change', 'fffffsfffff', 31_000],
  ])('%s', (_name, text, until) => {
    expect(answers(text, inlier, 1000).ejectedUntilMs).toBe(until);
  });
  test.each([
    ['second in a row · 60 s', 1, 60_000],
    ['fourth · 120 s', 3, 120_000],
    ['capped at 300 s', 20, 300_000],
  ])('%s', (_name, ejections, until) => {
    expect(answers('fffff', { failures: 0, ejections }).ejectedUntilMs).toBe(until);
  });
  test('no room · stays in, and the next failure tries again', () => {
    const waiting = answers('fffffff', inlier, 0, false);
    expect(waiting.ejectedUntilMs).toBeUndefined();
    expect(answers('f', waiting).ejectedUntilMs).toBe(30_000);
    expect(answers('sffff', waiting).ejectedUntilMs).toBeUndefined();
  });
  test.each([
    ['the first of two', 0, 2, true],
    ['the second of ten', 1, 10, false],
    ['the second of twenty', 1, 20, true],
    ['the second of nineteen', 1, 19, false],
  ])('room · %s', (_name, ejected, count, expected) => {
    expect(mayEject(ejected, count, defaultOutlierRules)).toBe(expected);
  });
  test('sweeps · back after its time, forgiven one ejection a sweep', () => {
    const out = answers('fffff', { failures: 0, ejections: 1 });
    expect(sweepOutlier(out, 59_999)).toBe(out);
    const back = sweepOutlier(out, 60_000);
    expect(back).toEqual({ failures: 0, ejections: 2 });
    expect(sweepOutlier(sweepOutlier(sweepOutlier(back, 7e4), 8e4), 9e4)).toEqual(inlier);
  });
});
