/** What patterns of traffic come to over stretches of time, in closed form. Pure. */
import { type TrafficPattern } from '../../model/ports.ts';

const dayMs = 86_400_000;
const turn = 2 * Math.PI;

/** A stretch of time, ms since the start of the traffic. */
export interface Stretch {
  readonly fromMs: number;
  /** Later than `fromMs`. */
  readonly toMs: number;
}

/**
 * The pattern's mean over a stretch, never below 0: its integral, exact for every pattern, by the stretch's length.
 * What lies below 0 counts as 0 before the mean is taken.
 *
 * `startMs` is the start of the traffic on the world's clock (UTC), which `Daily` goes by. `phase`, in turns, is for
 * `Sine` alone.
 */
export function patternMean(pattern: TrafficPattern, stretch: Stretch, startMs: number, phase = 0): number {
  const { fromMs, toMs } = stretch;
  switch (pattern.type) {
    case 'Constant':
      return Math.max(0, pattern.value);
    case 'Steps':
      return meanOfLevels(pattern.steps, stretch);
    case 'Daily': {
      const { base, peak, peakAtMs } = pattern;
      const sincePeakMs = (startMs + fromMs - peakAtMs) % dayMs;
      const half = (toMs - fromMs) / 2;
      const swing = (1 + cosineMean(sincePeakMs + half, half, dayMs)) / 2;
      return Math.max(0, base + (peak - base) * swing);
    }
    case 'Spike':
      return Math.max(0, pattern.base + (pattern.peak - pattern.base) * spikeShare(pattern, stretch));
    case 'Trace':
      return meanOfTrace(pattern, stretch);
    case 'Sine':
      return sineMean(pattern, stretch, phase);
  }
}

type Sine = TrafficPattern & { readonly type: 'Sine' };

/** The mean of cos(2 pi t / period) from `half` before `middle` to `half` behind it. */
function cosineMean(middle: number, half: number, period: number): number {
  return Math.cos((turn * middle) / period) * sinc((turn * half) / period);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x) / x;
}

/** Each level holds from its time on, 0 before the first. Their order does not matter; of equal times the last counts. */
function meanOfLevels(
  steps: readonly { readonly atMs: number; readonly value: number }[],
  { fromMs, toMs }: Stretch,
): number {
  const inOrder = steps.toSorted((a, b) => a.atMs - b.atMs);
  let sum = 0;
  let held = 0;
  let sinceMs = fromMs;
  for (const { atMs, value } of inOrder) {
    if (atMs >= toMs) break;
    if (atMs > sinceMs) {
      sum += Math.max(0, held) * (atMs - sinceMs);
      sinceMs = atMs;
    }
    held = value;
  }
  if (sinceMs === fromMs) return Math.max(0, held);
  return (sum + Math.max(0, held) * (toMs - sinceMs)) / (toMs - fromMs);
}

/** The mean of a value that is 0 far from the spike, 1 from `atMs` for `durationMs`, with ramps outside of that. */
function spikeShare(
  {
    atMs,
    durationMs,
    rampMs,
  }: { readonly atMs: number; readonly durationMs: number; readonly rampMs: number },
  { fromMs, toMs }: Stretch,
): number {
  const endMs = atMs + durationMs;
  const lengthMs = (a: number, b: number): number => Math.max(0, Math.min(b, toMs) - Math.max(a, fromMs));
  let sum = lengthMs(atMs, endMs);
  if (sum === toMs - fromMs) return 1;
  if (rampMs > 0) {
    // On a ramp the mean is the value in the middle.
    const rising = lengthMs(atMs - rampMs, atMs);
    if (rising > 0) {
      const middle = (Math.max(fromMs, atMs - rampMs) + Math.min(toMs, atMs)) / 2;
      sum += rising * (1 - (atMs - middle) / rampMs);
    }
    const falling = lengthMs(endMs, endMs + rampMs);
    if (falling > 0) {
      const middle = (Math.max(fromMs, endMs) + Math.min(toMs, endMs + rampMs)) / 2;
      sum += falling * (1 - (middle - endMs) / rampMs);
    }
  }
  return sum / (toMs - fromMs);
}

/** Samples that hold for an interval each and begin again after the last. */
function meanOfTrace(
  { samples, intervalMs }: { readonly samples: readonly number[]; readonly intervalMs: number },
  { fromMs, toMs }: Stretch,
): number {
  const at = (index: number): number => Math.max(0, samples[index % samples.length] ?? 0);
  const first = Math.floor(fromMs / intervalMs);
  // The one in which the stretch ends, or which ends with it.
  const last = Math.ceil(toMs / intervalMs) - 1;
  if (last <= first || samples.length === 0) return at(first);
  let sum = at(first) * ((first + 1) * intervalMs - fromMs) + at(last) * (toMs - last * intervalMs);
  // Whole rounds in between are counted once.
  const between = last - first - 1;
  const rounds = Math.floor(between / samples.length);
  if (rounds > 0) {
    let round = 0;
    for (const sample of samples) round += Math.max(0, sample);
    sum += rounds * round * intervalMs;
  }
  for (let i = rounds * samples.length; i < between; i++) sum += at(first + 1 + i) * intervalMs;
  return sum / (toMs - fromMs);
}

/** The mean of max(0, mean + amplitude sin(2 pi (t / period + phase))). */
function sineMean(pattern: Sine, { fromMs, toMs }: Stretch, phase: number): number {
  const { mean, amplitude, periodMs } = pattern;
  const half = (toMs - fromMs) / 2;
  if (!dipsBelowZero(pattern)) {
    return mean + amplitude * cosineMean(fromMs + half + (phase - 0.25) * periodMs, half, periodMs);
  }
  const from = turn * (fromMs / periodMs + phase);
  const to = turn * (toMs / periodMs + phase);
  const sum = clippedIntegral(mean, amplitude, to) - clippedIntegral(mean, amplitude, from);
  return Math.max(0, sum / (to - from));
}

function dipsBelowZero({ mean, amplitude }: Sine): boolean {
  return Math.abs(amplitude) > mean;
}

/**
 * The integral of max(0, mean + amplitude sin x) over x, from the root from which it rises. One turn has one arch: of
 * the length pi + 2 asin(mean / amplitude).
 */
function clippedIntegral(mean: number, amplitude: number, x: number): number {
  if (amplitude < 0) return clippedIntegral(mean, -amplitude, x + Math.PI);
  if (mean <= -amplitude) return 0;
  const root = Math.asin(mean / amplitude);
  const arch = Math.PI + 2 * root;
  const upTo = (length: number): number =>
    mean * length + amplitude * (Math.cos(root) - Math.cos(length - root));
  const turns = Math.floor((x + root) / turn);
  return turns * upTo(arch) + upTo(Math.min(arch, x + root - turns * turn));
}

/**
 * A sine's mean over a stretch, to be read at many phases without another call of `Math.sin` for each, as
 * sin(a + b) = sin a cos b + cos a sin b.
 */
export interface Wave {
  readonly mean: number;
  /** The amplitude, less what the stretch evens out, times the sine and the cosine of the angle in its middle. */
  readonly sin: number;
  readonly cos: number;
}

/** The wave of a sine pattern that never falls below 0; others have none, as they have to be cut off. */
export function waveOver(pattern: TrafficPattern, { fromMs, toMs }: Stretch): Wave | undefined {
  if (pattern.type !== 'Sine' || dipsBelowZero(pattern)) return undefined;
  const { mean, amplitude, periodMs } = pattern;
  const angle = turn * ((fromMs + toMs) / 2 / periodMs);
  const swing = amplitude * sinc((turn * (toMs - fromMs)) / 2 / periodMs);
  return { mean, sin: swing * Math.sin(angle), cos: swing * Math.cos(angle) };
}

/** What `patternMean` gives at a phase of which the cosine and the sine are given, but for the last bits. */
export function waveValue({ mean, sin, cos }: Wave, cosPhase: number, sinPhase: number): number {
  return mean + sin * cosPhase + cos * sinPhase;
}
