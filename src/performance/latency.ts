import { gammaQuantile } from './gamma.ts';
import { quantileOf } from './quantile.ts';
import {
  isAlike,
  meanMs,
  percentileMs,
  type ResponseTime,
  survival,
  varianceMs2,
} from './waiting/response-time.ts';

/** The part of a balancer's requests that one backend answers. `share` > 0; shares need not add up to 1. */
export interface LatencyPart {
  readonly share: number;
  readonly time: ResponseTime;
}

/** Response times of answered requests, ms. */
export interface Latency {
  readonly meanMs: number;
  /** Variance, ms²: what it takes to add tiers. */
  readonly varianceMs2: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

const none: Latency = { meanMs: 0, varianceMs2: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 };

/**
 * Latency over several backends: the mixture of their response times by the share that each answers. Exact.
 * Backends that behave alike are counted once, so an even pool costs as much as one machine. All zero when
 * nobody answers. Backends that serve nothing are left out: what they get are errors, not latencies.
 */
export function mixture(parts: readonly LatencyPart[]): Latency {
  const distinct = merged(parts);
  const total = distinct.reduce((sum, part) => sum + part.share, 0);
  const [first] = distinct;
  if (first === undefined || !(total > 0)) return none;
  const over = (of: (part: LatencyPart) => number): number =>
    distinct.reduce((sum, part) => sum + part.share * of(part), 0) / total;
  const mean = over((part) => meanMs(part.time));
  const square = over((part) => varianceMs2(part.time) + meanMs(part.time) ** 2);
  const percentile = (p: number): number =>
    distinct.length === 1
      ? percentileMs(first.time, p)
      : quantileOf((ms) => over((part) => survival(part.time, ms)), 1 - p, 0, mean);
  return {
    meanMs: mean,
    varianceMs2: square - mean ** 2,
    p50Ms: percentile(0.5),
    p95Ms: percentile(0.95),
    p99Ms: percentile(0.99),
  };
}

function merged(parts: readonly LatencyPart[]): readonly LatencyPart[] {
  const result: { share: number; time: ResponseTime }[] = [];
  for (const { share, time } of parts) {
    if (!(share > 0) || time.service.meanMs === Infinity) continue;
    const same = result.find((other) => isAlike(other.time, time));
    if (same) same.share += share;
    else result.push({ share, time });
  }
  return result;
}

/**
 * Latency of requests that go through tiers one after the other, each on its own: means and variances add up
 * exactly; the percentiles are those of the gamma distribution with that mean and variance (exact for equal
 * exponential tiers, within 4 % of the exact sum of two M/M/c queues). One tier is returned as it is.
 */
export function inSequence(tiers: readonly Latency[]): Latency {
  const busy = tiers.filter((tier) => tier.meanMs > 0);
  const [only] = busy;
  if (only === undefined) return none;
  if (busy.length === 1) return only;
  const mean = busy.reduce((sum, tier) => sum + tier.meanMs, 0);
  const variance = busy.reduce((sum, tier) => sum + tier.varianceMs2, 0);
  const shape = (mean * mean) / variance;
  const scale = variance / mean;
  return {
    meanMs: mean,
    varianceMs2: variance,
    p50Ms: scale * gammaQuantile(shape, 0.5),
    p95Ms: scale * gammaQuantile(shape, 0.95),
    p99Ms: scale * gammaQuantile(shape, 0.99),
  };
}
