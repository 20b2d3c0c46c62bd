import { type RequestFigures } from '../model/run-record.ts';
import { answered, latencyPercentile } from '../objectives/latency.ts';
import { type Flow } from '../objectives/recording.ts';

/** The requests of some flows over their first `steps` steps, which are equally long; undefined when there were none. */
export function requestFigures(
  flows: readonly Flow[],
  steps: number,
  stepMs: number,
): RequestFigures | undefined {
  const sum = { rate: 0, failed: 0, answered: 0, waited: 0 };
  for (const flow of flows) {
    for (let step = 0; step < steps; step++) {
      const rate = flow.requests[step] ?? 0;
      if (!(rate > 0)) continue;
      sum.rate += rate;
      sum.failed += rate * (flow.errorRate[step] ?? 0);
      const done = answered(flow, step);
      sum.answered += done;
      if (done > 0) sum.waited += done * (flow.mean[step] ?? 0);
    }
  }
  if (sum.rate <= 0) return undefined;
  const percentile = (share: number): number | undefined => latencyPercentile(flows, 0, steps, share);
  return {
    ...{ requests: Math.round((sum.rate * stepMs) / 1000), failed: sum.failed / sum.rate },
    ...(sum.answered > 0 ? { meanMs: sum.waited / sum.answered } : {}),
    ...{ p50Ms: percentile(0.5), p95Ms: percentile(0.95), p99Ms: percentile(0.99) },
  };
}
