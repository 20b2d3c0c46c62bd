/** Splits a value into the parts that can be owned apart, and names each part by its path element. */
import { isRecord } from '../base/deep.ts';
import { deducedSchema, type ListKey, type MergeSchema } from './schema.ts';

/** One part of a granular value. */
export interface Child {
  /** `f:name`, `k:{"name":"x"}` or `v:"x"`; unique among its siblings. */
  readonly element: string;
  readonly value: unknown;
  readonly schema: MergeSchema;
  /** True for the declared field of an object, whose existence alone nobody needs to own. */
  readonly named: boolean;
}

/** The parts of `value` in its own order; undefined when it is a leaf. Keys with undefined are absent. */
export function childrenOf(value: unknown, schema: MergeSchema): readonly Child[] | undefined {
  if (isRecord(value)) {
    if (schema.type !== 'map' && schema.type !== 'deduced') return undefined;
    const children: Child[] = [];
    for (const key of Object.keys(value)) {
      const part = value[key];
      if (part === undefined) continue;
      const named = schema.type === 'map' ? schema.fields.get(key) : undefined;
      children.push({
        element: `f:${key}`,
        value: part,
        schema: named ?? fieldSchema(schema, key),
        named: named !== undefined,
      });
    }
    return children;
  }
  if (!Array.isArray(value)) return undefined;
  const elements = listElements(value, schema);
  const item = schema.type === 'keyed' ? schema.item : deducedSchema;
  return elements?.map((element, i) => ({ element, value: value[i] as unknown, schema: item, named: false }));
}

/** The schema of one field of a granular object. */
export function fieldSchema(schema: MergeSchema, key: string): MergeSchema {
  return schema.type === 'map' ? (schema.fields.get(key) ?? schema.rest) : deducedSchema;
}

/**
 * The elements of a list's items, in order; undefined when the list is a leaf: declared so, or an item has
 * no usable key, or two items share one.
 */
export function listElements(list: readonly unknown[], schema: MergeSchema): readonly string[] | undefined {
  if (schema.type !== 'set' && schema.type !== 'keyed') return undefined;
  const elements: string[] = [];
  for (const item of list) {
    const element = schema.type === 'set' ? setElement(item) : keyElement(item, schema.keys);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements.length < 2 || new Set(elements).size === elements.length ? elements : undefined;
}

function setElement(item: unknown): string | undefined {
  return isScalar(item) ? `v:${JSON.stringify(item)}` : undefined;
}

/** `keys` are sorted by name, as the encoding wants them. */
function keyElement(item: unknown, keys: readonly ListKey[]): string | undefined {
  if (!isRecord(item)) return undefined;
  const parts: string[] = [];
  for (const key of keys) {
    const value = item[key.name] ?? key.default;
    if (!isScalar(value)) return undefined;
    parts.push(`${JSON.stringify(key.name)}:${JSON.stringify(value)}`);
  }
  return `k:{${parts.join(',')}}`;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
