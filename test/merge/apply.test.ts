import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../src/base/deep.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { apply, conflicts, owners, plain, startMs, thing, type Who, write } from './support.ts';

const laterMs = startMs + 60_000;

describe('one manager', () => {
  test('creates: owns what it declares, not identity nor status', () => {
    const applied = {
      ...thing({ replicas: 1 }, { labels: { a: 'b' }, namespace: 'n' }),
      status: { phase: 'Ready' },
    };
    const object = apply(undefined, 'file', applied);
    expect(object).toEqual({
      ...thing({ replicas: 1 }, { labels: { a: 'b' }, namespace: 'n' }),
      metadata: {
        name: 'x',
        namespace: 'n',
        labels: { a: 'b' },
        managedFields: [
          {
            manager: 'file',
            operation: 'Apply',
            apiVersion: 'vctl.dev/v1alpha1',
            time: '2000-01-01T00:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:spec': { 'f:replicas': {} } },
          },
        ],
      },
    });
  });

  const removals: [string, unknown, unknown, unknown][] = [
    ['a field', { replicas: 1, size: 2 }, { size: 2 }, { size: 2 }],
    ['a key of a map', { config: { a: '1', b: '2' } }, { config: { b: '2' } }, { config: { b: '2' } }],
    ['a whole object', { size: 1, resources: { cpu: '1' } }, { size: 1 }, { size: 1 }],
    [
      'an item of a keyed list',
      { tiers: [{ name: 'a' }, { name: 'b' }] },
      { tiers: [{ name: 'b' }] },
      { tiers: [{ name: 'b' }] },
    ],
    [
      'a field of an item',
      { tiers: [{ name: 'a', replicas: 2 }] },
      { tiers: [{ name: 'a' }] },
      { tiers: [{ name: 'a' }] },
    ],
    ['an item of a set', { zones: ['a', 'b'] }, { zones: ['b'] }, { zones: ['b'] }],
    ['an atomic list', { size: 1, args: ['a'] }, { size: 1 }, { size: 1 }],
    [
      'a part of an atomic object',
      { selector: { app: 'a', tier: 'b' } },
      { selector: { tier: 'b' } },
      { selector: { tier: 'b' } },
    ],
    [
      'a nested keyed item',
      { tiers: [{ name: 'a', children: [{ name: 'c' }, { name: 'd' }] }] },
      { tiers: [{ name: 'a', children: [{ name: 'd' }] }] },
      { tiers: [{ name: 'a', children: [{ name: 'd' }] }] },
    ],
    ['everything', { size: 1 }, undefined, undefined],
  ];
  test.each(removals)('no longer declared · %s', (_name, first, second, expected) => {
    const live = apply(undefined, 'file', thing(first));
    expect(plain(apply(live, 'file', thing(second)))).toEqual(thing(expected));
  });

  const changes: [string, unknown, unknown, unknown][] = [
    ['a scalar', { size: 1 }, { size: 2 }, { size: 2 }],
    ['a scalar becomes an object', { free: { a: 1 } }, { free: { a: { b: 1 } } }, { free: { a: { b: 1 } } }],
    ['an object becomes a scalar', { free: { a: { b: 1 } } }, { free: { a: 1 } }, { free: { a: 1 } }],
    [
      'order of a keyed list',
      { tiers: [{ name: 'a' }, { name: 'b' }] },
      { tiers: [{ name: 'b' }, { name: 'a' }] },
      { tiers: [{ name: 'b' }, { name: 'a' }] },
    ],
    ['atomic list', { args: ['a', 'b'] }, { args: ['b'] }, { args: ['b'] }],
    [
      'keys called as inherited ones',
      { config: { a: '1' } },
      { config: { constructor: 'x' } },
      { config: { constructor: 'x' } },
    ],
    [
      'a list turns out not to be keyed',
      { tiers: [{ name: 'a' }] },
      { tiers: [{ replicas: 1 }] },
      { tiers: [{ replicas: 1 }] },
    ],
  ];
  test.each(changes)('changed · %s', (_name, first, second, expected) => {
    const live = apply(undefined, 'file', thing(first));
    const next = apply(live, 'file', thing(second));
    expect(plain(next)).toEqual(thing(expected));
    expect(apply(next, 'file', thing(second))).toBe(next);
  });

  test('time moves with what it did, and only then', () => {
    const live = apply(undefined, 'file', thing({ size: 1 }));
    const again = apply(live, 'file', thing({ size: 1 }), { nowMs: laterMs });
    expect(again).toBe(live);
    const changed = apply(live, 'file', thing({ size: 2 }), { nowMs: laterMs });
    expect(changed.metadata.managedFields?.[0]?.time).toBe('2000-01-01T00:01:00Z');
  });

  test('what the system wrote stays, and status too', () => {
    const stored: KubeObject = {
      ...apply(undefined, 'file', thing({ size: 1 }, { labels: { a: 'b' } })),
      status: { phase: 'Ready' },
    };
    const live = {
      ...stored,
      metadata: { ...stored.metadata, uid: 'u', resourceVersion: '7', generation: 3 },
    };
    const next = apply(live, 'file', { ...thing({ size: 2 }), status: { phase: 'Never' } });
    expect(plain(next)).toEqual({
      ...thing({ size: 2 }, { uid: 'u', resourceVersion: '7', generation: 3 }),
      status: { phase: 'Ready' },
    });
    expect(JSON.stringify(owners(next))).not.toContain('status');
  });

  test('metadata that nobody owns outlives the labels that were owned', () => {
    const live = apply(undefined, 'file', thing({}, { labels: { a: 'b' } }));
    const noted = { ...live, metadata: { ...live.metadata, annotations: { by: 'system' } } };
    expect(plain(apply(noted, 'file', thing({})))).toEqual(thing({}, { annotations: { by: 'system' } }));
  });

  test.each<[string, unknown, unknown]>([
    ['in a map', { free: {} }, JSON.parse('{"free":{"__proto__":{}}}')],
    ['in an atomic object', { selector: {} }, { selector: { constructor: 'x' } }],
  ])('inherited names are not taken for keys · %s', (_name, before, applied) => {
    const next = apply(thing(before), 'file', thing(applied));
    expect(JSON.stringify(next.spec)).toBe(JSON.stringify(applied));
    expect(next.spec).not.toBe(before);
    expect(Object.keys(Object.values(next.spec as object)[0] as object)).toHaveLength(1);
  });

  test('another apiVersion is noted', () => {
    const live = apply(undefined, 'file', thing({ size: 1 }));
    const next = apply(live, 'file', thing({ size: 1 }), { apiVersion: 'vctl.dev/v1' });
    expect(next.metadata.managedFields?.map((e) => e.apiVersion)).toEqual(['vctl.dev/v1']);
  });

  test('a field that nobody owns is taken without a conflict', () => {
    const next = apply(thing({ size: 1, replicas: 1 }), 'file', thing({ size: 2 }));
    expect(plain(next)).toEqual(thing({ size: 2, replicas: 1 }));
  });
});

describe('two managers', () => {
  const byB = apply(
    undefined,
    'b',
    thing({ replicas: 1, tiers: [{ name: 'web', replicas: 2 }] }, { finalizers: ['f'] }),
  );

  test('equal values are shared, and stay until the last owner lets go', () => {
    const shared = apply(byB, 'a', thing({ replicas: 1 }));
    expect(owners(shared)['a Apply']).toEqual(['.spec.replicas']);
    expect(owners(shared)['b Apply']).toContain('.spec.replicas');
    const released = apply(shared, 'b', thing());
    expect(plain(released)).toEqual(thing({ replicas: 1 }));
    expect(plain(apply(released, 'a', thing()))).toEqual(thing());
  });

  test('another value is a conflict, each named with its owner', () => {
    const byC = write(byB, 'c', { ...byB, spec: { ...(byB.spec as object), size: 5 } });
    const applied = thing({ size: 6, replicas: 9, tiers: [{ name: 'web', replicas: 3 }] });
    expect(conflicts(byC, 'a', applied)).toEqual([
      { manager: 'b', operation: 'Apply', path: '.spec.replicas' },
      { manager: 'b', operation: 'Apply', path: '.spec.tiers[name="web"].replicas' },
      { manager: 'c', operation: 'Update', path: '.spec.size' },
    ]);
  });

  test('a part in the place of a whole is a conflict', () => {
    const live = apply(undefined, 'b', thing({ free: { a: { b: 1 } } }));
    expect(conflicts(live, 'a', thing({ free: { a: 1 } }))).toMatchObject([{ path: '.spec.free.a' }]);
    const scalar = apply(undefined, 'b', thing({ free: { a: 1 } }));
    expect(conflicts(scalar, 'a', thing({ free: { a: { b: 1 } } }))).toMatchObject([
      { path: '.spec.free.a' },
    ]);
  });

  test('force takes ownership of what differs, and of that alone', () => {
    const next = apply(byB, 'a', thing({ replicas: 9 }), { force: true, nowMs: laterMs });
    expect(next.spec).toEqual({ replicas: 9, tiers: [{ name: 'web', replicas: 2 }] });
    expect(owners(next)).toEqual({
      'a Apply': ['.spec.replicas'],
      'b Apply': [
        '.metadata.finalizers[="f"]',
        '.spec.tiers[name="web"]',
        '.spec.tiers[name="web"].name',
        '.spec.tiers[name="web"].replicas',
      ],
    });
    expect(next.metadata.managedFields?.map((e) => e.time)).toEqual([
      '2000-01-01T00:00:00Z',
      '2000-01-01T00:01:00Z',
    ]);
  });

  test('each adds its own parts; removing one keeps the other', () => {
    const applied = thing(
      { tiers: [{ name: 'db' }, { name: 'web', resources: { cpu: '1' } }] },
      { finalizers: ['g'], ownerReferences: [{ apiVersion: 'v1', kind: 'K', name: 'n', uid: 'u' }] },
    );
    const both = apply(byB, 'a', applied);
    expect(both.spec).toEqual({
      replicas: 1,
      tiers: [{ name: 'db' }, { name: 'web', replicas: 2, resources: { cpu: '1' } }],
    });
    expect(both.metadata.finalizers).toEqual(['f', 'g']);
    const onlyA = apply(both, 'b', thing());
    expect(plain(onlyA)).toEqual(applied);
    const onlyB = apply(both, 'a', thing());
    expect(plain(onlyB)).toEqual(plain(byB));
    expect(onlyB.metadata.managedFields).toEqual(byB.metadata.managedFields);
  });

  test('a removed part leaves the object of which another owns something', () => {
    const live = apply(
      apply(undefined, 'b', thing({ config: { b: '1' } })),
      'a',
      thing({ config: { a: '1' } }),
    );
    expect(plain(apply(live, 'a', thing({})))).toEqual(thing({ config: { b: '1' } }));
  });
});

test('an item of which another owns a field keeps what identifies it', () => {
  const live = apply(undefined, 'a', thing({ tiers: [{ name: 'web', replicas: 1 }] }));
  const scaled = write(live, 'b', { ...live, spec: { tiers: [{ name: 'web', replicas: 2 }] } });
  expect(apply(scaled, 'a', thing({ tiers: [] })).spec).toEqual({ tiers: [{ name: 'web', replicas: 2 }] });
});

describe('the same manager by another operation', () => {
  test('never conflicts, and what is applied passes to the apply', () => {
    const live = write(undefined, 'vctl', thing({ replicas: 1, size: 1, resources: { cpu: '1' } }));
    const next = apply(live, 'vctl', thing({ replicas: 2, resources: { cpu: '1' } }));
    expect(next.spec).toEqual({ replicas: 2, size: 1, resources: { cpu: '1' } });
    expect(owners(next)).toEqual({
      'vctl Apply': ['.spec.replicas', '.spec.resources.cpu'],
      'vctl Update': ['.spec.size'],
    });
    expect(apply(next, 'vctl', thing({ replicas: 2, resources: { cpu: '1' } }))).toBe(next);
  });

  test.each<[string, Who, boolean]>([
    ['another name conflicts', {}, true],
    ['unless it is told to be the same', { equivalentManagers: ['vctl-edit'] }, false],
  ])('%s', (_name, who, isConflict) => {
    const live = write(apply(undefined, 'vctl', thing({ size: 1 })), 'vctl-edit', thing({ size: 2 }));
    if (isConflict) {
      expect(conflicts(live, 'vctl', thing({ size: 3 }), who)).toHaveLength(1);
    } else {
      const next = apply(live, 'vctl', thing({ size: 3 }), who);
      expect(next.spec).toEqual({ size: 3 });
      expect(owners(next)).toMatchObject({ 'vctl Apply': ['.spec.size'] });
    }
  });
});

describe('giving way', () => {
  const file = thing({ replicas: 3, size: 1 });
  const first = apply(undefined, 'file', file);
  const scaled = write(first, 'autoscaler', { ...first, spec: { replicas: 7, size: 1 } });
  const leave: Who['leave'] = (c) => c.manager === 'autoscaler' && c.path === '.spec.replicas';

  test('the value of the other stays and belongs to it alone', () => {
    const next = apply(scaled, 'file', thing({ replicas: 3, size: 2 }), { leave });
    expect(next.spec).toEqual({ replicas: 7, size: 2 });
    expect(owners(next)).toMatchObject({
      'file Apply': ['.spec.size'],
      'autoscaler Update': ['.spec.replicas'],
    });
    expect(apply(next, 'file', thing({ replicas: 3, size: 2 }), { leave })).toBe(next);
  });
  test('applying the same file again changes nothing', () => {
    expect(apply(scaled, 'file', file, { leave })).toBe(scaled);
  });
  test('even with force', () => {
    expect(apply(scaled, 'file', file, { leave, force: true })).toBe(scaled);
    expect(apply(scaled, 'file', file, { force: true }).spec).toEqual({ replicas: 3, size: 1 });
  });
  test('other conflicts remain', () => {
    const edited = write(scaled, 'edit', { ...scaled, spec: { replicas: 7, size: 9 } });
    expect(conflicts(edited, 'file', file, { leave })).toEqual([
      { manager: 'edit', operation: 'Update', path: '.spec.size' },
    ]);
  });
});

describe('order of list items', () => {
  const names = (spec: unknown): string[] => (spec as { tiers: { name: string }[] }).tiers.map((t) => t.name);
  const tiers = (text: string): unknown => ({ tiers: [...text].map((name) => ({ name })) });
  test.each([
    ['the applied order wins', 'abc', 'cab', 'cab'],
    ['live items keep their place', 'xabyc', 'cab', 'xcabY'.toLowerCase()],
    ['live items between swapped ones survive', 'axby', 'ba', 'baxy'],
    ['new items stand where they were declared', 'ab', 'anb', 'anb'],
    ['new items among live ones', 'xa', 'na', 'xna'],
  ])('%s', (_name, live, applied, expected) => {
    const next = apply(thing(tiers(live)), 'file', thing(tiers(applied)));
    expect(names(next.spec).join('')).toBe(expected);
  });
});

// ---------------------------------------------------------------- properties

const text = fc.constantFrom('1', '2');
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
const keys = (from: string): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...from), text, { maxKeys: 3 });

/** Specs and metadata over few names, so that managers meet; `from` are the letters to name things by. */
function things(from: string): fc.Arbitrary<KubeObject> {
  const tier = fc.tuple(
    fc.constantFrom(...from),
    some({ replicas: fc.nat(2), resources: some({ cpu: text }) }),
  );
  const tiers = fc.uniqueArray(
    tier.map(([name, rest]) => ({ name, ...rest })),
    { selector: (t) => t.name, maxLength: 3 },
  );
  const zones = fc.uniqueArray(fc.constantFrom(...from), { maxLength: 3 });
  const free = fc.dictionary(fc.constantFrom(...from), fc.oneof(fc.nat(2), keys(from), fc.constant(null)), {
    maxKeys: 3,
  });
  const spec = some({
    replicas: fc.nat(2),
    args: fc.array(text, { maxLength: 2 }),
    selector: keys(from),
    ...{ config: keys(from), tiers, zones, free },
  });
  return fc
    .tuple(fc.option(spec, { nil: undefined }), some({ labels: keys(from), finalizers: zones }))
    .map(([s, m]) => deepFreeze(thing(s, m)));
}

describe('properties', () => {
  test('applying twice is applying once, for any history', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean(), things('pq'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), things('pq'), (steps, last) => {
        let live: KubeObject | undefined;
        for (const [who, isWrite, object] of steps) {
          live = isWrite
            ? write(live, who, {
                ...object,
                metadata: { ...object.metadata, managedFields: live?.metadata.managedFields },
              })
            : apply(live, who, object, { force: true });
          deepFreeze(live);
        }
        const once = apply(live, 'a', last, { force: true, nowMs: laterMs });
        expect(apply(once, 'a', last, { nowMs: laterMs + 1 })).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  test('what is applied is there afterwards', () => {
    fc.assert(
      fc.property(things('pq'), things('pq'), (first, second) => {
        const live = apply(undefined, 'a', first);
        expect(normal(plain(apply(live, 'a', second)))).toEqual(normal(second));
      }),
      { numRuns: 300 },
    );
  });

  test('applying nothing removes exactly what was owned alone', () => {
    fc.assert(
      fc.property(things('pq'), things('pq'), (first, second) => {
        const live = apply(undefined, 'a', first);
        const both = apply(live, 'b', second, { force: true });
        const onlyB = apply(both, 'a', thing());
        const declared = owners(apply(undefined, 'b', second))['b Apply'] ?? [];
        expect(owners(onlyB)['b Apply'] ?? []).toEqual(declared);
        expect(owners(onlyB)['a Apply']).toBeUndefined();
        expect(new Set(ownedPaths(onlyB))).toEqual(new Set(declared));
      }),
      { numRuns: 300 },
    );
  });

  test('managers of disjoint fields commute, but for the order of items', () => {
    fc.assert(
      fc.property(things('pq'), things('xy'), (a, b) => {
        const [left, right] = [disjoint(a, 'left'), disjoint(b, 'right')];
        const ab = apply(apply(undefined, 'a', left), 'b', right);
        const ba = apply(apply(undefined, 'b', right), 'a', left);
        expect(normal(ab)).toEqual(normal(ba));
      }),
      { numRuns: 300 },
    );
  });
});

/** The paths of all that is there, as an applier would own them. */
function ownedPaths(object: KubeObject): string[] {
  return owners(apply(undefined, 'all', plain(object)))['all Apply'] ?? [];
}

/** Leaves only what both managers may declare at once, and keeps apart what is one leaf. */
function disjoint(object: KubeObject, side: 'left' | 'right'): KubeObject {
  const { replicas, args, selector, ...rest } = (object.spec ?? {}) as Record<string, unknown>;
  const spec = side === 'left' ? { ...rest, ...(replicas === undefined ? {} : { replicas }) } : rest;
  const leaves = side === 'right' ? { ...(args ? { args } : {}), ...(selector ? { selector } : {}) } : {};
  return { ...object, spec: { ...spec, ...leaves } };
}

/** Sorts the lists whose order is no matter. */
function normal(object: KubeObject): unknown {
  const sort = (list: unknown): unknown =>
    Array.isArray(list)
      ? [...(list as unknown[])].sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1))
      : list;
  const spec = object.spec === undefined ? undefined : { ...(object.spec as Record<string, unknown>) };
  if (spec) for (const key of ['tiers', 'zones']) if (key in spec) spec[key] = sort(spec[key]);
  const { finalizers, ...metadata } = object.metadata;
  return {
    ...object,
    spec,
    metadata: { ...metadata, ...(finalizers ? { finalizers: sort(finalizers) } : {}) },
  };
}
