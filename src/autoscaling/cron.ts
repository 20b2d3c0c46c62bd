/**
 * Cron expressions of five fields: minute, hour, day of month, month, day of week.
 * Source: crontab(5) of Vixie cron. Beyond it, a range may go round: `22-4` as an hour, `FRI-MON`.
 */
import { zoneOffsetMs } from '../base/time-zone.ts';

/** The values that match, by field; days of the week from 0, Sunday. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Both days are named: then one of them is enough. */
  readonly eitherDay: boolean;
}

interface Field {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  /** Names of the values from `first` on. */
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'minute', first: 0, last: 59 },
  { name: 'hour', first: 0, last: 23 },
  { name: 'day of month', first: 1, last: 31 },
  {
    name: 'month',
    first: 1,
    last: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  // 7 is Sunday too.
  { name: 'day of week', first: 0, last: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

export type ParsedCron =
  { readonly ok: true; readonly cron: Cron } | { readonly ok: false; readonly message: string };

/** Reads an expression, or says which field cannot be read. Pure. */
export function parseCron(text: string): ParsedCron {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return { ok: false, message: `"${text}" has ${parts.length} fields, not five` };
  }
  const sets: ReadonlySet<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    const values = valuesOf(part, field);
    if (!values) return { ok: false, message: `"${part}" is no ${field.name} of a cron expression` };
    sets.push(values);
  }
  const none: ReadonlySet<number> = new Set();
  const [minutes = none, hours = none, days = none, months = none, weekdays = none] = sets;
  const eitherDay = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  const week = new Set([...weekdays].map((day) => day % 7));
  return { ok: true, cron: { minutes, hours, days, months, weekdays: week, eitherDay } };
}

function valuesOf(text: string, field: Field): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const range = rangeOf(item, field);
    if (!range) return undefined;
    for (const value of range) values.add(value);
  }
  return values;
}

/** `*`, `5`, `5-9`, each with a step behind a slash; `5/10` goes on to the end of the field. */
function rangeOf(item: string, field: Field): readonly number[] | undefined {
  const parts = /^(\*|(\w+)(?:-(\w+))?)(?:\/([1-9][0-9]*))?$/.exec(item);
  if (!parts) return undefined;
  const [, whole, from, to, step] = parts;
  const all = whole === '*';
  const first = all ? field.first : valueOf(from, field);
  const open = step !== undefined && to === undefined;
  const last =
    all || open ? Math.max(lastOf(field), first ?? 0) : to === undefined ? first : valueOf(to, field);
  if (first === undefined || last === undefined) return undefined;
  const size = lastOf(field) - field.first + 1;
  const length = (last < first ? last + size : last) - first + 1;
  const count = Math.ceil(length / Number(step ?? 1));
  return Array.from({ length: count }, (_, index) => {
    const value = first + index * Number(step ?? 1);
    return value > field.last ? value - size : value;
  });
}

/** Sunday is a day of the week once. */
function lastOf({ last, first, names }: Field): number {
  return names ? first + names.length - 1 : last;
}

function valueOf(text: string | undefined, { first, last, names = [] }: Field): number | undefined {
  if (text === undefined) return undefined;
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return first + named;
  const value = /^[0-9]{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= first && value <= last ? value : undefined;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * The last minute that the expression names in local time, within `(fromMs, toMs]`, as ms of world time;
 * undefined: none. As in Kubernetes' CronJobs a local time that daylight saving skips is not made up for, and
 * one that it repeats counts twice.
 *
 * Precondition: local time is set at most once within the range, which holds for some weeks.
 */
export function lastMatch(cron: Cron, zone: string, fromMs: number, toMs: number): number | undefined {
  const before = zoneOffsetMs(fromMs, zone);
  const after = zoneOffsetMs(toMs, zone);
  if (before === after) return lastMatchAt(cron, after, fromMs, toMs);
  let [low, high] = [fromMs, toMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffsetMs(middle, zone) === before) low = middle;
    else high = middle;
  }
  return lastMatchAt(cron, after, low, toMs) ?? lastMatchAt(cron, before, fromMs, low);
}

/** With local time at one distance from UTC; goes back from the end, by whole days and hours where none matches. */
function lastMatchAt(cron: Cron, offsetMs: number, fromMs: number, toMs: number): number | undefined {
  let local = Math.floor((toMs + offsetMs) / minuteMs) * minuteMs;
  while (local > fromMs + offsetMs) {
    const date = new Date(local);
    if (!isDay(cron, date)) local = Math.floor(local / dayMs) * dayMs - minuteMs;
    else if (!cron.hours.has(date.getUTCHours())) local = Math.floor(local / hourMs) * hourMs - minuteMs;
    else if (!cron.minutes.has(date.getUTCMinutes())) local -= minuteMs;
    else return local - offsetMs;
  }
  return undefined;
}

function isDay({ days, months, weekdays, eitherDay }: Cron, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? day || weekday : day && weekday;
}
