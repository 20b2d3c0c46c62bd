import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { noStrikes, requestsUntilRun, strike, struckOutAtMs } from '../../src/balancing/outlier-flow.ts';
import {
  defaultOutlierRules,
  ejected,
  forgive,
  inlier,
  observeAnswer,
  sweepAtMs,
} from '../../src/balancing/outlier.ts';

test.each([
  ['all fail · as many as it takes', 5, 1, 5],
  ['none fails · never', 5, 0, Infinity],
  ['one failure is enough, half fail · 2', 1, 0.5, 2],
  ['two in a row, half fail · 6 tosses of a coin', 2, 0.5, 6],
  ['five in a row, half fail', 5, 0.5, 62],
  ['five in a row, one of ten fails', 5, 0.1, 111_110],
])('requestsUntilRun · %s', (_name, failures, failing, expected) => {
  expect(requestsUntilRun(failures, failing)).toBeCloseTo(expected, 6);
});

test.each([0.5, 0.7, 0.95])(
  'so many that single answers take on the mean, within 5 %% · %s fail',
  (failing) => {
    const random = new Random(7);
    let [answers, ejections] = [0, 0];
    for (let outlier = inlier; ejections < 4000; answers++) {
      outlier = observeAnswer(outlier, { failed: random.next() < failing, nowMs: 0, room: true });
      if (outlier.ejectedUntilMs === undefined) continue;
      ejections++;
      outlier = inlier;
    }
    expect(answers / ejections / requestsUntilRun(5, failing)).toBeCloseTo(1, 1);
    expect(Math.abs(answers / ejections / requestsUntilRun(5, failing) - 1)).toBeLessThan(0.05);
  },
);

describe('strikes', () => {
  const dead = { rate: 10, failing: 1 };
  const idle = { rate: 0, failing: 0 };
  const well = { rate: 10, failing: 0 };
  test.each([
    ['10 a second that all fail · 5 of them take half a second', [[dead, 0]], 500],
    [
      'nothing changes · nothing changes',
      [
        [dead, 0],
        [dead, 300],
      ],
      500,
    ],
    [
      'twice as fast from the middle on',
      [
        [dead, 0],
        [{ rate: 20, failing: 1 }, 250],
      ],
      375,
    ],
    [
      'no requests · it rests',
      [
        [dead, 0],
        [idle, 200],
        [dead, 1000],
      ],
      1300,
    ],
    [
      'still no requests',
      [
        [dead, 0],
        [idle, 200],
      ],
      undefined,
    ],
    [
      'one success · it begins anew',
      [
        [dead, 0],
        [well, 400],
        [dead, 1000],
      ],
      1500,
    ],
    ['well', [[well, 0]], undefined],
    ['half fail · 62 requests', [[{ rate: 10, failing: 0.5 }, 0]], 6200],
    ['one of ten thousand fails · never', [[{ rate: 10, failing: 1e-4 }, 0]], undefined],
  ] as const)('%s', (_name, flows, expected) => {
    let strikes = noStrikes;
    for (const [flow, atMs] of flows) strikes = strike(strikes, flow, 5, atMs);
    expect(struckOutAtMs(strikes)).toBe(expected);
  });
  test('the same flow gives the same object', () => {
    const strikes = strike(noStrikes, dead, 5, 0);
    expect(strike(strikes, dead, 5, 100)).toBe(strikes);
    expect(strike(noStrikes, well, 5, 100)).toBe(noStrikes);
  });
});

describe('sweeps', () => {
  const rules = defaultOutlierRules;
  test.each([
    ['at a sweep', 30_000, 30_000],
    ['after one', 30_001, 40_000],
  ])('sweepAtMs · %s', (_name, timeMs, expected) => {
    expect(sweepAtMs(timeMs, rules)).toBe(expected);
  });
  test.each([
    ['none passed', 12_000, 19_999, 3],
    ['one passed', 12_000, 20_000, 2],
    ['from a sweep itself', 20_000, 40_000, 1],
    ['more than there is to forgive', 0, 900_000, 0],
  ])('each forgives one ejection · %s', (_name, fromMs, toMs, ejections) => {
    expect(forgive({ failures: 0, ejections: 3 }, fromMs, toMs, rules)).toEqual({ failures: 0, ejections });
  });
  test('the n-th ejection lasts n base times, no longer than the maximum', () => {
    const lasts = (ejections: number): number | undefined =>
      ejected({ failures: 0, ejections }, 0, rules).ejectedUntilMs;
    expect([0, 1, 8, 9, 50].map(lasts)).toEqual([30_000, 60_000, 270_000, 300_000, 300_000]);
  });
});
