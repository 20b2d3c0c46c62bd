import { fromTimestamp } from '../base/clock.ts';
import { formatAge } from '../base/duration.ts';
import { compareText } from '../base/listing.ts';
import { type KindTable, type PrinterColumn } from '../model/kinds/columns.ts';
import { type KubeObject } from '../model/object.ts';

const ageColumn: PrinterColumn = {
  name: 'AGE',
  value: (object, { nowMs }) => ageOf(object.metadata.creationTimestamp, nowMs),
};
/** What the object is called. */
export const nameColumn: PrinterColumn = { name: 'NAME', value: (object) => object.metadata.name };

/** The table of a kind that nobody described: its name and age. */
export const plainTable: KindTable = { columns: [] };

/**
 * All columns of a kind, as `get` shows them and as a Table of the API carries them: NAME, the kind's own,
 * AGE after those that are always shown.
 */
export function objectColumns(table: KindTable): readonly PrinterColumn[] {
  const always = table.columns.filter((column) => column.wide !== true);
  const wide = table.columns.filter((column) => column.wide === true);
  return [
    ...(table.hideName === true ? [] : [nameColumn]),
    ...always,
    ...(table.hideAge === true ? [] : [ageColumn]),
    ...wide,
  ];
}

/** How long ago, as `5s` or `2d4h`; `<unknown>` without a readable timestamp. */
export function ageOf(timestamp: string | undefined, nowMs: number): string {
  const sinceMs = timestamp === undefined ? NaN : fromTimestamp(timestamp);
  return Number.isNaN(sinceMs) ? '<unknown>' : formatAge(nowMs - sinceMs);
}

/** `app=web,tier=front`, by key; `<none>` without labels. */
export function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  return labelLines(labels).join(',') || '<none>';
}

/** One `key=value` a label, by key. */
export function labelLines(labels: Readonly<Record<string, string>> | undefined): string[] {
  return Object.entries(labels ?? {})
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${key}=${value}`);
}

/** How commands name an object: `virtualmachine.vctl.dev/web-0`, and for the core group `namespace/saas`. */
export function qualifiedName(object: KubeObject): string {
  const kind = object.kind.toLowerCase();
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${object.apiVersion.slice(0, slash)}`;
  return `${kind}${group}/${object.metadata.name}`;
}
