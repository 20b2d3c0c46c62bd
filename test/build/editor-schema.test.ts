import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { kindNames, kinds } from '../../src/model/kinds/index.ts';
import { yamlFiles } from '../support/source-files.ts';

const root = join(import.meta.dirname, '..', '..');
const schemaFile = (name: string): string => readFileSync(join(root, 'schemas', name), 'utf8');
const { editorSchemaText } = (await import(join(root, 'src', 'build', 'editor-schema.mjs'))) as Readonly<{
  editorSchemaText: () => string;
}>;

/** As an editor reads it: what it refers to are the files that lie beside it. */
function editorValidator(): (document: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  for (const kind of kindNames)
    ajv.addSchema(JSON.parse(schemaFile(`${kind.toLowerCase()}.schema.json`)) as object);
  ajv.addSchema(JSON.parse(schemaFile('common.schema.json')) as object);
  const validate = ajv.compile(JSON.parse(schemaFile('vctl.schema.json')) as object);
  return (document) => {
    if (validate(document)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

const problems = editorValidator();

describe('the schema for editors', () => {
  test('is what the schemas of the kinds make: npm run generate', () => {
    expect(schemaFile('vctl.schema.json')).toBe(editorSchemaText());
  });

  test.each(kindNames)('%s · its fields are checked', (kind) => {
    const { apiVersion } = kinds[kind];
    const found = problems({ apiVersion, kind, metadata: { name: 'a' }, specs: {} });
    expect(found).toContain(' must NOT have additional properties');
  });

  test.each([
    [
      'a kind that vctl does not know',
      '{apiVersion: vctl.dev/v1alpha1, kind: Pod, metadata: {name: a}}',
      '/kind',
    ],
    [
      'an apiVersion of another kind',
      '{apiVersion: v1, kind: Host, metadata: {name: a}, spec: {}}',
      '/apiVersion',
    ],
    ['no kind', '{apiVersion: v1, metadata: {name: a}}', " must have required property 'kind'"],
    ['no metadata', '{apiVersion: v1, kind: Namespace}', " must have required property 'metadata'"],
    ['a wrong item', '{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace}]}', '/items/0'],
  ])('%s · refused', (_name, text, place) => {
    expect(problems(parse(text)).filter((problem) => problem.startsWith(place))).not.toEqual([]);
  });

  test('a list of sound objects passes', () => {
    const text =
      '{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]}';
    expect(problems(parse(text))).toEqual([]);
  });
});

describe('what the project shows passes it', () => {
  const manifests = yamlFiles(join(root, 'manifests')).map((path) => [relative(root, path), path] as const);
  test.each(manifests)('%s', (_name, path) => {
    const documents = parseAllDocuments(readFileSync(path, 'utf8')).map((one) => one.toJS() as unknown);
    expect(documents).not.toEqual([]);
    expect(documents.flatMap(problems)).toEqual([]);
  });

  test('each manifest names it in its first line', () => {
    for (const [name, path] of manifests) {
      const schema = relative(join(path, '..'), join(root, 'schemas', 'vctl.schema.json'));
      expect(readFileSync(path, 'utf8').split('\n')[0], name).toBe(
        `# yaml-language-server: $schema=${schema}`,
      );
    }
  });
});
