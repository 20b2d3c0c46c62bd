/** Load over time, from the manifest's words to the world's. Pure. */
import { durationMs } from '../../base/duration.ts';
import { type Traffic } from '../../model/kinds/index.ts';
import { type TrafficPattern } from '../../model/ports.ts';

type Spec = Pick<Traffic['spec'], 'pattern' | 'unit'> & { readonly scale?: number };
type Trace = NonNullable<Spec['pattern']['trace']>;

/** Why a traffic cannot flow, as its Ready condition says it. */
export interface Refusal {
  readonly ok: false;
  readonly reason: string;
  readonly message: string;
}

/** A pattern, or why there is none: what admission lets pass and yet says nothing about load. */
export type Translation = { readonly ok: true; readonly pattern: TrafficPattern } | Refusal;

/**
 * The pattern of a traffic in the world's units (requests a second, share of the virtual CPUs, or MiB), times the
 * traffic's scale. Of several forms the first in the order below counts; admission lets only one through.
 */
export function trafficPattern({ scale = 1, ...spec }: Spec): Translation {
  const unscaled = patternOf(spec);
  return unscaled.ok && scale !== 1 ? found(scaled(unscaled.pattern, scale)) : unscaled;
}

function patternOf({ pattern, unit }: Omit<Spec, 'scale'>): Translation {
  const { constant, steps, daily, spike, trace, sine } = pattern;
  if (constant !== undefined) return found({ type: 'Constant', value: constant });
  if (steps) {
    return found({ type: 'Steps', steps: steps.map(({ at, value }) => ({ atMs: durationMs(at), value })) });
  }
  if (daily) {
    const { base, peak, peakAt } = daily;
    return found({ type: 'Daily', base, peak, peakAtMs: timeOfDayMs(peakAt) });
  }
  if (spike) {
    const { base, peak, at, duration, ramp } = spike;
    const times = { atMs: durationMs(at), durationMs: durationMs(duration), rampMs: durationMs(ramp) };
    return found({ type: 'Spike', base, peak, ...times });
  }
  if (trace) return tracePattern(trace, unit);
  if (sine) {
    const { mean, amplitude, period, phase } = sine;
    const periodMs = durationMs(period);
    if (periodMs <= 0) return impossible('spec.pattern.sine.period must be longer than 0s');
    return found({ type: 'Sine', mean, amplitude, periodMs, perTarget: phase === 'PerTarget' });
  }
  return impossible('spec.pattern names no form: give constant, steps, daily, spike, trace or sine');
}

/**
 * A value of a trace counts the requests of a whole interval; for the other units it is the value itself.
 */
function tracePattern({ samples, interval, scale, file }: Trace, unit: Spec['unit']): Translation {
  const intervalMs = durationMs(interval);
  if (intervalMs <= 0) return impossible('spec.pattern.trace.interval must be longer than 0s');
  if (!samples || samples.length === 0) {
    const message =
      file === undefined
        ? 'spec.pattern.trace.samples is empty'
        : `the values of ${file} are not in spec.pattern.trace.samples: apply the manifest with vctl, which reads it`;
    return { ok: false, reason: 'NoSamples', message };
  }
  const factor = unit !== 'Requests' ? scale : (scale * 1000) / intervalMs;
  return found({ type: 'Trace', intervalMs, samples: samples.map((value) => value * factor) });
}

function scaled(pattern: TrafficPattern, scale: number): TrafficPattern {
  switch (pattern.type) {
    case 'Constant':
      return { ...pattern, value: pattern.value * scale };
    case 'Steps':
      return { ...pattern, steps: pattern.steps.map(({ atMs, value }) => ({ atMs, value: value * scale })) };
    case 'Daily':
    case 'Spike':
      return { ...pattern, base: pattern.base * scale, peak: pattern.peak * scale };
    case 'Trace':
      return { ...pattern, samples: pattern.samples.map((value) => value * scale) };
    case 'Sine':
      return { ...pattern, mean: pattern.mean * scale, amplitude: pattern.amplitude * scale };
  }
}

/** Milliseconds since midnight of `14:00`. */
function timeOfDayMs(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

function found(pattern: TrafficPattern): Translation {
  return { ok: true, pattern };
}

function impossible(message: string): Translation {
  return { ok: false, reason: 'InvalidPattern', message };
}
