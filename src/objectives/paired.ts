import { type Difference } from '../model/comparison.ts';
import { meanInterval } from './interval.ts';

/** Which way is better, where one is. */
export type Direction = 'lower' | 'higher' | 'neither';

/**
 * The difference of a candidate from the baseline over the same seeds, with its 95 % confidence interval: since a
 * seed brings both the same chance, pairs are compared and not means, which shows much smaller differences.
 *
 * @param baseline - One value a seed; `candidate` as many, of the same seeds in the same order, at least one.
 */
export function pairedDifference(
  baseline: readonly number[],
  candidate: readonly number[],
  direction: Direction,
): Difference {
  const differences = candidate.map((value, index) => value - (baseline[index] ?? NaN));
  const { mean, margin } = meanInterval(differences);
  if (differences.every((difference) => difference === 0)) return { mean: 0, margin: 0, verdict: 'Same' };
  if (margin === undefined) return { mean, verdict: 'Unsure' };
  return { mean, margin, verdict: verdictOf(mean, margin, direction) };
}

function verdictOf(mean: number, margin: number, direction: Direction): Difference['verdict'] {
  if (Math.abs(mean) <= margin) return 'Unsure';
  if (direction === 'neither') return mean < 0 ? 'Lower' : 'Higher';
  return mean < 0 === (direction === 'lower') ? 'Better' : 'Worse';
}
