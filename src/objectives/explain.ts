import { type Mark, type SubjectName } from '../model/run-record.ts';
import { type Recording } from './recording.ts';

/** What happened so long before a stretch may still explain it: boots, drains and stabilization take minutes. */
const leadMs = 5 * 60_000;
/** More marks of one type than this are counted and not told. */
const told = 3;

/**
 * What was going on in a stretch of time (its end not included), one phrase each: faults in force, changes, VMs that did not run yet, what
 * policies did, migrations. Scale marks of another namespace than `of`'s are left out.
 */
export function explain(
  recording: Recording,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  of?: SubjectName,
): string[] {
  const near = recording.marks.filter(({ atMs }) => atMs >= fromMs - leadMs && atMs < toMs);
  return [
    ...faultsIn(recording.marks, fromMs, toMs),
    ...few(near.filter(({ type }) => type === 'Change')),
    ...waiting(recording, fromMs, toMs),
    ...scaled(near.filter(({ type, subject }) => type === 'Scale' && concerns(subject, of))),
    ...moved(near.filter(({ type }) => type === 'Migration').length),
  ];
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
function waiting({ waits }: Recording, fromMs: number, toMs: number): string[] {
  const overlapping = waits.filter((wait) => wait.fromMs < toMs && (wait.toMs ?? Infinity) > fromMs);
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

/** `sp/saas/web` concerns `tenant/saas/acme`; everything concerns the whole and a host. */
function concerns(subject: SubjectName, of: SubjectName | undefined): boolean {
  const namespace = of?.split('/').length === 3 ? of.split('/')[1] : undefined;
  return namespace === undefined || subject.split('/')[1] === namespace;
}
