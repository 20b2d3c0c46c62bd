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
    const known = partSchema(schema, name);
    // A name that no field has stays, to be told as unknown: it is more likely misspelt than meant to be absent.
    if (part === null && known === undefined && isClosed(schema)) kept.push([name, part]);
    else {
      const stripped = part === null ? null : strip(root, known, part);
      if (stripped !== part || part === null) changed = true;
      if (stripped !== null) kept.push([name, stripped]);
    }
  }
  return changed ? Object.fromEntries(kept) : value;
}

function isClosed({ properties, additionalProperties }: JsonSchema): boolean {
  return properties !== undefined && additionalProperties === false;
}

/** Pointers of the null fields of a merge patch that no object of the kind can have: there is nothing to take away. */
export function unknownNulls(kind: Kind, patch: unknown): string[] {
  return nullsIn(schemaOf(kind), schemaOf(kind), patch, '');
}

function nullsIn(root: JsonSchema, unresolved: JsonSchema | undefined, value: unknown, at: string): string[] {
  const schema = unresolved && resolveSchema(root, unresolved);
  if (!schema || schema['x-kubernetes-preserve-unknown-fields'] === true || !isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    const known = partSchema(schema, name);
    if (part !== null) return nullsIn(root, known, part, `${at}/${name}`);
    return known === undefined && isClosed(schema) ? [`${at}/${name}`] : [];
  });
}

function partSchema(schema: JsonSchema, name: string): JsonSchema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
