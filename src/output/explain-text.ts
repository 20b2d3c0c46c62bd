/** The documentation of a field, as `kubectl explain` lays it out. */
import { yamlText } from './yaml-text.ts';

/** A field of a kind, or the kind itself (path ''). */
export interface ExplainedField {
  readonly name: string;
  /** From the object on: `spec.resources.cpu`. */
  readonly path: string;
  /** `Object`, `string`, `[]Object`, `map[string]string`, `Quantity`. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** As JSON, when it has one. */
  readonly default?: unknown;
  /** The only values allowed. */
  readonly allowed?: readonly unknown[];
  readonly examples?: readonly unknown[];
  /** Other limits in words: `at least 1`. */
  readonly limits: readonly string[];
  readonly fields: readonly ExplainedField[];
}

export interface Explained {
  readonly kind: string;
  readonly version: string;
  readonly field: ExplainedField;
}

/** Descriptions are broken at this width. */
const width = 90;

/** All about one field and a paragraph on each field below it; `recursive`: the names of all below instead. */
export function renderExplanation({ kind, version, field }: Explained, recursive: boolean): string {
  const lines = [
    `KIND:     ${kind}`,
    `VERSION:  ${version}`,
    ...(field.path === '' ? [] : [`FIELD:    ${field.path} ${traits(field)}`]),
    '',
    'DESCRIPTION:',
    ...wrapped(field.description, '  '),
    ...facts(field, '  '),
    ...objectExamples(field),
    ...(field.fields.length === 0 ? [] : ['', 'FIELDS:']),
    ...field.fields.flatMap((one) => (recursive ? outline(one, '  ') : [...paragraph(one), ''])),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function paragraph(field: ExplainedField): string[] {
  return [`  ${field.name} ${traits(field)}`, ...wrapped(field.description, '    '), ...facts(field, '    ')];
}

function outline(field: ExplainedField, indent: string): string[] {
  return [
    `${indent}${field.name} ${traits(field)}`,
    ...field.fields.flatMap((one) => outline(one, `${indent}  `)),
  ];
}

function traits({ type, required }: ExplainedField): string {
  return `<${type}>${required ? ' required' : ''}`;
}

function facts(field: ExplainedField, indent: string): string[] {
  const texts = (field.examples ?? []).filter((example) => typeof example !== 'object');
  return [
    ...(field.allowed ? [`one of: ${field.allowed.map(shown).join(', ')}`] : []),
    ...(field.default === undefined ? [] : [`default: ${shown(field.default)}`]),
    ...(field.limits.length === 0 ? [] : [`limits: ${field.limits.join(', ')}`]),
    ...(texts.length > 0 ? [`for example: ${texts.map(shown).join(', ')}`] : []),
  ].map((line) => indent + line);
}

/** Examples that take lines of their own, as YAML. */
function objectExamples({ examples = [] }: ExplainedField): string[] {
  return examples
    .filter((example) => typeof example === 'object')
    .flatMap((example) => [
      '',
      'EXAMPLE:',
      ...yamlText(example)
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`),
    ]);
}

function shown(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(indent + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
