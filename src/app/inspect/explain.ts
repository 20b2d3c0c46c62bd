/** What the schemas say of a kind and its fields: `vctl explain`. */
import { distance } from 'fastest-levenshtein';
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Kind, kinds } from '../../model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from '../../model/schemas.ts';
import { type Explained, type ExplainedField } from '../../output/explain-text.ts';
import { kindOrFail } from '../resources.ts';

/** A schema on the way down, with the name and the place by which it was reached. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** A definition that holds itself is not followed any deeper than this. */
const maxDepth = 12;

/**
 * Explains `KIND` or `KIND.field.path`, as in `vm.spec.resources`; items of lists are passed through.
 *
 * @throws UserError (usage) for an unknown kind or field, with the nearest one.
 */
export function explainField(text: string): Explained {
  const [word = '', ...names] = text.replace(/\[[^\]]*\]/g, '').split('.');
  const kind = kindOrFail(word);
  const root = schemaOf(kind);
  let place: Place = { name: kinds[kind].kind, path: '', schema: root, required: false };
  for (const name of names.filter((one) => one !== '')) place = stepInto(kind, root, place, name);
  return { kind, version: kinds[kind].apiVersion, field: explained(root, place, 0) };
}

function stepInto(kind: Kind, root: JsonSchema, place: Place, name: string): Place {
  const children = childrenOf(root, place);
  const found =
    children.find((child) => child.name === name) ?? children.find((child) => child.name === '<key>');
  if (found) return found.name === name ? found : { ...found, name, path: joined(place.path, name) };
  const where = place.path === '' ? kind : `${kind}.${place.path}`;
  const near = nearest(root, place, name);
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new UserError(`${where} has no field "${name}"${guess}`, {
    exitCode: ExitCode.Usage,
    nextSteps: [
      children.length === 0
        ? `${where} has no fields of its own`
        : `its fields are ${children.map((child) => child.name).join(', ')}`,
    ],
  });
}

/** The field of nearly this name, one below the place before any deeper, as a path from there on. */
function nearest(root: JsonSchema, place: Place, name: string): string | undefined {
  const far = (other: string): number => distance(name.toLowerCase(), other.toLowerCase());
  let level = childrenOf(root, place);
  for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
    const [best] = level.filter((one) => far(one.name) <= 2).sort((a, b) => far(a.name) - far(b.name));
    if (best) return place.path === '' ? best.path : best.path.slice(place.path.length + 1);
    level = level.filter((one) => depth > 0 || one.name !== 'status').flatMap((one) => childrenOf(root, one));
  }
  return undefined;
}

/** The fields below, those of a list's items for a list; `<key>` stands for any key of a map. */
function childrenOf(root: JsonSchema, place: Place): Place[] {
  const schema = itemsOf(root, place.schema);
  const { properties = {}, required = [], additionalProperties } = schema;
  const named = Object.keys(properties).map((name): Place => {
    const property = resolveSchema(root, properties[name] ?? {});
    // A field with a default may always be left out.
    const isRequired = required.includes(name) && property.default === undefined;
    return { name, path: joined(place.path, name), schema: property, required: isRequired };
  });
  if (typeof additionalProperties !== 'object') return named;
  const value = resolveSchema(root, additionalProperties);
  // Values that are plain texts have nothing to explain.
  if (!value.properties) return named;
  return [...named, { name: '<key>', path: joined(place.path, '<key>'), schema: value, required: false }];
}

function itemsOf(root: JsonSchema, schema: JsonSchema): JsonSchema {
  return schema.items ? itemsOf(root, resolveSchema(root, schema.items)) : schema;
}

function explained(root: JsonSchema, place: Place, depth: number): ExplainedField {
  const { name, path, schema, required } = place;
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  return {
    ...{ name, path, required, type: typeText(root, schema), limits: limitsOf(schema) },
    description: schema.description ?? '',
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(allowed ? { allowed } : {}),
    ...(schema.examples ? { examples: schema.examples } : {}),
    fields:
      depth >= maxDepth ? [] : childrenOf(root, place).map((child) => explained(root, child, depth + 1)),
  };
}

function typeText(root: JsonSchema, schema: JsonSchema): string {
  if (schema.items) return `[]${typeText(root, resolveSchema(root, schema.items))}`;
  if (schema.properties) return 'Object';
  if (typeof schema.additionalProperties === 'object') {
    return `map[string]${typeText(root, resolveSchema(root, schema.additionalProperties))}`;
  }
  // Texts of a form of their own go by its name: Quantity, Duration.
  if (schema.title !== undefined && !schema.enum) return schema.title;
  if (schema.type === 'object') return 'Object';
  if (schema.anyOf) return schema.anyOf.map((one) => typeText(root, resolveSchema(root, one))).join(' or ');
  return [schema.type ?? 'any'].flat().join(' or ');
}

function limitsOf({ minimum, maximum, minItems, maxLength, pattern, title }: JsonSchema): string[] {
  return [
    minimum === undefined ? '' : `at least ${minimum}`,
    maximum === undefined ? '' : `at most ${maximum}`,
    minItems === undefined ? '' : `${minItems} item${minItems === 1 ? '' : 's'} at least`,
    maxLength === undefined ? '' : `${maxLength} characters at most`,
    pattern === undefined || title !== undefined ? '' : `like ${pattern}`,
  ].filter(Boolean);
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
