/** What the program in the page works from, and how it is made from run records: chosen, shortened, packed. */
import { type Mark, type RunRecord, type SeriesName, type SubjectName } from '../model/run-record.ts';
import { chartKinds, chartOfVerdict, type ChartId } from './charts.ts';
import { downsample, samplesPerBucket } from './downsample.ts';
import { subjectsByInterest, whole } from './interest.ts';
import { packTopology, type PackedTopology } from './topology.ts';
import { describeLimit, describeMeasure, describeValue } from './verdict-text.ts';

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
  readonly text: string;
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

/** What all runs of a page share; characters of JSON. A page stays below 2 MB with its program. */
const budget = { lines: 1_000_000, marks: 250_000, hosts: 5000, machines: 6000 };

/** Makes the data of a page; what does not fit is left out by interest, and counted. */
export function reportDocument(records: readonly RunRecord[]): ReportDocument {
  const parts = Math.max(1, records.length);
  return { runs: records.map((record) => runDocument(record, parts)) };
}

function runDocument(record: RunRecord, parts: number): RunDocument {
  // A chart is about a thousand pixels wide: 480 buckets lose nothing that could be seen.
  const size = samplesPerBucket(record.times.length, Math.max(120, Math.min(480, Math.floor(1920 / parts))));
  const stepMs = (record.times[1] ?? record.endMs) - (record.times[0] ?? record.startMs);
  const { subjects, lines } = chooseLines(record, size, budget.lines / parts);
  const marks = chooseMarks(record.marks, budget.marks / parts);
  return {
    startMs: record.startMs,
    firstMs: record.times[0] ?? record.startMs,
    bucketMs: stepMs * size,
    buckets: Math.ceil(record.times.length / size),
    subjects,
    lines,
    marks,
    limits: limitsOf(record, subjects),
    topology: packTopology(record.topology, {
      hosts: Math.ceil(budget.hosts / parts),
      machines: Math.ceil(budget.machines / parts),
    }),
    leftOut: {
      subjects: new Set(record.series.map((series) => series.of ?? whole)).size - subjects.length,
      marks: record.marks.length - marks.length,
    },
  };
}

const drawn: ReadonlySet<SeriesName> = new Set(
  chartKinds.flatMap((chart) => chart.series.map((series) => series.name)),
);

/** Whole subjects in the order of interest, until their lines fill the room. The first is always there. */
function chooseLines(record: RunRecord, size: number, room: number) {
  const bySubject = new Map<SubjectName, RunRecord['series'][number][]>();
  for (const series of record.series) {
    if (!drawn.has(series.name)) continue;
    const own = bySubject.get(series.of ?? whole);
    if (own) own.push(series);
    else bySubject.set(series.of ?? whole, [series]);
  }
  const subjects: SubjectName[] = [];
  const lines: LineData[] = [];
  let used = 0;
  for (const subject of subjectsByInterest(record)) {
    const own = (bySubject.get(subject) ?? []).map((series) => line(series, subjects.length, size));
    used += JSON.stringify(own).length;
    if (used > room && subjects.length > 0) break;
    subjects.push(subject);
    lines.push(...own);
  }
  return { subjects, lines };
}

function line(series: RunRecord['series'][number], of: number, size: number): LineData {
  const { mean, min, max } = downsample(series.values, size);
  const flat = mean.every((_, index) => min[index] === max[index]);
  const short = { name: series.name, of, mean: mean.map(round) };
  return flat ? short : { ...short, min: min.map(round), max: max.map(round) };
}

/** Four digits are more than a chart can show; counts stay exact. */
function round(value: number | null): number | null {
  if (value === null || Number.isInteger(value)) return value;
  return Number(value.toPrecision(4));
}

/** Faults and what else is rare come first: they explain; of what remains, the earliest. */
function chooseMarks(marks: readonly Mark[], room: number): readonly Mark[] {
  const kept = new Set<Mark>();
  let used = 0;
  const rareFirst = [
    ...marks.filter((mark) => mark.type !== 'Scale' && mark.type !== 'Migration'),
    ...marks.filter((mark) => mark.type === 'Scale'),
    ...marks.filter((mark) => mark.type === 'Migration'),
  ];
  for (const mark of rareFirst) {
    used += JSON.stringify(mark).length;
    if (used > room) break;
    kept.add(mark);
  }
  return marks.filter((mark) => kept.has(mark));
}

function limitsOf(record: RunRecord, subjects: readonly SubjectName[]): readonly LimitData[] {
  return record.verdicts.flatMap((verdict) => {
    const chart = chartOfVerdict(verdict);
    if (chart === undefined) return [];
    const text = `${verdict.name}: ${describeMeasure(verdict)} ${describeLimit(verdict)} (was ${describeValue(verdict)})`;
    const common = {
      chart,
      name: verdict.name,
      of: subjects.indexOf(verdict.of ?? whole),
      met: verdict.met,
      text,
      fromMs: verdict.window.fromMs,
      toMs: verdict.window.toMs,
      worst: verdict.worst && ([verdict.worst.fromMs, verdict.worst.toMs] as const),
    };
    const limits: LimitData[] = [];
    if (verdict.below !== undefined) limits.push({ ...common, side: 'below', value: verdict.below });
    if (verdict.above !== undefined) limits.push({ ...common, side: 'above', value: verdict.above });
    return limits;
  });
}
