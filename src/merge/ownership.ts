/**
 * Set operations for questions of ownership, where a path stands for everything below it too: who is in the
 * way of a change, what is lost with a removed part, what is left without an owner.
 */
import { belowOf, emptyFieldSet, type FieldSet, isEmptyFieldSet, nodeWith } from './field-set.ts';

const member = '.';

/** `set` without the paths of `gone` and all that lies below its leaves. */
export function without(set: FieldSet, gone: FieldSet): FieldSet {
  if (isEmptyFieldSet(set) || isEmptyFieldSet(gone)) return set;
  return withoutNode(set, gone) ?? emptyFieldSet;
}

function withoutNode(set: FieldSet, gone: FieldSet): FieldSet | undefined {
  if (isEmptyFieldSet(gone)) return undefined;
  if (isEmptyFieldSet(set)) return member in gone ? undefined : set;
  const below = belowOf(set);
  let shrunk = member in set && member in gone;
  for (const [key, mine] of Object.entries(below)) {
    const theirs = gone[key];
    const rest = theirs === undefined ? mine : withoutNode(mine, theirs);
    if (rest === mine) continue;
    shrunk = true;
    if (rest === undefined) delete below[key];
    else below[key] = rest;
  }
  return shrunk ? nodeWith(below, member in set && !(member in gone)) : set;
}

/** The paths of `changed` at or, for its leaves, below which `owned` has a path. */
export function overlap(owned: FieldSet, changed: FieldSet): FieldSet {
  if (isEmptyFieldSet(owned) || isEmptyFieldSet(changed)) return emptyFieldSet;
  return overlapNode(owned, changed) ?? emptyFieldSet;
}

function overlapNode(owned: FieldSet, changed: FieldSet): FieldSet | undefined {
  if (isEmptyFieldSet(changed)) return emptyFieldSet;
  if (isEmptyFieldSet(owned)) return member in changed ? emptyFieldSet : undefined;
  const below: Record<string, FieldSet> = {};
  for (const [key, theirs] of Object.entries(changed)) {
    const mine = key === member ? undefined : owned[key];
    const both = mine && overlapNode(mine, theirs);
    if (both) below[key] = both;
  }
  return nodeWith(below, member in owned && member in changed);
}

/**
 * The topmost parts of `last` at and below which `owned` has no path: what nobody wants any more. A part
 * of which `owned` has anything stays and is looked into.
 */
export function abandoned(last: FieldSet, owned: FieldSet): FieldSet {
  return abandonedNode(last, owned) ?? emptyFieldSet;
}

function abandonedNode(last: FieldSet, owned: FieldSet): FieldSet | undefined {
  const below: Record<string, FieldSet> = {};
  for (const [key, mine] of Object.entries(last)) {
    if (key === member) continue;
    const others = owned[key];
    const gone = others === undefined ? emptyFieldSet : abandonedNode(mine, others);
    if (gone !== undefined) below[key] = gone;
  }
  return nodeWith(below, false);
}

/** `set` and every container around its paths. */
export function withContainers(set: FieldSet): FieldSet {
  const below: Record<string, FieldSet> = {};
  for (const [key, node] of Object.entries(set)) {
    if (key === member) continue;
    const inner = withContainers(node);
    below[key] = isEmptyFieldSet(inner) ? inner : { [member]: emptyFieldSet, ...inner };
  }
  return below;
}
