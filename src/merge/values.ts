/** Merging, pruning and comparing values by their schema. Values are never mutated; equal parts are shared. */
import { deepEqual, isRecord } from '../base/deep.ts';
import { type Child, childrenOf, fieldSchema, listElements } from './children.ts';
import {
  difference,
  emptyFieldSet,
  type FieldSet,
  fieldSetOf,
  isEmptyFieldSet,
  nodeOf,
  nodeWith,
} from './field-set.ts';
import { deducedSchema, type ListKey, type MergeSchema } from './schema.ts';

/**
 * `live` with all that `applied` declares. Items of lists stand in the order of `applied`; those that only
 * `live` has keep their place among its other items. The result is `live` itself when nothing differs.
 */
export function mergeValue(live: unknown, applied: unknown, schema: MergeSchema): unknown {
  if (live === applied) return live;
  if (isRecord(live) && isRecord(applied)) {
    if (schema.type === 'map' || schema.type === 'deduced') return mergeRecord(live, applied, schema);
  } else if (Array.isArray(live) && Array.isArray(applied)) {
    const merged = mergeList(live, applied, schema);
    if (merged !== undefined) return merged;
  }
  return deepEqual(live, applied) ? live : applied;
}

type Json = Readonly<Record<string, unknown>>;

function mergeRecord(live: Json, applied: Json, schema: MergeSchema): Json {
  const changes: [string, unknown][] = [];
  for (const key of Object.keys(applied)) {
    const wanted = applied[key];
    if (wanted === undefined) continue;
    const present = Object.hasOwn(live, key) ? live[key] : undefined;
    const value = present === undefined ? wanted : mergeValue(present, wanted, fieldSchema(schema, key));
    if (value !== present) changes.push([key, value]);
  }
  // Built from entries, for assigning a key called `__proto__` would lose it.
  return changes.length === 0 ? live : { ...live, ...Object.fromEntries(changes) };
}

/** Undefined when one of the lists cannot be taken apart. */
function mergeList(
  live: readonly unknown[],
  applied: readonly unknown[],
  schema: MergeSchema,
): readonly unknown[] | undefined {
  const liveElements = listElements(live, schema);
  const elements = listElements(applied, schema);
  if (liveElements === undefined || elements === undefined) return undefined;
  const itemSchema = schema.type === 'keyed' ? schema.item : deducedSchema;
  const liveIndex = new Map(liveElements.map((element, i) => [element, i]));
  const wanted = new Set(elements);
  const merged: unknown[] = [];
  const placed = new Set<string>();
  let next = 0;
  const takeLiveOnly = (): void => {
    for (; next < live.length; next++) {
      const element = liveElements[next] ?? '';
      if (placed.has(element)) continue;
      if (wanted.has(element)) return;
      merged.push(live[next]);
    }
  };
  for (const [i, element] of elements.entries()) {
    takeLiveOnly();
    const at = liveIndex.get(element);
    merged.push(at === undefined ? applied[i] : mergeValue(live[at], applied[i], itemSchema));
    placed.add(element);
  }
  takeLiveOnly();
  const same = merged.length === live.length && merged.every((item, i) => item === live[i]);
  return same ? live : merged;
}

/**
 * `value` without the parts at the leaves of `gone`. What identifies an item of a list goes with the whole
 * item only. The result is `value` itself when it has none of the parts.
 */
export function removeFields(value: unknown, gone: FieldSet, schema: MergeSchema): unknown {
  const children = isEmptyFieldSet(gone) ? undefined : childrenOf(value, schema);
  if (children === undefined) return value;
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const child of children) {
    const part = gone[child.element];
    if (part !== undefined && isEmptyFieldSet(part)) {
      changed = true;
      continue;
    }
    const inner = part && schema.type === 'keyed' ? withoutKeys(part, schema.keys) : part;
    const rest = inner === undefined ? child.value : removeFields(child.value, inner, child.schema);
    changed ||= rest !== child.value;
    kept.push([child.element.slice(2), rest]);
  }
  if (!changed) return value;
  return Array.isArray(value) ? kept.map(([, rest]) => rest) : Object.fromEntries(kept);
}

function withoutKeys(gone: FieldSet, keys: readonly ListKey[]): FieldSet {
  return difference(gone, fieldSetOf(keys.map((key) => [`f:${key.name}`])));
}

/** What differs between two values: `changed` was added or has another value, `removed` is there no more. */
export interface Delta {
  /** Leaves and items, and the containers that came with them. */
  readonly changed: FieldSet;
  /** The topmost removed parts only. */
  readonly removed: FieldSet;
}

/** Compares two granular values by their schema. The order of list items is no difference. */
export function compareValues(before: unknown, after: unknown, schema: MergeSchema): Delta {
  const { changed, removed } = compareNode(before, after, schema);
  return { changed: changed ?? emptyFieldSet, removed: removed ?? emptyFieldSet };
}

const nothing: Partial<Delta> = {};

function compareNode(before: unknown, after: unknown, schema: MergeSchema): Partial<Delta> {
  if (before === after) return nothing;
  if (before === undefined) return { changed: nodeOf(after, schema, true, true) };
  if (after === undefined) return { removed: emptyFieldSet };
  const old = childrenOf(before, schema);
  const now = childrenOf(after, schema);
  if (old !== undefined && now !== undefined && Array.isArray(before) === Array.isArray(after)) {
    return compareChildren(old, now);
  }
  return deepEqual(before, after) ? nothing : { changed: nodeOf(after, schema, true, true) };
}

function compareChildren(before: readonly Child[], after: readonly Child[]): Partial<Delta> {
  const changed: Record<string, FieldSet> = {};
  const removed: Record<string, FieldSet> = {};
  const old = new Map(before.map((child) => [child.element, child]));
  for (const child of after) {
    const delta = compareNode(old.get(child.element)?.value, child.value, child.schema);
    if (delta.changed) changed[child.element] = delta.changed;
    if (delta.removed) removed[child.element] = delta.removed;
    old.delete(child.element);
  }
  for (const element of old.keys()) removed[element] = emptyFieldSet;
  return { changed: nodeWith(changed, false), removed: nodeWith(removed, false) };
}
