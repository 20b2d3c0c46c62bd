import { paint, stateStyle } from './paint.ts';
import { printable } from '../base/printable.ts';
import { padTo, widthOf } from './width.ts';

/** A line of a tree: its own name and what is told of it, and the lines below it, in order. */
export interface TreeNode {
  /** The first stands behind the branches; the others are aligned over the whole tree. */
  readonly columns: readonly string[];
  readonly children?: readonly TreeNode[];
}

export interface TreeOptions {
  /** Columns after the first that hold a state are coloured by how good or bad it is. */
  readonly color?: boolean;
}

interface Row {
  /** The branches, drawn in a quiet colour. */
  readonly branch: string;
  readonly cells: readonly string[];
}

const gap = '  ';

/**
 * The trees below `roots` as text, drawn with `├─ └─ │`. All columns start at one place in every line; the
 * last cell of a line pushes nothing aside, so one long remark leaves the others together.
 */
export function renderTree(roots: readonly TreeNode[], options: TreeOptions = {}): string {
  const rows = roots.flatMap((root) => [...rowsOf(root, '', '')]);
  const widths = columnWidths(rows);
  return rows.map((row) => `${treeLine(row, widths, options.color ?? false)}\n`).join('');
}

function* rowsOf(node: TreeNode, branch: string, below: string): Generator<Row> {
  yield { branch, cells: trimmed(node.columns.map(printable)) };
  const children = node.children ?? [];
  for (const [index, child] of children.entries()) {
    const last = index === children.length - 1;
    yield* rowsOf(child, below + (last ? '└─ ' : '├─ '), below + (last ? '   ' : '│  '));
  }
}

/** Without the empty cells at the end: then the last cell really is the last text of the line. */
function trimmed(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

function columnWidths(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const { branch, cells } of rows) {
    for (const [index, cell] of cells.slice(0, -1).entries()) {
      const width = widthOf(cell) + (index === 0 ? widthOf(branch) : 0);
      widths[index] = Math.max(widths[index] ?? 0, width);
    }
  }
  return widths;
}

function treeLine({ branch, cells }: Row, widths: readonly number[], color: boolean): string {
  let line = paint(branch, 'quiet', color);
  for (const [index, cell] of cells.entries()) {
    const style = index === 0 ? undefined : stateStyle(cell);
    line += paint(cell, style, color);
    if (index === cells.length - 1) break;
    line += padTo('', (widths[index] ?? 0) - widthOf(cell) - (index === 0 ? widthOf(branch) : 0)) + gap;
  }
  return line;
}
