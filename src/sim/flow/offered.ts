/** What a traffic offers in a load step. Pure. */
import { randomStream } from '../../base/random.ts';
import { type TrafficRequest } from '../../model/ports.ts';
import { patternMean, type Stretch } from './traffic-pattern.ts';

/** The load step under way. */
export interface Step {
  readonly startMs: number;
  readonly lengthMs: number;
}

export interface Offered {
  /** The mean of the pattern over the step, in the traffic's unit. Latencies come of it. */
  readonly mean: number;
  /** With Poisson noise what was drawn around it: this is counted. For a unit other than requests the mean. */
  readonly drawn: number;
}

export const nothing: Offered = { mean: 0, drawn: 0 };

/** The part of a step in which the traffic flows, since its start; undefined when it has yet to start. */
export function flowingIn({ startMs }: TrafficRequest, step: Step): Stretch | undefined {
  const toMs = step.startMs + step.lengthMs - startMs;
  return toMs > 0 ? { fromMs: Math.max(0, step.startMs - startMs), toMs } : undefined;
}

/**
 * What a traffic offers in a step, from its start on if that lies within the step, and 0 in the steps before. With
 * Poisson noise the number of requests in the step is drawn around the mean.
 */
export function offeredIn(request: TrafficRequest, step: Step, seed: number): Offered {
  const stretch = flowingIn(request, step);
  if (stretch === undefined) return nothing;
  const mean = patternMean(request.pattern, stretch, request.startMs);
  if (!request.poisson || request.unit !== 'Requests') return { mean, drawn: mean };
  const seconds = (stretch.toMs - stretch.fromMs) / 1000;
  const stream = randomStream(seed, `traffic/${request.name}`, Math.floor(step.startMs / step.lengthMs));
  return { mean, drawn: stream.poisson(mean * seconds) / seconds };
}
