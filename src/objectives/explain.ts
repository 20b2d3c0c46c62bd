import { compareText } from '../base/listing.ts';
import { formatFigure } from '../model/figures.ts';
import { type Mark, type SubjectName } from '../model/run-record.ts';
import { type Recording } from './recording.ts';

/** What happened so long before a stretch may still explain it: boots, drains and stabilization take minutes. */
const leadMs = 5 * 60_000;
/** More marks of one type than this are counted and not told. */
const told = 3;

/**
 * What was going on in a stretch of time (its end not included), one phrase each: what was full, faults in force,
 * changes, VMs that did not run yet, what policies did, migrations. Only of what `of` rests on.
 */
export function explain(
  recording: Recording,
  stretch: { readonly fromMs: number; readonly toMs: number },
  of?: SubjectName,
): string[] {
  const { fromMs, toMs } = stretch;
  const under = of === undefined ? undefined : recording.restsOn?.(of, fromMs - leadMs, toMs);
  const marks = recording.marks.filter((mark) => concerns(mark, under));
  const near = marks.filter(({ atMs }) => atMs >= fromMs - leadMs && atMs < toMs);
  return [
    ...faultsIn(marks, fromMs, toMs),
    ...few(near.filter(({ type }) => type === 'Change')),
    ...full(recording, stretch, under),
    ...waiting(recording, stretch, under),
    ...scaled(near.filter(({ type }) => type === 'Scale')),
    ...moved(near.filter(({ type }) => type === 'Migration').length),
  ];
}

type Under = ReadonlySet<SubjectName> | undefined;

/** Kinds of which it is known who rests on them; what another one does may concern anybody in its namespace. */
const known: ReadonlySet<string> = new Set([
  ...['host', 'hostpool', 'vm', 'vmp', 'lb', 'sp', 'tenant', 'traffic', 'application'],
]);

function concerns({ subject }: Mark, under: Under): boolean {
  const [kind = ''] = subject.split('/');
  return under === undefined || under.has(subject) || !known.has(kind);
}

/** From here on there is no room left to speak of: waits have grown to many times the work itself. */
export const fullFrom = 0.95;

/** What was at its end, the fullest first: pools rather than single VMs, and those rather than the hosts below them. */
function full(
  recording: Recording,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  under: Under,
): string[] {
  if (under === undefined) return [];
  const { startMs, stepMs } = recording;
  const [from, to] = [Math.floor((fromMs - startMs) / stepMs), Math.ceil((toMs - startMs) / stepMs)];
  const most = (subject: SubjectName): number => {
    const values = recording.values('utilization', subject);
    let peak = 0;
    for (let step = Math.max(0, from); step < to && values; step++) peak = Math.max(peak, values[step] ?? 0);
    return peak;
  };
  const peaks = [...under]
    .map((subject) => ({ subject, peak: most(subject) }))
    .filter(({ peak }) => peak >= fullFrom);
  const of = (kind: string): typeof peaks => peaks.filter(({ subject }) => subject.startsWith(`${kind}/`));
  const shown = [of('vmp'), of('vm'), of('host')].find((some) => some.length > 0) ?? [];
  const sorted = shown.sort((a, b) => b.peak - a.peak || compareText(a.subject, b.subject));
  return sorted
    .slice(0, told)
    .map(({ subject, peak }) => `${subject} was at ${formatFigure(Math.min(1, peak), 'ratio')} of its CPU`);
}

/** Faults that began at most the lead before and whose repair was not earlier than it. */
function faultsIn(marks: readonly Mark[], fromMs: number, toMs: number): string[] {
  const faults = marks.filter(({ type, atMs }) => type === 'Fault' && atMs < toMs);
  const inForce = faults.filter(({ subject, atMs }) => {
    const repair = marks.find(
      (mark) => mark.type === 'Repair' && mark.subject === subject && mark.atMs > atMs,
    );
    return repair === undefined || repair.atMs >= fromMs - leadMs;
  });
  return few(inForce);
}

/** The most VMs that waited at one time. */
function waiting(
  { waits }: Recording,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  under: Under,
): string[] {
  const overlapping = waits.filter(
    (wait) =>
      wait.fromMs < toMs &&
      (wait.toMs ?? Infinity) > fromMs &&
      (under === undefined || under.has(wait.machine) || (wait.pool !== undefined && under.has(wait.pool))),
  );
  const most = overlapping.reduce((peak, { fromMs: atMs }) => {
    const at = Math.max(atMs, fromMs);
    const count = overlapping.filter((wait) => wait.fromMs <= at && (wait.toMs ?? Infinity) > at).length;
    return Math.max(peak, count);
  }, 0);
  if (most === 0) return [];
  return [`${most} ${most === 1 ? 'VM was' : 'VMs were'} not up yet`];
}

function few(marks: readonly Mark[]): string[] {
  const texts = marks.slice(0, told).map(({ subject, text }) => `${subject} ${text}`);
  return marks.length > told ? [...texts, `${marks.length - told} more`] : texts;
}

/** `sp/default/web scaled 4 → 8 → 15`, one phrase a policy; why it did stands in the marks. */
function scaled(marks: readonly Mark[]): string[] {
  const bySubject = new Map<SubjectName, string[]>();
  for (const { subject, text } of marks) {
    const [from = '', to = ''] = (text.split(':')[0] ?? '').split(' → ');
    const sizes = bySubject.get(subject) ?? [];
    bySubject.set(subject, [...sizes, ...(sizes.at(-1) === from ? [to] : [from, to])]);
  }
  const texts = [...bySubject].map(([subject, sizes]) => `${subject} scaled ${sizes.join(' → ')}`);
  return texts.length > told
    ? [...texts.slice(0, told), `${texts.length - told} more policies scaled`]
    : texts;
}

function moved(count: number): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? 'VM' : 'VMs'} moved`];
}
