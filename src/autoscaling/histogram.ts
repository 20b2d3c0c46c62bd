/**
 * Histograms that forget: exponential buckets, and weights that halve with every half-life of age.
 * Source: the vertical pod autoscaler's decaying histogram (kubernetes/autoscaler, recommender/util).
 */

/** The buckets of a histogram: the first is `first` wide, each next one wider by `ratio`. */
export interface HistogramShape {
  readonly first: number;
  readonly ratio: number;
  /** Values from here on share the last bucket. */
  readonly max: number;
  readonly halfLifeMs: number;
}

/** Plain JSON, one entry for each bucket in use; at most a few hundred. */
export interface HistogramState {
  /** The age at which a weight counts as it was given, ms of world time. */
  readonly referenceMs: number;
  /** Bucket and weight, by ascending bucket. */
  readonly buckets: readonly (readonly [bucket: number, weight: number])[];
}

export interface HistogramSample {
  readonly value: number;
  readonly weight: number;
  readonly atMs: number;
}

/** Cores, 0.01 to 1000, in steps of 5 %. */
export const cpuShape: HistogramShape = { first: 0.01, ratio: 1.05, max: 1000, halfLifeMs: 86_400_000 };
/** Bytes, 10 MB to 1 TB, in steps of 5 %. */
export const memoryShape: HistogramShape = { first: 1e7, ratio: 1.05, max: 1e12, halfLifeMs: 86_400_000 };

/** After this many half-lives the reference moves on, long before a double would overflow. */
const maxExponent = 100;

/** The lower edge of a bucket: a geometric sum of the widths before it. */
export function bucketStart(shape: HistogramShape, bucket: number): number {
  return (shape.first * (shape.ratio ** bucket - 1)) / (shape.ratio - 1);
}

/** The number of buckets that reach `max`, and one for what is beyond. */
export function bucketCount(shape: HistogramShape): number {
  const reach = 1 + (shape.max * (shape.ratio - 1)) / shape.first;
  return Math.ceil(Math.log(reach) / Math.log(shape.ratio)) + 1;
}

/** The bucket that a value falls into. */
export function bucketOf(shape: HistogramShape, value: number): number {
  if (value < shape.first) return 0;
  const steps = Math.log((value * (shape.ratio - 1)) / shape.first + 1) / Math.log(shape.ratio);
  return Math.min(Math.floor(steps), bucketCount(shape) - 1);
}

/** The histogram with these samples; `state` is left as it was. An absent one is empty. */
export function addSamples(
  shape: HistogramShape,
  state: HistogramState | undefined,
  samples: readonly HistogramSample[],
): HistogramState {
  const newestMs = Math.max(state?.referenceMs ?? -Infinity, ...samples.map(({ atMs }) => atMs));
  const from = state ?? { referenceMs: newestMs, buckets: [] };
  const overdue = newestMs - from.referenceMs > maxExponent * shape.halfLifeMs;
  const { referenceMs, buckets } = overdue ? moveReference(shape, from, newestMs) : from;
  const weights = new Map(buckets);
  for (const { value, weight, atMs } of samples) {
    const bucket = bucketOf(shape, value);
    const decayed = weight * 2 ** ((atMs - referenceMs) / shape.halfLifeMs);
    weights.set(bucket, (weights.get(bucket) ?? 0) + decayed);
  }
  return { referenceMs, buckets: [...weights].sort((a, b) => a[0] - b[0]) };
}

function moveReference(shape: HistogramShape, state: HistogramState, toMs: number): HistogramState {
  const factor = 2 ** ((state.referenceMs - toMs) / shape.halfLifeMs);
  const buckets = state.buckets.map(([bucket, weight]) => [bucket, weight * factor] as const);
  return { referenceMs: toMs, buckets: buckets.filter(([, weight]) => weight > 0) };
}

/** The value below which this share (0..1) of the weight lies: the end of its bucket; 0 when empty. */
export function percentile(shape: HistogramShape, state: HistogramState | undefined, share: number): number {
  const buckets = state?.buckets ?? [];
  const total = buckets.reduce((sum, [, weight]) => sum + weight, 0);
  const threshold = share * total;
  let sum = 0;
  for (const [bucket, weight] of buckets) {
    sum += weight;
    if (sum < threshold) continue;
    // The last bucket has no end.
    return bucketStart(shape, Math.min(bucket + 1, bucketCount(shape) - 1));
  }
  return 0;
}
