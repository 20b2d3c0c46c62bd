/**
 * One spelling for each amount: quantities and durations of an object become canonical on the way in, so that
 * whatever is compared later (fields, owners, hashes of templates, drift) is compared by value. As Kubernetes
 * does it with a Quantity, for which `1000m` and `1` are one value.
 */
import { isRecord } from '../base/deep.ts';
import { canonicalDuration } from '../base/duration.ts';
import { canonicalQuantity, parseQuantity } from '../base/quantity.ts';
import { type Kind } from './kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf } from './schemas.ts';

/** Gives the canonical value; undefined when there is none, as of an amount that is too large. */
type Spelling = (value: unknown) => unknown;

/** The part of a schema that has amounts at it or below; everything else is never walked. */
interface AmountNode {
  readonly spelling?: Spelling;
  readonly properties?: ReadonlyMap<string, AmountNode>;
  readonly items?: AmountNode;
  /** Of the values of a map. */
  readonly values?: AmountNode;
}

const nodes = new Map<Kind, AmountNode | undefined>();

/**
 * The object with every amount in its canonical form; the very same reference when all were. `refuse` hears of
 * amounts that have none, by the steps that lead to them; they stay as they are. The object is well-formed, or
 * what is malformed in it stays, too.
 */
export function canonical(
  kind: Kind,
  object: unknown,
  refuse: (steps: readonly string[]) => void = () => undefined,
): unknown {
  if (!nodes.has(kind)) nodes.set(kind, amountNode(schemaOf(kind), schemaOf(kind)));
  const node = nodes.get(kind);
  return node ? rewrite(node, object, [], refuse) : object;
}

function amountNode(root: JsonSchema, unresolved: JsonSchema): AmountNode | undefined {
  const schema = resolveSchema(root, unresolved);
  const spelling = spellingOf(schema);
  if (spelling) return { spelling };
  const properties = new Map<string, AmountNode>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // Status is the controllers' own, and they write canonical amounts.
    const node = schema === root && name === 'status' ? undefined : amountNode(root, property);
    if (node) properties.set(name, node);
  }
  const items = schema.items && amountNode(root, schema.items);
  const map = schema.additionalProperties;
  const values = typeof map === 'object' ? amountNode(root, map) : undefined;
  if (properties.size === 0 && !items && !values) return undefined;
  return { properties, ...(items ? { items } : {}), ...(values ? { values } : {}) };
}

function spellingOf(schema: JsonSchema): Spelling | undefined {
  const unit = schema['x-vctl-unit'];
  if (unit === 'figure') return figure;
  if (unit === 'share') return share;
  if (schema.title === 'Quantity') {
    return (value) => (isScalar(value) ? canonicalQuantity(value, unit ?? 'any') : value);
  }
  if (schema.title === 'Duration') {
    return (value) => (typeof value === 'string' ? canonicalDuration(value) : value);
  }
  return undefined;
}

/** A part of one, as `0.1`: always text, as it is by default. */
function share(value: unknown): unknown {
  return isScalar(value) ? String(Number(value)) : value;
}

/**
 * A number or a text with a unit that depends on what is measured. A number is a number, in quotes or not; a
 * duration is canonical. `100m` may be minutes or thousandths, so what could be either is left alone.
 */
function figure(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^[0-9]+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
  const duration = parseQuantity(value) === undefined ? canonicalDuration(value) : undefined;
  return duration !== undefined && parseQuantity(duration) === undefined ? duration : value;
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function rewrite(
  node: AmountNode,
  value: unknown,
  steps: readonly string[],
  refuse: (steps: readonly string[]) => void,
): unknown {
  if (value === undefined || value === null) return value;
  if (node.spelling) {
    const spelt = node.spelling(value);
    if (spelt === undefined) refuse(steps);
    return spelt ?? value;
  }
  if (Array.isArray(value)) {
    const { items } = node;
    if (!items) return value;
    const written = value.map((item, index) => rewrite(items, item, [...steps, String(index)], refuse));
    return written.every((item, index) => item === value[index]) ? value : written;
  }
  if (!isRecord(value)) return value;
  const changes: [string, unknown][] = [];
  for (const [name, part] of Object.entries(value)) {
    const child = node.properties?.get(name) ?? node.values;
    const written = child ? rewrite(child, part, [...steps, name], refuse) : part;
    if (written !== part) changes.push([name, written]);
  }
  return changes.length === 0 ? value : { ...value, ...Object.fromEntries(changes) };
}
