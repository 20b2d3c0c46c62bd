/** Checks an object's structure against its kind's schema, and says what is wrong in one sentence a place. */
import { type ErrorObject, type ValidateFunction } from 'ajv';
import { isRecord } from '../base/deep.ts';
import { type Kind, kinds } from '../model/kinds/index.ts';
import { flowText } from './flow.ts';
import * as validators from './generated/validators.js';
import { didYouMean, error, pointerSteps, pointerTo, type Problem } from './problem.ts';
import { exampleAt, schemaAt, valueAt } from './schema-place.ts';
import { valueProblem } from './values.ts';

const byKind: Readonly<Record<Kind, ValidateFunction>> = validators;

/** Longer examples are left to `vctl explain`. */
const longestExample = 110;

/** Everything that is structurally wrong, in the order of the schema; nothing for a well-formed object. */
export function structuralProblems(kind: Kind, object: unknown): Problem[] {
  const validate = byKind[kind];
  if (validate(object)) return [];
  const problems: Problem[] = [];
  const values = new Map<string, Set<string>>();
  for (const failure of validate.errors ?? []) {
    if (failure.keyword === 'additionalProperties') problems.push(unknownField(kind, failure));
    else if (failure.keyword === 'required') problems.push(missingField(kind, failure));
    else {
      // Several keywords of one place (the branches of an anyOf, type and enum) are one problem to a person.
      const failed = values.get(failure.instancePath) ?? new Set();
      values.set(failure.instancePath, failed.add(failure.keyword));
    }
  }
  for (const [path, failed] of values) {
    const steps = pointerSteps(path);
    problems.push(valueProblem(schemaAt(kind, steps) ?? {}, valueAt(object, steps), path, failed));
  }
  return renamed(problems);
}

function unknownField(kind: Kind, failure: ErrorObject): Problem {
  const name = String((failure.params as { additionalProperty: string }).additionalProperty);
  const path = pointerTo(failure.instancePath, name);
  const schema = schemaAt(kind, pointerSteps(failure.instancePath));
  const known = Object.keys(schema?.properties ?? {});
  const meant = didYouMean(name, known);
  const help = meant === '' ? elsewhere(kind, failure.instancePath, name) : undefined;
  return error('UNKNOWN_FIELD', path, `${path} is not a field of ${kind}${meant}`, help);
}

/** Where the field belongs: one level down (`replicas` beside `spec`), else what may stand here. */
function elsewhere(kind: Kind, parent: string, name: string): string | undefined {
  const schema = schemaAt(kind, pointerSteps(parent));
  const known = Object.keys(schema?.properties ?? {});
  for (const child of known) {
    const below = schemaAt(kind, [...pointerSteps(parent), child]);
    if (child !== 'status' && below?.properties && Object.hasOwn(below.properties, name)) {
      return `move it to ${pointerTo(pointerTo(parent, child), name)}`;
    }
  }
  return known.length === 0 ? undefined : `fields here: ${known.join(', ')}`;
}

function missingField(kind: Kind, failure: ErrorObject): Problem {
  const name = String((failure.params as { missingProperty: string }).missingProperty);
  const path = pointerTo(failure.instancePath, name);
  const example = exampleAt(kind, pointerSteps(path));
  const add = example === undefined ? '' : `add: ${name}: ${flowText(example)}`;
  const field = pointerSteps(path).filter((step) => !/^[0-9]+$/.test(step));
  const explain = `see: vctl explain ${[kinds[kind].singular, ...field].join('.')}`;
  return error(
    'MISSING_FIELD',
    path,
    `${path} is required`,
    add && add.length <= longestExample ? add : explain,
  );
}

/**
 * A misspelt required field is both unknown and missing: the unknown one, which names what was meant, says it
 * all.
 */
function renamed(problems: readonly Problem[]): Problem[] {
  const meant = new Set<string>();
  for (const { code, path, message } of problems) {
    const guess = code === 'UNKNOWN_FIELD' ? /did you mean "(.*)"\?$/.exec(message)?.[1] : undefined;
    if (guess !== undefined) meant.add(pointerTo(path.slice(0, path.lastIndexOf('/')), guess));
  }
  return problems.filter(({ code, path }) => code !== 'MISSING_FIELD' || !meant.has(path));
}

/** True when some field, however deep, is null. */
export function hasNull(value: unknown): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.some(hasNull);
  return isRecord(value) && Object.values(value).some(hasNull);
}
