/** The managers of an object: `metadata.managedFields`, decoded and encoded. */
import { toTimestamp } from '../base/clock.ts';
import { isRecord } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type ManagedFieldsEntry } from '../model/object.ts';
import {
  emptyFieldSet,
  type FieldSet,
  fromFieldsV1,
  isEmptyFieldSet,
  toFieldsV1,
  union,
} from './field-set.ts';

/** One manager's operation and what it owns by it. */
export interface Owner {
  readonly entry: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

/** The owners that `entries` speak of. Entries without a manager or operation mean nothing and are left out. */
export function ownersOf(entries: readonly ManagedFieldsEntry[] | undefined): readonly Owner[] {
  if (entries === undefined) return [];
  return entries
    .filter((e: unknown) => isRecord(e) && typeof e['manager'] === 'string' && e['operation'] !== undefined)
    .map((entry) => ({ entry, fields: fromFieldsV1(entry.fieldsV1) }));
}

/** `owner` with other fields, its time unchanged: losing a field to somebody is no deed of its own. */
export function withFields(owner: Owner, fields: FieldSet): Owner {
  return fields === owner.fields
    ? owner
    : { entry: { ...owner.entry, fieldsV1: toFieldsV1(fields) }, fields };
}

/** All that any of the owners has. */
export function ownedByAny(owners: readonly Owner[]): FieldSet {
  return owners.reduce((all, owner) => union(all, owner.fields), emptyFieldSet);
}

/** Makes an owner that acted at `nowMs` (world time). */
export function newOwner(
  who: Pick<ManagedFieldsEntry, 'manager' | 'operation' | 'apiVersion' | 'subresource'>,
  fields: FieldSet,
  nowMs: number,
): Owner {
  const { manager, operation, apiVersion, subresource } = who;
  const time = toTimestamp(nowMs);
  const entry: ManagedFieldsEntry = {
    ...{ manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(fields) },
    ...(subresource === undefined ? {} : { subresource }),
  };
  return { entry, fields };
}

/**
 * The entries to store: those that own anything, appliers first, then by time, manager, apiVersion and
 * subresource, as Kubernetes sorts them.
 */
export function entriesOf(owners: readonly Owner[]): readonly ManagedFieldsEntry[] {
  return owners
    .filter((owner) => !isEmptyFieldSet(owner.fields))
    .map((owner) => owner.entry)
    .sort(
      (a, b) =>
        compareText(a.operation, b.operation) ||
        compareText(a.time ?? '', b.time ?? '') ||
        compareText(a.manager, b.manager) ||
        compareText(a.apiVersion, b.apiVersion) ||
        compareText(a.subresource ?? '', b.subresource ?? ''),
    );
}

/** True when both hold the very same entries, in whatever order. */
export function sameEntries(
  a: readonly ManagedFieldsEntry[] | undefined,
  b: readonly ManagedFieldsEntry[],
): boolean {
  const old = new Set(a);
  return old.size === b.length && b.every((entry) => old.has(entry));
}
