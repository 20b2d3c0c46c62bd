/** Makes, from run records, what the program in the page works from: chosen, shortened, packed. */
import { type Mark, type RunRecord, type SeriesName, type SubjectName } from '../model/run-record.ts';
import { chartKinds, chartOfVerdict } from './charts.ts';
import { downsample, samplesPerBucket } from './downsample.ts';
import { formatFigure, type FigureUnit } from '../model/figures.ts';
import { subjectsByInterest, whole } from './interest.ts';
import { type LimitData, type LineData, type ReportDocument, type RunDocument } from './page-data.ts';
import { packTopology } from './topology.ts';

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
    const common = {
      chart,
      name: verdict.name,
      of: subjects.indexOf(verdict.of ?? whole),
      met: verdict.met,
      fromMs: verdict.window.fromMs,
      toMs: verdict.window.toMs,
      worst: verdict.worst && ([verdict.worst.fromMs, verdict.worst.toMs] as const),
    };
    const limits: LimitData[] = [];
    if (verdict.below !== undefined)
      limits.push({ ...common, side: 'below', ...limitAt(verdict.below, verdict.unit) });
    if (verdict.above !== undefined)
      limits.push({ ...common, side: 'above', ...limitAt(verdict.above, verdict.unit) });
    return limits;
  });
}

const limitAt = (value: number, unit: FigureUnit) => ({ value, limit: formatFigure(value, unit) });
