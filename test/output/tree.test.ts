import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderTree, type TreeNode } from '../../src/output/tree.ts';

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');
const tenant: TreeNode = {
  columns: ['Tenant/four', 'IV', 'ready'],
  children: [
    {
      columns: ['Application/crm', 'crm-5.0'],
      children: [
        {
          columns: ['LoadBalancer/crm-web', 'a remark much longer than any cell'],
          children: [{ columns: ['VM/a', 'running', 'xen-0'] }],
        },
        { columns: ['LoadBalancer/crm-db', '', '2 ready', ''] },
      ],
    },
    { columns: ['Traffic/day'] },
  ],
};

describe('renderTree', () => {
  test('branches and columns', () => {
    expect(renderTree([tenant])).toBe(
      text(
        'Tenant/four                 IV       ready',
        '├─ Application/crm          crm-5.0',
        '│  ├─ LoadBalancer/crm-web  a remark much longer than any cell',
        '│  │  └─ VM/a               running  xen-0',
        '│  └─ LoadBalancer/crm-db            2 ready',
        '└─ Traffic/day',
      ),
    );
  });

  test('several roots · aligned together', () => {
    expect(renderTree([{ columns: ['a', '1'] }, { columns: ['long', '2'] }])).toBe(
      text('a     1', 'long  2'),
    );
  });

  test('none · nothing', () => {
    expect(renderTree([])).toBe('');
  });

  test('colour · moves nothing', () => {
    const colored = renderTree([tenant], { color: true });
    expect(colored).toContain('\u001b[32mrunning\u001b[39m');
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(renderTree([tenant]));
  });

  test('one line a node, second columns start at one place', () => {
    const columns = fc.stringMatching(/^[a-z]{1,9}$/).map((name) => [name, '#']);
    const node = fc.memo((depth): fc.Arbitrary<TreeNode> =>
      depth <= 1
        ? fc.record({ columns })
        : fc.record({ columns, children: fc.array(node(), { maxLength: 3 }) }),
    );
    const count = (tree: TreeNode): number =>
      1 + (tree.children ?? []).reduce((sum, child) => sum + count(child), 0);
    fc.assert(
      fc.property(node(4), (tree) => {
        const lines = renderTree([tree]).trimEnd().split('\n');
        expect(lines).toHaveLength(count(tree));
        expect(new Set(lines.map((line) => line.indexOf('#'))).size).toBe(1);
      }),
    );
  });
});
