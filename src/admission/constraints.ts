/** Runs the CEL rules of a schema (`x-kubernetes-validations`) wherever they stand in it. */
import { isRecord } from '../base/deep.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf, type ValidationRule } from '../model/schemas.ts';
import { compileRule } from './cel.ts';
import { error, pointerSteps, pointerTo, type Problem } from './problem.ts';

/** A rule about a change: only judged where there was a value before, as in Kubernetes. */
function isTransition({ rule }: ValidationRule): boolean {
  return /\boldSelf\b/.test(rule);
}

/** The part of a schema that has rules at it or below; everything else is never walked. */
interface RuleNode {
  readonly rules: readonly ValidationRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly items?: RuleNode;
  /** What tells the list's items apart, so that an item is compared with itself. */
  readonly keys?: readonly string[];
  /** Of the values of a map. */
  readonly values?: RuleNode;
}

const nodes = new Map<Kind, RuleNode | undefined>();

/** What one run over an object needs and gathers. */
interface Run {
  readonly subject: string;
  /** Structural problems of the object: rules that could be misled by them are left out. */
  readonly known: KnownProblems;
  readonly found: Problem[];
}

/**
 * Every rule that `object`, which has its defaults, breaks; each at the field it names. `subject` opens each
 * message: `vm "legacy"`. With structural problems, only the rules about other fields are judged, so that all
 * errors come at once and none is a mere consequence of another.
 */
export function brokenRules(
  kind: Kind,
  object: unknown,
  subject: string,
  structural: readonly Problem[] = [],
): Problem[] {
  const node = rulesOf(kind);
  const found: Problem[] = [];
  if (node) walk(node, object, '', { subject, known: new KnownProblems(structural), found });
  return found;
}

/** Every rule about the change from `old` to `object` that it breaks; both have their defaults and are sound. */
export function brokenTransitions(kind: Kind, object: unknown, old: unknown, subject: string): Problem[] {
  const node = rulesOf(kind);
  const found: Problem[] = [];
  if (node) walkChange(node, object, old, '', { subject, known: new KnownProblems([]), found });
  return found;
}

function rulesOf(kind: Kind): RuleNode | undefined {
  if (!nodes.has(kind)) nodes.set(kind, ruleNode(schemaOf(kind), schemaOf(kind)));
  return nodes.get(kind);
}

function ruleNode(root: JsonSchema, unresolved: JsonSchema): RuleNode | undefined {
  const schema = resolveSchema(root, unresolved);
  const properties = new Map<string, RuleNode>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // Status is the controllers' own: no rule of a manifest is about it.
    const node = schema === root && name === 'status' ? undefined : ruleNode(root, property);
    if (node) properties.set(name, node);
  }
  const items = schema.items && ruleNode(root, schema.items);
  const map = schema.additionalProperties;
  const values = typeof map === 'object' ? ruleNode(root, map) : undefined;
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0 && properties.size === 0 && !items && !values) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    ...{ rules, properties },
    ...(items ? { items } : {}),
    ...(keys ? { keys } : {}),
    ...(values ? { values } : {}),
  };
}

function walkChange(node: RuleNode, value: unknown, old: unknown, path: string, run: Run): void {
  if (value === undefined || old === undefined) return;
  for (const rule of node.rules) if (isTransition(rule)) evaluate(rule, value, path, run, old);
  if (Array.isArray(value)) {
    const { items, keys } = node;
    if (!items || !keys || !Array.isArray(old)) return;
    const idOf = (item: unknown): string =>
      JSON.stringify(keys.map((key) => (isRecord(item) ? item[key] : undefined)));
    const before = new Map(old.map((item: unknown) => [idOf(item), item]));
    for (const [index, item] of value.entries()) {
      walkChange(items, item, before.get(idOf(item)), pointerTo(path, index), run);
    }
    return;
  }
  if (!isRecord(value) || !isRecord(old)) return;
  for (const [name, part] of Object.entries(value)) {
    const child = node.properties.get(name) ?? node.values;
    if (child) walkChange(child, part, old[name], pointerTo(path, name), run);
  }
}

function walk(node: RuleNode, value: unknown, path: string, run: Run): void {
  for (const rule of node.rules) {
    if (!isTransition(rule) && !run.known.mayMislead(rule, path)) evaluate(rule, value, path, run);
  }
  if (Array.isArray(value)) {
    if (!node.items) return;
    for (const [index, item] of value.entries()) walk(node.items, item, pointerTo(path, index), run);
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, child] of node.properties) {
    if (value[name] !== undefined) walk(child, value[name], pointerTo(path, name), run);
  }
  if (!node.values) return;
  for (const [name, part] of Object.entries(value)) {
    if (!node.properties.has(name)) walk(node.values, part, pointerTo(path, name), run);
  }
}

/** What is wrong below a place: the fields right below it that lead there, and whether one of them is unknown. */
interface Below {
  readonly fields: Set<string>;
  unknown: boolean;
}

/** Structural problems by their places: an object may have very many, and each of its rules asks. */
class KnownProblems {
  readonly any: boolean;
  readonly #at = new Set<string>();
  readonly #below = new Map<string, Below>();

  constructor(problems: readonly Problem[]) {
    this.any = problems.length > 0;
    for (const { path, code } of problems) {
      this.#at.add(path);
      const steps = pointerSteps(path);
      let place = '';
      for (const [depth, step] of steps.entries()) {
        let below = this.#below.get(place);
        if (!below) this.#below.set(place, (below = { fields: new Set(), unknown: false }));
        below.fields.add(step);
        if (code === 'UNKNOWN_FIELD' && depth === steps.length - 1) below.unknown = true;
        place = pointerTo(place, step);
      }
    }
  }

  /**
   * True when a structural problem bears on what the rule at `path` judges: the value itself is wrong, a field of it
   * has been misspelt (and so seems absent), or something is wrong below a field that the rule reads.
   */
  mayMislead({ rule }: ValidationRule, path: string): boolean {
    if (!this.any) return false;
    for (let place = path; ; place = place.slice(0, place.lastIndexOf('/'))) {
      if (this.#at.has(place)) return true;
      if (place === '') break;
    }
    const below = this.#below.get(path);
    if (!below) return false;
    if (below.unknown) return true;
    // The rule names few fields; what is wrong may be in very many items of a list.
    return [...rule.matchAll(/\.([A-Za-z_]\w*)/g)].some(([, field = '']) => below.fields.has(field));
  }
}

function evaluate(rule: ValidationRule, value: unknown, path: string, run: Run, old?: unknown): void {
  const place = path + (rule.fieldPath ?? '').replaceAll('.', '/');
  try {
    if (compileRule(rule.rule)(value, old)) return;
    run.found.push(error(rule['x-vctl-code'], place, `${run.subject}: ${rule.message}`));
  } catch (cause) {
    // What is known to be wrong with the object is the likelier reason, and has been told.
    if (run.known.any) return;
    // As in Kubernetes: what a rule cannot judge is refused rather than let through.
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    const message = `${run.subject}: the rule "${rule.message}" could not be evaluated: ${reason}`;
    run.found.push(error('RULE_NOT_EVALUATED', place, message));
  }
}
