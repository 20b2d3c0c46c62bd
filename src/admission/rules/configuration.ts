/**
 * Tenants' configuration against their application's own JSON Schema. The schema is the user's, so it can
 * only be compiled now; the compiler is loaded when the first such schema is met.
 */
import { type ErrorObject, type ValidateFunction } from 'ajv';
import { distance } from 'fastest-levenshtein';
import { type Application, type Tenant } from '../../model/kinds/index.ts';
import { hasSecrets } from '../../model/secret-marks.ts';
import { didYouMean, error, guess, oneOf, pointerTo, type Problem, warning } from '../problem.ts';
import { keywords, subschemas } from './subschemas.ts';
import { type View } from './view.ts';

type Compile = (schema: Readonly<Record<string, unknown>>) => Compiled;
type Compiled =
  | { readonly ok: true; readonly validate: ValidateFunction }
  | {
      readonly ok: false;
      readonly reason: string;
      /** JSON Pointer within the schema. */
      readonly path: string;
    };

let compiler: Promise<Compile> | undefined;

/** Refuses an application whose configuration schema is none. */
export async function configurationSchemaProblems(app: Application, subject: string): Promise<Problem[]> {
  if (!app.spec.configuration) return [];
  const compiled = (await loadCompiler())(app.spec.configuration);
  if (compiled.ok) return misspelt(app.spec.configuration, subject);
  const message = `${subject}: configuration is not a valid JSON Schema (2020-12): ${compiled.reason}`;
  return [error('BAD_CONFIGURATION_SCHEMA', `/spec/configuration${compiled.path}`, message)];
}

/**
 * Warns of what is nearly a keyword: JSON Schema takes any word, so that `requried` asks for nothing and nobody would
 * know. Words of a user's own forms are left alone.
 */
function misspelt(schema: Readonly<Record<string, unknown>>, subject: string): Problem[] {
  const known = new Set(keywords);
  const found: Problem[] = [];
  for (const { path, schema: one } of subschemas(schema)) {
    for (const word of Object.keys(one)) {
      if (known.has(word) || word.startsWith('x-')) continue;
      const meant = guess(word, keywords);
      // Of a short word nearly any other is a slip.
      const isNear = meant?.toLowerCase() === word.toLowerCase() || word.length >= 5;
      if (meant === undefined || !isNear || distance(word, meant) > 2) continue;
      const place = `/spec/configuration${pointerTo(path, word)}`;
      const message = `${subject}: "${word}" is no keyword of JSON Schema and asks for nothing; did you mean "${meant}"?`;
      found.push(
        warning('CONFIGURATION_KEYWORD', place, message, `begin a word of your own with x-: x-${word}`),
      );
    }
  }
  return found;
}

/** More tenants than this are counted and not named. */
const named = 3;

/**
 * Refuses a schema that the configuration of tenants breaks which are there already: they would go on with what their
 * application does not know.
 */
export async function brokenTenantProblems(
  app: Application,
  subject: string,
  view: View,
): Promise<Problem[]> {
  if (!app.spec.configuration) return [];
  const { namespace = '', name } = app.metadata;
  const broken: string[] = [];
  for (const tenant of view.list('Tenant', namespace)) {
    if (tenant.spec.application !== name || view.isApplied(tenant)) continue;
    const [first] = await configurationProblems(tenant, `tenant "${tenant.metadata.name}"`, view);
    if (first) broken.push(first.secret ? `tenant "${tenant.metadata.name}"` : first.message);
  }
  if (broken.length === 0) return [];
  const more = broken.length > named ? `; … (${broken.length} tenants)` : '';
  const message = `${subject}: tenants that are there break this schema: ${broken.slice(0, named).join('; ')}${more}`;
  const help = 'change them in the same apply, or let the schema take what they have';
  return [error('CONFIGURATION_IN_USE', '/spec/configuration', message, help)];
}

/** Everything in the tenant's configuration that its application's schema refuses. */
export async function configurationProblems(tenant: Tenant, subject: string, view: View): Promise<Problem[]> {
  if (tenant.spec.maturity === 'AdHoc') return [];
  const app = view.get('Application', tenant.metadata.namespace ?? '', tenant.spec.application);
  const schema = app?.spec.configuration;
  if (!app || !schema) return [];
  const compiled = (await loadCompiler())(schema);
  // Told on the application, where it can be mended.
  if (!compiled.ok || compiled.validate(tenant.spec.configuration ?? {})) return [];
  const given = tenant.spec.configuration !== undefined;
  const opening = `${subject}: configuration of application "${app.metadata.name}"`;
  return (compiled.validate.errors ?? []).map((failure) => {
    const { path, reason } = explain(failure);
    const place = given ? `/spec/configuration${path}` : '/spec/application';
    const problem = error('CONFIGURATION_INVALID', place, `${opening}: ${reason}`);
    return hasSecrets(schema) ? { ...problem, secret: true } : problem;
  });
}

function explain(failure: ErrorObject): { path: string; reason: string } {
  const { instancePath, keyword, params, parentSchema } = failure;
  const given = params as {
    additionalProperty?: string;
    missingProperty?: string;
    allowedValues?: unknown[];
  };
  if (keyword === 'additionalProperties') {
    const name = given.additionalProperty ?? '';
    const properties = (parentSchema as { properties?: object } | undefined)?.properties ?? {};
    const path = pointerTo(instancePath, name);
    return { path, reason: `${path} is not an option${didYouMean(name, Object.keys(properties))}` };
  }
  if (keyword === 'required') {
    const path = pointerTo(instancePath, given.missingProperty ?? '');
    return { path, reason: `${path} is required` };
  }
  if (keyword === 'enum') {
    const allowed = oneOf((given.allowedValues ?? []).map((value) => JSON.stringify(value)));
    return { path: instancePath, reason: `${instancePath} must be ${allowed}` };
  }
  return { path: instancePath, reason: `${instancePath || '/'} ${failure.message ?? 'is not valid'}` };
}

function loadCompiler(): Promise<Compile> {
  compiler ??= makeCompiler();
  return compiler;
}

async function makeCompiler(): Promise<Compile> {
  const { createSchemaCompiler, linearPattern } = await import('./schema-compiler.ts');
  const ajv = createSchemaCompiler();
  const known = new WeakMap<object, Compiled>();
  return (schema) => {
    let result = known.get(schema);
    if (!result) known.set(schema, (result = compile(schema)));
    return result;
  };

  function compile(schema: Readonly<Record<string, unknown>>): Compiled {
    try {
      // The last error is of the whole; the first is of what is wrong.
      if (ajv.validateSchema(schema) !== true) {
        const [first] = ajv.errors ?? [];
        const path = first?.instancePath ?? '';
        return { ok: false, reason: `${path || '/'} ${first?.message ?? 'is not valid'}`, path };
      }
      const unfit = unfitPattern(schema, linearPattern);
      if (unfit) return { ok: false, ...unfit };
      const validate = ajv.compile(schema);
      // Asynchronous schemas answer with a promise; nothing here waits for one.
      if ('$async' in validate) return { ok: false, reason: '$async is not supported', path: '' };
      return { ok: true, validate: contained(validate) };
    } catch (cause) {
      return { ok: false, reason: cause instanceof Error ? cause.message : String(cause), path: '' };
    } finally {
      // Two applications may use the same $id: each schema stands for itself.
      ajv.removeSchema(schema);
    }
  }
}

/** The first regular expression that takes more than one pass over a text, or is none. */
function unfitPattern(
  schema: Readonly<Record<string, unknown>>,
  compile: (pattern: string) => unknown,
): { readonly reason: string; readonly path: string } | undefined {
  for (const { path, schema: one } of subschemas(schema)) {
    const { pattern, patternProperties = {} } = one;
    const found = typeof pattern === 'string' ? [{ text: pattern, at: pointerTo(path, 'pattern') }] : [];
    for (const text of Object.keys(patternProperties as object)) {
      found.push({ text, at: pointerTo(pointerTo(path, 'patternProperties'), text) });
    }
    for (const { text, at } of found) {
      try {
        compile(text);
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        const reason = `${JSON.stringify(text)} is no regular expression of RE2, which has no lookaround and no backreferences: ${why}`;
        return { path: at, reason };
      }
    }
  }
  return undefined;
}

/**
 * The same, but for a schema that leads round in a circle without taking anything of the value: that value is refused,
 * where the whole process would end for want of a stack.
 */
function contained(validate: ValidateFunction): ValidateFunction {
  const inside = (value: unknown): boolean => {
    try {
      const holds = validate(value) === true;
      outside.errors = validate.errors;
      return holds;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const message = 'cannot be judged: its schema refers to itself without an end';
      const place = { instancePath: '', schemaPath: '', keyword: '$ref', params: {} };
      outside.errors = [{ ...place, message }];
      return false;
    }
  };
  const outside = Object.assign(inside, { errors: undefined }) as unknown as ValidateFunction;
  return outside;
}
