import { type Difference } from '../model/comparison.ts';
import { type ObjectiveUnit } from '../model/run-record.ts';
import { meanInterval, meanOf } from './interval.ts';
import { type Count, isRareChance, rateDifference } from './rare-counts.ts';

/** Which way is better, where one is. */
export type Direction = 'lower' | 'higher' | 'neither';

/** How a figure is compared. */
export interface Judging {
  readonly better: Direction;
  readonly unit: ObjectiveUnit;
  /** The least difference that matters, as a share of the baseline's figure, 0..1. */
  readonly minEffect: number;
  /** Of what is counted: one a seed, of each candidate. */
  readonly counts?: { readonly baseline: readonly Count[]; readonly candidate: readonly Count[] };
}

/** Differences below this share of the figures themselves are the rounding of floating-point numbers. */
const rounding = 1e-9;

/**
 * The difference of a candidate from the baseline over the same seeds, with its 95 % confidence interval: since a
 * seed brings both the same chance, pairs are compared and not means, which shows much smaller differences. What is
 * rare and counted is compared by its rates (`rare-counts.ts`).
 *
 * Better or worse is what the interval says for sure *and* is at least the least difference that matters.
 *
 * @param baseline - One value a seed; `candidate` as many, of the same seeds in the same order, at least one.
 */
export function pairedDifference(
  baseline: readonly number[],
  candidate: readonly number[],
  judging: Judging,
): Difference {
  const differences = candidate.map((value, index) => exactDifference(baseline[index] ?? NaN, value));
  if (differences.every((difference) => difference === 0)) return { mean: 0, margin: 0, verdict: 'Same' };
  const { counts } = judging;
  const effect = judging.minEffect * scaleOf(meanOf(baseline), judging);
  if (counts && baseline.length > 1 && isRareChance(counts.baseline, counts.candidate)) {
    const difference = rateDifference(counts.baseline, counts.candidate);
    return { ...difference, verdict: verdictOf(difference, effect, judging.better) };
  }
  const { mean, margin } = meanInterval(differences);
  if (margin === undefined) return { mean, verdict: 'Unsure' };
  const verdict = verdictOf({ mean, low: mean - margin, high: mean + margin }, effect, judging.better);
  return { mean, margin, verdict };
}

/** Zero for what only the order of additions has made different. */
function exactDifference(a: number, b: number): number {
  return Math.abs(b - a) <= rounding * Math.max(Math.abs(a), Math.abs(b)) ? 0 : b - a;
}

/** What a difference is measured by: of a share of which more is better what is missing, as of 99.9 % a tenth of a percent. */
function scaleOf(baseline: number, { better, unit }: Judging): number {
  const size = Math.abs(baseline);
  return unit === 'ratio' && better === 'higher' && size <= 1 ? Math.min(size, 1 - size) : size;
}

interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function verdictOf(
  { mean, low, high }: Interval,
  effect: number,
  direction: Direction,
): Difference['verdict'] {
  // All that the interval holds is too little to matter.
  if (-effect < low && high < effect) return 'Same';
  if (low <= 0 && high >= 0) return 'Unsure';
  if (Math.abs(mean) < effect) return 'Same';
  if (direction === 'neither') return mean < 0 ? 'Lower' : 'Higher';
  return mean < 0 === (direction === 'lower') ? 'Better' : 'Worse';
}
