/**
 * Fills in what a manifest left out, as a structural schema's `default` says: top down, so that a default
 * object gets its own fields' defaults too. Source: Kubernetes' CRD defaulting.
 */
import { isRecord } from '../base/deep.ts';
import { type Kind, type KindMap } from './kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from './schemas.ts';

/** The part of a schema that matters for defaults; undefined where there is none below. */
interface DefaultNode {
  readonly value?: unknown;
  readonly properties?: ReadonlyMap<string, DefaultNode>;
  readonly items?: DefaultNode;
}

const nodes = new Map<Kind, DefaultNode | undefined>();

/** What a manifest may say of a value: each field may be left out. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly Draft<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> }
    : T;

/**
 * The object with every defaulted field present, as the types of the kinds promise. The very same
 * reference comes back when nothing was missing.
 */
export function withDefaults<K extends Kind>(kind: K, object: unknown): KindMap[K] {
  if (!nodes.has(kind)) nodes.set(kind, defaultNode(schemaOf(kind), schemaOf(kind)));
  return fill(nodes.get(kind), object) as KindMap[K];
}

function defaultNode(root: JsonSchema, unresolved: JsonSchema): DefaultNode | undefined {
  const schema = resolveSchema(root, unresolved);
  const properties = new Map<string, DefaultNode>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node =
      name === 'status' && root.properties === schema.properties ? undefined : defaultNode(root, property);
    if (node) properties.set(name, node);
  }
  const items = schema.items ? defaultNode(root, schema.items) : undefined;
  if (schema.default === undefined && properties.size === 0 && !items) return undefined;
  return {
    value: schema.default,
    ...(properties.size > 0 ? { properties } : {}),
    ...(items ? { items } : {}),
  };
}

function fill(node: DefaultNode | undefined, given: unknown): unknown {
  const value = given === undefined ? node?.value : given;
  if (!node || value === undefined) return value;
  if (Array.isArray(value)) {
    if (!node.items) return value;
    const filled = value.map((item) => fill(node.items, item));
    return filled.every((item, index) => item === value[index]) ? value : filled;
  }
  if (!isRecord(value) || !node.properties) return value;
  let result = value;
  for (const [name, child] of node.properties) {
    const filled = fill(child, value[name]);
    if (filled === value[name]) continue;
    if (result === value) result = { ...value };
    result[name] = filled;
  }
  return result;
}
