import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RunRecord } from '../../src/model/run-record.ts';
import { compare } from '../../src/objectives/compare.ts';
import { studentT975 } from '../../src/objectives/interval.ts';
import { type Judging, pairedDifference } from '../../src/objectives/paired.ts';
import { madeRecord } from './builders.ts';

describe("quantiles of Student's t at 97.5 %, against published tables", () => {
  test.each([
    [1, 12.706],
    [4, 2.776],
    [9, 2.262],
    [29, 2.045],
    [30, 2.042],
    [40, 2.021],
    [60, 2.0],
    [120, 1.98],
    [99_999, 1.96],
  ])('%d degrees of freedom · %d', (degrees, expected) => {
    expect(Math.abs(studentT975(degrees) - expected)).toBeLessThan(0.0006);
  });
});

describe('paired differences', () => {
  test.each<[string, number[], number[], 'lower' | 'higher' | 'neither', object]>([
    // Student's sleep data (Biometrika 1908): mean 1.58, 95 % interval 0.70 to 2.46.
    [
      'as published',
      [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
      [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
      'higher',
      {
        mean: expect.closeTo(1.58, 3) as number,
        margin: expect.closeTo(0.88, 2) as number,
        verdict: 'Better',
      },
    ],
    ['lower is worse when more is wanted', [5, 5, 5], [4, 4.1, 3.9], 'higher', { verdict: 'Worse' }],
    ['lower is better', [5, 5, 5], [4, 4.1, 3.9], 'lower', { verdict: 'Better' }],
    ['neither way is better', [5, 5, 5], [4, 4.1, 3.9], 'neither', { verdict: 'Lower' }],
    ['the interval holds 0', [5, 5, 5], [4, 6, 5.5], 'lower', { verdict: 'Unsure' }],
    ['equal', [5, 6], [5, 6], 'lower', { mean: 0, margin: 0, verdict: 'Same' }],
    ['the same difference in each', [5, 6], [4, 5], 'lower', { mean: -1, margin: 0, verdict: 'Better' }],
    ['one seed tells nothing', [5], [4], 'lower', { mean: -1, verdict: 'Unsure' }],
  ])('%s', (_name, baseline, candidate, direction, expected) => {
    expect(
      pairedDifference(baseline, candidate, { better: direction, unit: 'count', minEffect: 0.01 }),
    ).toEqual(expect.objectContaining(expected));
  });

  const judged = { better: 'lower', unit: 'count', minEffect: 0.01 } as const;
  const around = (mean: number, by = 0.001): number[] => [mean - by, mean, mean + by];
  test.each<[string, number[], number[], Partial<Judging>, string]>([
    ['a hundredth of the baseline matters', [100, 200, 300], [99, 198, 297].map((v) => v - 1), {}, 'Better'],
    ['exactly as much as matters', [100, 100, 100], [101, 101, 101], {}, 'Worse'],
    ['less than matters, however sure', [100, 100, 100], [100.9, 100.9, 100.9], {}, 'Same'],
    ['less than matters, and all of the interval', [100, 100, 100], [100.1, 99.9, 100], {}, 'Same'],
    ['it may be more than matters', [100, 100, 100], [104, 99, 100], {}, 'Unsure'],
    ['another least difference', [100, 100, 100], [104, 104, 104], { minEffect: 0.05 }, 'Same'],
    ['nothing before, something now', [0, 0, 0], around(1e-6, 1e-9), {}, 'Worse'],
    ['what rounding has left over', [0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2], { minEffect: 0 }, 'Same'],
    [
      'availability is measured by what is missing',
      around(0.999, 1e-6),
      around(0.998, 1e-6),
      { better: 'higher', unit: 'ratio' },
      'Worse',
    ],
    ['from all to almost all', [1, 1, 1], around(0.9999, 1e-6), { better: 'higher', unit: 'ratio' }, 'Worse'],
  ])('%s', (_name, baseline, candidate, more, verdict) => {
    expect(pairedDifference(baseline, candidate, { ...judged, ...more }).verdict).toBe(verdict);
  });

  test('who is compared with itself differs in nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
        expect(pairedDifference(values, values, { better: 'lower', unit: 'count', minEffect: 0 })).toEqual({
          mean: 0,
          margin: 0,
          verdict: 'Same',
        });
      }),
    );
  });
});

/** Runs of one candidate: each seed's cost, share of failed requests, and whether its objective was met. */
function runs(name: string, ...seeds: [cost: number, failed: number, met?: boolean][]) {
  const records = seeds.map(([cost, failed, met], index): RunRecord =>
    madeRecord({ seed: index, cost, requests: 1000, errors: failed * 1000, met }),
  );
  return { name, records };
}

const sentence = (...candidates: ReturnType<typeof runs>[]): string => compare(candidates).choice.sentence;

describe('what to take', () => {
  test('the one that meets the objectives more often, though it costs more', () => {
    const text = sentence(
      runs('baseline', [10, 0.1, true], [10, 0.1, false], [10.2, 0.1, false]),
      runs('larger', [12, 0, true], [12.1, 0, true], [12, 0, true]),
    );
    expect(text).toMatch(
      /^Take larger: it meets all objectives in 3 of 3 seeds \(baseline: 1\), but costs \$1\.97 ± \$0\.38 more \(\+20 %\), and loses 10 % fewer of its requests \(−100 %\)\.$/,
    );
  });

  test('of those that meet them equally often, the one that is surely cheaper', () => {
    const text = sentence(
      runs('baseline', [10, 0, true], [10, 0, true], [10, 0, true]),
      runs('a', [9, 0, true], [9.1, 0, true], [8.9, 0, true]),
      runs('b', [8, 0, true], [8.1, 0, true], [7.9, 0, true]),
    );
    expect(text).toMatch(/^Take b: .* as baseline does, and costs \$2\.00 ± \$0\.\d+ less \(−20 %\)\.$/);
  });

  test('cheaper by chance only: it stays as it is', () => {
    const text = sentence(
      runs('baseline', [10, 0, true], [12, 0, true], [10, 0, true]),
      runs('a', [9, 0, true], [12.5, 0, true], [10, 0, true]),
    );
    expect(text).toBe(
      'Stay with baseline: it meets all objectives in 3 of 3 seeds, and nothing that does so as often is surely cheaper.',
    );
  });

  test('without objectives, what loses fewer requests comes before what costs less', () => {
    const text = sentence(
      runs('baseline', [10, 0.1], [10, 0.1], [10, 0.11]),
      runs('cheap', [5, 0.3], [5, 0.3], [5, 0.3]),
      runs('sound', [11, 0.01], [11, 0.01], [11, 0.011]),
    );
    expect(text).toMatch(
      /^Take sound: it loses 9\.\d+ % ± 1\.\d+ % fewer of its requests \(−90 %\), but costs \$1\.00 more \(\+10 %\)\.$/,
    );
  });

  test('nobody meets the objectives: that is what there is to say', () => {
    const text = sentence(
      runs('baseline', [10, 0, false], [9, 0, false]),
      runs('a', [5, 0, false], [5, 0, false]),
    );
    expect(text).toBe('No candidate meets all objectives in any of 2 seeds; all meet as many (0 of 2).');
  });

  test('what is not taken, with what it would save and what speaks against it', () => {
    const text = sentence(
      runs('baseline', [10, 0.01, true], [10, 0.011, true], [10, 0.012, true]),
      runs('lean', [9, 0.02, true], [9, 0.022, true], [9, 0.021, false]),
      runs('twin', [10, 0.01, true], [10.01, 0.011, true], [10, 0.012, true]),
    );
    expect(text).toBe(
      'Stay with baseline: it meets all objectives in 3 of 3 seeds, and nothing that does so as often is surely cheaper; ' +
        'lean costs $1.00 less (−10 %), but meets all objectives in 2 of 3 seeds only and loses 1 % ± 0.248 % more of its requests (+91 %).',
    );
  });

  test('surely cheaper, but by less than matters: it stays as it is, unless told that all matters', () => {
    const [one, other] = [
      runs('baseline', [100, 0], [101, 0], [99, 0]),
      runs('a', [99.5, 0], [100.5, 0], [98.5, 0]),
    ];
    expect(sentence(one, other)).toMatch(/^Stay with baseline/);
    expect(compare([one, other], 0).choice.sentence).toBe('Take a: it costs $0.50 less (−0.5 %).');
  });

  test('nothing differs', () => {
    expect(sentence(runs('baseline', [10, 0], [11, 0]), runs('same', [10, 0], [11, 0]))).toBe(
      'Stay with baseline: nothing that 2 seeds can show speaks for a change.',
    );
  });
});
