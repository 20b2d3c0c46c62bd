import { isRecord } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type Operand, type Operator, type Path, type Step, type TemplatePart } from './jsonpath-syntax.ts';
import { orderedValue } from './ordered.ts';

/** Where a path is evaluated: `$` is the whole input, `@` the element at hand. */
interface Scope {
  readonly root: unknown;
  readonly current: unknown;
}

/**
 * Fills in a template. Several values of one path are separated by a blank, texts stand bare, objects and
 * arrays as compact JSON; what is missing leaves nothing, as with `kubectl get`.
 */
export function renderTemplate(parts: readonly TemplatePart[], data: unknown): string {
  return renderParts(parts, { root: data, current: data });
}

/** The values that a path finds, in the order of the data; fields of an object by name. Missing is empty. */
export function evaluatePath(path: Path, data: unknown): readonly unknown[] {
  return evaluate(path, { root: data, current: data });
}

/** A value as a template shows it: text bare, anything else as JSON with its keys in order. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(orderedValue(value));
}

function renderParts(parts: readonly TemplatePart[], scope: Scope): string {
  return parts.map((part) => renderPart(part, scope)).join('');
}

function renderPart(part: TemplatePart, scope: Scope): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'path':
      return evaluate(part.path, scope).map(valueText).join(' ');
    case 'range':
      return evaluate(part.path, scope)
        .map((current) => renderParts(part.body, { root: scope.root, current }))
        .join('');
  }
}

function evaluate(path: Path, scope: Scope): readonly unknown[] {
  let values: readonly unknown[] = [path.from === 'root' ? scope.root : scope.current];
  for (const step of path.steps) values = applyStep(step, values, scope.root);
  return values;
}

function applyStep(step: Step, values: readonly unknown[], root: unknown): readonly unknown[] {
  switch (step.type) {
    case 'field':
      return values.flatMap((value) => fieldOf(value, step.name));
    case 'wildcard':
      return values.flatMap(childrenOf);
    case 'descent':
      return values.flatMap(allWithin);
    case 'slice':
      return values.flatMap((value) => sliceOf(value, step));
    case 'index':
      return values.flatMap((value) => {
        const index = Array.isArray(value) && step.index < 0 ? value.length + step.index : step.index;
        return Array.isArray(value) && index >= 0 && index < value.length ? [value[index] as unknown] : [];
      });
    case 'key':
      return values.flatMap((value) => {
        const exact = fieldOf(value, step.name);
        if (exact.length > 0 || step.path.steps.length < 2) return exact;
        return evaluate(step.path, { root, current: value });
      });
    case 'union':
      // As kubectl: all values of the first member, then all of the second.
      return step.members.flatMap((member) => applyStep(member, values, root));
    case 'filter':
      return values
        .flatMap((value) => (Array.isArray(value) ? (value as readonly unknown[]) : []))
        .filter((current) => keeps(step, { root, current }));
  }
}

function fieldOf(value: unknown, name: string): readonly unknown[] {
  return isRecord(value) && Object.hasOwn(value, name) && value[name] !== undefined ? [value[name]] : [];
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (!isRecord(value)) return [];
  return Object.keys(value)
    .sort(compareText)
    .flatMap((name) => fieldOf(value, name));
}

/** The value and everything below it, each before what it holds. */
function allWithin(value: unknown): readonly unknown[] {
  return [value, ...childrenOf(value).flatMap(allWithin)];
}

function sliceOf(value: unknown, slice: Extract<Step, { type: 'slice' }>): readonly unknown[] {
  if (!Array.isArray(value)) return [];
  return (value.slice(slice.start, slice.end) as unknown[]).filter((_, index) => index % slice.step === 0);
}

function keeps(filter: Extract<Step, { type: 'filter' }>, scope: Scope): boolean {
  const left = operandValues(filter.left, scope);
  if (!filter.comparison) return left.length > 0;
  const right = operandValues(filter.comparison.right, scope);
  const { operator } = filter.comparison;
  return left.some((a) => right.some((b) => compares(a, operator, b)));
}

function operandValues(operand: Operand, scope: Scope): readonly unknown[] {
  return operand.type === 'literal' ? [operand.value] : evaluate(operand.path, scope);
}

/** Values of different types are unequal and have no order. */
function compares(a: unknown, operator: Operator, b: unknown): boolean {
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : typeof a === 'string' && typeof b === 'string'
        ? compareText(a, b)
        : NaN;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}
