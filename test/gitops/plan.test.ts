import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planApply, type PlanNode } from '../../src/gitops/plan.ts';

/** `a>b` needs b in the set, `a~b` asks to wait for b. */
function nodesOf(...texts: readonly string[]): PlanNode[] {
  return texts.map((text) => {
    const [name = '', ...needs] = text.split(/(?=[>~])/);
    const named = (mark: string): PlanNode['key'][] =>
      needs.filter((need) => need.startsWith(mark)).map((need) => key(need.slice(1)));
    return { key: key(name), place: `${name}.yaml:1:1`, after: named('~'), references: named('>') };
  });
}

function key(name: string): PlanNode['key'] {
  return { kind: 'Host', namespace: '', name };
}

function plan(
  nodes: readonly PlanNode[],
  refused: readonly string[] = [],
  live: readonly string[] = [],
): string[] {
  const { order, held } = planApply(nodes, {
    refused: new Map(refused.map((name) => [`Host//${name}`, `${name}.yaml:9`])),
    exists: ({ name }) => live.includes(name),
  });
  return [
    order.map((node) => node.key.name).join(' '),
    ...held.map(({ node, why }) => `${node.key.name}: ${why}`),
  ];
}

describe('the order of applying', () => {
  test.each([
    ['as given, without any need', ['b', 'a'], ['b a']],
    ['what is referred to comes first', ['a>b', 'b>c', 'c'], ['c b a']],
    ['what is waited for comes first', ['a~b', 'b'], ['b a']],
    ['what is referred to may be missing', ['a>x'], ['a']],
  ])('%s', (_name, nodes, expected) => {
    expect(plan(nodesOf(...nodes))).toEqual(expected);
  });

  test('what is waited for may be there already', () => {
    expect(plan(nodesOf('a~x'), [], ['x'])).toEqual(['a']);
    expect(plan(nodesOf('a~x'))).toEqual([
      '',
      'a: it depends on Host/x, which is neither in the repository nor in the state',
    ]);
  });

  test('what was refused holds back what needs it, and nothing else', () => {
    expect(plan(nodesOf('a>b', 'b>bad', 'c'), ['bad'])).toEqual([
      'c',
      'a: it needs Host/b, which is held back too (b.yaml:1:1)',
      'b: it needs Host/bad, which is refused (bad.yaml:9)',
    ]);
  });

  test('a circle holds back its members and what needs them', () => {
    const circle = 'it is part of a circle: Host/a (a.yaml:1:1) → Host/b (b.yaml:1:1) → Host/a';
    expect(plan(nodesOf('a~b', 'b>a', 'c>a', 'd', 'e~e'))).toEqual([
      'd',
      `a: ${circle}`,
      `b: ${circle}`,
      'c: it needs Host/a, which is held back too (a.yaml:1:1)',
      'e: it depends on itself',
    ]);
  });

  test('property · each after all that it needs, none twice, none lost', () => {
    const edges = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 14 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const nodes = [...Array(9).keys()].map((i) =>
          [`n${i}`, ...pairs.filter(([from]) => from === i).map(([, to]) => `>n${to}`)].join(''),
        );
        const made = nodesOf(...nodes);
        const { order, held } = planApply(made, { refused: new Map(), exists: () => false });
        expect(new Set([...order, ...held.map(({ node }) => node)]).size).toBe(made.length);
        expect(order.length + held.length).toBe(made.length);
        for (const [index, node] of order.entries()) {
          for (const need of node.references) {
            const at = order.findIndex((one) => one.key.name === need.name);
            expect(at >= 0 && at < index).toBe(true);
          }
        }
      }),
    );
  });

  test('a chain of ten thousand is no recursion', () => {
    const names = [...Array(10_000).keys()].map((i) => `n${i}`);
    const nodes = nodesOf(...names.map((name, i) => (i === 0 ? name : `${name}>n${i - 1}`)).reverse());
    const { order } = planApply([...nodes].reverse(), { refused: new Map(), exists: () => false });
    expect(order).toHaveLength(10_000);
  });
});
