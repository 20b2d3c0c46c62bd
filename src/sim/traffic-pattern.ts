import { randomStream } from '../base/random.ts';
import { type TrafficPattern, type TrafficRequest } from '../model/ports.ts';

const dayMs = 86_400_000;
const turn = 2 * Math.PI;

/**
 * The pattern's value at a time, never below 0. Pure.
 *
 * `sinceStartMs` counts from the start of the traffic, `timeMs` is the same time on the world's clock (UTC), which
 * `Daily` goes by. `phase`, in turns, is for `Sine` alone.
 */
export function patternValue(
  pattern: TrafficPattern,
  sinceStartMs: number,
  timeMs: number,
  phase = 0,
): number {
  return Math.max(0, rawValue(pattern, sinceStartMs, timeMs, phase));
}

function rawValue(pattern: TrafficPattern, sinceStartMs: number, timeMs: number, phase: number): number {
  switch (pattern.type) {
    case 'Constant':
      return pattern.value;
    case 'Steps':
      return stepLevel(pattern.steps, sinceStartMs);
    case 'Daily': {
      const swing = (1 + Math.cos((turn * (timeMs - pattern.peakAtMs)) / dayMs)) / 2;
      return pattern.base + (pattern.peak - pattern.base) * swing;
    }
    case 'Spike':
      return pattern.base + (pattern.peak - pattern.base) * spikeShare(pattern, sinceStartMs);
    case 'Trace': {
      const { samples, intervalMs } = pattern;
      return samples[Math.floor(sinceStartMs / intervalMs) % samples.length] ?? 0;
    }
    case 'Sine': {
      const { mean, amplitude, periodMs } = pattern;
      return mean + amplitude * Math.sin(turn * (sinceStartMs / periodMs + phase));
    }
  }
}

/**
 * A sine at one moment, to be read at many phases without another call of `Math.sin` for each, as
 * sin(a + b) = sin a cos b + cos a sin b.
 */
export interface Wave {
  readonly mean: number;
  /** The amplitude times the sine and the cosine of the moment's angle. */
  readonly sin: number;
  readonly cos: number;
}

/** The wave of a sine pattern `sinceStartMs` after the start of its traffic; other patterns have none. Pure. */
export function waveAt(pattern: TrafficPattern, sinceStartMs: number): Wave | undefined {
  if (pattern.type !== 'Sine') return undefined;
  const { mean, amplitude, periodMs } = pattern;
  const angle = turn * (sinceStartMs / periodMs);
  return { mean, sin: amplitude * Math.sin(angle), cos: amplitude * Math.cos(angle) };
}

/** What `patternValue` gives at a phase of which the cosine and the sine are given, but for the last bits. Pure. */
export function waveValue({ mean, sin, cos }: Wave, cosPhase: number, sinPhase: number): number {
  return Math.max(0, mean + sin * cosPhase + cos * sinPhase);
}

/** The level with the latest time that has come; 0 before the first. Their order does not matter. */
function stepLevel(steps: readonly { readonly atMs: number; readonly value: number }[], ms: number): number {
  let last = -Infinity;
  let level = 0;
  for (const { atMs, value } of steps) {
    if (atMs <= ms && atMs >= last) {
      last = atMs;
      level = value;
    }
  }
  return level;
}

/** 0 far from the spike, 1 from `atMs` for `durationMs`; the ramps lie outside of it. */
function spikeShare(
  {
    atMs,
    durationMs,
    rampMs,
  }: { readonly atMs: number; readonly durationMs: number; readonly rampMs: number },
  ms: number,
): number {
  if (ms >= atMs && ms < atMs + durationMs) return 1;
  const outsideMs = Math.max(atMs - ms, ms - (atMs + durationMs));
  return rampMs > 0 ? Math.max(0, 1 - outsideMs / rampMs) : 0;
}

/**
 * What a traffic offers during the load step that begins at `stepStartMs`: the pattern at the step's start (or at
 * the traffic's own, if that lies within the step), and 0 in the steps before. With Poisson noise the number of
 * requests in the step is drawn around it; noise means nothing for the others.
 */
export function offeredInStep(
  request: TrafficRequest,
  stepStartMs: number,
  stepMs: number,
  seed: number,
): number {
  const timeMs = sampleTimeMs(request, stepStartMs, stepMs);
  if (timeMs === undefined) return 0;
  const value = patternValue(request.pattern, timeMs - request.startMs, timeMs);
  if (!request.poisson || request.unit !== 'Requests') return value;
  const seconds = stepMs / 1000;
  const stream = randomStream(seed, `traffic/${request.name}`, Math.floor(stepStartMs / stepMs));
  return stream.poisson(value * seconds) / seconds;
}

/** Where in a step the pattern is looked at, ms of world time; undefined when the traffic has yet to start. */
export function sampleTimeMs(
  request: TrafficRequest,
  stepStartMs: number,
  stepMs: number,
): number | undefined {
  if (request.startMs >= stepStartMs + stepMs) return undefined;
  return Math.max(stepStartMs, request.startMs);
}
