import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readablePaths } from '../../src/merge/field-path.ts';
import {
  difference,
  type FieldPath,
  type FieldSet,
  fieldSetOf,
  fieldsOf,
  fromFieldsV1,
  has,
  pathsOf,
  toFieldsV1,
  union,
} from '../../src/merge/field-set.ts';
import { abandoned, overlap, withContainers, without } from '../../src/merge/ownership.ts';
import { schema, thing } from './support.ts';

describe('the fields of a value', () => {
  test.each<[string, unknown, unknown]>([
    ['scalar', { replicas: 1 }, { 'f:replicas': {} }],
    ['declared objects are no members', { resources: { cpu: '1' } }, { 'f:resources': { 'f:cpu': {} } }],
    ['an empty object is one', { resources: {} }, { 'f:resources': {} }],
    ['an empty list is one', { tiers: [] }, { 'f:tiers': {} }],
    ['free maps', { config: { b: 'x', a: 'y' } }, { 'f:config': { 'f:a': {}, 'f:b': {} } }],
    ['atomic map', { selector: { app: 'x' } }, { 'f:selector': {} }],
    ['atomic list', { args: ['x'] }, { 'f:args': {} }],
    ['set', { zones: ['b', 'a'] }, { 'f:zones': { 'v:"a"': {}, 'v:"b"': {} } }],
    [
      'keyed list',
      { tiers: [{ name: 'web', replicas: 1 }] },
      { 'f:tiers': { 'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:replicas': {} } } },
    ],
    [
      'two keys, one by default',
      { ports: [{ port: 80 }] },
      { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
    ],
    ['an item without its key makes the list a leaf', { tiers: [{ replicas: 1 }] }, { 'f:tiers': {} }],
    ['so do two items of one key', { tiers: [{ name: 'a' }, { name: 'a' }] }, { 'f:tiers': {} }],
    ['so do two equal items of a set', { zones: ['a', 'a'] }, { 'f:zones': {} }],
    [
      'unknown objects are granular, and members',
      { free: { a: { b: 1 } } },
      { 'f:free': { 'f:a': { '.': {}, 'f:b': {} } } },
    ],
    ['unknown lists are leaves', { free: { a: [{ name: 'b' }] } }, { 'f:free': { 'f:a': {} } }],
    ['null is a value', { replicas: null }, { 'f:replicas': {} }],
    ['undefined is none', { replicas: undefined, size: 1 }, { 'f:size': {} }],
    ['inherited names are names', { config: { constructor: 'x' } }, { 'f:config': { 'f:constructor': {} } }],
  ])('%s', (_name, spec, expected) => {
    const fields = fieldsOf({ spec: thing(spec).spec }, schema);
    expect(JSON.stringify(toFieldsV1(fields))).toBe(JSON.stringify({ 'f:spec': expected }));
  });

  test('with containers, as a plain write owns them', () => {
    expect(fieldsOf({ spec: { resources: { cpu: '1' } } }, schema, true)).toEqual({
      'f:spec': { '.': {}, 'f:resources': { '.': {}, 'f:cpu': {} } },
    });
  });
});

test('readable paths', () => {
  const spec = { tiers: [{ name: 'web' }], zones: ['a'], ports: [{ port: 80 }], replicas: 3 };
  expect(readablePaths(fieldsOf({ spec }, schema))).toEqual([
    '.spec.ports[port=80,protocol="TCP"]',
    '.spec.ports[port=80,protocol="TCP"].port',
    '.spec.replicas',
    '.spec.tiers[name="web"]',
    '.spec.tiers[name="web"].name',
    '.spec.zones[="a"]',
  ]);
});

describe('decoding', () => {
  const sorted = { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} };
  test('takes the canonical form as it is', () => {
    expect(fromFieldsV1(sorted)).toBe(sorted);
  });
  test.each<[string, unknown, unknown]>([
    ['no object', 'x', {}],
    ['unknown elements', { 'f:a': {}, x: {}, 'i:y': {} }, { 'f:a': {} }],
    ['values that are no objects', { 'f:a': 1, 'f:b': { 'f:c': null, '.': {} } }, { 'f:b': {} }],
    ['a node of rubbish alone', { 'f:a': { x: {} } }, {}],
    ['unsorted', { 'f:b': {}, 'f:a': {} }, { 'f:a': {}, 'f:b': {} }],
    ['a lone dot', { 'f:a': { '.': {} } }, { 'f:a': {} }],
    ['a dot at the root', { '.': {}, 'f:a': {} }, { 'f:a': {} }],
  ])('%s', (_name, encoded, expected) => {
    expect(JSON.stringify(fromFieldsV1(encoded))).toBe(JSON.stringify(expected));
  });
});

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'v:1');
const paths: fc.Arbitrary<FieldPath[]> = fc.array(fc.array(element, { minLength: 1, maxLength: 3 }), {
  maxLength: 8,
});

/** The dumb set: texts of paths. */
const textsOf = (set: FieldSet): Set<string> => new Set(pathsOf(set).map((p) => p.join('/')));
const texts = (list: readonly FieldPath[]): Set<string> => new Set(list.map((p) => p.join('/')));
const ordered = (set: Set<string>): string[] => [...set].sort();

describe('set operations equal those on lists of paths', () => {
  test('of, has, encode and decode', () => {
    fc.assert(
      fc.property(paths, fc.array(element, { minLength: 1, maxLength: 3 }), (list, path) => {
        const set = fieldSetOf(list);
        expect(ordered(textsOf(set))).toEqual(ordered(texts(list)));
        expect(has(set, path)).toBe(texts(list).has(path.join('/')));
        const encoded = JSON.parse(JSON.stringify(toFieldsV1(set))) as unknown;
        expect(JSON.stringify(fromFieldsV1(encoded))).toBe(JSON.stringify(set));
        expect(fromFieldsV1(encoded)).toBe(encoded);
      }),
    );
  });
  test.each<[string, (a: FieldSet, b: FieldSet) => FieldSet, (inA: boolean, inB: boolean) => boolean]>([
    ['union', union, (a, b) => a || b],
    ['difference', difference, (a, b) => a && !b],
  ])('%s', (_name, operation, rule) => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const [a, b] = [texts(left), texts(right)];
        const expected = [...new Set([...a, ...b])].filter((p) => rule(a.has(p), b.has(p)));
        const result = operation(fieldSetOf(left), fieldSetOf(right));
        expect(ordered(textsOf(result))).toEqual(expected.sort());
        expect(JSON.stringify(result)).toBe(JSON.stringify(fieldSetOf(expected.map((p) => p.split('/')))));
      }),
    );
  });
  test('what changes nothing gives the same set', () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const a = fieldSetOf(left);
        expect(union(a, difference(a, fieldSetOf(right)))).toBe(a);
        expect(difference(a, difference(fieldSetOf(right), a))).toBe(a);
        expect(without(a, fieldSetOf([['f:z', 'f:a']]))).toBe(a);
      }),
    );
  });
});

describe('ownership', () => {
  const set = (...list: string[]): FieldSet => fieldSetOf(list.map((p) => p.split('/').map((s) => `f:${s}`)));
  test.each<[string, FieldSet, FieldSet]>([
    ['without · a leaf takes all below', without(set('a', 'a/b', 'c'), set('a')), set('c')],
    [
      'without · a container takes itself alone',
      without(set('a', 'a/b', 'a/c'), set('a', 'a/b')),
      set('a/c'),
    ],
    ['without · below a leaf there is nothing to take', without(set('a'), set('a/b')), set('a')],
    ['overlap · equal paths', overlap(set('a', 'b'), set('b', 'c')), set('b')],
    ['overlap · something below the changed leaf', overlap(set('a/b'), set('a')), set('a')],
    ['overlap · around the changed leaf is none', overlap(set('a'), set('a/b')), set()],
    ['abandoned · the topmost part', abandoned(set('a/b', 'a/c'), set('d')), set('a')],
    ['abandoned · around what others have', abandoned(set('a/b', 'a/c'), set('a/c')), set('a/b')],
    ['abandoned · below what others have', abandoned(set('a/b'), set('a')), set('a/b')],
    ['containers', withContainers(set('a/b/c')), set('a', 'a/b', 'a/b/c')],
  ])('%s', (_name, result, expected) => {
    expect(JSON.stringify(result)).toBe(JSON.stringify(expected));
  });
});
