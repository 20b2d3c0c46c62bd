import { type SparseCounts } from '../base/histogram.ts';
import { type Mark, type SeriesName, type SubjectName } from '../model/run-record.ts';

/** One value a load step; NaN where nothing was measured. */
export type Values = ArrayLike<number>;

/** Requests that go one way in: their number and the latency of those that are answered, in each step. */
export interface Flow {
  /** Offered requests a second. */
  readonly requests: Values;
  /** Share of them that failed, 0..1. */
  readonly errorRate: Values;
  /** Latency of the answered ones, ms. */
  readonly mean: Values;
  readonly p50: Values;
  readonly p95: Values;
  readonly p99: Values;
  /** Answered requests a second; absent: those that came and did not fail. */
  readonly answered?: Values;
  /** The latencies of a step's answered requests, where every single one was seen and they were kept. */
  readonly latencies?: (step: number) => SparseCounts | undefined;
}

/** A VM that was wanted and did not run. */
export interface Wait {
  /** `vm/default/web-0` */
  readonly machine: SubjectName;
  /** `vmp/default/web`, where a pool made it. */
  readonly pool?: SubjectName;
  readonly fromMs: number;
  /** When it ran; absent: it still waits at the end. */
  readonly toMs?: number;
}

/** A live migration that was completed. */
export interface Move {
  readonly atMs: number;
  readonly machine: SubjectName;
  readonly pool?: SubjectName;
  readonly from: SubjectName;
  readonly to: SubjectName;
}

/** What a run has left behind. Times are world time in ms since the Unix epoch. */
export interface Recording {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  /** How many steps there are; the last one may be cut short by `endMs`. */
  readonly count: number;
  /** A series of a subject, or of the whole. */
  values(name: SeriesName, of?: SubjectName): Values | undefined;
  /** The flows whose requests add up to those of a subject, or to all. */
  flows(of?: SubjectName): readonly Flow[];
  /**
   * Requests a second, of a subject or of all, that ended in each step, where every single one was seen: of them the
   * errors are a share. Undefined: of those that came.
   */
  ended?(of?: SubjectName): Values | undefined;
  /** A figure over a window that need not begin and end with steps; undefined where only its steps are known. */
  integral?(window: WindowOf): Integral | undefined;
  readonly waits: readonly Wait[];
  readonly moves: readonly Move[];
  /** In the order of time. */
  readonly marks: readonly Mark[];
  /** All that the subject's figures rest on between two times, itself included. Undefined: that is not known. */
  restsOn?(of: SubjectName, fromMs: number, toMs: number): ReadonlySet<SubjectName> | undefined;
}

/** The window of a figure. World time, ms. */
export interface WindowOf {
  readonly name: SeriesName;
  /** '' is the whole. */
  readonly of: SubjectName;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A figure over a window: value x ms, and the ms for which there was one. */
export interface Integral {
  readonly sum: number;
  readonly ms: number;
}

/** World time at which a step begins. */
export function stepStart({ startMs, stepMs }: Recording, index: number): number {
  return startMs + index * stepMs;
}

/** World time that a step covers, ms. */
export function stepLength(recording: Recording, index: number): number {
  return Math.min(recording.stepMs, recording.endMs - stepStart(recording, index));
}
