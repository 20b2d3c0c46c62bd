/**
 * Ajv with its formats, in a module of its own so that only what checks an application's configuration
 * loads it. Static imports: the bundler gives CommonJS packages their names only there.
 */
import { str } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type RegExpEngine } from 'ajv/dist/types/index.js';
import formats from 'ajv-formats';
import { RE2JS } from 're2js';
import { canonicalJson } from '../../base/deep.ts';
import { isMultipleOf } from '../../base/decimal.ts';

/**
 * RE2 takes time in proportion to the text, whatever the pattern: JavaScript's own engine can be kept busy for ever by a
 * pattern of ten characters. The price is that there is no lookaround and no backreference, as in Kubernetes.
 */
const linear: RegExpEngine = Object.assign(
  (pattern: string) => {
    const compiled = linearPattern(pattern);
    // Ajv tells patterns apart by their text.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 're2' },
);

/** @throws RE2JSException that says what RE2 does not take. */
export function linearPattern(pattern: string): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(pattern));
}

/** A compiler for schemas that users wrote: not strict, since those may carry hints for their own forms. */
export function createSchemaCompiler(): Ajv2020 {
  const options = { allErrors: true, strict: false, verbose: true, logger: false } as const;
  const ajv = new Ajv2020({ ...options, code: { regExp: linear } });
  // A CommonJS module, of whose types the compiler sees less than there is.
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  // Ajv compares each item with each other: minutes for a list of some ten thousand.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (wanted: boolean) => (items: readonly unknown[]) =>
      !wanted || new Set(items.map(canonicalJson)).size === items.length,
    error: { message: 'must not have an item twice' },
  });
  // Ajv divides binary fractions, for which 0.3 is no multiple of 0.1.
  ajv.removeKeyword('multipleOf');
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    compile: (step: number) => (value: number) => isMultipleOf(value, step),
    error: { message: ({ schema }) => str`must be multiple of ${schema as number}` },
  });
  return ajv;
}
