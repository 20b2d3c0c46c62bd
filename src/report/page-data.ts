/** What the program in the page works from. Types alone: maker and program share nothing else. */
import { type Mark, type SeriesName, type SubjectName } from '../model/run-record.ts';
import { type ChartId } from './charts.ts';
import { type PackedTopology } from './topology.ts';

/** One line of a chart. `min` and `max` are there where a bucket holds several samples that differ. */
export interface LineData {
  readonly name: SeriesName;
  /** Index into the run's subjects. */
  readonly of: number;
  readonly mean: readonly (number | null)[];
  readonly min?: readonly (number | null)[];
  readonly max?: readonly (number | null)[];
}

/** An objective's limit, as a chart draws it. */
export interface LimitData {
  readonly chart: ChartId;
  readonly name: string;
  /** Index into the run's subjects; -1 when there are no figures of it. */
  readonly of: number;
  readonly value: number;
  readonly side: 'below' | 'above';
  readonly met: boolean;
  /** `value` in words. */
  readonly limit: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly worst?: readonly [fromMs: number, toMs: number];
}

export interface RunDocument {
  readonly startMs: number;
  readonly firstMs: number;
  readonly bucketMs: number;
  readonly buckets: number;
  /** The most interesting first; the empty name is the whole. */
  readonly subjects: readonly SubjectName[];
  readonly lines: readonly LineData[];
  readonly marks: readonly Mark[];
  readonly limits: readonly LimitData[];
  readonly topology: PackedTopology;
  /** Subjects and marks that did not fit. */
  readonly leftOut: { readonly subjects: number; readonly marks: number };
}

export interface ReportDocument {
  readonly runs: readonly RunDocument[];
}
