import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../src/base/errors.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { type Batch, type Change, type Store, type Write } from '../../src/model/ports.ts';
import { nowMs, thing, thingKey } from './objects.ts';

export interface StoreUnderTest {
  readonly seed: number;
  readonly historyLimit?: number;
}

const seed = 7;

/** What every implementation of the `Store` port must do; `open` gives a new, empty one. */
export function describeStore(name: string, open: (options: StoreUnderTest) => Promise<Store>): void {
  describe(name, () => {
    let store: Store;
    const commit = (writes: readonly Write[], rest: Partial<Batch> = {}) =>
      store.commit({ writes, nowMs, ...rest });
    const create = async (object: KubeObject): Promise<KubeObject> => {
      const committed = await commit([{ type: 'create', object }]);
      return committed.outcomes[0]!.object;
    };
    const reasonOf = async (failing: Promise<unknown>): Promise<string> => {
      const error = await failing.then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(ApiError);
      return (error as ApiError).reason;
    };
    beforeEach(async () => {
      store = await open({ seed });
    });
    afterEach(() => store.close());

    test('a new store · nothing, revision 0', async () => {
      expect(await store.revision()).toBe(0);
      expect(await store.get(thingKey('a'))).toBeUndefined();
      expect(await store.list('Thing')).toEqual({ items: [], revision: 0 });
      expect(await store.changes(0)).toEqual([]);
    });

    describe('writes', () => {
      test('create · identity, time, generation 1 and the revision', async () => {
        const created = await create(thing('a'));
        expect(created.metadata).toEqual({
          name: 'a',
          namespace: 'default',
          uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
          generation: 1,
          creationTimestamp: '2000-01-01T00:00:00Z',
          resourceVersion: '1',
        });
        expect(await store.get(thingKey('a'))).toEqual(created);
        expect(await store.revision()).toBe(1);
      });

      test('create · keeps a uid that it already has', async () => {
        expect((await create(thing('a', { uid: 'given' }))).metadata.uid).toBe('given');
      });

      test('create · cluster-scoped', async () => {
        await create(thing('a', { namespace: undefined }));
        expect(await store.get(thingKey('a', ''))).toMatchObject({ metadata: { name: 'a' } });
        expect(await store.get(thingKey('a'))).toBeUndefined();
      });

      test('create · twice is AlreadyExists', async () => {
        await create(thing('a'));
        expect(await reasonOf(create(thing('a')))).toBe('AlreadyExists');
      });

      test('update · spec bumps the generation, status does not', async () => {
        const created = await create(thing('a'));
        const wider = await commit([{ type: 'update', object: { ...created, spec: { size: 2 } } }]);
        expect(wider.outcomes[0]).toMatchObject({
          type: 'put',
          object: { metadata: { generation: 2, resourceVersion: '2' } },
        });
        const seen = await commit([
          { type: 'update', object: { ...wider.outcomes[0]!.object, status: { ok: true } } },
        ]);
        expect(seen.outcomes[0]!.object.metadata).toMatchObject({ generation: 2, resourceVersion: '3' });
      });

      test('update · nothing new takes no revision', async () => {
        const created = await create(thing('a'));
        const again = await commit([{ type: 'update', object: { ...thing('a') } }]);
        expect(again).toEqual({ revision: 1, outcomes: [{ type: 'unchanged', object: created }] });
        expect(await store.changes(1)).toEqual([]);
      });

      test.each([
        ['update of what is missing', { type: 'update', object: thing('b') }, 'NotFound'],
        ['delete of what is missing', { type: 'delete', key: thingKey('b') }, 'NotFound'],
        [
          'update at an old resourceVersion',
          { type: 'update', object: thing('a', { resourceVersion: '9' }, {}) },
          'Conflict',
        ],
        ['update of another uid', { type: 'update', object: thing('a', { uid: 'x' }, {}) }, 'Conflict'],
        [
          'delete at an old resourceVersion',
          { type: 'delete', key: thingKey('a'), resourceVersion: '9' },
          'Conflict',
        ],
        ['delete of another uid', { type: 'delete', key: thingKey('a'), uid: 'x' }, 'Conflict'],
      ] as const satisfies readonly (readonly [string, Write, string])[])(
        '%s',
        async (_name, write, reason) => {
          await create(thing('a'));
          expect(await reasonOf(commit([write]))).toBe(reason);
          expect(await store.revision()).toBe(1);
        },
      );

      test('delete · with the right preconditions', async () => {
        const created = await create(thing('a'));
        const { uid, resourceVersion } = created.metadata;
        const deleted = await commit([{ type: 'delete', key: thingKey('a'), uid, resourceVersion }]);
        expect(deleted).toEqual({ revision: 2, outcomes: [{ type: 'remove', object: created }] });
        expect(await store.get(thingKey('a'))).toBeUndefined();
      });

      test('delete · a finalizer holds it until removed', async () => {
        await create(thing('a', { finalizers: ['vctl.dev/x'] }));
        const marked = await commit([{ type: 'delete', key: thingKey('a') }]);
        const terminating = marked.outcomes[0]!.object;
        expect(terminating.metadata).toMatchObject({
          deletionTimestamp: '2000-01-01T00:00:00Z',
          generation: 2,
        });
        expect((await commit([{ type: 'delete', key: thingKey('a') }])).outcomes[0]!.type).toBe('unchanged');
        expect(await reasonOf(create(thing('a')))).toBe('AlreadyExists');
        const freed = { ...terminating, metadata: { ...terminating.metadata, finalizers: [] } };
        expect((await commit([{ type: 'update', object: freed }])).outcomes[0]!.type).toBe('remove');
        expect(await store.get(thingKey('a'))).toBeUndefined();
        expect((await store.changes(0)).map((c) => c.type)).toEqual(['Added', 'Modified', 'Deleted']);
      });

      test('delete · propagation in the foreground marks', async () => {
        await create(thing('a'));
        await commit([{ type: 'delete', key: thingKey('a'), propagation: 'Foreground' }]);
        expect((await store.get(thingKey('a')))?.metadata.finalizers).toEqual(['foregroundDeletion']);
      });

      test('the order of keys survives', async () => {
        await create(thing('a', {}, { z: 1, a: { y: 1, b: [{ d: 1, c: 2 }] }, '10': 0, 'é𝒳': 'ü𝒳' }));
        const text = JSON.stringify((await store.get(thingKey('a')))?.spec);
        expect(text).toBe('{"10":0,"z":1,"a":{"y":1,"b":[{"d":1,"c":2}]},"é𝒳":"ü𝒳"}');
      });
    });

    describe('batches', () => {
      test('later writes see the earlier ones', async () => {
        const committed = await commit([
          { type: 'create', object: thing('a') },
          { type: 'update', object: thing('a', {}, { size: 2 }) },
          { type: 'delete', key: thingKey('a') },
          { type: 'create', object: thing('a') },
        ]);
        expect(committed.outcomes.map((o) => o.type)).toEqual(['put', 'put', 'remove', 'put']);
        expect((await store.list('Thing')).items).toEqual([committed.outcomes[3]!.object]);
        expect(committed.outcomes[3]!.object.metadata).toMatchObject({ generation: 1, resourceVersion: '4' });
        expect((await store.changes(0)).map((c) => [c.revision, c.type])).toEqual([
          [1, 'Added'],
          [2, 'Modified'],
          [3, 'Deleted'],
          [4, 'Added'],
        ]);
      });

      test('one failure leaves nothing written', async () => {
        await create(thing('a'));
        const failing = commit(
          [
            { type: 'create', object: thing('b') },
            { type: 'delete', key: thingKey('a') },
            { type: 'create', object: thing('b') },
          ],
          { private: [{ key: 'p', value: 1 }] },
        );
        expect(await reasonOf(failing)).toBe('AlreadyExists');
        expect((await store.list('Thing')).items.map((o) => o.metadata.name)).toEqual(['a']);
        expect(await store.getPrivate('p')).toBeUndefined();
        expect(await store.revision()).toBe(1);
      });

      test('commits started together happen one after the other', async () => {
        const results = await Promise.allSettled([
          create(thing('a')),
          create(thing('a')),
          create(thing('b')),
        ]);
        expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(await store.revision()).toBe(2);
      });

      test('an unexpected revision is a Conflict', async () => {
        await create(thing('a'));
        const stale = commit([{ type: 'put', object: thing('b') }], { expectedRevision: 0 });
        expect(await reasonOf(stale)).toBe('Conflict');
        expect(await reasonOf(commit([], { expectedRevision: 2 }))).toBe('Conflict');
        expect((await commit([], { expectedRevision: 1 })).revision).toBe(1);
      });

      test('put and remove store what they are given', async () => {
        const object = thing('a', { uid: 'u', generation: 5, resourceVersion: '99' });
        const put = await commit([{ type: 'put', object }], { expectedRevision: 0 });
        const stored = { ...object, metadata: { ...object.metadata, resourceVersion: '1' } };
        expect(put.outcomes).toEqual([{ type: 'put', object: stored }]);
        await commit([{ type: 'put', object }], { expectedRevision: 1 });
        await commit([{ type: 'remove', key: thingKey('a') }], { expectedRevision: 2 });
        expect((await store.changes(0)).map((c) => c.type)).toEqual(['Added', 'Modified', 'Deleted']);
        expect(await store.get(thingKey('a'))).toBeUndefined();
        const missing = commit([{ type: 'remove', key: thingKey('a') }], { expectedRevision: 3 });
        expect(await reasonOf(missing)).toBe('NotFound');
      });

      test('put and remove without an expected revision are a bug', async () => {
        await expect(commit([{ type: 'put', object: thing('a') }])).rejects.toThrow('bug in vctl');
        await expect(commit([{ type: 'remove', key: thingKey('a') }])).rejects.toThrow('bug in vctl');
      });
    });

    describe('list', () => {
      const names = async (options?: Parameters<Store['list']>[1]) =>
        (await store.list('Thing', options)).items.map(
          ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
        );
      beforeEach(async () => {
        const objects = [
          thing('b', { namespace: 'a', labels: { app: 'web' } }),
          thing('b-1', { namespace: 'a' }),
          thing('b.1', { namespace: 'a' }),
          thing('b0', { namespace: 'a' }),
          thing('z', { namespace: 'a-b' }),
          thing('a', { namespace: 'b', labels: { app: 'web', tier: 'x' } }),
          thing('cluster', { namespace: undefined }),
          { ...thing('other', { namespace: 'a' }), kind: 'Thin' },
          { ...thing('other', { namespace: 'a' }), kind: 'Things' },
        ];
        await commit(objects.reverse().map((object) => ({ type: 'create', object })));
      });

      test.each([
        ['by namespace, then name', undefined, ['/cluster', 'a/b', 'a/b-1', 'a/b.1', 'a/b0', 'a-b/z', 'b/a']],
        ['one namespace', { namespace: 'a' }, ['a/b', 'a/b-1', 'a/b.1', 'a/b0']],
        ['the cluster scope', { namespace: '' }, ['/cluster']],
        ['an unknown namespace', { namespace: 'nowhere' }, []],
        ['by label', { selector: { matchLabels: { app: 'web' } } }, ['a/b', 'b/a']],
        [
          'by expression and namespace',
          { namespace: 'b', selector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] } },
          ['b/a'],
        ],
      ] as const)('%s', async (_name, options, expected) => {
        expect(await names(options)).toEqual(expected);
      });

      test('follows what comes, changes and goes', async () => {
        await names();
        await commit([
          { type: 'delete', key: thingKey('b0', 'a') },
          { type: 'create', object: thing('bb', { namespace: 'a' }) },
          { type: 'update', object: thing('b', { namespace: 'a', labels: { app: 'db' } }) },
        ]);
        expect(await names({ namespace: 'a' })).toEqual(['a/b', 'a/b-1', 'a/b.1', 'a/bb']);
        expect(await names({ selector: { matchLabels: { app: 'db' } } })).toEqual(['a/b']);
        expect((await store.list('Thing')).revision).toBe(12);
      });
    });

    describe('history', () => {
      test('changes after a revision, at most so many', async () => {
        for (const name of ['a', 'b', 'c']) await create(thing(name));
        expect((await store.changes(1)).map((c) => c.object.metadata.name)).toEqual(['b', 'c']);
        expect((await store.changes(0, 2)).map((c) => c.revision)).toEqual([1, 2]);
        expect(await store.changes(3)).toEqual([]);
      });

      test('each change shows the object of its time', async () => {
        await create(thing('a', {}, { size: 1 }));
        await commit([{ type: 'update', object: thing('a', {}, { size: 2 }) }]);
        expect((await store.changes(0)).map((c) => c.object.spec)).toEqual([{ size: 1 }, { size: 2 }]);
      });

      test('a future revision is a Timeout', async () => {
        expect(await reasonOf(store.changes(1))).toBe('Timeout');
        expect(await reasonOf(store.watch(1, () => {}))).toBe('Timeout');
      });

      test.each([
        ['one at a time', 1],
        ['many in a batch', 40],
      ])('forgotten revisions are Expired · %s', async (_name, batchSize) => {
        await store.close();
        store = await open({ seed, historyLimit: 8 });
        for (let i = 0; i < 40; i += batchSize) {
          const writes = Array.from({ length: batchSize }, (_, j) => thing(`t${i + j}`));
          await commit(writes.map((object) => ({ type: 'create', object })));
        }
        expect(await reasonOf(store.changes(0))).toBe('Expired');
        expect(await reasonOf(store.watch(5, () => {}))).toBe('Expired');
        const remembered = (await store.changes(32)).map((c) => c.revision);
        expect(remembered).toEqual([33, 34, 35, 36, 37, 38, 39, 40]);
        expect((await store.list('Thing')).items).toHaveLength(40);
      });
    });

    describe('watch', () => {
      let seen: string[];
      const record = (change: Change): void => {
        seen.push(`${change.revision} ${change.type} ${change.object.metadata.name}`);
      };
      beforeEach(() => {
        seen = [];
      });

      test('what is there first, then what comes, until stopped', async () => {
        await create(thing('a'));
        await create(thing('b'));
        const stop = await store.watch(1, record);
        await commit([
          { type: 'create', object: thing('c') },
          { type: 'delete', key: thingKey('a') },
        ]);
        expect(seen).toEqual(['2 Added b', '3 Added c', '4 Deleted a']);
        stop();
        await create(thing('d'));
        expect(seen).toHaveLength(3);
      });

      test('several watchers, each from its revision', async () => {
        await create(thing('a'));
        const late: number[] = [];
        await store.watch(0, record);
        await store.watch(1, (change) => late.push(change.revision));
        await create(thing('b'));
        expect(seen).toEqual(['1 Added a', '2 Added b']);
        expect(late).toEqual([2]);
      });

      test('a listener that commits · order stays, nothing twice', async () => {
        let following: Promise<unknown> = Promise.resolve();
        await store.watch(0, (change) => {
          if (change.object.metadata.name === 'a') following = create(thing('b'));
        });
        await store.watch(0, record);
        await create(thing('a'));
        await following;
        expect(seen).toEqual(['1 Added a', '2 Added b']);
      });

      test('a listener that commits while it is told the past · nothing twice', async () => {
        await create(thing('a'));
        await create(thing('b'));
        let following: Promise<unknown> = Promise.resolve();
        await store.watch(0, (change) => {
          record(change);
          if (change.revision === 1) following = create(thing('c'));
        });
        await following;
        expect(seen).toEqual(['1 Added a', '2 Added b', '3 Added c']);
      });

      test('a listener that stops its own watch · told nothing more', async () => {
        const stop = await store.watch(0, (change) => {
          record(change);
          stop();
        });
        await commit([
          { type: 'create', object: thing('a') },
          { type: 'create', object: thing('b') },
        ]);
        expect(seen).toEqual(['1 Added a']);
      });

      test('a failed commit tells nothing', async () => {
        await store.watch(0, record);
        await reasonOf(
          commit([
            { type: 'create', object: thing('a') },
            { type: 'delete', key: thingKey('b') },
          ]),
        );
        expect(seen).toEqual([]);
      });
    });

    describe('private entries', () => {
      test('set, replaced, deleted, without a revision', async () => {
        const set = (key: string, value: unknown) => commit([], { private: [{ key, value }] });
        await set('world/a', { list: [1, null, 'x'] });
        expect(await store.getPrivate('world/a')).toEqual({ list: [1, null, 'x'] });
        await set('world/a', 0);
        expect(await store.getPrivate('world/a')).toBe(0);
        await set('world/a', undefined);
        expect(await store.getPrivate('world/a')).toBeUndefined();
        expect(await store.revision()).toBe(0);
      });

      test('listed by prefix, in order', async () => {
        const keys = ['b', 'a/2', 'a/10', 'a', 'a0', 'a/', 'ab/c'];
        await commit([], { private: keys.map((key) => ({ key, value: key })) });
        expect((await store.listPrivate('a/')).map((e) => e.key)).toEqual(['a/', 'a/10', 'a/2']);
        expect((await store.listPrivate('')).map((e) => e.value)).toEqual([...keys].sort());
        expect(await store.list('a')).toMatchObject({ items: [] });
      });

      test('transactPrivate · replaces what is there', async () => {
        const grow = (current: unknown): number => ((current as number | undefined) ?? 0) + 1;
        await Promise.all([store.transactPrivate('n', grow), store.transactPrivate('n', grow)]);
        expect(await store.transactPrivate('n', grow)).toBe(3);
        expect(await store.getPrivate('n')).toBe(3);
        await store.transactPrivate('n', () => undefined);
        expect(await store.listPrivate('')).toEqual([]);
      });

      test('fence · asked of what stands there at the moment of each write, its own entry let through', async () => {
        const setOwner = (owner: string) => store.transactPrivate('owner', () => owner);
        await setOwner('me');
        store.fence({
          key: 'owner',
          verify: (value) => {
            if (value !== 'me') throw new Error(`it is ${String(value)}’s`);
          },
        });
        await create(thing('a'));
        await setOwner('you');
        await expect(create(thing('b'))).rejects.toThrow('it is you’s');
        await expect(store.transactPrivate('other', () => 1)).rejects.toThrow('it is you’s');
        expect(await store.revision()).toBe(1);
        expect(await store.getPrivate('other')).toBeUndefined();
        store.fence(undefined);
        await create(thing('b'));
        expect(await store.revision()).toBe(2);
      });

      test('transactPrivate · a throwing update leaves it', async () => {
        await store.transactPrivate('n', () => 1);
        const failing = store.transactPrivate('n', () => {
          throw new Error('no');
        });
        await expect(failing).rejects.toThrow('no');
        expect(await store.getPrivate('n')).toBe(1);
      });
    });

    test('flush resolves', async () => {
      await create(thing('a'));
      await store.flush();
      expect(await store.revision()).toBe(1);
    });
  });
}
