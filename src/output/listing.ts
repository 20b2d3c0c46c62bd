import { type KindTable, type PrinterColumn } from '../model/kinds/columns.ts';
import { type KubeObject } from '../model/object.ts';
import { chunksOf } from './chunks.ts';
import { labelText, nameColumn, objectColumns, plainTable, qualifiedName } from './columns.ts';
import { stateStyle } from './paint.ts';
import { type Table, tableLines } from './table.ts';

export interface ListingOptions {
  readonly nowMs: number;
  readonly tableOf: (kind: string) => KindTable | undefined;
  readonly wide: boolean;
  readonly allNamespaces?: boolean;
  readonly showKind?: boolean;
  readonly showLabels?: boolean;
  readonly labelColumns?: readonly string[];
  readonly noHeaders?: boolean;
  readonly color?: boolean;
}

/**
 * One table a kind, in the order in which the kinds first come, with a blank line between; with several
 * kinds the names carry their kind, so that each can be handed to another command.
 */
export function* objectTables(objects: readonly KubeObject[], options: ListingOptions): Generator<string> {
  const groups = byKind(objects);
  const showKind = options.showKind === true || groups.length > 1;
  for (const [index, group] of groups.entries()) {
    if (index > 0) yield '\n';
    const table = kindTable(group, { ...options, showKind });
    yield* chunksOf(tableLines(table, options));
  }
}

function byKind(objects: readonly KubeObject[]): (readonly KubeObject[])[] {
  const groups = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const key = `${object.apiVersion}/${object.kind}`;
    const group = groups.get(key);
    if (group) group.push(object);
    else groups.set(key, [object]);
  }
  // A map keeps the order in which its keys came.
  return [...groups.values()];
}

function kindTable(objects: readonly KubeObject[], options: ListingOptions): Table {
  const described = options.tableOf(objects[0]?.kind ?? '') ?? plainTable;
  const namespaced = options.allNamespaces === true && objects.some((object) => object.metadata.namespace);
  const columns = [
    ...(namespaced ? [namespaceColumn] : []),
    ...objectColumns(described).map((column) =>
      options.showKind === true && column === nameColumn ? qualifiedColumn : column,
    ),
    ...(options.labelColumns ?? []).map(labelColumn),
    ...(options.showLabels === true ? [labelsColumn] : []),
  ];
  // Columns that will not be shown are not worked out either.
  const shown = columns.filter((column) => options.wide || column.wide !== true);
  return {
    columns: shown.map((column) => ({
      name: column.name.toUpperCase(),
      align: column.align,
      style: column.state === true ? stateStyle : undefined,
    })),
    rows: objects.map((object) => shown.map((column) => column.value(object, options) || '<none>')),
  };
}

const namespaceColumn: PrinterColumn = {
  name: 'NAMESPACE',
  value: (object) => object.metadata.namespace ?? '',
};
const qualifiedColumn: PrinterColumn = { name: 'NAME', value: qualifiedName };
const labelsColumn: PrinterColumn = { name: 'LABELS', value: (object) => labelText(object.metadata.labels) };

/** Headed by the part of the key after its prefix, as kubectl's `-L`. */
function labelColumn(key: string): PrinterColumn {
  return {
    name: key.slice(key.lastIndexOf('/') + 1),
    value: (object) => object.metadata.labels?.[key] ?? '',
  };
}
