import { type KindTable } from '../model/kinds/columns.ts';
import { type KubeObject } from '../model/object.ts';
import { chunksOf } from './chunks.ts';
import { qualifiedName } from './columns.ts';
import { customTable } from './custom-columns.ts';
import { type OutputFormat } from './format.ts';
import { renderTemplate } from './jsonpath.ts';
import { objectTables } from './listing.ts';
import { orderedObject, type ShownFields } from './ordered.ts';
import { tableLines } from './table.ts';
import { objectYaml, yamlText } from './yaml-text.ts';

export interface ObjectsContext extends ShownFields {
  /** The present of the world, ms since the Unix epoch, for ages. */
  readonly nowMs: number;
  /** The columns of a kind; undefined for kinds with none of their own. */
  readonly tableOf: (kind: string) => KindTable | undefined;
  /**
   * One object was asked for by its name: JSON, YAML and jsonpath are then given that object itself,
   * else a `v1 List`, however many objects there happen to be, so that scripts can rely on `.items`.
   */
  readonly single: boolean;
  /** Adds a NAMESPACE column to the tables of namespaced kinds. */
  readonly allNamespaces?: boolean;
  /** Names objects as `virtualmachine.vctl.dev/web-0` even when there is only one kind. */
  readonly showKind?: boolean;
  readonly showLabels?: boolean;
  /** One column more for each of these label keys. */
  readonly labelColumns?: readonly string[];
  readonly noHeaders?: boolean;
  readonly color?: boolean;
}

/**
 * The objects in the asked format, in their given order, as chunks of text to be written one after the
 * other. No objects make no table and no names; JSON, YAML and jsonpath are then given an empty List.
 */
export function renderObjects(
  objects: readonly KubeObject[],
  format: OutputFormat,
  context: ObjectsContext,
): Iterable<string> {
  switch (format.type) {
    case 'table':
      return objectTables(objects, { ...context, wide: format.wide });
    case 'json':
      return jsonChunks(objects, context);
    case 'yaml':
      return yamlChunks(objects, context);
    case 'name':
      return chunksOf(namesOf(objects));
    case 'jsonpath':
      return [renderTemplate(format.template, templateData(objects, context))];
    case 'custom-columns': {
      const table = customTable(format.columns, objects);
      return objects.length === 0 ? [] : chunksOf(tableLines(table, { noHeaders: context.noHeaders }));
    }
  }
}

function* namesOf(objects: readonly KubeObject[]): Generator<string> {
  for (const object of objects) yield qualifiedName(object);
}

const listHead = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' } };

function onlyOne(objects: readonly KubeObject[], context: ObjectsContext): KubeObject | undefined {
  return context.single && objects.length === 1 ? objects[0] : undefined;
}

function templateData(objects: readonly KubeObject[], context: ObjectsContext): unknown {
  return onlyOne(objects, context) ?? { ...listHead, items: objects };
}

/** Four blanks a level, as kubectl; one chunk an object, each the very text that the whole would have. */
function* jsonChunks(objects: readonly KubeObject[], context: ObjectsContext): Generator<string> {
  const one = onlyOne(objects, context);
  if (one) {
    yield `${JSON.stringify(orderedObject(one, context), null, 4)}\n`;
    return;
  }
  if (objects.length === 0) {
    yield `${JSON.stringify({ ...listHead, items: [] }, null, 4)}\n`;
    return;
  }
  yield `${JSON.stringify(listHead, null, 4).slice(0, -2)},\n    "items": [\n`;
  for (const [index, object] of objects.entries()) {
    const text = JSON.stringify(orderedObject(object, context), null, 4).replaceAll('\n', '\n        ');
    yield `        ${text}${index < objects.length - 1 ? ',' : ''}\n`;
  }
  yield '    ]\n}\n';
}

function* yamlChunks(objects: readonly KubeObject[], context: ObjectsContext): Generator<string> {
  const one = onlyOne(objects, context);
  if (one) {
    yield objectYaml(one, context);
    return;
  }
  yield yamlText(listHead);
  yield objects.length === 0 ? 'items: []\n' : 'items:\n';
  for (const object of objects) yield yamlText([orderedObject(object, context)]);
}
