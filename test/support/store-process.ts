/**
 * A process that works on a state folder, for the tests of what several processes do to one another:
 * `store-process <what> <path> <count>`. Bundled by the test before it runs.
 */
import { writeSync } from 'node:fs';
import { ApiError } from '../../src/base/errors.ts';
import { type KubeObject } from '../../src/model/object.ts';
import { type Store } from '../../src/model/ports.ts';
import { openLmdbStore } from '../../src/store/lmdb.ts';

const counter = { kind: 'Thing', namespace: 'default', name: 'counter' };

function thing(name: string, spec: unknown): KubeObject {
  return { apiVersion: 'vctl.dev/v1alpha1', kind: 'Thing', metadata: { name, namespace: 'default' }, spec };
}

/** One more on the counter object, by compare and write; and an object of its own beside it. */
async function increment(store: Store, own: string): Promise<void> {
  for (;;) {
    const old = await store.get(counter);
    const next: KubeObject = old
      ? { ...old, spec: { count: (old.spec as { count: number }).count + 1 } }
      : thing(counter.name, { count: 1 });
    try {
      await store.commit({
        nowMs: 0,
        writes: [
          { type: old ? 'update' : 'create', object: next },
          { type: 'create', object: thing(own, { text: 'x'.repeat(2000) }) },
        ],
      });
      return;
    } catch (error) {
      const isRace = error instanceof ApiError && ['Conflict', 'AlreadyExists'].includes(error.reason);
      if (!isRace) throw error;
    }
  }
}

const [what, path = '', count = '0'] = process.argv.slice(2);
const store = await openLmdbStore({ path, seed: 1, create: true });
if (what === 'increment') {
  for (let i = 0; i < Number(count); i++) {
    await increment(store, `p${process.pid}-${i}`);
    await store.transactPrivate('count', (current) => ((current as number | undefined) ?? 0) + 1);
  }
} else {
  // Tells of each commit once it is acknowledged, until killed.
  for (let i = 1; ; i++) {
    const { revision } = await store.commit({
      nowMs: 0,
      writes: [{ type: 'create', object: thing(`t${i}`, { i, text: 'x'.repeat(3000) }) }],
      private: [{ key: 'last', value: i }],
    });
    writeSync(1, `${revision}\n`);
  }
}
await store.close();
