/** What `test` and `simulate` print of a run. */
import { printable } from '../base/printable.ts';
import { formatDuration } from '../base/duration.ts';
import { type Fidelity, type RunRecord, type Series, type Verdict } from '../model/run-record.ts';
import { formatBeside, formatDifference, formatFigure, formatFiner } from '../model/figures.ts';

/** How a run went, beside its record. */
export interface RunLines {
  readonly record: RunRecord;
  readonly wallMs: number;
}

/** Colours text where the terminal takes it. */
export interface Paints {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** More scaling decisions than this are counted and not listed. */
const listed = 8;

/** `flash-crowd  24h of world time in 1.9 s · seed 42 · result 9f3c1e` */
export function runTitle({ record, wallMs }: RunLines): string {
  const { scenario, seed, fidelity, startMs, endMs, result, interrupted } = record;
  const name = scenario === undefined ? 'what-if' : printable(scenario.replace(/^default\//, ''));
  const time = `${formatDuration(endMs - startMs)} of world time in ${(wallMs / 1000).toFixed(1)} s`;
  return `${name}  ${time}${fidelityText(fidelity)} · seed ${seed} · result ${result}${interrupted ? ' · interrupted' : ''}`;
}

/** For titles: nothing where figures are those of the flow model, as nearly always. */
export function fidelityText(fidelity: Fidelity): string {
  return fidelity === 'requests' ? ' · request by request' : '';
}

/** Of several runs together: what their figures are, where that is not those of the flow model; none else. */
export function* fidelityNote(fidelity: Fidelity): Iterable<string> {
  if (fidelity === 'requests')
    yield 'All figures are of single requests; a run of one seed, without a comparison, shows those of the flow model beside them.';
}

/** How many requests a scenario comes to on the mean, and may, in each of its runs. */
export interface ExpectedLine {
  readonly name: string;
  readonly requests: number;
  readonly limit: number;
  /** How often it is run. */
  readonly runs: number;
}

/** `flash-crowd: 18,204,511 requests to play (limit 50,000,000)` */
export function expectedText({ name, requests, limit, runs }: ExpectedLine): string {
  const text = (count: number): string => count.toLocaleString('en-US');
  const often = runs === 1 ? '' : `${text(runs)} runs of `;
  return `${name}: ${often}${text(requests)} requests to play (limit ${text(limit)}${runs === 1 ? '' : ' a run'})`;
}

/** Why the figures of a run should be taken with care; none for most. */
export function cautionLines(record: RunRecord): string[] {
  return [...bringUpLines(record), ...(record.finerThanStep ?? []).map(formatFiner)];
}

function bringUpLines({ bringUp, startMs, endMs }: RunRecord): string[] {
  // One that was interrupted before it began has no figures.
  if (!bringUp || bringUp.settled || endMs <= startMs) return [];
  const { waitingFor, worldMs } = bringUp;
  const who =
    waitingFor.length === 0 ? '' : `: ${waitingFor.slice(0, 5).join('; ')}${more(waitingFor.length - 5)}`;
  return [
    `the world had not settled when the scenario began, ${formatDuration(worldMs)} after its first host${who}`,
  ];
}

function more(count: number): string {
  return count > 0 ? `; and ${count} more` : '';
}

/** One line an objective, in columns. */
export function verdictLines(verdicts: readonly Verdict[], paint: Paints): string[] {
  const cells = verdicts.map((verdict) => [
    printable(verdict.name),
    `${measureText(verdict)}${verdict.of === undefined ? '' : ` of ${verdict.of}`}`,
    verdict.value === undefined ? '–' : valueText(verdict.value, verdict),
    limitText(verdict),
    flowText(verdict),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...cells.map((row) => (row[column] ?? '').length)),
  );
  return verdicts.map((verdict, index) => {
    const [name = '', measure = '', value = '', limit = '', flow = ''] = cells[index] ?? [];
    const [nameWidth = 0, measureWidth = 0, valueWidth = 0, limitWidth = 0, flowWidth = 0] = widths;
    const mark = verdict.met ? paint.good('✓') : paint.bad('✗');
    const beside = flowWidth === 0 ? '' : `${flow.padEnd(flowWidth)}  `;
    const line = `  ${mark} ${name.padEnd(nameWidth)}  ${measure.padEnd(measureWidth)}  ${value.padStart(valueWidth)}  ${limit.padEnd(limitWidth)}  ${beside}${whyText(verdict)}`;
    return line.trimEnd();
  });
}

/** `latency p95`; the statistic is left out where there is only one that anybody means. */
function measureText({ metric, statistic }: Verdict): string {
  const isPlain = statistic === 'total' || (metric === 'errorRate' && statistic === 'mean');
  return isPlain ? metric : `${metric} ${statistic}`;
}

/** With as many digits as it takes to tell the value from its limits. */
function valueText(value: number, { below, above, unit }: Pick<Verdict, 'below' | 'above' | 'unit'>): string {
  const nearest = [below, above]
    .filter((limit) => limit !== undefined)
    .sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];
  return formatBeside(value, nearest, unit);
}

/** What the flow model makes of it, beside the figure of single requests. */
function flowText({ flowValue, below, above, unit }: Verdict): string {
  if (flowValue === undefined) return '';
  return `(flow model: ${valueText(flowValue, { below, above, unit })})`;
}

function limitText({ below, above, unit }: Verdict): string {
  return [
    ...(below === undefined ? [] : [`< ${formatFigure(below, unit)}`]),
    ...(above === undefined ? [] : [`> ${formatFigure(above, unit)}`]),
  ].join(', ');
}

function whyText({ note, worst }: Verdict): string {
  if (note !== undefined) return note;
  if (!worst) return '';
  const during = worst.during.length === 0 ? '' : `: ${worst.during.join('; ')}`;
  // Up to the whole minute, so that a stretch of seconds has two ends.
  const toMs = Math.ceil(worst.toMs / 60_000) * 60_000;
  return `worst ${clock(worst.fromMs)}–${clock(toMs)}${during}`;
}

/** `09:02`, with the day where it is not the first. */
function clock(timeMs: number): string {
  const text = new Date(timeMs).toISOString();
  const day = Math.floor((timeMs - Date.UTC(2000, 0, 1)) / 86_400_000) + 1;
  return `${day === 1 ? '' : `day ${day} `}${text.slice(11, 16)}`;
}

/** `1 of 3 objectives missed.` */
export function testResult(records: readonly RunRecord[]): string {
  const verdicts = records.flatMap((record) => record.verdicts);
  const missed = verdicts.filter(({ met }) => !met).length;
  const of = `${verdicts.length} ${verdicts.length === 1 ? 'objective' : 'objectives'}`;
  const where = records.length === 1 ? '' : ` in ${records.length} scenarios`;
  return missed === 0 ? `${of}${where}: all met.` : `${missed} of ${of}${where} missed.`;
}

/** Totals, what each way in saw, and what policies did; two columns. */
export function* runSummary({ record }: RunLines): Iterable<string> {
  const { totals, series, marks, bringUp } = record;
  if (bringUp?.settled)
    yield row('brought up', `in ${formatDuration(bringUp.worldMs)} of world time before it`);
  const failed =
    totals.requests > 0 ? ` · ${formatFigure(totals.errors / totals.requests, 'ratio')} failed` : '';
  yield row('requests', `${totals.requests.toLocaleString('en-US')}${failed}`);
  if (totals.refused > 0 || totals.timedOut > 0) {
    const refused = totals.refused > 0 ? [`${counted(totals.refused)} refused by full queues`] : [];
    const timedOut = totals.timedOut > 0 ? [`${counted(totals.timedOut)} given up after waiting`] : [];
    yield row('', [...refused, ...timedOut].join(' · '));
  }
  if (record.uncounted !== undefined) {
    yield row('', `without those straight to VMs: ${record.uncounted.join(', ')}`);
  }
  yield row(
    'cost',
    `${formatFigure(totals.cost, 'money')} · ${formatFigure(totals.energyKWh, 'kWh')} · ${totals.machineHours.toFixed(1)} VM hours`,
  );
  for (const [index, line] of flowLines(series).entries()) yield row(index === 0 ? 'latency' : '', line);
  for (const [index, line] of fidelityLines(record).entries())
    yield row(index === 0 ? 'flow model' : '', line);
  const scaling = marks.filter(({ type }) => type === 'Scale');
  const others = marks.filter(({ type }) => type !== 'Scale' && type !== 'Migration');
  for (const [index, { atMs, subject, text }] of others.entries()) {
    yield row(index === 0 ? 'happened' : '', `${clock(atMs)}  ${subject} ${text}`);
  }
  if (totals.migrations > 0) yield row('migrations', String(totals.migrations));
  for (const [index, { atMs, subject, text }] of scaling.slice(0, listed).entries()) {
    yield row(index === 0 ? 'scaling' : '', `${clock(atMs)}  ${subject} ${text}`);
  }
  if (scaling.length > listed) yield row('', `… and ${scaling.length - listed} more`);
}

function counted(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Of tenants and load balancers: the worst step's p95 and the mean. */
function flowLines(series: readonly Series[]): string[] {
  const p95 = series.filter(({ name, of }) => name === 'latencyP95' && of !== undefined);
  const lines = p95.flatMap(({ of, values }): [string, string][] => {
    const measured = values.filter((value) => value !== null);
    if (measured.length === 0) return [];
    const most = measured.reduce((a, b) => Math.max(a, b), 0);
    const sorted = [...measured].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return [
      [of ?? '', `p95 ${formatFigure(median, 'ms')} most of the time, ${formatFigure(most, 'ms')} at worst`],
    ];
  });
  const width = Math.max(0, ...lines.map(([of]) => of.length));
  return lines.map(([of, text]) => `${of.padEnd(width)}  ${text}`);
}

/** What the flow model makes of each subject's requests, with how far it is from those that were played. */
function fidelityLines({ fidelities = [] }: RunRecord): string[] {
  const cells = fidelities.map(({ of, played, flow }) => [
    of ?? 'all together',
    besideText('mean', played.meanMs, flow.meanMs),
    besideText('p95', played.p95Ms, flow.p95Ms),
    besideText('p99', played.p99Ms, flow.p99Ms),
    `${formatFigure(flow.failed, 'ratio')} failed (${formatFigure(played.failed, 'ratio')} were)`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...cells.map((line) => (line[column] ?? '').length)),
  );
  return cells.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `p95 42.4 ms (−5.4 %)` */
function besideText(name: string, played: number | undefined, flow: number | undefined): string {
  if (played === undefined || flow === undefined) return `${name} –`;
  return `${name} ${formatFigure(flow, 'ms')} (${formatDifference(flow / played - 1)})`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(11)}${text}`;
}

/** `flash-crowd  ▕████░░▏ 2h30m of 24h · 5400 x · 3 s left` */
export function progressText(
  {
    name,
    phase,
    doneMs,
    totalMs,
    isFlowModel = false,
  }: {
    readonly name: string;
    readonly phase: string;
    readonly doneMs: number;
    readonly totalMs: number;
    readonly isFlowModel?: boolean;
  },
  bar: (share: number) => string,
  wallMs: number,
): string {
  const share = totalMs === 0 ? 1 : doneMs / totalMs;
  const whole = Math.floor(doneMs / 60_000) * 60_000;
  const speed = `${Math.round(doneMs / Math.max(1, wallMs)).toLocaleString('en-US')} x`;
  const leftMs = share > 0 ? (wallMs * (1 - share)) / share : 0;
  const left = phase === 'running' && share > 0.02 ? ` · ${Math.ceil(leftMs / 1000)} s left` : '';
  const who = isFlowModel ? `${name} (flow model)` : name;
  const label = phase === 'running' ? who : `${who}: ${phase}`;
  return `${label}  ${bar(share)} ${formatDuration(whole)} of ${formatDuration(totalMs)} · ${speed}${left}`;
}
