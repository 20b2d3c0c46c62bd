/** What a few counts, one a seed, tell of a rate, however rare what is counted is. */
import { studentT975 } from './interval.ts';

/** Events of one run, and what they are counted over: requests, or 1 for a count a run. */
export interface Count {
  readonly events: number;
  readonly over: number;
}

/** A rate with its 95 % confidence interval, which need not lie around it evenly. */
export interface RateInterval {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer events than this in a run on the mean: their distribution is too skewed for Student's t. */
const rareBelow = 10;

/** True where the counts are too small for an interval that lies around the mean evenly. */
export function isRare(counts: readonly Count[]): boolean {
  return counts.reduce((sum, { events }) => sum + events, 0) < rareBelow * counts.length;
}

/** The same of two series; not where each has the same count in every run: chance would not repeat itself so. */
export function isRareChance(one: readonly Count[], other: readonly Count[]): boolean {
  const total = [...one, ...other].reduce((sum, { events }) => sum + events, 0);
  const isConstant = [one, other].every((counts) =>
    counts.every(({ events }) => events === counts[0]?.events),
  );
  return isRare(one) && isRare(other) && !(isConstant && total >= fewEvents);
}

/** As many once in each of a few runs are no coincidence. */
const fewEvents = 4;

/**
 * The score interval of a Poisson rate, which is Wilson's for a small share. Runs that differ by more than chance alone
 * would make them (a dispersion above 1) widen it, as in quasi-Poisson regression; and since a few seeds hardly show
 * whether they do, the quantile is Student's and not the normal one. Never empty: no event in all runs leaves as much
 * room as `t²` events.
 *
 * @param counts - At least two.
 * Source: Wilson, JASA 22 (1927); Agresti and Coull, The American Statistician 52 (1998); McCullagh and Nelder,
 * Generalized Linear Models (1989), 4.5.
 */
export function rateInterval(counts: readonly Count[]): RateInterval {
  const events = counts.reduce((sum, one) => sum + one.events, 0);
  const over = counts.reduce((sum, one) => sum + one.over, 0);
  const rate = events / over;
  const degrees = counts.length - 1;
  const dispersion = Math.max(1, events === 0 ? 1 : pearson(counts, rate) / degrees);
  const t = studentT975(degrees);
  const [effective, exposure] = [events / dispersion, over / dispersion];
  const centre = (effective + (t * t) / 2) / exposure;
  const half = (t * Math.sqrt(effective + (t * t) / 4)) / exposure;
  return { rate, low: Math.max(0, centre - half), high: centre + half };
}

function pearson(counts: readonly Count[], rate: number): number {
  return counts.reduce((sum, { events, over }) => sum + (events - over * rate) ** 2 / (over * rate), 0);
}

/**
 * The difference of two rates with its 95 % interval, from the intervals of each: candidate less baseline. That the runs
 * are pairs is not used, which errs on the wide side.
 * Source: Newcombe, Statistics in Medicine 17 (1998), method 10; Zou and Donner, ibid. 27 (2008).
 */
export function rateDifference(
  baseline: readonly Count[],
  candidate: readonly Count[],
): { readonly mean: number; readonly low: number; readonly high: number } {
  const [one, two] = [rateInterval(baseline), rateInterval(candidate)];
  const mean = two.rate - one.rate;
  return {
    mean,
    low: mean - Math.hypot(two.rate - two.low, one.high - one.rate),
    high: mean + Math.hypot(two.high - two.rate, one.rate - one.low),
  };
}
