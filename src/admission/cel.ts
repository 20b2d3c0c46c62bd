/**
 * Compiles the rules of the schemas: CEL, as Kubernetes evaluates it, with its quantity library.
 * Source: https://kubernetes.io/docs/reference/using-api/cel/
 */
import { Environment } from '@marcbachmann/cel-js';
import { isRecord } from '../base/deep.ts';
import { parseDuration } from '../base/duration.ts';
import { parseQuantity } from '../base/quantity.ts';

/**
 * A rule that is ready to run: true when it holds for `self`, and for `oldSelf` if it speaks of what was there before.
 * Throws when it cannot be evaluated.
 */
export type Rule = (self: unknown, oldSelf?: unknown) => boolean;

class Quantity {
  constructor(readonly value: number) {}
}

/** @throws Error on text that is no quantity, as Kubernetes' own function fails. */
function quantity(text: string): Quantity {
  const value = parseQuantity(text);
  if (value === undefined) throw new Error(`"${text}" is not a quantity`);
  return new Quantity(value);
}

const compiled = new Map<string, Rule>();
let environment: Environment | undefined;

/** The rule of this text, compiled once. @throws Error when it is no CEL. */
export function compileRule(text: string): Rule {
  let rule = compiled.get(text);
  if (!rule) {
    environment ??= makeEnvironment();
    const program = environment.parse(text);
    const checked = program.check();
    if (!checked.valid) throw new Error(`rule "${text}": ${checked.error?.message ?? 'not valid'}`);
    // Only `true` is true: a rule that answers something else has been written wrongly.
    rule = (self, oldSelf) =>
      (program({ self: readable(self), oldSelf: readable(oldSelf) }) as unknown) === true;
    compiled.set(text, rule);
  }
  return rule;
}

/**
 * The value as the evaluator can read it: it tells types by `constructor`, which a label may be called. The very same
 * reference where nothing is called so.
 */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(readable);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  const parts = entries.map(([name, part]) => [name, readable(part)] as const);
  if (Object.hasOwn(value, 'constructor')) return new Map(parts);
  return parts.every(([, part], index) => part === entries[index]?.[1]) ? value : Object.fromEntries(parts);
}

function makeEnvironment(): Environment {
  return (
    new Environment()
      .registerVariable('self', 'dyn')
      .registerVariable('oldSelf', 'dyn')
      .registerType('Quantity', Quantity)
      .registerFunction('quantity(string): Quantity', quantity)
      .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
      // CEL's own `duration` knows no days.
      .registerFunction('hours(string): double', (text: string) => (parseDuration(text) ?? NaN) / 3_600_000)
      .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) =>
        BigInt(Math.sign(a.value - b.value)),
      )
      .registerFunction(
        'Quantity.isLessThan(Quantity): bool',
        (a: Quantity, b: Quantity) => a.value < b.value,
      )
      .registerFunction(
        'Quantity.isGreaterThan(Quantity): bool',
        (a: Quantity, b: Quantity) => a.value > b.value,
      )
  );
}
