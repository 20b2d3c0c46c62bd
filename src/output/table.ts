import { paint, type Style } from './paint.ts';
import { printable } from '../base/printable.ts';
import { widthOf } from './width.ts';

export interface TableColumn {
  /** The heading, shown as it is. */
  readonly name: string;
  /** @defaultValue 'left' */
  readonly align?: 'left' | 'right';
  /** 0 is always shown, anything above only with `wide`, as in the Kubernetes Table API. @defaultValue 0 */
  readonly priority?: number;
  /** How to colour a cell of this column. Asked only when there is colour. */
  readonly style?: (text: string) => Style | undefined;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  /** One text a column and row; missing ones are empty. */
  readonly rows: readonly (readonly string[])[];
}

export interface TableOptions {
  readonly wide?: boolean;
  readonly color?: boolean;
  readonly noHeaders?: boolean;
  /** Blanks between columns. @defaultValue 3, as kubectl */
  readonly gap?: number;
  /** A line of dashes under the headings, as `kubectl describe` draws it. */
  readonly underline?: boolean;
}

interface Column {
  readonly spec: TableColumn;
  /** Where its text stands in a row. */
  readonly index: number;
  readonly width: number;
}

/** The whole table as one text, ending with a newline; '' when there is no line to show. */
export function renderTable(table: Table, options: TableOptions = {}): string {
  let text = '';
  for (const line of tableLines(table, options)) text += `${line}\n`;
  return text;
}

/**
 * The lines of a table, without newlines. Cells are aligned by the width that they take on a terminal,
 * control characters are escaped, and no line ends in blanks.
 */
export function* tableLines(table: Table, options: TableOptions = {}): Generator<string> {
  const rows = table.rows.map((row) => row.map((cell) => printable(cell).trimEnd()));
  const columns = layOut(table.columns, rows, options);
  const headings = table.columns.map((column) => column.name);
  const gap = ' '.repeat(options.gap ?? 3);
  if (columns.length === 0) return;
  if (options.noHeaders !== true) {
    yield line(headings, columns, gap, false);
    if (options.underline === true) {
      const dashes = headings.map((heading) => '-'.repeat(widthOf(heading)));
      yield line(dashes, columns, gap, false);
    }
  }
  for (const row of rows) yield line(row, columns, gap, options.color ?? false);
}

function layOut(
  specs: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): Column[] {
  return specs.flatMap((spec, index) => {
    if ((spec.priority ?? 0) > 0 && options.wide !== true) return [];
    let width = options.noHeaders === true ? 0 : widthOf(spec.name);
    for (const row of rows) width = Math.max(width, widthOf(row[index] ?? ''));
    return [{ spec, index, width }];
  });
}

function line(texts: readonly string[], columns: readonly Column[], gap: string, color: boolean): string {
  let result = '';
  // Blanks are held back until there is text to their right: so no line ends in blanks, coloured or not.
  let blanks = '';
  for (const { spec, index, width } of columns) {
    const text = texts[index] ?? '';
    const spare = ' '.repeat(width - widthOf(text));
    if (spec.align === 'right') blanks += spare;
    if (text !== '') {
      result += blanks + paint(text, color ? spec.style?.(text) : undefined, color);
      blanks = '';
    }
    blanks += spec.align === 'right' ? gap : spare + gap;
  }
  return result;
}
