import { closest, distance } from 'fastest-levenshtein';
import { assertNever, ExitCode, UserError } from '../base/errors.ts';
import { type CustomColumn, parseCustomColumns } from './custom-columns.ts';
import { parseTemplate } from './jsonpath-parse.ts';
import { type TemplatePart } from './jsonpath-syntax.ts';

/** What `-o` asks for, parsed: nothing below re-reads its text. */
export type OutputFormat =
  | { readonly type: 'table'; readonly wide: boolean }
  | { readonly type: 'json' }
  | { readonly type: 'yaml' }
  | { readonly type: 'name' }
  | { readonly type: 'jsonpath'; readonly template: readonly TemplatePart[] }
  | { readonly type: 'custom-columns'; readonly columns: readonly CustomColumn[] };

/** The names that `-o` knows, in the order in which help shows them. */
export const formatNames = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath', 'custom-columns'] as const;
type FormatName = (typeof formatNames)[number];

/** The forms of `-o` as help shows them. */
export const formatUsage = 'table|wide|json|yaml|name|jsonpath=TEMPLATE|custom-columns=HEADING:PATH,…';

/**
 * Parses the value of `-o`. Throws a UserError (exit code Usage) for an unknown format, with the nearest
 * known one, and for a malformed template or column.
 */
export function parseOutputFormat(text: string): OutputFormat {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const argument = equals < 0 ? undefined : text.slice(equals + 1);
  if (!isFormatName(name)) throw unknownFormat(name);
  if (name === 'jsonpath' || name === 'custom-columns') {
    if (argument === undefined || argument === '') throw lacksArgument(name);
    return name === 'jsonpath'
      ? { type: name, template: parseTemplate(argument) }
      : { type: name, columns: parseCustomColumns(argument) };
  }
  if (argument !== undefined) {
    throw usage(`output format "${name}" takes no argument, got "=${argument}"`, `write -o ${name}`);
  }
  switch (name) {
    case 'table':
    case 'wide':
      return { type: 'table', wide: name === 'wide' };
    case 'json':
    case 'yaml':
    case 'name':
      return { type: name };
    default:
      return assertNever(name);
  }
}

function isFormatName(name: string): name is FormatName {
  return (formatNames as readonly string[]).includes(name);
}

function lacksArgument(name: 'jsonpath' | 'custom-columns'): UserError {
  const example =
    name === 'jsonpath'
      ? "-o jsonpath='{.items[*].metadata.name}'"
      : "-o custom-columns='NAME:.metadata.name,PHASE:.status.phase'";
  return usage(`output format "${name}" needs ${name === 'jsonpath' ? 'a template' : 'columns'}`, example);
}

function unknownFormat(name: string): UserError {
  const known = `use one of ${formatUsage}`;
  const inline = /^(jsonpath|custom-columns)-file$/.exec(name)?.[1];
  if (inline !== undefined) {
    return usage(`output format "${name}" is not known`, `write -o ${inline}="$(cat FILE)"`, known);
  }
  if (name.startsWith('go-template')) {
    return usage(`output format "${name}" is not known; use jsonpath instead`, known);
  }
  const near = closest(name.toLowerCase(), formatNames);
  const alike = distance(name.toLowerCase(), near) <= 2;
  return usage(`output format "${name}" is not known${alike ? `; did you mean "${near}"?` : ''}`, known);
}

function usage(message: string, ...nextSteps: string[]): UserError {
  return new UserError(message, { exitCode: ExitCode.Usage, nextSteps });
}
