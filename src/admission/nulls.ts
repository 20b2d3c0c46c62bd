/**
 * Takes away fields whose value is null: they count as absent, as in Kubernetes. Where the schema preserves
 * unknown fields (a merge patch, a tenant's configuration) null has a meaning of its own and stays.
 */
import { isRecord } from '../base/deep.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from '../model/schemas.ts';

/** The object without its null fields; the very same reference when it has none. List items stay. */
export function withoutNulls(kind: Kind, object: unknown): unknown {
  return strip(schemaOf(kind), schemaOf(kind), object);
}

function strip(root: JsonSchema, unresolved: JsonSchema | undefined, value: unknown): unknown {
  const schema = unresolved && resolveSchema(root, unresolved);
  if (!schema || schema['x-kubernetes-preserve-unknown-fields'] === true) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => strip(root, schema.items, item));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isRecord(value)) return value;
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const [name, part] of Object.entries(value)) {
    const stripped = part === null ? null : strip(root, partSchema(schema, name), part);
    if (stripped !== part || part === null) changed = true;
    if (stripped !== null) kept.push([name, stripped]);
  }
  return changed ? Object.fromEntries(kept) : value;
}

function partSchema(schema: JsonSchema, name: string): JsonSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
