/**
 * Field ownership after plain writes: whoever changes a field owns it from then on.
 * Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
import { deepEqual } from '../base/deep.ts';
import { type KubeObject, type ManagedFieldsEntry } from '../model/object.ts';
import { contentOf, metadataField, withManagedFields } from './content.ts';
import { difference, emptyFieldSet, type FieldSet, isEmptyFieldSet, union } from './field-set.ts';
import { entriesOf, newOwner, type Owner, ownersOf, sameEntries, withFields } from './owners.ts';
import { without } from './ownership.ts';
import { type MergeSchema } from './schema.ts';
import { compareValues } from './values.ts';

export interface UpdateOptions {
  /** What was stored; undefined when the write creates the object. */
  readonly before: KubeObject | undefined;
  /**
   * What is to be stored. Its managedFields go before those of `before`, when it has any; a single empty
   * entry (`[{}]`) clears them.
   */
  readonly after: KubeObject;
  /** Who writes. */
  readonly manager: string;
  readonly schema: MergeSchema;
  /** World time, ms since the Unix epoch. */
  readonly nowMs: number;
  /** Through which subresource, as `scale`; absent for the object itself. */
  readonly subresource?: string;
}

/**
 * `after` with its managedFields: what was added or changed belongs to (manager, Update) and to nobody else,
 * what was removed to nobody. Status is not tracked. Returns `after` itself when that needs no change; a
 * plain write never conflicts.
 */
export function trackUpdate(options: UpdateOptions): KubeObject {
  const { before, after, manager, subresource, nowMs } = options;
  const delta = compareValues(contentOf(before), contentOf(after), options.schema);
  const changed = difference(delta.changed, metadataField);
  const stored = baseline(before, after);
  if (
    isEmptyFieldSet(changed) &&
    isEmptyFieldSet(delta.removed) &&
    stored === before?.metadata.managedFields
  ) {
    // As after each write of a status: nothing to decode.
    return stored === after.metadata.managedFields ? after : withManagedFields(after, stored);
  }
  const lost = union(changed, delta.removed);
  const isMine = (owner: Owner): boolean =>
    owner.entry.manager === manager &&
    owner.entry.operation === 'Update' &&
    owner.entry.subresource === subresource;

  const owners = ownersOf(stored);
  const mine = owners.filter(isMine);
  const kept = mine.reduce((all, owner) => union(all, without(owner.fields, lost)), emptyFieldSet);
  const fields = union(kept, changed);
  const others = owners
    .filter((owner) => !isMine(owner))
    .map((owner) => withFields(owner, without(owner.fields, lost)));
  const own = ownOwner(mine, fields, changed, () =>
    newOwner({ manager, operation: 'Update', apiVersion: after.apiVersion, subresource }, fields, nowMs),
  );
  const entries = entriesOf([...others, own]);
  const asIs = sameEntries(after.metadata.managedFields, entries);
  return asIs ? after : withManagedFields(after, entries);
}

/** The entry as it was when this write neither changed a field of it nor its extent. */
function ownOwner(mine: readonly Owner[], fields: FieldSet, changed: FieldSet, renew: () => Owner): Owner {
  const [only] = mine;
  const same = only !== undefined && mine.length === 1 && deepEqual(only.fields, fields);
  return same && isEmptyFieldSet(changed) ? only : renew();
}

function baseline(before: KubeObject | undefined, after: KubeObject): readonly ManagedFieldsEntry[] {
  const given = after.metadata.managedFields;
  return given !== undefined && given.length > 0 ? given : (before?.metadata.managedFields ?? []);
}
