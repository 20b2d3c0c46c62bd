/**
 * Makes, from schemas/, what the program needs of them: the TypeScript types of the kinds, the schemas as
 * one module, and the validators, compiled ahead of time so that no command pays for it. Also makes the
 * catalogue of hypervisors from manifests/ a module, and bundles what the HTML report runs in a browser.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { buildSync } from 'esbuild';
import { compile } from 'json-schema-to-typescript';
import { catalogue } from './catalogue.mjs';
import { reportClient } from './report-client.mjs';
import { commonSchema, kindSchemas, mapSchema, sourceSchemas } from './schemas.mjs';

const source = join(import.meta.dirname, '..');
const header = '/* Generated from schemas/ by `npm run generate`. Do not edit. */\n';

/** Writes only what differs, so that caches of other tools stay valid. */
function write(path, text) {
  const file = join(source, path);
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Types that are written by hand in src/model/ and stand for a shared definition. */
const handWritten = {
  metadata: 'ObjectMeta',
  labels: 'Labels',
  labelSelector: 'LabelSelector',
  condition: 'Condition',
  mode: 'VirtualizationMode',
  profile: 'WorkloadProfile',
};

/**
 * The schema as TypeScript should see it: of an admitted object, in which defaults are filled in, so that
 * a field with a default is always there.
 */
function typed(schema) {
  return mapSchema(schema, (node) => {
    if (typeof node.tsType === 'string') return node;
    const name = typeof node.$ref === 'string' ? node.$ref.replace('#/$defs/', '') : '';
    if (name in handWritten) return { tsType: handWritten[name], description: node.description };
    if (node['x-kubernetes-preserve-unknown-fields'] === true) {
      return { tsType: 'Readonly<Record<string, unknown>>', description: node.description };
    }
    const { examples: _examples, 'x-kubernetes-validations': _rules, default: _default, ...rest } = node;
    if (rest.$ref) return { $ref: rest.$ref };
    if (rest.type !== 'object' || typeof rest.properties !== 'object') return rest;
    const always = Object.entries(rest.properties)
      .filter(([, property]) => property.default !== undefined)
      .map(([key]) => key);
    return { ...rest, required: [...new Set([...(rest.required ?? []), ...always])] };
  });
}

async function generateTypes(kinds) {
  const $defs = {};
  for (const schema of Object.values(kinds)) Object.assign($defs, schema.$defs);
  for (const name of Object.keys(handWritten)) delete $defs[name];
  for (const [kind, { $defs: _own, ...schema }] of Object.entries(kinds)) $defs[kind] = schema;
  const properties = Object.fromEntries(
    Object.keys(kinds).map((kind) => [kind, { $ref: `#/$defs/${kind}` }]),
  );
  const all = { type: 'object', title: 'KindMap', additionalProperties: false, properties };
  const text = await compile({ ...all, required: Object.keys(kinds), $defs: typed($defs) }, 'KindMap', {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: false,
  });
  const imports = [
    "import { type Condition } from '../conditions.ts';",
    "import { type ObjectMeta } from '../object.ts';",
    "import { type VirtualizationMode, type WorkloadProfile } from '../ports.ts';",
    "import { type Labels, type LabelSelector } from '../selectors.ts';",
  ].join('\n');
  const readonly = text
    .replace(/^( *)(?!readonly )(["'\w]+\??: )/gm, '$1readonly $2')
    .replace(/(: )(\w+)\[\]$/gm, '$1readonly $2[]');
  write('model/generated/kinds.ts', `${header}${imports}\n\n${readonly}`);
}

function generateValidators() {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    inlineRefs: false,
    code: { source: true, esm: true, lines: false },
  });
  ajv.addVocabulary([
    'x-kubernetes-int-or-string',
    'x-kubernetes-list-map-keys',
    'x-kubernetes-list-type',
    'x-kubernetes-map-type',
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-validations',
    'x-vctl-code',
    'x-vctl-unit',
  ]);
  ajv.addSchema(commonSchema());
  const names = {};
  for (const [kind, schema] of Object.entries(sourceSchemas())) {
    // Status is written by controllers alone and ignored in manifests: nothing to check there.
    const { status: _status, ...properties } = schema.properties;
    ajv.addSchema({ ...schema, properties: { ...properties, status: {} } });
    names[kind] = schema.$id;
  }
  const code = standaloneCode.default(ajv, names);
  const bundled = buildSync({
    stdin: { contents: code, resolveDir: source, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['main'],
    write: false,
    minifySyntax: true,
  });
  write('admission/generated/validators.js', header + bundled.outputFiles[0].text);
  const declarations = Object.keys(names).map((kind) => `export const ${kind}: ValidateFunction;`);
  write(
    'admission/generated/validators.d.ts',
    `${header}import { type ValidateFunction } from 'ajv';\n${declarations.join('\n')}\n`,
  );
}

const kinds = kindSchemas();
write('model/generated/schemas.json', JSON.stringify(kinds));
write('model/generated/catalogue.json', JSON.stringify(catalogue()));
await generateTypes(kinds);
generateValidators();
write('report/generated/client.json', JSON.stringify(reportClient()));
