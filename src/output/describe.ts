import { assertNever } from '../base/errors.ts';
import { paint, stateStyle } from './paint.ts';
import { type Table, tableLines } from './table.ts';
import { printable } from '../base/printable.ts';
import { padTo, widthOf } from './width.ts';

/**
 * One entry of a description. A field shows `Label: value`, more than one value on lines of its own below
 * the first; with `children` it is also the heading of what explains it, aligned with it.
 */
export type DescribeNode =
  | {
      readonly type: 'field';
      readonly label: string;
      /** Empty text and no values show as `<none>`. */
      readonly value: string | readonly string[];
      /** The value is a state, to be coloured by how good or bad it is. */
      readonly state?: boolean;
      readonly children?: readonly DescribeNode[];
    }
  | { readonly type: 'section'; readonly label: string; readonly children: readonly DescribeNode[] }
  /** Without rows it shows as `Label: <none>`. */
  | { readonly type: 'table'; readonly label: string; readonly table: Table };

export interface DescribeOptions {
  readonly color?: boolean;
}

/** Blanks a level of nesting, and between a label and its value. */
const step = 2;

/** A field; the short way to write the commonest node. */
export function field(label: string, value: string | readonly string[]): DescribeNode {
  return { type: 'field', label, value };
}

/**
 * The description of one object as lines of labels and values, in the manner of `kubectl describe`: the
 * values of neighbouring fields start in one column, sections and tables are indented below their label.
 */
export function renderDescription(nodes: readonly DescribeNode[], options: DescribeOptions = {}): string {
  return [...describeLines(nodes, 0, valueColumn(nodes, 0), options)].map((line) => `${line}\n`).join('');
}

/** The descriptions of several objects, two blank lines apart as kubectl's. */
export function* renderDescriptions(
  descriptions: Iterable<readonly DescribeNode[]>,
  options: DescribeOptions = {},
): Generator<string> {
  let before = '';
  for (const nodes of descriptions) {
    yield before + renderDescription(nodes, options);
    before = '\n\n';
  }
}

function* describeLines(
  nodes: readonly DescribeNode[],
  indent: number,
  column: number,
  options: DescribeOptions,
): Generator<string> {
  for (const node of nodes) {
    const label = `${' '.repeat(indent)}${node.label}:`;
    switch (node.type) {
      case 'field':
        yield* fieldLines(label, node, column, options);
        // What explains a value stands in the same column as the value.
        yield* describeLines(node.children ?? [], indent + step, column, options);
        break;
      case 'section': {
        const inner = indent + step;
        yield node.children.length === 0 ? padTo(label, column) + '<none>' : label;
        yield* describeLines(node.children, inner, valueColumn(node.children, inner), options);
        break;
      }
      case 'table':
        yield node.table.rows.length === 0 ? padTo(label, column) + '<none>' : label;
        if (node.table.rows.length > 0) yield* indentedTable(node.table, indent + step, options);
        break;
      default:
        assertNever(node);
    }
  }
}

function* fieldLines(
  label: string,
  node: Extract<DescribeNode, { type: 'field' }>,
  column: number,
  options: DescribeOptions,
): Generator<string> {
  const values = typeof node.value === 'string' ? node.value.split('\n') : node.value;
  const shown = values.length === 0 || (values.length === 1 && values[0] === '') ? ['<none>'] : values;
  let head = label;
  for (const value of shown) {
    const style = node.state === true ? stateStyle(value) : undefined;
    yield (padTo(head, column) + paint(printable(value), style, options.color ?? false)).trimEnd();
    head = '';
  }
}

function* indentedTable(table: Table, indent: number, options: DescribeOptions): Generator<string> {
  for (const line of tableLines(table, { gap: step, underline: true, color: options.color })) {
    yield ' '.repeat(indent) + line;
  }
}

/** Where the values of these nodes start, the fields below a field included. */
function valueColumn(nodes: readonly DescribeNode[], indent: number): number {
  let column = 0;
  for (const node of nodes) {
    // The label, its colon, and at least `step` blanks.
    if (showsValue(node)) column = Math.max(column, indent + widthOf(node.label) + 1 + step);
    if (node.type === 'field' && node.children) {
      column = Math.max(column, valueColumn(node.children, indent + step));
    }
  }
  return column;
}

function showsValue(node: DescribeNode): boolean {
  switch (node.type) {
    case 'field':
      return true;
    case 'section':
      return node.children.length === 0;
    case 'table':
      return node.table.rows.length === 0;
  }
}
