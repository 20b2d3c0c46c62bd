/** The schemas inside a JSON Schema that a user wrote, by the keywords of 2020-12 that hold schemas. Pure. */
import { isRecord } from '../../base/deep.ts';
import { pointerTo } from '../problem.ts';

/** Keywords whose value is a schema. */
const single = [
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
] as const;
/** Keywords whose value is a list of schemas. */
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;
/** Keywords whose value is a map of schemas, by names of the user's. */
const maps = ['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'] as const;

/** The other keywords of 2020-12, and those of earlier drafts that are still understood. */
const plain = [
  ...['$anchor', '$comment', '$dynamicAnchor', '$dynamicRef', '$id', '$ref', '$schema', '$vocabulary'],
  ...['const', 'contentEncoding', 'contentMediaType', 'default', 'dependencies', 'dependentRequired'],
  ...['deprecated', 'description', 'enum', 'examples', 'exclusiveMaximum', 'exclusiveMinimum', 'format'],
  ...['maxContains', 'maxItems', 'maxLength', 'maxProperties', 'maximum', 'minContains', 'minItems'],
  ...['minLength', 'minProperties', 'minimum', 'multipleOf', 'nullable', 'pattern', 'readOnly', 'required'],
  ...['title', 'type', 'uniqueItems', 'writeOnly'],
] as const;

/** Every keyword that means something. */
export const keywords: readonly string[] = [...single, ...lists, ...maps, ...plain].sort();

export interface Subschema {
  /** JSON Pointer within the whole. */
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** The schema itself and all inside, the outer ones first. What is no schema is passed over. */
export function* subschemas(schema: unknown, path = ''): Generator<Subschema> {
  if (!isRecord(schema)) return;
  yield { path, schema };
  for (const keyword of single) yield* subschemas(schema[keyword], pointerTo(path, keyword));
  for (const keyword of lists) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    for (const [index, one] of list.entries()) {
      yield* subschemas(one, pointerTo(pointerTo(path, keyword), index));
    }
  }
  for (const keyword of maps) {
    const map = schema[keyword];
    if (!isRecord(map)) continue;
    for (const [name, one] of Object.entries(map)) {
      yield* subschemas(one, pointerTo(pointerTo(path, keyword), name));
    }
  }
}
