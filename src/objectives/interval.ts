/** What a few values, one a seed, tell of the mean over all seeds. */

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

/** A mean, and half of its 95 % confidence interval; that is absent for a single value, which tells nothing of chance. */
export interface MeanInterval {
  readonly mean: number;
  readonly margin?: number;
}

/**
 * The mean of values and its 95 % confidence interval, by Student's t: exact for normally distributed values.
 *
 * @param values - At least one.
 */
export function meanInterval(values: readonly number[]): MeanInterval {
  const mean = meanOf(values);
  if (values.length === 1) return { mean };
  const degrees = values.length - 1;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / degrees;
  const exact = studentT975(degrees) * Math.sqrt(variance / values.length);
  // What is left of adding up floating-point numbers in another order is no chance.
  return { mean, margin: exact < Math.abs(mean) * 1e-9 ? 0 : exact };
}

export function meanOf(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
