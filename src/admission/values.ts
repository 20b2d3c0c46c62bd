/** What is wrong with one value, in words: its type, its choice, its form, its size. */
import { isRecord } from '../base/deep.ts';
import { type JsonSchema } from '../model/schemas.ts';
import { guess, error, oneOf, type Problem } from './problem.ts';

/** Forms that have a name, by the title of their definition. */
const forms: Readonly<Record<string, string>> = {
  Quantity: 'a quantity such as 2, 500m or 4Gi',
  Duration: 'a duration such as 90s, 1h30m or 250ms',
  IntOrPercent: 'a whole number or a percentage such as 25%',
};

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

/** YAML 1.1 read these as booleans; 1.2, which vctl reads, knows only true and false. */
const yaml11Booleans: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  no: false,
  off: false,
  n: false,
};

/** The problem of a value that `schema` refuses, knowing which of its keywords failed. */
export function valueProblem(
  schema: JsonSchema,
  value: unknown,
  path: string,
  failed: ReadonlySet<string>,
): Problem {
  const form = forms[schema.title ?? ''];
  if (form !== undefined) return formProblem(form, schema.title ?? '', value, path);
  if (schema.enum && typeof value === 'string') return choiceProblem(schema.enum.map(String), value, path);
  if (schema.const !== undefined) return choiceProblem([JSON.stringify(schema.const)], value, path);
  if (failed.has('type') || failed.has('anyOf')) return typeProblem(schema, value, path);
  if (failed.has('pattern')) return patternProblem(schema, value, path);
  return rangeProblem(schema, value, path);
}

function choiceProblem(allowed: readonly string[], value: unknown, path: string): Problem {
  const meant = typeof value === 'string' ? guess(value, allowed) : undefined;
  const message = `${path} must be ${oneOf(allowed)}, not ${shown(value)}`;
  return error(
    'NOT_ALLOWED_VALUE',
    path,
    message + (meant === undefined ? '' : `; did you mean "${meant}"?`),
  );
}

function typeProblem(schema: JsonSchema, value: unknown, path: string): Problem {
  const types = [schema, ...(schema.anyOf ?? [])].flatMap((one) => one.type ?? []);
  const wanted = oneOf([...new Set(types)].map((type) => typeWords[type] ?? type));
  const help = typeHelp(types, value);
  return error('WRONG_TYPE', path, `${path || 'the object'} must be ${wanted}, not ${shown(value)}`, help);
}

function typeHelp(types: readonly string[], value: unknown): string | undefined {
  if (types.includes('object') && typeof value === 'string') {
    const [, sign] = /^[\w./-]+([：\u00a0]|:\S)/.exec(value) ?? [];
    if (sign === '：') return 'write ": " in place of the full-width "："';
    if (sign !== undefined) return 'put a blank after the colon: "key: value"';
  }
  if (types.includes('boolean') && typeof value === 'string') {
    const meant = yaml11Booleans[value.toLowerCase()];
    return meant === undefined ? undefined : `write ${meant}: in YAML 1.2 ${value} is text`;
  }
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return 'put the value in quotes to make it text';
  }
  const numeric = types.includes('integer') || types.includes('number');
  if (numeric && typeof value === 'string') {
    if (/^[0-9]+(\.[0-9]+)?$/.test(value)) return `remove the quotes: ${value}`;
    if (/^[0-9][0-9_,]*$/.test(value)) return `write the digits alone: ${value.replaceAll(/[_,]/g, '')}`;
  }
  return undefined;
}

function formProblem(form: string, title: string, value: unknown, path: string): Problem {
  const message = `${path} must be ${form}, not ${shown(value)}`;
  if (typeof value !== 'string' && typeof value !== 'number') return error('WRONG_TYPE', path, message);
  return error('BAD_FORMAT', path, message, formHelp(title, value));
}

function formHelp(title: string, value: string | number): string | undefined {
  const text = String(value).trim();
  if (title === 'Quantity') {
    const unit = /^([0-9]+(?:\.[0-9]+)?)\s*([kKMGTPE])i?[bB]?$/.exec(text);
    if (unit) {
      const [, number = '', prefix = ''] = unit;
      return `write ${number}${prefix.toUpperCase()}i (powers of 1024) or ${number}${prefix === 'K' ? 'k' : prefix} (powers of 1000)`;
    }
  }
  if (title === 'Duration') {
    if (/^[0-9]+$/.test(text)) return `add a unit: ${text}s`;
    const words = /^([0-9]+)\s*(second|sec|minute|min|hour|day)s?$/i.exec(text);
    if (words) return `write ${words[1]}${(words[2] ?? '').charAt(0).toLowerCase()}`;
  }
  return undefined;
}

/** What the patterns of the schemas mean; another pattern is shown as it is. */
function patternProblem(schema: JsonSchema, value: unknown, path: string): Problem {
  const pattern = schema.pattern ?? '';
  const text = typeof value === 'string' ? value : '';
  if (pattern.startsWith('^[a-z0-9]')) {
    const dots = pattern.includes('a-z0-9.') ? ', "-" and "."' : ' and "-"';
    const valid = text
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]+/g, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, '');
    const message = `${path} must be made of lower-case letters, digits${dots}, with a letter or digit at both ends, not ${shown(value)}`;
    return error('BAD_FORMAT', path, message, valid === '' ? undefined : `for example ${valid}`);
  }
  if (pattern.includes('[Ss][Uu][Nn]')) {
    const what = 'minute, hour, day of month, month and day of week, such as "30 8 * * MON-FRI"';
    return error(
      'BAD_FORMAT',
      path,
      `${path} must be a cron expression of five fields, not ${shown(value)}`,
      what,
    );
  }
  if (pattern.includes('[01][0-9]|2[0-3]')) {
    return error('BAD_FORMAT', path, `${path} must be a time of day such as "14:00", not ${shown(value)}`);
  }
  return error('BAD_FORMAT', path, `${path} must match ${pattern}, not ${shown(value)}`);
}

function rangeProblem(schema: JsonSchema, value: unknown, path: string): Problem {
  const { minimum, maximum, minItems, maxLength } = schema;
  const say = (limit: string): Problem => error('OUT_OF_RANGE', path, `${path} must ${limit}`);
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) return say(`be at least ${minimum}, not ${value}`);
    if (maximum !== undefined && value > maximum) return say(`be at most ${maximum}, not ${value}`);
  }
  if (Array.isArray(value)) return say(`have at least ${minItems ?? 1} item${minItems === 1 ? '' : 's'}`);
  if (typeof value === 'string') {
    return say(`be at most ${maxLength ?? 0} characters long, not ${value.length}`);
  }
  return error('NOT_ALLOWED_VALUE', path, `${path} cannot be ${shown(value)}`);
}

/** A value as a message shows it, cut to what a line can hold. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a map';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'nothing';
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}
