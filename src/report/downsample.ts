/** Long series made short without losing their peaks. */

/** One figure over time in buckets: of each, the mean, the least and the greatest; null where nothing was measured. */
export interface Buckets {
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** How many samples make a bucket so that there are at most `limit` buckets; 1 when all samples fit. */
export function samplesPerBucket(samples: number, limit: number): number {
  return Math.max(1, Math.ceil(samples / limit));
}

/**
 * Reduces `values` to buckets of `size` samples each (the last may have fewer). The least and the greatest value
 * of the whole are the least and the greatest of some bucket, unrounded.
 */
export function downsample(values: readonly (number | null)[], size: number): Buckets {
  const mean: (number | null)[] = [];
  const min: (number | null)[] = [];
  const max: (number | null)[] = [];
  for (let start = 0; start < values.length; start += size) {
    let least = Infinity;
    let greatest = -Infinity;
    let sum = 0;
    let count = 0;
    for (let i = start; i < Math.min(start + size, values.length); i++) {
      const value = values[i];
      if (value === null || value === undefined) continue;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      sum += value;
      count++;
    }
    // A sum's last bits may carry the mean of equal values past them.
    mean.push(count === 0 ? null : Math.min(greatest, Math.max(least, sum / count)));
    min.push(count === 0 ? null : least);
    max.push(count === 0 ? null : greatest);
  }
  return { mean, min, max };
}
