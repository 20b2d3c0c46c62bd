import { describe, expect, test } from 'vitest';
import { checksUntil } from '../../src/balancing/health.ts';
import {
  defaultOutlierRules,
  inlier,
  mayEject,
  observeAnswer,
  type Outlier,
} from '../../src/balancing/outlier.ts';

const thresholds = { healthyThreshold: 2, unhealthyThreshold: 3 };

describe('health checks', () => {
  test.each([
    ['new', false, true, 2],
    ['already there', true, true, 0],
    ['in', true, false, 3],
    ['out for good', false, false, 0],
  ])('%s', (_name, healthy, passed, expected) => {
    expect(checksUntil(healthy, passed, thresholds)).toBe(expected);
  });
  test('a threshold of nothing · one check', () => {
    expect(checksUntil(false, true, { healthyThreshold: 0, unhealthyThreshold: 0 })).toBe(1);
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
});
