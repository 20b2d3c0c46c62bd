/** Verdicts in words, the same in every format. */
import { formatDuration } from '../base/duration.ts';
import { type RunRecord, type Verdict } from '../model/run-record.ts';
import { formatBeside, formatFigure, formatSpan } from '../model/figures.ts';

const metricWords: Readonly<Record<Verdict['metric'], string>> = {
  latency: 'latency',
  errorRate: 'error rate',
  availability: 'availability',
  utilization: 'utilization',
  cost: 'cost',
  energy: 'energy',
  pendingTime: 'pending time',
  replicas: 'replicas',
  migrations: 'migrations',
};

/** What is judged: `p95 latency of tenant/saas/acme`. */
export function describeMeasure(verdict: Verdict): string {
  const statistic = verdict.statistic === 'total' ? 'total' : verdict.statistic;
  return `${statistic} ${metricWords[verdict.metric]}${verdict.of === undefined ? '' : ` of ${verdict.of}`}`;
}

/** What was wanted: `< 200 ms`, `> 99.9 %`, or both; empty when the objective has no limit. */
export function describeLimit({ below, above, unit }: Verdict): string {
  const parts: string[] = [];
  if (above !== undefined) parts.push(`> ${formatFigure(above, unit)}`);
  if (below !== undefined) parts.push(`< ${formatFigure(below, unit)}`);
  return parts.join(' and ');
}

/** What came out: `142 ms`, or `not measured`. */
export function describeValue({ value, below, above, unit }: Verdict): string {
  return value === undefined ? 'not measured' : formatBeside(value, nearest(value, below, above), unit);
}

/** What the flow model makes of it, as `flow model: 42.4 ms`; empty where single requests were not played. */
export function describeFlow(verdict: Verdict): string {
  const { flowValue } = verdict;
  return flowValue === undefined ? '' : `flow model: ${describeValue({ ...verdict, value: flowValue })}`;
}

function nearest(value: number, below: number | undefined, above: number | undefined): number | undefined {
  if (below === undefined || above === undefined) return below ?? above;
  return Math.abs(value - below) <= Math.abs(value - above) ? below : above;
}

/** When a missed objective was worst and what happened then; empty when it is not known. */
export function describeWorst({ worst }: Verdict): string {
  if (worst === undefined) return '';
  const during = worst.during.length === 0 ? '' : `, while ${worst.during.join('; ')}`;
  return `worst ${formatSpan(worst.fromMs, worst.toMs)}${during}`;
}

/** A missed objective in one sentence, without the full stop. */
export function describeMiss(verdict: Verdict): string {
  if (verdict.value === undefined) {
    return `${describeMeasure(verdict)} was not measured${verdict.note === undefined ? '' : `: ${verdict.note}`}`;
  }
  const worst = describeWorst(verdict);
  const wanted = describeLimit(verdict);
  return `${describeMeasure(verdict)} was ${describeValue(verdict)}, wanted ${wanted}${worst === '' ? '' : `; ${worst}`}`;
}

/** The answer of one run: `All 3 objectives met`, `1 of 3 objectives missed`. */
export function headline({ verdicts }: Pick<RunRecord, 'verdicts'>): string {
  const missed = verdicts.filter((verdict) => !verdict.met).length;
  if (verdicts.length === 0) return 'No objectives were set';
  if (missed > 0) return `${missed} of ${objectives(verdicts.length)} missed`;
  return verdicts.length === 1 ? 'The objective is met' : `All ${objectives(verdicts.length)} met`;
}

function objectives(count: number): string {
  return count === 1 ? '1 objective' : `${count} objectives`;
}

/** The name of a run: its scenario, or that there was none. */
export function runName(record: RunRecord): string {
  return record.scenario ?? 'simulation';
}

/** How long a run was, in world time: `24h`. */
export function runLength({ startMs, endMs }: RunRecord): string {
  return formatDuration(endMs - startMs);
}
