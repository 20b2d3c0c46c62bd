/** Runs the CEL rules of a schema (`x-kubernetes-validations`) wherever they stand in it. */
import { isRecord } from '../base/deep.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type JsonSchema, resolveSchema, schemaOf, type ValidationRule } from '../model/schemas.ts';
import { compileRule } from './cel.ts';
import { error, pointerTo, type Problem } from './problem.ts';

/** The part of a schema that has rules at it or below; everything else is never walked. */
interface RuleNode {
  readonly rules: readonly ValidationRule[];
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly items?: RuleNode;
  /** Of the values of a map. */
  readonly values?: RuleNode;
}

const nodes = new Map<Kind, RuleNode | undefined>();

/**
 * Every rule that `object` breaks, each at the field it names. The object must be well-formed and have its
 * defaults. `subject` opens each message: `vm "legacy"`.
 */
export function brokenRules(kind: Kind, object: unknown, subject: string): Problem[] {
  if (!nodes.has(kind)) nodes.set(kind, ruleNode(schemaOf(kind), schemaOf(kind)));
  const node = nodes.get(kind);
  const problems: Problem[] = [];
  if (node) run(node, object, '', subject, problems);
  return problems;
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
  return { rules, properties, ...(items ? { items } : {}), ...(values ? { values } : {}) };
}

function run(node: RuleNode, value: unknown, path: string, subject: string, problems: Problem[]): void {
  for (const rule of node.rules) {
    const broken = evaluate(rule, value, path, subject);
    if (broken) problems.push(broken);
  }
  if (Array.isArray(value)) {
    if (node.items) {
      for (const [index, item] of value.entries()) {
        run(node.items, item, pointerTo(path, index), subject, problems);
      }
    }
    return;
  }
  if (!isRecord(value)) return;
  for (const [name, child] of node.properties) {
    if (value[name] !== undefined) run(child, value[name], pointerTo(path, name), subject, problems);
  }
  if (!node.values) return;
  for (const [name, part] of Object.entries(value)) {
    if (!node.properties.has(name)) run(node.values, part, pointerTo(path, name), subject, problems);
  }
}

function evaluate(rule: ValidationRule, value: unknown, path: string, subject: string): Problem | undefined {
  const place = path + (rule.fieldPath ?? '').replaceAll('.', '/');
  try {
    if (compileRule(rule.rule)(value)) return undefined;
    return error(rule['x-vctl-code'], place, `${subject}: ${rule.message}`);
  } catch (cause) {
    // As in Kubernetes: what a rule cannot judge is refused rather than let through.
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    return error(
      'RULE_NOT_EVALUATED',
      place,
      `${subject}: the rule "${rule.message}" could not be evaluated: ${reason}`,
    );
  }
}
