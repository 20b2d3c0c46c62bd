import { isRecord } from '../base/deep.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from '../model/schemas.ts';

/** The schema of the value at these steps below an object of the kind; undefined where nothing is declared. */
export function schemaAt(kind: Kind, steps: readonly string[]): JsonSchema | undefined {
  const root = schemaOf(kind);
  let schema: JsonSchema | undefined = root;
  for (const step of steps) {
    schema = schema && childSchema(root, schema, step);
    if (!schema) return undefined;
  }
  return resolveSchema(root, schema);
}

function childSchema(root: JsonSchema, unresolved: JsonSchema, step: string): JsonSchema | undefined {
  const schema = resolveSchema(root, unresolved);
  if (schema.properties && Object.hasOwn(schema.properties, step)) return schema.properties[step];
  if (schema.items) return schema.items;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** The value at these steps; undefined when there is none. */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  let result = value;
  for (const step of steps) {
    if (Array.isArray(result)) result = (result as unknown[])[Number(step)];
    else result = isRecord(result) && Object.hasOwn(result, step) ? result[step] : undefined;
  }
  return result;
}

/** An example of the value at these steps, from the kind's example objects or the schema itself. */
export function exampleAt(kind: Kind, steps: readonly string[]): unknown {
  for (const example of schemaOf(kind).examples ?? []) {
    const value = valueAt(
      example,
      steps.map((step) => (/^[0-9]+$/.test(step) ? '0' : step)),
    );
    if (value !== undefined) return value;
  }
  const schema = schemaAt(kind, steps);
  return schema && exampleOf(schemaOf(kind), schema);
}

/** A value that the schema allows, from what it says; undefined when it says too little. */
function exampleOf(root: JsonSchema, unresolved: JsonSchema): unknown {
  const schema = resolveSchema(root, unresolved);
  const said = schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (said !== undefined) return said;
  if (schema.title === 'Quantity') return '2';
  if (schema.title === 'Duration') return '30s';
  if (schema.title === 'IntOrPercent') return '25%';
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'object' && schema.properties) {
    const required = schema.required ?? [];
    const parts = required.map((name) => [name, exampleOf(root, schema.properties?.[name] ?? {})] as const);
    if (parts.length > 0 && parts.every(([, value]) => value !== undefined)) return Object.fromEntries(parts);
  }
  return undefined;
}
