import {
  type ObjectiveMetric,
  type SeriesName,
  type Statistic,
  type SubjectName,
  type Verdict,
} from '../model/run-record.ts';
import { unitOf } from '../model/objectives.ts';
import { answered, latencyPercentile } from './latency.ts';
import { type Recording, stepLength, stepStart, type Values, type Wait, type WindowOf } from './recording.ts';
import { percentileOf, type Sample, statisticOf } from './statistics.ts';
import { explain } from './explain.ts';
import { worstStretch } from './worst.ts';

/** An objective, parsed: limits in the unit of its metric, the window in ms from the start of the run. */
export interface Objective {
  readonly name: string;
  readonly of?: SubjectName;
  readonly metric: ObjectiveMetric;
  readonly statistic: Statistic;
  readonly below?: number;
  readonly above?: number;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Steps that a window touches, `from` to before `to`; of the first and the last only a part may lie in it. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The part of a step's time that lies in the window, 0..1. */
function shareIn({ fromMs, toMs }: Range, recording: Recording, step: number): number {
  const startMs = stepStart(recording, step);
  const length = stepLength(recording, step);
  const inside = Math.min(startMs + length, toMs) - Math.max(startMs, fromMs);
  return length > 0 ? Math.max(0, inside) / length : 0;
}

/**
 * Judges an objective. It is met when its value is below (above) its limit, equal not included; one without any
 * measured value is missed, and its note says why there is none.
 */
export function judge(objective: Objective, recording: Recording): Verdict {
  const { name, of, metric, statistic, below, above } = objective;
  const window = windowOf(objective, recording.startMs, recording.endMs);
  const range = {
    ...window,
    from: Math.floor((window.fromMs - recording.startMs) / recording.stepMs),
    to: Math.ceil((window.toMs - recording.startMs) / recording.stepMs),
  };
  const value = valueOf(objective, recording, range, window);
  const verdict = {
    ...{ name, of, metric, statistic, below, above, window },
    unit: unitOf(metric, statistic),
  };
  if (value === undefined || !Number.isFinite(value)) {
    return { ...verdict, met: false, note: notMeasured(objective, window) };
  }
  const met = (below === undefined || value < below) && (above === undefined || value > above);
  return { ...verdict, value, met, worst: met ? undefined : worstOf(objective, recording, range, window) };
}

function valueOf(
  { metric, statistic, of }: Objective,
  recording: Recording,
  range: Range,
  window: Verdict['window'],
): number | undefined {
  switch (metric) {
    case 'latency':
      return latencyOf(recording, range, statistic, of);
    case 'pendingTime': {
      const waits = waitsOf(recording, of, window);
      return statisticOf(
        waits.map((wait) => ({ value: waitedMs(wait, window.toMs), weight: 1 })),
        statistic,
      );
    }
    case 'migrations':
      return recording.moves.filter(
        ({ atMs, machine, pool, from, to }) =>
          atMs >= window.fromMs &&
          atMs <= window.toMs &&
          (of === undefined || [machine, pool, from, to].includes(of)),
      ).length;
    default: {
      const value =
        exactOf(metric, statistic, recording, window, of) ??
        statisticOf(samplesOf(metric, recording, range, of), statistic);
      // Watts over hours are kWh once divided by a thousand.
      return metric === 'energy' && statistic === 'total' && value !== undefined ? value / 1000 : value;
    }
  }
}

/** Means and totals of what was integrated between events, for windows that begin and end within steps. */
function exactOf(
  metric: ObjectiveMetric,
  statistic: Statistic,
  recording: Recording,
  window: Verdict['window'],
  of: SubjectName = '',
): number | undefined {
  const name = seriesOf[metric];
  if (name === undefined || (statistic !== 'mean' && statistic !== 'total')) return undefined;
  const integral = recording.integral?.({ name, of, ...window });
  if (!integral) return undefined;
  return integral.sum / (statistic === 'mean' ? integral.ms : 3_600_000);
}

/** The windows of objectives over which figures have to be integrated by themselves. World time from `startMs` to `endMs`. */
export function exactWindows(objectives: readonly Objective[], startMs: number, endMs: number): WindowOf[] {
  return objectives.flatMap(({ metric, of = '', ...objective }) => {
    const name = seriesOf[metric];
    return name === undefined ? [] : [{ name, of, ...windowOf(objective, startMs, endMs) }];
  });
}

function windowOf(
  { fromMs = 0, toMs = Infinity }: Pick<Objective, 'fromMs' | 'toMs'>,
  startMs: number,
  endMs: number,
): Verdict['window'] {
  return { fromMs: Math.min(startMs + fromMs, endMs), toMs: Math.min(startMs + toMs, endMs) };
}

const seriesOf: Readonly<Partial<Record<ObjectiveMetric, SeriesName>>> = {
  errorRate: 'errorRate',
  availability: 'availability',
  utilization: 'utilization',
  cost: 'costPerHour',
  energy: 'watts',
  replicas: 'replicas',
};

/** The steps' values; errors are weighted by requests, all else by time in hours. */
function samplesOf(metric: ObjectiveMetric, recording: Recording, range: Range, of?: SubjectName): Sample[] {
  const { from, to } = range;
  const series = seriesOf[metric];
  const values = series === undefined ? undefined : recording.values(series, of);
  const requests =
    metric === 'errorRate' ? (recording.ended?.(of) ?? recording.values('requestsPerSecond', of)) : undefined;
  const samples: Sample[] = [];
  for (let step = from; step < to && values; step++) {
    const hours = (stepLength(recording, step) * shareIn(range, recording, step)) / 3_600_000;
    const weight = requests === undefined ? hours : hours * (requests[step] ?? 0);
    samples.push({ value: values[step] ?? NaN, weight });
  }
  return samples;
}

function latencyOf(
  recording: Recording,
  range: Range,
  statistic: Statistic,
  of?: SubjectName,
): number | undefined {
  const { from, to } = range;
  const flows = recording.flows(of);
  const share = percentileOf(statistic);
  if (share !== undefined) return latencyPercentile(flows, from, to, share);
  const samples: Sample[] = [];
  for (const flow of flows) {
    const values = statistic === 'max' ? flow.p99 : flow.mean;
    for (let step = from; step < to; step++) {
      const weight = answered(flow, step) * shareIn(range, recording, step);
      samples.push({ value: values[step] ?? NaN, weight });
    }
  }
  return statisticOf(samples, statistic);
}

/** Waits that ended in the window or go on at its end. */
function waitsOf(recording: Recording, of: SubjectName | undefined, window: Verdict['window']): Wait[] {
  return recording.waits.filter(
    ({ machine, pool, fromMs, toMs = Infinity }) =>
      (of === undefined || of === machine || of === pool) && fromMs < window.toMs && toMs >= window.fromMs,
  );
}

/** So far, where it goes on after the window. */
function waitedMs({ fromMs, toMs = Infinity }: Wait, endMs: number): number {
  return Math.min(toMs, endMs) - fromMs;
}

/** When a missed objective was at its worst; undefined where no moment is worse than another. */
function worstOf(
  objective: Objective,
  recording: Recording,
  range: Range,
  window: Verdict['window'],
): Verdict['worst'] {
  const stretch =
    objective.metric === 'pendingTime'
      ? longestWait(waitsOf(recording, objective.of, window), window.toMs)
      : steppedWorst(objective, recording, range);
  return stretch && { ...stretch, during: explain(recording, stretch, objective.of) };
}

function steppedWorst(
  { metric, statistic, of, below, above }: Objective,
  recording: Recording,
  range: Range,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  // The worst hour of a sum says nothing: all of it counts.
  if (statistic === 'total') return undefined;
  const values = metric === 'latency' ? stepLatencies(recording, range, statistic, of) : undefined;
  const series = values ?? recording.values(seriesOf[metric] ?? 'errorRate', of);
  const stretch = series && worstStretch(series, range.from, range.to, { below, above });
  if (stretch === undefined) return undefined;
  const last = stretch.to - 1;
  return {
    fromMs: stepStart(recording, stretch.from),
    toMs: stepStart(recording, last) + stepLength(recording, last),
  };
}

/** The statistic of each step alone. */
function stepLatencies(recording: Recording, range: Range, statistic: Statistic, of?: SubjectName): Values {
  const { from, to } = range;
  const values = new Float64Array(recording.count).fill(NaN);
  for (let step = from; step < to; step++) {
    values[step] = latencyOf(recording, { ...range, from: step, to: step + 1 }, statistic, of) ?? NaN;
  }
  return values;
}

function longestWait(
  waits: readonly Wait[],
  endMs: number,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const [first] = [...waits].sort((a, b) => waitedMs(b, endMs) - waitedMs(a, endMs) || a.fromMs - b.fromMs);
  return first && { fromMs: first.fromMs, toMs: Math.min(first.toMs ?? Infinity, endMs) };
}

function notMeasured({ metric, of }: Objective, window: Verdict['window']): string {
  if (window.toMs <= window.fromMs) return 'not measured: the run does not reach its window';
  switch (metric) {
    case 'latency':
    case 'errorRate':
      return `not measured: no requests ${metric === 'latency' ? 'were answered' : 'came'} in the window`;
    case 'pendingTime':
      return 'not measured: no VM had to wait in the window';
    case 'availability':
      return `not measured: ${of === undefined ? 'no requests came' : 'it was not there or had no requests'} in the window`;
    default:
      return 'not measured: it was not there in the window';
  }
}
