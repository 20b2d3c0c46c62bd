/** Which lines and limits a chart draws for the subjects that are chosen. */
import { type SubjectName } from '../model/run-record.ts';
import { type ChartKind } from './charts.ts';
import { type LimitData, type LineData, type RunDocument } from './page-data.ts';

/** A line with what the legend calls it. Lines of one subject share a colour where several subjects are drawn. */
export interface DrawnLine {
  readonly data: LineData;
  readonly label: string;
  /** Index into the palette. */
  readonly color: number;
  readonly dashed: boolean;
}

/** How people call a subject; the whole has no name of its own. */
export function subjectLabel(subject: SubjectName): string {
  return subject === '' ? 'all together' : subject;
}

/** Indexes of the subjects that have lines in a chart, the most interesting first. */
export function subjectsOf(run: RunDocument, chart: ChartKind): readonly number[] {
  const names = new Set(chart.series.map((series) => series.name));
  return [...new Set(run.lines.filter((line) => names.has(line.name)).map((line) => line.of))].sort(
    (a, b) => a - b,
  );
}

/**
 * What a chart draws before anybody chooses: what objectives are about, then the most interesting. The whole is
 * left to those who ask for it where it is the same as its only part.
 */
export function defaultSubjects(run: RunDocument, chart: ChartKind): readonly number[] {
  const judged = run.limits.filter((limit) => limit.chart === chart.id).map((limit) => limit.of);
  const all = subjectsOf(run, chart).filter(
    (subject) => run.subjects[subject] !== '' || judged.includes(subject) || !isRepeated(run, chart, subject),
  );
  const first = all.filter((subject) => judged.includes(subject));
  const rest = all.filter((subject) => !first.includes(subject));
  return [...first, ...rest].slice(0, Math.max(chart.subjects, Math.min(4, first.length)));
}

function isRepeated(run: RunDocument, chart: ChartKind, subject: number): boolean {
  const name = chart.series[0]?.name;
  const own = run.lines.find((line) => line.of === subject && line.name === name);
  return run.lines.some(
    (line) => line.of !== subject && line.name === name && isSame(line.mean, own?.mean ?? []),
  );
}

/** Equal but for the last digit, where rounding may have made a difference. */
function isSame(a: LineData['mean'], b: LineData['mean']): boolean {
  return a.every((value, index) => {
    const other = b[index] ?? null;
    return value === null || other === null
      ? value === other
      : Math.abs(value - other) <= Math.abs(value) * 2e-3;
  });
}

/** What a chart draws for one chosen subject: it, and what has the same name (a pool and its balancer). */
export function focusedSubjects(run: RunDocument, chart: ChartKind, focus: number): readonly number[] {
  const all = subjectsOf(run, chart);
  const name = run.subjects[focus] ?? '';
  const own = all.filter((subject) => related(run.subjects[subject] ?? '', name));
  return own.length > 0 ? own : defaultSubjects(run, chart);
}

/** Whether two subjects name the same thing's parts: `sp/default/web` and `vmp/default/web`. */
export function related(a: SubjectName, b: SubjectName): boolean {
  return a === b || (a !== '' && b !== '' && tail(a) === tail(b));
}

const tail = (subject: SubjectName) => subject.split('/').slice(1).join('/') || subject;

/** The lines for these subjects: all series of a single one, else each one's first (and what is ready beside what is wanted). */
export function drawnLines(
  run: RunDocument,
  chart: ChartKind,
  subjects: readonly number[],
): readonly DrawnLine[] {
  const drawn: DrawnLine[] = [];
  for (const [position, subject] of subjects.entries()) {
    const own = chart.series.flatMap(({ name, label }) => {
      const data = run.lines.find((line) => line.of === subject && line.name === name);
      return data ? [{ data, label }] : [];
    });
    const percentiles = own.filter(({ data }) => data.name !== 'latencyMean');
    const wanted = percentiles.length > 0 ? percentiles : own;
    const kept = subjects.length === 1 ? wanted : wanted.slice(0, chart.id === 'replicas' ? 2 : 1);
    for (const [index, { data, label }] of kept.entries()) {
      const name = subjectLabel(run.subjects[subject] ?? '');
      drawn.push({
        data,
        label: chart.series.length === 1 ? name : `${name} ${label}`,
        color: subjects.length === 1 ? index : position,
        dashed: subjects.length > 1 && index > 0,
      });
    }
  }
  return drawn;
}

/** The limits that concern these subjects, or that concern nobody in particular. */
export function drawnLimits(
  run: RunDocument,
  chart: ChartKind,
  subjects: readonly number[],
): readonly LimitData[] {
  return run.limits.filter(
    (limit) => limit.chart === chart.id && (limit.of === -1 || subjects.includes(limit.of)),
  );
}

/**
 * The range of a chart's axis: from zero (availability: from the least) to the greatest value or limit. A limit
 * that would squeeze the lines into the lowest quarter stays outside.
 */
export function axisRange(
  chart: ChartKind,
  lines: readonly DrawnLine[],
  limits: readonly LimitData[],
): readonly [number, number] {
  let least = Infinity;
  let greatest = -Infinity;
  for (const { data } of lines) {
    for (const value of data.min ?? data.mean) if (value !== null) least = Math.min(least, value);
    for (const value of data.max ?? data.mean) if (value !== null) greatest = Math.max(greatest, value);
  }
  if (least > greatest) return [0, 1];
  if (chart.id === 'utilization') greatest = Math.max(1, greatest);
  for (const { value } of limits) {
    if (value <= greatest * 4) greatest = Math.max(greatest, value);
    if (chart.id === 'availability') least = Math.min(least, value);
  }
  const floor = chart.id === 'availability' ? Math.max(0, least - (greatest - least) * 0.1) : 0;
  if (greatest <= floor) return [floor === 0 ? 0 : floor * 0.99, floor === 0 ? 1 : floor];
  const full = chart.unit === 'ratio' && greatest <= 1 && greatest > 0.9;
  return [floor, full ? 1 : greatest + (greatest - floor) * 0.06];
}

/** Whether a logarithmic axis reads better: a peak would press everything else to the ground. */
export function prefersLog(chart: ChartKind, lines: readonly DrawnLine[]): boolean {
  if (chart.unit !== 'ms') return false;
  const all = lines.flatMap(({ data }) => data.mean.filter((value) => value !== null)).sort((a, b) => a - b);
  const middle = all[Math.floor(all.length / 2)] ?? 0;
  return middle > 0 && greatestOf(lines) > middle * 20;
}

function greatestOf(lines: readonly DrawnLine[]): number {
  let greatest = 0;
  for (const { data } of lines) {
    for (const value of data.max ?? data.mean) if (value !== null) greatest = Math.max(greatest, value);
  }
  return greatest;
}

/** The range of a logarithmic axis: whole decades around all values above zero and the limits near them. */
export function logRange(
  lines: readonly DrawnLine[],
  limits: readonly LimitData[],
): readonly [number, number] {
  let least = Infinity;
  let greatest = greatestOf(lines);
  for (const { data } of lines) {
    for (const value of data.min ?? data.mean) {
      if (value !== null && value > 0) least = Math.min(least, value);
    }
  }
  if (least > greatest) return [1, 10];
  for (const { value } of limits) {
    if (value > greatest && value <= greatest * 10) greatest = value;
  }
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(greatest * 1.0001))];
}
