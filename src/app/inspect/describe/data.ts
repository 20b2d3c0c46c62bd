import { type DescribeNode } from '../../../output/describe.ts';

/**
 * A description as data: fields by their label in camelCase, sections as objects, tables as lists of rows by
 * heading. Values are the texts that people read; exact figures are in the object itself.
 */
export function descriptionData(nodes: readonly DescribeNode[]): Record<string, unknown> {
  return Object.fromEntries(nodes.map((node) => [camelCase(node.label), dataOf(node)]));
}

function dataOf(node: DescribeNode): unknown {
  switch (node.type) {
    case 'section':
      return descriptionData(node.children);
    case 'field':
      return node.children ? { value: node.value, ...descriptionData(node.children) } : node.value;
    case 'table': {
      const names = node.table.columns.map(({ name }) => camelCase(name));
      return node.table.rows.map((row) =>
        Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])),
      );
    }
  }
}

/** `CPU allocated` is `cpuAllocated`, `Not chosen` is `notChosen`. */
function camelCase(label: string): string {
  const words = label.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join('');
}
