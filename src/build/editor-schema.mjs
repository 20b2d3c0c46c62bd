/** Makes schemas/vctl.schema.json, which editors are pointed at: `npm run generate` writes it, a test compares it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceSchemas } from './schemas.mjs';

const path = join(import.meta.dirname, '..', '..', 'schemas', 'vctl.schema.json');

/** One kind of document, and what is then asked of it. */
const whenKind = (kind, then) => ({
  if: { properties: { kind: { const: kind } }, required: ['kind'] },
  then,
});

/**
 * The schema of any manifest: a document's kind chooses the schema that it is held to. It refers to the files beside it
 * and repeats nothing of them, so that only a new kind changes it.
 */
export function editorSchema() {
  const schemas = Object.values(sourceSchemas());
  const apiVersions = schemas.map(({ properties }) => properties.apiVersion.const);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://vctl.dev/schemas/vctl.schema.json',
    title: 'vctl',
    description: 'Any vctl manifest, for editors: the field kind chooses the schema of the kind.',
    $comment: 'Generated from the schemas of the kinds by `npm run generate`. Do not edit.',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: {
      apiVersion: { enum: [...new Set(apiVersions)].sort() },
      kind: { enum: [...schemas.map(({ title }) => title), 'List'].sort() },
    },
    allOf: [
      ...schemas.map(({ title, $id }) => whenKind(title, { $ref: $id.split('/').at(-1) })),
      // What `vctl get -o yaml` prints of several objects.
      whenKind('List', {
        required: ['items'],
        properties: { items: { type: 'array', items: { $ref: '#' } } },
      }),
    ],
  };
}

/** As prettier leaves it, but for lists that would fit on one line. */
export const editorSchemaText = () => `${JSON.stringify(editorSchema(), null, 2)}\n`;

if (process.argv[1] === import.meta.filename) writeFileSync(path, editorSchemaText());
