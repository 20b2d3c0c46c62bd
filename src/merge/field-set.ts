/**
 * Sets of field paths, in the very form in which Kubernetes stores them (fieldsV1): a tree whose keys are
 * path elements. Keeping the tree itself makes encoding free and lets unchanged parts be shared.
 * Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize.go
 */
import { isRecord } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type Child, childrenOf } from './children.ts';
import { type MergeSchema } from './schema.ts';

/**
 * A node of the tree. Invariants: keys are sorted; a node without keys is a member of the set; a node that
 * is a member and has further paths below it also holds the key `.`; any other node holds at least one path.
 * The root without keys is the empty set.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** A path as its encoded elements: `['f:spec', 'f:replicas']`. */
export type FieldPath = readonly string[];

/** The empty set; as a node below the root: a member without further paths. */
export const emptyFieldSet: FieldSet = Object.freeze({});

const member = '.';

/** True when the set holds no path. */
export function isEmptyFieldSet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** True for a node that is a member and has nothing below it. */
const isLeaf = isEmptyFieldSet;

function isMember(node: FieldSet): boolean {
  return member in node || isLeaf(node);
}

/**
 * The paths of all that `value` declares, as an applier owns them: leaves, items of lists and of free maps,
 * and empty objects and lists. With `containers`, declared objects and lists around them are members too, as
 * in the sets of plain writes.
 */
export function fieldsOf(value: unknown, schema: MergeSchema, containers = false): FieldSet {
  return nodeOf(value, schema, false, containers);
}

/** The node of one value; `asMember` makes it a member beside what is below it. */
export function nodeOf(
  value: unknown,
  schema: MergeSchema,
  asMember: boolean,
  containers: boolean,
): FieldSet {
  const children = childrenOf(value, schema);
  if (children === undefined || children.length === 0) return emptyFieldSet;
  const node: Record<string, FieldSet> = asMember ? { [member]: emptyFieldSet } : {};
  for (const child of sorted(children)) {
    node[child.element] = nodeOf(child.value, child.schema, containers || !child.named, containers);
  }
  return node;
}

function sorted(children: readonly Child[]): readonly Child[] {
  return [...children].sort((a, b) => compareText(a.element, b.element));
}

/** The set of exactly these paths. The empty path is no field and is skipped. */
export function fieldSetOf(paths: Iterable<FieldPath>): FieldSet {
  let set = emptyFieldSet;
  for (const path of paths) {
    if (path.length > 0)
      set = union(
        set,
        path.reduceRight((below, step) => ({ [step]: below }), emptyFieldSet),
      );
  }
  return set;
}

/** All paths of either set. The result is `a` itself when `b` adds nothing. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptyFieldSet(a)) return b;
  return isEmptyFieldSet(b) ? a : unionNode(a, b);
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const below = belowOf(a);
  let grown = isMember(b) && !isMember(a);
  for (const [key, theirs] of Object.entries(b)) {
    if (key === member) continue;
    const mine = a[key];
    const both = mine === undefined ? theirs : unionNode(mine, theirs);
    if (both === mine) continue;
    below[key] = both;
    grown = true;
  }
  return grown ? (nodeWith(below, isMember(a) || isMember(b)) ?? emptyFieldSet) : a;
}

/** The paths of `a` that are not in `b`, compared exactly. The result is `a` itself when none is. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptyFieldSet(a) || isEmptyFieldSet(b)) return a;
  return differenceNode(a, b) ?? emptyFieldSet;
}

function differenceNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const below = belowOf(a);
  let shrunk = isMember(a) && isMember(b);
  for (const [key, mine] of Object.entries(below)) {
    const theirs = b[key];
    const rest = theirs === undefined ? mine : differenceNode(mine, theirs);
    if (rest === mine) continue;
    shrunk = true;
    if (rest === undefined) delete below[key];
    else below[key] = rest;
  }
  return shrunk ? nodeWith(below, isMember(a) && !isMember(b)) : a;
}

/** True when exactly this path is in the set. */
export function has(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set;
  for (const step of path) node = node?.[step];
  return path.length > 0 && node !== undefined && isMember(node);
}

/** What is below a node, in a new object. */
export function belowOf(node: FieldSet): Record<string, FieldSet> {
  const { [member]: _, ...below } = node;
  return below;
}

/** A node of these parts, sorted; undefined when it would hold no path at all. */
export function nodeWith(below: Readonly<Record<string, FieldSet>>, asMember: boolean): FieldSet | undefined {
  if (isLeaf(below)) return asMember ? emptyFieldSet : undefined;
  const node: Record<string, FieldSet> = asMember ? { [member]: emptyFieldSet } : {};
  for (const key of Object.keys(below).sort(compareText)) node[key] = below[key] ?? emptyFieldSet;
  return node;
}

/** All paths of the set; a container comes before what is below it, siblings in the order of elements. */
export function pathsOf(set: FieldSet): FieldPath[] {
  const paths: FieldPath[] = [];
  const visit = (node: FieldSet, path: FieldPath): void => {
    if (path.length > 0 && isMember(node)) paths.push(path);
    for (const key in node) if (key !== member) visit(node[key] ?? emptyFieldSet, [...path, key]);
  };
  visit(set, []);
  return paths;
}

/** The set as `managedFields[].fieldsV1` holds it. */
export function toFieldsV1(set: FieldSet): Readonly<Record<string, unknown>> {
  return set;
}

const elementForm = /^(?:f:|k:\{|v:|i:[0-9]+$)/s;

/**
 * The set that `fieldsV1` encodes. Whatever is not well formed is left out, for clients may have written it.
 * The canonical form, which is what vctl writes, is taken over without a copy.
 */
export function fromFieldsV1(fieldsV1: unknown): FieldSet {
  return decodeNode(fieldsV1, true) ?? emptyFieldSet;
}

function decodeNode(node: unknown, isRoot: boolean): FieldSet | undefined {
  if (!isRecord(node)) return undefined;
  const below: Record<string, FieldSet> = {};
  let canonical = true;
  let previous = '';
  let wasLeaf = true;
  for (const key in node) {
    wasLeaf = false;
    if (key === member && !isRoot) continue;
    const part = elementForm.test(key) ? decodeNode(node[key], false) : undefined;
    if (part !== undefined) below[key] = part;
    canonical &&= part === node[key] && previous < key;
    previous = key;
  }
  const asMember = !isRoot && (wasLeaf || member in node);
  // A member without parts is written without `.`.
  if (canonical && !(asMember && !wasLeaf && isLeaf(below))) return node as FieldSet;
  return nodeWith(below, asMember);
}
