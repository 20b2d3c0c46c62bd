import { type Statistic } from '../model/run-record.ts';

/** Values with the weight that each has; a value that is NaN or has no weight does not count. */
export interface Sample {
  readonly value: number;
  readonly weight: number;
}

/** The share that a percentile names: 0.95 for p95; undefined for other statistics. */
export function percentileOf(statistic: Statistic): number | undefined {
  return /^p\d+$/.test(statistic) ? Number(statistic.slice(1)) / 100 : undefined;
}

/**
 * A statistic of weighted values; undefined when none counts. `total` is the sum of value x weight. A percentile is
 * the least value with at least that share of the weight at or below it.
 */
export function statisticOf(samples: readonly Sample[], statistic: Statistic): number | undefined {
  const counted = samples.filter(({ value, weight }) => !Number.isNaN(value) && weight > 0);
  if (counted.length === 0) return undefined;
  const share = percentileOf(statistic);
  if (share !== undefined) return percentile(counted, share);
  switch (statistic) {
    case 'max':
      return counted.reduce((most, { value }) => Math.max(most, value), -Infinity);
    case 'min':
      return counted.reduce((least, { value }) => Math.min(least, value), Infinity);
    case 'total':
      return sum(counted, ({ value, weight }) => value * weight);
    default:
      return sum(counted, ({ value, weight }) => value * weight) / sum(counted, ({ weight }) => weight);
  }
}

function percentile(samples: readonly Sample[], share: number): number {
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  // The last bits of a sum of weights must not push a percentile to the next value.
  const goal = share * sum(sorted, ({ weight }) => weight) * (1 - 1e-12);
  let reached = 0;
  for (const { value, weight } of sorted) {
    reached += weight;
    if (reached >= goal) return value;
  }
  return sorted.at(-1)?.value ?? NaN;
}

function sum(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return samples.reduce((total, sample) => total + of(sample), 0);
}
