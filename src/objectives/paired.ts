import { type Difference } from '../model/comparison.ts';

/** Quantiles of Student's t distribution at 97.5 %, for 1 to 30 degrees of freedom. Source: any statistical table. */
const table = [
  ...[12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281],
  ...[2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086],
  ...[2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423],
];

/**
 * The quantile of Student's t distribution at 97.5 %: half a two-sided 95 % interval is so many standard errors.
 * Exact to the table up to 30 degrees of freedom, beyond within 0.0005 (Abramowitz and Stegun, 26.7.5).
 */
export function studentT975(degreesOfFreedom: number): number {
  const known = table[degreesOfFreedom - 1];
  if (known !== undefined) return known;
  const z = 1.959964;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  return z + g1 / degreesOfFreedom + g2 / degreesOfFreedom ** 2;
}

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
  const mean = sum(differences) / differences.length;
  if (differences.every((difference) => difference === 0)) return { mean: 0, margin: 0, verdict: 'Same' };
  if (differences.length === 1) return { mean, verdict: 'Unsure' };
  const degrees = differences.length - 1;
  const variance = sum(differences.map((difference) => (difference - mean) ** 2)) / degrees;
  const exact = studentT975(degrees) * Math.sqrt(variance / differences.length);
  // What is left of adding up floating-point numbers in another order is no chance.
  const margin = exact < Math.abs(mean) * 1e-9 ? 0 : exact;
  return { mean, margin, verdict: verdictOf(mean, margin, direction) };
}

function verdictOf(mean: number, margin: number, direction: Direction): Difference['verdict'] {
  if (Math.abs(mean) <= margin) return 'Unsure';
  if (direction === 'neither') return mean < 0 ? 'Lower' : 'Higher';
  return mean < 0 === (direction === 'lower') ? 'Better' : 'Worse';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
