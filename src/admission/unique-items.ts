/** Lists whose items have to differ: sets, and maps that are written as lists (`x-kubernetes-list-type`). */
import { isRecord } from '../base/deep.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from '../model/schemas.ts';
import { error, pointerTo, type Problem } from './problem.ts';

/** The part of a schema that has such lists at it or below; everything else is never walked. */
interface ListNode {
  /** What tells items apart: fields of theirs, or, for a set, the whole item. */
  readonly keys?: readonly string[] | 'whole';
  readonly properties: ReadonlyMap<string, ListNode>;
  readonly items?: ListNode;
  /** Of the values of a map. */
  readonly values?: ListNode;
}

const nodes = new Map<Kind, ListNode | undefined>();

/**
 * Each item that is there already, at its own place. `object` has its defaults: a key that is left out counts as
 * its default. What is malformed is passed over.
 */
export function repeatedItems(kind: Kind, object: unknown, subject: string): Problem[] {
  if (!nodes.has(kind)) nodes.set(kind, listNode(schemaOf(kind), schemaOf(kind)));
  const node = nodes.get(kind);
  const found: Problem[] = [];
  if (node) walk(node, object, '', subject, found);
  return found;
}

function listNode(root: JsonSchema, unresolved: JsonSchema): ListNode | undefined {
  const schema = resolveSchema(root, unresolved);
  const properties = new Map<string, ListNode>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node = schema === root && name === 'status' ? undefined : listNode(root, property);
    if (node) properties.set(name, node);
  }
  const items = schema.items && listNode(root, schema.items);
  const map = schema.additionalProperties;
  const values = typeof map === 'object' ? listNode(root, map) : undefined;
  const keys = keysOf(schema);
  if (!keys && properties.size === 0 && !items && !values) return undefined;
  return {
    properties,
    ...(keys ? { keys } : {}),
    ...(items ? { items } : {}),
    ...(values ? { values } : {}),
  };
}

function keysOf(schema: JsonSchema): ListNode['keys'] {
  if (schema['x-kubernetes-list-type'] === 'set') return 'whole';
  return schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined;
}

function walk(node: ListNode, value: unknown, path: string, subject: string, found: Problem[]): void {
  if (Array.isArray(value)) {
    if (node.keys) found.push(...repeatedIn(value, node.keys, path, subject));
    if (!node.items) return;
    for (const [index, item] of value.entries()) {
      walk(node.items, item, pointerTo(path, index), subject, found);
    }
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, part] of Object.entries(value)) {
    const child = node.properties.get(name) ?? node.values;
    if (child) walk(child, part, pointerTo(path, name), subject, found);
  }
}

function repeatedIn(
  list: readonly unknown[],
  keys: readonly string[] | 'whole',
  path: string,
  subject: string,
): Problem[] {
  const firsts = new Map<string, number>();
  return list.flatMap((item, index): Problem[] => {
    const key = keyOf(item, keys);
    if (key === undefined) return [];
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, index);
      return [];
    }
    const place = pointerTo(path, index);
    const at = keys === 'whole' || keys.length !== 1 ? place : pointerTo(place, keys[0] ?? '');
    const what = keys === 'whole' ? 'value' : keys.join(' and ');
    const message = `${subject}: ${at} repeats the ${what} ${key} of ${pointerTo(path, first)}`;
    const help = `give it another ${what}, or remove it`;
    return [error('DUPLICATE_ITEM', at, message, help)];
  });
}

/** As JSON; undefined for what has no such key, which the structure's check tells. */
function keyOf(item: unknown, keys: readonly string[] | 'whole'): string | undefined {
  if (keys === 'whole') return typeof item === 'object' ? undefined : JSON.stringify(item);
  if (!isRecord(item)) return undefined;
  const values = keys.map((key) => item[key]);
  if (values.some((value) => value === undefined || typeof value === 'object')) return undefined;
  return values.map((value) => JSON.stringify(value)).join(', ');
}
