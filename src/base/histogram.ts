/**
 * Counts of positive values in buckets that are evenly spaced within each power of two, so that any percentile is known
 * to within 0.4 % of itself and two histograms add up bucket by bucket. The scheme is HdrHistogram's, with the bits of
 * the floating-point number itself as the bucket's index.
 */

/** Bits of the mantissa that tell buckets apart: 128 in each power of two, each at most 1/128 wide. */
const mantissaBits = 7;
const lowestExponent = -12;
const highestExponent = 31;
const dropped = 20 - mantissaBits;
const firstCode = (1023 + lowestExponent) << mantissaBits;
/** How many buckets there are, for values from 2^-12 (0.24 µs, where the unit is ms) to 2^32 (50 days). */
const bucketCount = (highestExponent - lowestExponent + 1) << mantissaBits;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Which of the two words of a number holds its exponent. */
const highWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** The counts that are not 0, for keeping many histograms at little cost. */
export interface SparseCounts {
  /** Indexes of buckets, ascending. */
  readonly buckets: Uint16Array;
  readonly counts: Float64Array;
  /** Of all values. */
  readonly sum: number;
}

export class Histogram {
  #counts: Float64Array | undefined;
  #low = bucketCount;
  #high = -1;
  #count = 0;
  #sum = 0;

  /** How many values there are. */
  get count(): number {
    return this.#count;
  }

  /** Exact; NaN when there are no values. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  /** Values beyond the range are counted in its first or last bucket. */
  add(value: number): void {
    const bucket = bucketOf(value);
    const counts = (this.#counts ??= new Float64Array(bucketCount));
    counts[bucket] = (counts[bucket] as number) + 1;
    if (bucket < this.#low) this.#low = bucket;
    if (bucket > this.#high) this.#high = bucket;
    this.#count++;
    this.#sum += value;
  }

  merge({ buckets, counts, sum }: SparseCounts): void {
    const mine = (this.#counts ??= new Float64Array(bucketCount));
    for (let i = 0; i < buckets.length; i++) {
      const bucket = buckets[i] ?? 0;
      const count = counts[i] ?? 0;
      mine[bucket] = (mine[bucket] ?? 0) + count;
      this.#count += count;
    }
    this.#low = Math.min(this.#low, buckets[0] ?? bucketCount);
    this.#high = Math.max(this.#high, buckets.at(-1) ?? -1);
    this.#sum += sum;
  }

  /** The value that the share `share` (0..1) of all does not exceed; undefined when there are none. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const wanted = share * this.#count;
    let before = 0;
    for (let bucket = this.#low; bucket <= this.#high; bucket++) {
      const count = this.#counts?.[bucket] ?? 0;
      if (count > 0 && before + count >= wanted) {
        const low = lowerBound(bucket);
        return low + ((lowerBound(bucket + 1) - low) * (wanted - before)) / count;
      }
      before += count;
    }
    return lowerBound(this.#high + 1);
  }

  sparse(): SparseCounts {
    const buckets: number[] = [];
    const counts: number[] = [];
    for (let bucket = this.#low; bucket <= this.#high; bucket++) {
      const count = this.#counts?.[bucket] ?? 0;
      if (count === 0) continue;
      buckets.push(bucket);
      counts.push(count);
    }
    return { buckets: Uint16Array.from(buckets), counts: Float64Array.from(counts), sum: this.#sum };
  }

  /** Forgets all values; costs no more than the range that they lay in. */
  clear(): void {
    if (this.#high >= this.#low) this.#counts?.fill(0, this.#low, this.#high + 1);
    this.#low = bucketCount;
    this.#high = -1;
    this.#count = 0;
    this.#sum = 0;
  }
}

function bucketOf(value: number): number {
  float[0] = value;
  const code = ((words[highWord] as number) >>> dropped) - firstCode;
  return code < 0 || value <= 0 ? 0 : code < bucketCount ? code : bucketCount - 1;
}

function lowerBound(bucket: number): number {
  const exponent = (bucket >> mantissaBits) + lowestExponent;
  const step = bucket & ((1 << mantissaBits) - 1);
  return 2 ** exponent * (1 + step / (1 << mantissaBits));
}
