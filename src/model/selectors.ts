/**
 * Label selectors in both of Kubernetes' forms: the structured `matchLabels`/`matchExpressions`, and the
 * text of `-l`: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | TextOnlyOperator;

/** Of whole numbers, and only in the text form, as in Kubernetes. */
type TextOnlyOperator = 'Gt' | 'Lt';

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export type Labels = Readonly<Record<string, string>>;

/** True when the labels satisfy every part. An empty selector matches everything, an absent one nothing. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (selector === undefined) return false;
  for (const key in selector.matchLabels)
    if (labelOf(labels, key) !== selector.matchLabels[key]) return false;
  return selector.matchExpressions?.every((requirement) => matchesRequirement(requirement, labels)) ?? true;
}

/** True when one requirement holds. As in Kubernetes, an absent label satisfies NotIn. */
export function matchesRequirement(requirement: LabelSelectorRequirement, labels: Labels): boolean {
  const value = labelOf(labels, requirement.key);
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && (requirement.values?.includes(value) ?? false);
    case 'NotIn':
      return value === undefined || !(requirement.values?.includes(value) ?? false);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return compares(value, requirement.operator, requirement.values?.[0]);
  }
}

/** A label by its own name only: no label is called `constructor` unless somebody has set it. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** A label that is no whole number is neither above nor below. */
function compares(value: string | undefined, operator: TextOnlyOperator, than: string | undefined): boolean {
  if (value === undefined || than === undefined || !wholeNumber.test(value)) return false;
  return operator === 'Gt' ? BigInt(value) > BigInt(than) : BigInt(value) < BigInt(than);
}

const wholeNumber = /^-?[0-9]+$/;

const setForm = /^([^\s=!,()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const equalityForm = /^([^\s=!,()]+)\s*(==|=|!=)\s*([^\s=!,()]*)$/;
const comparisonForm = /^([^\s=!,()<>]+)\s*([<>])\s*(-?[0-9]+)$/;
const existenceForm = /^(!?)\s*([^\s=!,()<>]+)$/;

/** Parses the text form; undefined when it is malformed. */
export function parseSelector(text: string): LabelSelector | undefined {
  const parts = text.trim() === '' ? [] : splitOutsideParentheses(text);
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const part of parts) {
    const requirement = parseRequirement(part.trim());
    if (!requirement) return undefined;
    matchExpressions.push(requirement);
  }
  return { matchExpressions };
}

function parseRequirement(text: string): LabelSelectorRequirement | undefined {
  const set = setForm.exec(text);
  if (set) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return { key: set[1] ?? '', operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = equalityForm.exec(text);
  if (equality) {
    return {
      key: equality[1] ?? '',
      operator: equality[2] === '!=' ? 'NotIn' : 'In',
      values: [equality[3] ?? ''],
    };
  }
  const comparison = comparisonForm.exec(text);
  if (comparison) {
    const operator = comparison[2] === '>' ? 'Gt' : 'Lt';
    return { key: comparison[1] ?? '', operator, values: [comparison[3] ?? ''] };
  }
  const existence = existenceForm.exec(text);
  if (existence) {
    return { key: existence[2] ?? '', operator: existence[1] === '!' ? 'DoesNotExist' : 'Exists' };
  }
  return undefined;
}

/** The text form of a selector, parts in a stable order; '' for one that matches everything. */
export function formatSelector(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In':
        return `${key} in (${values.join(',')})`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      case 'Gt':
        return `${key}>${values[0]}`;
      case 'Lt':
        return `${key}<${values[0]}`;
    }
  });
  return [...labels.sort(), ...expressions].join(',');
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}
