/** Which subjects a reader wants to see first, when a page cannot show all. */
import { compareText } from '../base/listing.ts';
import { type RunRecord, type Series, type SubjectName } from '../model/run-record.ts';

/** The name under which the whole is listed. */
export const whole: SubjectName = '';

/**
 * The subjects of a record's series, the most interesting first: the whole, then by points, then by name. Points:
 * 8 for a missed objective, 4 for any, up to 2 for marks, 2 for errors, up to 1 for how much its figures move.
 */
export function subjectsByInterest(record: RunRecord): readonly SubjectName[] {
  const points = new Map<SubjectName, number>();
  const add = (subject: SubjectName, more: number) => points.set(subject, (points.get(subject) ?? 0) + more);
  for (const series of record.series) add(series.of ?? whole, 0);
  addMovement(record.series, add);
  const marks = new Map<SubjectName, number>();
  for (const mark of record.marks) marks.set(mark.subject, (marks.get(mark.subject) ?? 0) + 1);
  for (const [subject, count] of marks) if (points.has(subject)) add(subject, Math.min(2, count / 5));
  for (const { of, met } of record.verdicts) {
    if (of !== undefined && points.has(of)) add(of, met ? 4 : 8);
  }
  if (points.has(whole)) points.set(whole, Infinity);
  return [...points.keys()].sort(
    (a, b) =>
      (points.get(b) === points.get(a) ? 0 : (points.get(b) ?? 0) - (points.get(a) ?? 0)) ||
      compareText(a, b),
  );
}

/** A subject's liveliest series counts, not their sum: one with many series is not livelier for that. */
function addMovement(all: readonly Series[], add: (subject: SubjectName, more: number) => void): void {
  const liveliest = new Map<SubjectName, number>();
  for (const { name, of = whole, values } of all) {
    let min = Infinity;
    let max = -Infinity;
    for (const value of values) {
      if (value === null) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    if (max <= 0) continue;
    const movement = name === 'errorRate' ? 2 : 1 - Math.max(0, min) / max;
    liveliest.set(of, Math.max(liveliest.get(of) ?? 0, movement));
  }
  for (const [subject, movement] of liveliest) add(subject, movement);
}
