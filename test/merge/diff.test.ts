import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffObjects, type FieldChange } from '../../src/merge/diff.ts';
import { schema, thing } from './support.ts';

/** `+path=value`, `-path=value`, `~path=old>new` */
function lines(changes: readonly FieldChange[]): string[] {
  return changes.map(({ path, type, before, after }) => {
    const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
    return type === 'added'
      ? `+${path}=${now}`
      : type === 'removed'
        ? `-${path}=${old}`
        : `~${path}=${old}>${now}`;
  });
}

const rows: [string, unknown, unknown, string[]][] = [
  ['a changed leaf', { replicas: 1 }, { replicas: 2 }, ['~.spec.replicas=1>2']],
  [
    'leaf by leaf',
    {},
    { resources: { cpu: '1', memory: '2' } },
    ['+.spec.resources.cpu="1"', '+.spec.resources.memory="2"'],
  ],
  [
    'keyed items',
    { tiers: [{ name: 'a', replicas: 1 }, { name: 'b' }] },
    { tiers: [{ name: 'c' }, { name: 'a', replicas: 2 }] },
    [
      '~.spec.tiers[name="a"].replicas=1>2',
      '-.spec.tiers[name="b"].name="b"',
      '+.spec.tiers[name="c"].name="c"',
    ],
  ],
  [
    'items of a set',
    { zones: ['a', 'b'] },
    { zones: ['b', 'c'] },
    ['-.spec.zones[="a"]="a"', '+.spec.zones[="c"]="c"'],
  ],
  ['atomic lists as a whole', { args: ['a'] }, { args: ['a', 'b'] }, ['~.spec.args=["a"]>["a","b"]']],
  ['an empty object', {}, { config: {} }, ['+.spec.config={}']],
  ['another shape', { free: { a: 1 } }, { free: { a: { b: 2 } } }, ['-.spec.free.a=1', '+.spec.free.a.b=2']],
  ['no order of keyed items', { zones: ['a', 'b'] }, { zones: ['b', 'a'] }, []],
];

describe('differences', () => {
  test.each(rows)('%s', (_name, before, after, expected) => {
    expect(lines(diffObjects(thing(before), thing(after), { schema }))).toEqual(expected);
  });

  test('without a schema, lists are compared as a whole', () => {
    expect(lines(diffObjects(thing({ zones: ['a', 'b'] }), thing({ zones: ['b', 'a'] })))).toHaveLength(1);
  });

  test('what the system writes is no difference', () => {
    const before = {
      ...thing({ replicas: 1 }, { uid: 'a', resourceVersion: '1', generation: 1 }),
      status: { a: 1 },
    };
    const after = thing({ replicas: 1 }, { uid: 'b', creationTimestamp: 't', managedFields: [] });
    expect(diffObjects(before, after, { schema })).toEqual([]);
  });

  test('an object that comes or goes', () => {
    const all = ['apiVersion="vctl.dev/v1alpha1"', 'kind="Thing"', 'metadata.name="x"', 'spec.replicas=1'];
    expect(lines(diffObjects(undefined, thing({ replicas: 1 })))).toEqual(all.map((l) => `+.${l}`));
    expect(lines(diffObjects(thing({ replicas: 1 }), undefined))).toEqual(all.map((l) => `-.${l}`));
  });

  test.each<[string, unknown, unknown, string[]]>([
    ['changed', { a: { key: 'x' } }, { a: { key: 'y' } }, ['~.spec.free.a="***">"***"']],
    ['added', {}, { a: { key: 'y' } }, ['+.spec.free.a="***"']],
    ['in another shape', 1, { a: { key: 'y' } }, ['-.spec.free=1', '+.spec.free.a="***"']],
    ['equal', { a: { key: 'x' } }, { a: { key: 'x' } }, []],
  ])('redacted · %s', (_name, before, after, expected) => {
    const redact = (path: string): boolean => path === '.spec.free.a';
    expect(lines(diffObjects(thing({ free: before }), thing({ free: after }), { schema, redact }))).toEqual(
      expected,
    );
  });

  test('equal objects have none; others do, sorted by path', () => {
    const value = fc.oneof(
      fc.nat(1),
      fc.constantFrom(null, 'a'),
      fc.dictionary(fc.constantFrom('c', 'd'), fc.nat(1)),
    );
    const free = fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), value);
    fc.assert(
      fc.property(free, free, (left, right) => {
        const copy = JSON.parse(JSON.stringify(left)) as unknown;
        expect(diffObjects(thing({ free: left }), thing({ free: copy }), { schema })).toEqual([]);
        const paths = diffObjects(thing({ free: left }), thing({ free: right }), { schema }).map(
          (c) => c.path,
        );
        expect(paths).toEqual([...paths].sort());
        expect(paths.length === 0).toBe(JSON.stringify(sorted(left)) === JSON.stringify(sorted(right)));
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => [k, sorted(v)] as unknown);
}
