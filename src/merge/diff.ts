/** What differs between two states of an object, for people: `vctl diff` and dry runs. */
import { deepEqual } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type KubeObject } from '../model/object.ts';
import { type Child, childrenOf } from './children.ts';
import { formatFieldPath } from './field-path.ts';
import { deducedSchema, type MergeSchema } from './schema.ts';

export interface FieldChange {
  /** Readable: `.spec.tiers[name="web"].replicas`. */
  readonly path: string;
  readonly type: 'added' | 'removed' | 'changed';
  /** Absent when added. */
  readonly before?: unknown;
  /** Absent when removed. */
  readonly after?: unknown;
}

export interface DiffOptions {
  /** Tells lists that are compared by key or as sets; without it lists are compared as a whole. */
  readonly schema?: MergeSchema;
  /** Paths whose values (and those below) must not be shown; asked from the outside in. */
  readonly redact?: (path: string) => boolean;
}

/** Stands for a value that must not be shown. */
export const redacted = '***';

const systemMetadata = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'uid',
]);

/**
 * The fields that differ, leaf by leaf, sorted by path. Either object may be absent. What the system writes
 * is ignored: status, managedFields, resourceVersion, generation, uid, creationTimestamp; so is the order of
 * items that have a key.
 */
export function diffObjects(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  options: DiffOptions = {},
): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const differ = new Differ(options.redact ?? (() => false), changes);
  differ.compare(declaredPart(before), declaredPart(after), options.schema ?? deducedSchema, []);
  return changes.sort((a, b) => compareText(a.path, b.path));
}

function declaredPart(object: KubeObject | undefined): unknown {
  if (object === undefined) return {};
  const { status: _, metadata, ...rest } = object;
  const kept = Object.entries(metadata).filter(([key]) => !systemMetadata.has(key));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

class Differ {
  readonly #redact: (path: string) => boolean;
  readonly #changes: FieldChange[];

  constructor(redact: (path: string) => boolean, changes: FieldChange[]) {
    this.#redact = redact;
    this.#changes = changes;
  }

  compare(before: unknown, after: unknown, schema: MergeSchema, elements: readonly string[]): void {
    if (before === after) return;
    const path = formatFieldPath(elements);
    if (elements.length > 0 && this.#redact(path)) {
      if (!deepEqual(before, after)) this.#report(path, mask(before), mask(after));
      return;
    }
    const old = before === undefined ? [] : childrenOf(before, schema);
    const now = after === undefined ? [] : childrenOf(after, schema);
    const given = before !== undefined && after !== undefined;
    if (given && shapeOf(before, old) !== shapeOf(after, now)) {
      // Shown in parts, so that what is below can be redacted.
      this.compare(before, undefined, schema, elements);
      this.compare(undefined, after, schema, elements);
    } else if (old !== undefined && now !== undefined && old.length + now.length > 0) {
      this.#compareChildren(old, now, elements);
    } else if (!deepEqual(before, after)) {
      this.#report(path, before, after);
    }
  }

  #compareChildren(before: readonly Child[], after: readonly Child[], elements: readonly string[]): void {
    const old = new Map(before.map((child) => [child.element, child]));
    for (const { element, value, schema } of after) {
      this.compare(old.get(element)?.value, value, schema, [...elements, element]);
      old.delete(element);
    }
    for (const { element, value, schema } of old.values()) {
      this.compare(value, undefined, schema, [...elements, element]);
    }
  }

  #report(path: string, before: unknown, after: unknown): void {
    if (before === undefined) this.#changes.push({ path, type: 'added', after });
    else if (after === undefined) this.#changes.push({ path, type: 'removed', before });
    else this.#changes.push({ path, type: 'changed', before, after });
  }
}

function shapeOf(value: unknown, children: readonly Child[] | undefined): 'leaf' | 'list' | 'map' {
  if (children === undefined) return 'leaf';
  return Array.isArray(value) ? 'list' : 'map';
}

function mask(value: unknown): unknown {
  return value === undefined ? undefined : redacted;
}
