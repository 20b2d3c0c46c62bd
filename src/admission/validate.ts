/**
 * The way in: an unknown value becomes an object of a known kind, or a list of everything that is wrong with
 * it. Pure; places are JSON Pointers.
 */
import { isRecord } from '../base/deep.ts';
import { ApiError } from '../base/errors.ts';
import { canonical } from '../model/canonical.ts';
import { withDefaults } from '../model/defaults.ts';
import { type Kind, kinds } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { brokenRules } from './constraints.ts';
import { identify } from './identity.ts';
import { withoutNulls } from './nulls.ts';
import { error, nameOf, pointerTo, type Problem } from './problem.ts';
import { hasNull, structuralProblems } from './structure.ts';
import { repeatedItems } from './unique-items.ts';

export type { Problem } from './problem.ts';

export type Validation =
  | {
      readonly ok: true;
      readonly kind: Kind;
      /**
       * As the user wrote it, without defaults and null fields, amounts in their canonical form: what server-side
       * apply needs.
       */
      readonly object: KubeObject;
      /** With every default filled in: what the types of the kinds describe. */
      readonly admitted: KubeObject;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks one object by itself: kind, structure, scope, then the rules of its schema. */
export function validateObject(given: unknown): Validation {
  const identity = identify(given);
  if ('problems' in identity) return { ok: false, problems: identity.problems };
  const { kind } = identity;
  let object = given;
  let problems = structuralProblems(kind, object);
  if (problems.length > 0 && hasNull(object)) {
    object = withoutNulls(kind, object);
    problems = structuralProblems(kind, object);
  }
  const tooLarge = new Set<string>();
  object = canonical(kind, object, (steps) => tooLarge.add(steps.reduce<string>(pointerTo, '')));
  // What is malformed has no canonical form either, and has been told.
  const known = new Set(problems.map(({ path }) => path));
  const amounts = [...tooLarge].filter((path) => !known.has(path)).map(amountProblem);
  const admitted = withDefaults(kind, object);
  const subject = nameOf(kind, nameIn(object));
  const wrong = [
    ...problems,
    ...amounts,
    ...repeatedItems(kind, admitted, subject),
    ...scopeProblems(kind, object),
    ...brokenRules(kind, admitted, subject, [...problems, ...amounts]),
  ];
  if (wrong.length > 0) return { ok: false, problems: wrong };
  // The generated validator has just shown that it has this shape.
  return { ok: true, kind, object: object as KubeObject, admitted };
}

/**
 * The object with its defaults, for callers that hold one object and have nobody to show a list to.
 *
 * @throws ApiError Invalid that names every problem.
 */
export function admit(given: unknown): KubeObject {
  const result = validateObject(given);
  if (result.ok) return result.admitted;
  throw new ApiError('Invalid', result.problems.map(({ message }) => message).join('; '));
}

/** How messages call the object: `vm "legacy"`. */
export function subjectOf(object: KubeObject): string {
  return nameOf(object.kind, object.metadata.name);
}

function amountProblem(path: string): Problem {
  return error('OUT_OF_RANGE', path, `${path} is more than can be counted: 8Ei (2^63) is the most`);
}

function scopeProblems(kind: Kind, object: unknown): Problem[] {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (kinds[kind].namespaced || !isRecord(metadata) || metadata['namespace'] === undefined) return [];
  const message = `${kind} belongs to no namespace: it is cluster-scoped`;
  return [error('CLUSTER_SCOPED', '/metadata/namespace', message, 'remove metadata.namespace')];
}

/** The name of an object that may be malformed. */
function nameIn(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}
