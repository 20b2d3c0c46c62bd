/**
 * What a JSON Schema (2020-12, with the older words for the same) says about one value and the values in it, as far as
 * `writeOnly` goes. Whoever looks for secrets must not overlook one: a condition counts as met, a pattern that is not
 * plain as matching, and a value on which something else that is not followed here might put a mark is secret. Pure.
 */
import { isRecord } from '../base/deep.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The schemas that apply to one value. */
export interface Marks {
  readonly root: unknown;
  readonly schemas: readonly Schema[];
  /** The value itself is secret. */
  readonly secret: boolean;
}

/** Hold a schema for the same value, or a list of them. */
const inPlace = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'not'];
/** Hold schemas for the same value by names of fields. */
const byField = ['dependentSchemas', 'dependencies'];
const ofParts = ['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties'];
const ofItems = ['prefixItems', 'items', 'additionalItems', 'unevaluatedItems', 'contains'];
/** Say nothing about the value by themselves. */
const silent = ['$defs', 'definitions', 'examples', 'default', 'const', 'enum', 'title', 'description'];
const followed = new Set([...inPlace, ...byField, ...ofParts, ...ofItems, ...silent, '$ref', 'writeOnly']);

/** True when the schema marks anything with `writeOnly`. */
export function hasSecrets(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasSecrets);
  return isRecord(schema) && (schema['writeOnly'] === true || Object.values(schema).some(hasSecrets));
}

/** What `schema`, a part of `root`, says about a value. */
export function marksOf(root: unknown, ...given: readonly unknown[]): Marks {
  const schemas = new Set<Schema>();
  let secret = false;
  const take = (schema: unknown): void => {
    // `true` and `false` mark nothing. What was taken before leads round in a circle.
    if (!isRecord(schema) || schemas.has(schema)) return;
    schemas.add(schema);
    secret ||= schema['writeOnly'] === true || saysMore(schema, root);
    if (typeof schema['$ref'] === 'string') {
      const target = pointedAt(root, schema['$ref']);
      if (target === undefined) secret ||= hasSecrets(root);
      else take(target);
    }
    for (const word of inPlace) [schema[word]].flat().forEach(take);
    for (const word of byField) Object.values(isRecord(schema[word]) ? schema[word] : {}).forEach(take);
  };
  given.forEach(take);
  return { root, schemas: [...schemas], secret };
}

/** What is said about a field of the value. */
export function partMarks({ root, schemas }: Marks, key: string): Marks {
  const parts = schemas.flatMap((schema) => {
    const { properties, patternProperties, additionalProperties, unevaluatedProperties } = schema;
    const declared = isRecord(properties) && Object.hasOwn(properties, key) ? [properties[key]] : [];
    const matching = Object.entries(isRecord(patternProperties) ? patternProperties : {})
      .filter(([pattern]) => mayMatch(pattern, key))
      .map(([, part]) => part);
    const rest = declared.length > 0 ? [] : [additionalProperties];
    // Another schema for the same value may count as the one that has looked at it, or not.
    return [...declared, ...matching, ...rest, unevaluatedProperties];
  });
  return marksOf(root, ...parts);
}

/** What is said about an item of the value. */
export function itemMarks({ root, schemas }: Marks, index: number): Marks {
  const parts = schemas.flatMap(({ prefixItems, items, additionalItems, unevaluatedItems, contains }) => [
    ...(Array.isArray(prefixItems) ? [(prefixItems as unknown[])[index]] : []),
    // Before 2020-12 a list stood here.
    Array.isArray(items) ? (items as unknown[])[index] : items,
    ...[additionalItems, unevaluatedItems, contains],
  ]);
  return marksOf(root, ...parts);
}

/** True when a word that is not followed here holds a mark, or refers to a schema by other means than a pointer. */
function saysMore(schema: Schema, root: unknown): boolean {
  const refers = '$dynamicRef' in schema || '$recursiveRef' in schema;
  if (refers && hasSecrets(root)) return true;
  return Object.entries(schema).some(([word, said]) => !followed.has(word) && hasSecrets(said));
}

/** The schema that a reference within the same document names; undefined where it leads elsewhere. */
function pointedAt(root: unknown, ref: string): unknown {
  if (!ref.startsWith('#') || hasInnerId(root, true)) return undefined;
  const steps = ref.slice(1).split('/');
  // An anchor's name.
  if (steps.shift() !== '') return undefined;
  let found = root;
  for (const step of steps) {
    const key = unescaped(step);
    if (Array.isArray(found)) found = (found as unknown[])[Number(key)];
    else found = isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
}

/** References below a schema with an address of its own start there. */
function hasInnerId(schema: unknown, isRoot = false): boolean {
  if (Array.isArray(schema)) return schema.some((one) => hasInnerId(one));
  if (!isRecord(schema)) return false;
  if (!isRoot && typeof schema['$id'] === 'string') return true;
  return Object.values(schema).some((one) => hasInnerId(one));
}

function unescaped(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // Not percent-encoded after all.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Whether the pattern matches the text; one that is not plain might. Not run: it is anybody's, and might not end. */
function mayMatch(pattern: string, text: string): boolean {
  const plain = /^(\^?)([\w -]*)(\$?)$/.exec(pattern);
  if (!plain) return true;
  const [, start, literal = '', end] = plain;
  if (start && end) return text === literal;
  if (start) return text.startsWith(literal);
  return end ? text.endsWith(literal) : text.includes(literal);
}
