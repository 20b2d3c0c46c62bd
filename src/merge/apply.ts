/**
 * Server-side apply: a manager declares the fields that it cares for, and owns exactly those.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/ and
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
import { deepEqual } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type KubeObject, type ManagedFieldsEntry } from '../model/object.ts';
import { type Content, contentOf, metadataField, withContent, withManagedFields } from './content.ts';
import { formatFieldPath } from './field-path.ts';
import {
  difference,
  emptyFieldSet,
  type FieldPath,
  type FieldSet,
  fieldSetOf,
  fieldsOf,
  isEmptyFieldSet,
  pathsOf,
  union,
} from './field-set.ts';
import { entriesOf, newOwner, ownedByAny, type Owner, ownersOf, sameEntries, withFields } from './owners.ts';
import { abandoned, overlap, withContainers, without } from './ownership.ts';
import { type MergeSchema } from './schema.ts';
import { compareValues, mergeValue, removeFields } from './values.ts';

/** A field that another manager owns and that an apply would give another value. */
export interface Conflict {
  readonly manager: string;
  /** Readable: `.spec.tiers[name="web"].replicas`. */
  readonly path: string;
  readonly operation: ManagedFieldsEntry['operation'];
}

export interface ApplyOptions {
  /** What is stored; undefined when there is no such object yet. Never mutated. */
  readonly live: KubeObject | undefined;
  /** What the manager declares. Its status and its system metadata are ignored. */
  readonly applied: KubeObject;
  /** Who applies; its earlier apply is replaced by this one. */
  readonly manager: string;
  readonly schema: MergeSchema;
  /** World time, ms since the Unix epoch. */
  readonly nowMs: number;
  /** Takes the fields in conflict over instead of refusing. @defaultValue false */
  readonly force?: boolean;
  /** The version noted beside the fields. @defaultValue that of `applied` */
  readonly apiVersion?: string;
  /** Other names of the same manager: what they own is never in conflict and passes to `manager`. */
  readonly equivalentManagers?: readonly string[];
  /** Conflicts to give way to: the other's value stays, and `manager` does not own the field. Before `force`. */
  readonly leave?: (conflict: Conflict) => boolean;
}

export type ApplyResult =
  | {
      readonly type: 'merged';
      /** With its managedFields; the very same as `live` when nothing changed. */
      readonly object: KubeObject;
      readonly changed: boolean;
    }
  /** Nothing may be written. Sorted by manager, then path. */
  | { readonly type: 'conflict'; readonly conflicts: readonly Conflict[] };

/**
 * The effect of applying an object. Fields with equal values are shared with their owners; fields that this
 * manager has declared before and does not now, and that nobody else owns, are removed; applying the same
 * again changes nothing, not even times.
 */
export function applyObject(options: ApplyOptions): ApplyResult {
  const wanted = contentOf(options.applied);
  const fields = fieldsOf(wanted, options.schema);
  const attempt = merge(options, wanted, fields);
  const leave = options.leave;
  const left = leave ? attempt.clashes.filter((clash) => leave(clash.conflict)) : [];
  if (left.length === 0) return finish(options, attempt);
  const leftFields = fieldSetOf(left.map((clash) => clash.path));
  const rest = removeFields(wanted, leftFields, options.schema) as Content;
  return finish(options, merge(options, rest, without(fields, leftFields)));
}

interface Clash {
  readonly path: FieldPath;
  readonly conflict: Conflict;
}

interface Attempt {
  readonly before: Content;
  /** The same as `before` when the content does not change. */
  readonly after: Content;
  readonly fields: FieldSet;
  readonly last: Owner | undefined;
  /** Everyone else, after what passed to this manager or went away. */
  readonly others: readonly Owner[];
  readonly clashes: readonly Clash[];
}

function merge(options: ApplyOptions, wanted: Content, fields: FieldSet): Attempt {
  const { live, schema, manager } = options;
  if (live === undefined) {
    return { before: {}, after: wanted, fields, last: undefined, others: [], clashes: [] };
  }
  const owners = ownersOf(live.metadata.managedFields);
  const last = owners.find((owner) => isOwnApply(owner, manager));
  const friends = new Set([manager, ...(options.equivalentManagers ?? [])]);
  const others = owners
    .filter((owner) => owner !== last)
    .map((o) =>
      friends.has(o.entry.manager) ? withFields(o, difference(o.fields, withContainers(fields))) : o,
    );

  const before = contentOf(live);
  const merged = mergeValue(before, wanted, schema);
  const gone = last ? abandonedBy(last, fields, others) : emptyFieldSet;
  const after = removeFields(merged, gone, schema) as Content;
  if (after === before) return { before, after, fields, last, others, clashes: [] };

  const { changed } = compareValues(before, after, schema);
  return {
    ...{ before, after, fields, last },
    // With `force` these are taken over; without, a clash forbids the write. What was removed nobody owned.
    others: others.map((owner) => withFields(owner, without(owner.fields, changed))),
    clashes: others.flatMap((owner) => (friends.has(owner.entry.manager) ? [] : clashesWith(owner, changed))),
  };
}

/** What `last` owned and neither this apply nor anybody else does. */
function abandonedBy(last: Owner, fields: FieldSet, others: readonly Owner[]): FieldSet {
  const mine = union(fields, metadataField);
  // Nearly always nothing was dropped, and then nobody else needs to be asked.
  if (isEmptyFieldSet(abandoned(last.fields, mine))) return emptyFieldSet;
  return abandoned(last.fields, union(mine, ownedByAny(others)));
}

function isOwnApply({ entry }: Owner, manager: string): boolean {
  return entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined;
}

function clashesWith({ entry, fields }: Owner, changed: FieldSet): readonly Clash[] {
  const { manager, operation } = entry;
  return pathsOf(overlap(fields, changed)).map((path) => ({
    path,
    conflict: { manager, path: formatFieldPath(path), operation },
  }));
}

function finish(options: ApplyOptions, attempt: Attempt): ApplyResult {
  const { live, applied } = options;
  if (attempt.clashes.length > 0 && options.force !== true) {
    const conflicts = attempt.clashes.map((clash) => clash.conflict);
    conflicts.sort((a, b) => compareText(a.manager, b.manager) || compareText(a.path, b.path));
    return { type: 'conflict', conflicts };
  }
  const entries = entriesOf([...attempt.others, ownEntry(options, attempt)]);
  if (live === undefined) {
    const { status: _, ...declared } = applied;
    return { type: 'merged', object: withManagedFields(declared, entries), changed: true };
  }
  const sameContent = attempt.after === attempt.before;
  if (sameContent && sameEntries(live.metadata.managedFields, entries)) {
    return { type: 'merged', object: live, changed: false };
  }
  const object = sameContent ? live : withContent(live, attempt.after);
  return { type: 'merged', object: withManagedFields(object, entries), changed: true };
}

/** The entry of this apply: the one of the last apply when neither its fields nor the content changed. */
function ownEntry(options: ApplyOptions, { before, after, fields, last }: Attempt): Owner {
  const apiVersion = options.apiVersion ?? options.applied.apiVersion;
  const same = last?.entry.apiVersion === apiVersion && deepEqual(last.fields, fields);
  if (last !== undefined && same && after === before && !isEmptyFieldSet(fields)) return last;
  return newOwner({ manager: options.manager, operation: 'Apply', apiVersion }, fields, options.nowMs);
}
