/**
 * Percentiles of the latency of all requests of a window: not means of percentiles, but the percentile of the mixture
 * of the steps' distributions, each weighted by the requests that it answered.
 *
 * Of each step the survival function (share of the requests that take longer) is known at 0, p50, p95 and p99. In
 * between, and beyond p99, its logarithm is taken to be straight, as it is for exponential tails. So a single step
 * gives its own percentiles exactly; where every latency was kept, so does any window. Otherwise p90, and any percentile of steps that differ, is within 5 % of the exact mixture
 * of M/M/c queues, which `test/objectives/latency.test.ts` holds it to.
 */
import { Histogram } from '../base/histogram.ts';
import { type Flow } from './recording.ts';

const levels = { p50: Math.log(0.5), p95: Math.log(0.05), p99: Math.log(0.01) };
/** Bisection by so many halvings ends far below what a latency is measured to. */
const halvings = 50;

/** Share of a step's answered requests that take longer than `ms`. */
export function survivalAt(flow: Flow, step: number, ms: number): number {
  const p50 = flow.p50[step] ?? NaN;
  const p95 = flow.p95[step] ?? NaN;
  const p99 = flow.p99[step] ?? NaN;
  if (ms <= 0) return 1;
  if (ms <= p50) return Math.exp((levels.p50 * ms) / p50);
  if (ms <= p95) return Math.exp(between(ms, p50, p95, levels.p50, levels.p95));
  return Math.exp(between(ms, p95, p99, levels.p95, levels.p99));
}

function between(ms: number, low: number, high: number, atLow: number, atHigh: number): number {
  if (high <= low) return ms > low ? -Infinity : atLow;
  return atLow + ((atHigh - atLow) * (ms - low)) / (high - low);
}

/** Answered requests of a step, a second; 0 where nothing was measured. */
export function answered(flow: Flow, step: number): number {
  if (flow.answered !== undefined) return Math.max(0, flow.answered[step] ?? 0);
  const rate = (flow.requests[step] ?? 0) * (1 - (flow.errorRate[step] ?? 0));
  return rate > 0 && (flow.p50[step] ?? NaN) > 0 ? rate : 0;
}

/** All latencies of the steps, where those of each were kept. */
function countedLatencies(parts: readonly { flow: Flow; step: number }[]): Histogram | undefined {
  const all = new Histogram();
  for (const { flow, step } of parts) {
    const latencies = flow.latencies?.(step);
    if (latencies === undefined) return undefined;
    all.merge(latencies);
  }
  return all;
}

/**
 * The `share`-percentile (0..1) of the latency of all requests that the flows answered in the steps from `from` to
 * before `to`, ms; undefined when there were none.
 */
export function latencyPercentile(
  flows: readonly Flow[],
  from: number,
  to: number,
  share: number,
): number | undefined {
  const parts: { flow: Flow; step: number; weight: number }[] = [];
  let total = 0;
  let high = 0;
  for (const flow of flows) {
    for (let step = from; step < to; step++) {
      const weight = answered(flow, step);
      if (weight <= 0) continue;
      parts.push({ flow, step, weight });
      total += weight;
      high = Math.max(high, flow.p99[step] ?? 0);
    }
  }
  if (total <= 0) return undefined;
  const counted = countedLatencies(parts);
  if (counted !== undefined) return counted.quantile(share);
  const left = 1 - share;
  const survival = (ms: number): number => {
    let sum = 0;
    for (const { flow, step, weight } of parts) sum += weight * survivalAt(flow, step, ms);
    return sum / total;
  };
  let low = 0;
  while (survival(high) > left) high *= 2;
  for (let turn = 0; turn < halvings && high - low > 1e-9 * high; turn++) {
    const middle = (low + high) / 2;
    if (survival(middle) > left) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
