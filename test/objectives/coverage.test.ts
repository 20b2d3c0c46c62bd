/**
 * How often the 95 % intervals hold what they are about: many sets of seeds are drawn from distributions whose mean is
 * known. An interval of that name must not be wrong in more than a tenth of the cases, however rare what is counted is.
 */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { meanInterval } from '../../src/objectives/interval.ts';
import { type Judging, pairedDifference } from '../../src/objectives/paired.ts';
import { type Count, isRare, rateInterval } from '../../src/objectives/rare-counts.ts';

const trials = 2000;
const least = 0.9;

/** Share of the trials in which `holds` is true, each with numbers of its own. */
function shareOf(holds: (random: Random) => boolean): number {
  let held = 0;
  for (let trial = 0; trial < trials; trial++) if (holds(new Random(trial * 7919 + 1))) held++;
  return held / trials;
}

/** Events of one run, by Knuth's product of uniforms. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > limit; count++) product *= random.next();
  return Math.max(0, count);
}

const exponential = (random: Random): number => -Math.log(1 - random.next());

describe('means of measured figures', () => {
  const shapes: Readonly<Record<string, { draw: (random: Random) => number; mean: number }>> = {
    normal: { draw: (random) => random.normal(), mean: 0 },
    uniform: { draw: (random) => random.next(), mean: 0.5 },
    'skewed, the sum of four exponential ones': {
      draw: (random) => exponential(random) + exponential(random) + exponential(random) + exponential(random),
      mean: 4,
    },
  };
  for (const [name, { draw, mean }] of Object.entries(shapes)) {
    test.each([3, 5, 10, 30])(`${name} · %d seeds`, (seeds) => {
      const share = shareOf((random) => {
        const interval = meanInterval(Array.from({ length: seeds }, () => draw(random)));
        return Math.abs(interval.mean - mean) <= (interval.margin ?? 0);
      });
      expect(share).toBeGreaterThan(least);
    });
  }
});

describe('rates of rare events', () => {
  const over = 1e6;
  const counts = (random: Random, seeds: number, mean: number, clustered: boolean): Count[] =>
    Array.from({ length: seeds }, () => {
      // Clustered: failures come in the runs in which something goes wrong.
      const own = clustered ? mean * exponential(random) : mean;
      return { events: poisson(random, own), over };
    });

  for (const clustered of [false, true]) {
    describe(clustered ? 'runs that differ by more than chance' : 'runs that are alike', () => {
      test.each([
        [0.05, 5],
        [0.3, 3],
        [0.3, 5],
        [0.3, 20],
        [1, 3],
        [1, 5],
        [1, 10],
        [3, 5],
        [3, 20],
        [8, 5],
      ])('%d a run · %d seeds', (mean, seeds) => {
        const share = shareOf((random) => {
          const { low, high } = rateInterval(counts(random, seeds, mean, clustered));
          return low <= mean / over && mean / over <= high;
        });
        expect(share).toBeGreaterThan(least);
      });
    });
  }

  test("Student's t would not do: where no run has any, its interval is empty", () => {
    const share = shareOf((random) => {
      const rates = counts(random, 5, 0.3, false).map(({ events }) => events);
      const { mean, margin = 0 } = meanInterval(rates);
      return Math.abs(mean - 0.3) <= margin;
    });
    expect(share).toBeLessThan(least);
  });

  const judging: Judging = { better: 'lower', unit: 'ratio', minEffect: 0.01 };
  test.each([
    [0.3, 5],
    [1, 5],
    [3, 5],
    [3, 10],
    [8, 5],
    [20, 5],
  ])('two worlds that are alike, %d a run · %d seeds · are seldom told apart', (mean, seeds) => {
    const share = shareOf((random) => {
      const [baseline, candidate] = [counts(random, seeds, mean, false), counts(random, seeds, mean, false)];
      const values = (some: readonly Count[]): number[] => some.map(({ events }) => events / over);
      const { verdict } = pairedDifference(values(baseline), values(candidate), {
        ...judging,
        counts: { baseline, candidate },
      });
      return verdict === 'Same' || verdict === 'Unsure';
    });
    expect(share).toBeGreaterThan(least);
  });

  test('ten times as many are told apart', () => {
    const share = shareOf((random) => {
      const [baseline, candidate] = [counts(random, 5, 0.8, false), counts(random, 5, 8, false)];
      const values = (some: readonly Count[]): number[] => some.map(({ events }) => events / over);
      const judged = { ...judging, counts: { baseline, candidate } };
      return pairedDifference(values(baseline), values(candidate), judged).verdict === 'Worse';
    });
    expect(share).toBeGreaterThan(0.8);
  });

  test.each([
    // Rule of three, wider: with two degrees of freedom t is 4.303, not 1.96. Score interval of 0 in n: t^2 / n.
    ['none in three runs', [0, 0, 0], 0, 18.513 / 3e6],
    ['one in five runs', [0, 1, 0, 0, 0], 0.02e-6, 1.92e-6],
  ])('%s', (_name, events, low, high) => {
    const interval = rateInterval(events.map((one) => ({ events: one, over })));
    expect(interval.low).toBeCloseTo(low, 7);
    expect(interval.high).toBeCloseTo(high, 7);
  });

  test('few and many', () => {
    const of = (events: number): Count[] => [1, 2, 3].map(() => ({ events, over }));
    expect([isRare(of(0)), isRare(of(9)), isRare(of(10))]).toEqual([true, true, false]);
  });
});
