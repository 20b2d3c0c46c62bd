import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', 'schemas');
const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const shared = 'common.schema.json#/$defs/';

/** Copies a schema, letting `change` replace each object on the way down. */
export function mapSchema(schema, change) {
  if (Array.isArray(schema)) return schema.map((part) => mapSchema(part, change));
  if (typeof schema !== 'object' || schema === null) return schema;
  const changed = change(schema);
  return Object.fromEntries(Object.entries(changed).map(([key, value]) => [key, mapSchema(value, change)]));
}

/** Turns references to the shared definitions into local ones, and tells which are used. */
function localise(schema, used) {
  return mapSchema(schema, (node) => {
    const name = node.$ref?.replace(shared, '').replace('#/$defs/', '');
    if (name === undefined) return node;
    used.add(name);
    return { ...node, $ref: `#/$defs/${name}` };
  });
}

/** The definitions that several kinds share, as they stand in schemas/. */
export const commonSchema = () => read('common.schema.json');

/** Every kind's schema by kind, as it stands in schemas/. */
export function sourceSchemas() {
  const files = readdirSync(root)
    .filter((file) => file.endsWith('.schema.json') && !['common', 'vctl'].includes(file.split('.')[0]))
    .sort();
  return Object.fromEntries(files.map(read).map((schema) => [schema.title, schema]));
}

/** Every kind's schema by kind, self-contained: what it shares with others stands in its own $defs. */
export function kindSchemas() {
  const common = commonSchema().$defs;
  const kinds = {};
  for (const source of Object.values(sourceSchemas())) {
    const used = new Set();
    const { $schema: _schema, $id: _id, ...schema } = localise(source, used);
    const $defs = {};
    for (const name of used) $defs[name] = localise(common[name], used);
    kinds[schema.title] = { ...schema, $defs: Object.fromEntries(Object.entries($defs).sort()) };
  }
  return kinds;
}
