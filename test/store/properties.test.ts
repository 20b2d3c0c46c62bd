import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ApiError } from '../../src/base/errors.ts';
import { keyOf, keyText, type KubeObject } from '../../src/model/object.ts';
import { type Batch, type Store, type Write } from '../../src/model/ports.ts';
import { openLmdbStore } from '../../src/store/lmdb.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { nowMs, thing, thingKey } from './objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'vctl-store-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true }));

// Few names and values, so that histories hit the same objects again and again.
const name = fc.constantFrom('a', 'b', 'b-1', 'c');
const namespace = fc.constantFrom('x', 'x-y', undefined);
const object = fc
  .record({ name, namespace, size: fc.nat(2), finalizers: fc.constantFrom(undefined, [], ['f']) })
  .map((o) => thing(o.name, { namespace: o.namespace, finalizers: o.finalizers }, { size: o.size }));
const key = fc.tuple(name, namespace).map(([n, ns]) => thingKey(n, ns ?? ''));
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('create' as const), object }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('update' as const), object }) },
  fc.record({ type: fc.constant('delete' as const), key }),
  fc.record({ type: fc.constant('put' as const), object }),
  fc.record({ type: fc.constant('remove' as const), key }),
);
const history = fc.array(fc.array(write, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

/** What came of a batch: its result, or the reason why there is none. */
async function outcomeOf(store: Store, writes: readonly Write[]): Promise<unknown> {
  const batch: Batch = { nowMs, writes, expectedRevision: await store.revision() };
  try {
    return await store.commit(batch);
  } catch (error) {
    if (error instanceof ApiError) return `${error.reason}: ${error.message}`;
    throw error;
  }
}

/** The listing as the store's own changes tell it. */
async function replay(store: Store): Promise<readonly KubeObject[]> {
  const objects = new Map<string, KubeObject>();
  for (const change of await store.changes(0)) {
    const text = keyText(keyOf(change.object));
    expect(objects.has(text)).toBe(change.type !== 'Added');
    if (change.type === 'Deleted') objects.delete(text);
    else objects.set(text, change.object);
  }
  return [...objects.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function order({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}\0${metadata.name}`;
}

/** Whether the batch is all or nothing, seen from the presence of objects alone. */
function presenceAfter(present: ReadonlySet<string>, outcome: unknown): ReadonlySet<string> {
  if (typeof outcome === 'string') return present;
  const after = new Set(present);
  for (const { type, object } of (outcome as Awaited<ReturnType<Store['commit']>>).outcomes) {
    if (type === 'remove') after.delete(order(object));
    else after.add(order(object));
  }
  return after;
}

test('a random history · memory and lmdb agree, and replaying the changes gives the listing', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (batches) => {
      const memory = createMemoryStore({ seed: 3 });
      const lmdb = await openLmdbStore({ path: join(folder, `s${count++}`), seed: 3, create: true });
      let present: ReadonlySet<string> = new Set();
      for (const writes of batches) {
        const outcome = await outcomeOf(memory, writes);
        expect(JSON.stringify(await outcomeOf(lmdb, writes))).toBe(JSON.stringify(outcome));
        present = presenceAfter(present, outcome);
      }
      const listing = await memory.list('Thing');
      expect(listing.items.map(order)).toEqual([...present].sort());
      // Text, not structure: the order of keys must be the same too.
      expect(JSON.stringify(await lmdb.list('Thing'))).toBe(JSON.stringify(listing));
      expect(JSON.stringify(await lmdb.changes(0))).toBe(JSON.stringify(await memory.changes(0)));
      expect(await replay(lmdb)).toEqual((await lmdb.list('Thing')).items);
      await lmdb.close();
    }),
    { numRuns: 60 },
  );
});
