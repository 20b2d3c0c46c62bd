/**
 * Where an object may be split into fields with owners of their own. A compact view of a kind's JSON Schema
 * and of Kubernetes' extensions to it.
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { isRecord } from '../base/deep.ts';

/** A field that identifies an item of a list, and the value that stands for its absence. */
export interface ListKey {
  readonly name: string;
  readonly default?: unknown;
}

/**
 * How the value at a place is merged. A value that has not the shape that its schema speaks of is a leaf.
 *
 * - `leaf`: a scalar, or an object or list that is replaced as a whole (atomic);
 * - `map`: each key apart; `fields` are the declared ones, `rest` is the schema of any other key;
 * - `set`: a list of distinct scalars, each apart;
 * - `keyed`: a list of objects told apart by the values of `keys`;
 * - `deduced`: nothing is declared: objects are granular, all else is a leaf.
 */
export type MergeSchema =
  | { readonly type: 'leaf' }
  | { readonly type: 'deduced' }
  | { readonly type: 'map'; readonly fields: ReadonlyMap<string, MergeSchema>; readonly rest: MergeSchema }
  | { readonly type: 'set' }
  | { readonly type: 'keyed'; readonly keys: readonly ListKey[]; readonly item: MergeSchema };

const leaf: MergeSchema = { type: 'leaf' };

/** The schema of a place of which nothing is known. */
export const deducedSchema: MergeSchema = { type: 'deduced' };

const textMap: MergeSchema = { type: 'map', fields: new Map(), rest: leaf };

/** The part of metadata that can be owned; the same for every kind. */
const metadataSchema: MergeSchema = {
  type: 'map',
  fields: new Map<string, MergeSchema>([
    ['annotations', textMap],
    ['finalizers', { type: 'set' }],
    ['labels', textMap],
    ['ownerReferences', { type: 'keyed', keys: [{ name: 'uid' }], item: leaf }],
  ]),
  rest: leaf,
};

/**
 * The merge schema of a kind, from the JSON Schema of its objects. `$ref` may point into the same document
 * (`#/$defs/x`), also recursively; branches of allOf, anyOf and oneOf are taken together. What metadata says
 * is built in, whatever the JSON Schema says of it.
 */
export function mergeSchemaOf(jsonSchema: unknown): MergeSchema {
  const root = new Extraction(jsonSchema).schemaOf(jsonSchema);
  const fields = new Map(root.type === 'map' ? root.fields : []);
  fields.set('metadata', metadataSchema);
  return { type: 'map', fields, rest: root.type === 'map' ? root.rest : deducedSchema };
}

type JsonNode = Readonly<Record<string, unknown>>;

class Extraction {
  /** By JSON node: shared parts are extracted once, and recursive ones end. */
  readonly #done = new Map<unknown, MergeSchema>();
  readonly #document: unknown;

  constructor(document: unknown) {
    this.#document = document;
  }

  schemaOf(node: unknown): MergeSchema {
    if (!isRecord(node)) return deducedSchema;
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    // Registered before its parts are looked at, then filled in: a recursive part finds this very object.
    const schema: MergeSchema = { type: 'deduced' };
    this.#done.set(node, schema);
    return Object.assign(schema, this.#extract(this.#branches(node)));
  }

  #extract(branches: readonly JsonNode[]): MergeSchema {
    const find = (keyword: string): unknown => branches.find((b) => b[keyword] !== undefined)?.[keyword];
    const types = new Set([find('type')].flat());
    if (
      find('properties') !== undefined ||
      find('additionalProperties') !== undefined ||
      types.has('object')
    ) {
      return find('x-kubernetes-map-type') === 'atomic' ? leaf : this.#map(branches);
    }
    if (find('items') !== undefined || types.has('array')) {
      const keys = find('x-kubernetes-list-map-keys');
      return this.#list(find('x-kubernetes-list-type'), keys, find('items'));
    }
    const unknown = types.has(undefined) || find('x-kubernetes-preserve-unknown-fields') === true;
    return unknown ? deducedSchema : leaf;
  }

  #map(branches: readonly JsonNode[]): MergeSchema {
    const fields = new Map<string, MergeSchema>();
    for (const { properties } of branches) {
      if (!isRecord(properties)) continue;
      for (const name of Object.keys(properties)) {
        if (!fields.has(name)) fields.set(name, this.schemaOf(properties[name]));
      }
    }
    const additional = branches.map((b) => b['additionalProperties']).find(isRecord);
    return { type: 'map', fields, rest: this.schemaOf(additional) };
  }

  #list(type: unknown, keys: unknown, items: unknown): MergeSchema {
    if (type === 'set') return { type: 'set' };
    if (type !== 'map' || !Array.isArray(keys) || keys.length === 0) return leaf;
    const branches = isRecord(items) ? this.#branches(items) : [];
    const properties = Object.assign(
      {},
      ...branches.map((b) => b['properties']).filter(isRecord),
    ) as JsonNode;
    const listKeys = keys.map(String).sort();
    return {
      type: 'keyed',
      keys: listKeys.map((name) => ({ name, default: this.#defaultOf(properties[name]) })),
      item: this.schemaOf(items),
    };
  }

  #defaultOf(node: unknown): unknown {
    return isRecord(node)
      ? this.#branches(node).find((b) => b['default'] !== undefined)?.['default']
      : undefined;
  }

  /** The node, what it refers to, and its alternatives, the nearest first. */
  #branches(node: JsonNode, seen = new Set<unknown>()): JsonNode[] {
    if (seen.has(node)) return [];
    seen.add(node);
    const found: JsonNode[] = [node];
    const further = [this.#resolve(node['$ref']), node['allOf'], node['anyOf'], node['oneOf']].flat();
    for (const part of further) if (isRecord(part)) found.push(...this.#branches(part, seen));
    return found;
  }

  /** Follows a local JSON pointer; undefined for any other reference. */
  #resolve(reference: unknown): unknown {
    if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
    let node: unknown = this.#document;
    for (const step of reference.slice(1).split('/').slice(1)) {
      if (!isRecord(node)) return undefined;
      node = node[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    return node;
  }
}
