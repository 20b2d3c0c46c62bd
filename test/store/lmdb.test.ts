import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { type Change, type Store } from '../../src/model/ports.ts';
import { openStateFiles, readHead, writeHead } from '../../src/store/lmdb-files.ts';
import { openLmdbStore } from '../../src/store/lmdb.ts';
import { describeStore } from './conformance.ts';
import { nowMs, thing, thingKey } from './objects.ts';

const folder = mkdtempSync(join(tmpdir(), 'vctl-store-'));
let count = 0;
afterAll(() => rmSync(folder, { recursive: true }));

/** The dot must not make it a file. */
const newPath = (): string => join(folder, `state.${count++}`);

const open = (path: string): Promise<Store> => openLmdbStore({ path, seed: 7, create: true });

async function createThings(path: string, names: readonly string[]): Promise<void> {
  const store = await open(path);
  await store.commit({ nowMs, writes: names.map((name) => ({ type: 'create', object: thing(name) })) });
  await store.close();
}

async function errorOf(failing: Promise<unknown>): Promise<UserError> {
  const error = await failing.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describeStore('lmdb', (options) => openLmdbStore({ ...options, path: newPath(), create: true }));

describe('a state folder', () => {
  test('keeps everything when opened again', async () => {
    const path = newPath();
    await createThings(path, ['a', 'b']);
    const store = await open(path);
    expect((await store.list('Thing')).items.map((o) => o.metadata.name)).toEqual(['a', 'b']);
    expect((await store.changes(1)).map((c) => c.object.metadata.name)).toEqual(['b']);
    const { revision } = await store.commit({
      nowMs,
      writes: [{ type: 'create', object: thing('c') }],
    });
    expect(revision).toBe(3);
    await store.close();
  });

  test.skipIf(process.platform === 'win32')('is its owner’s alone, whatever the umask', async () => {
    const path = newPath();
    await (await open(path)).close();
    const modes = ['.', 'data.mdb', 'lock.mdb'].map((name) => statSync(join(path, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  test('grows by itself', async () => {
    const store = await open(newPath());
    const large = 'x'.repeat(1_000_000);
    await store.commit({
      nowMs,
      writes: Array.from({ length: 20 }, (_, i) => ({
        type: 'create',
        object: thing(`t${i}`, {}, { large }),
      })),
    });
    expect((await store.get(thingKey('t19')))?.spec).toEqual({ large });
    await store.close();
  });

  test('missing · reads as empty, refuses writes, and stays missing', async () => {
    const path = newPath();
    const store = await openLmdbStore({ path, seed: 7 });
    expect(await store.list('Thing')).toEqual({ items: [], revision: 0 });
    expect(await store.get(thingKey('a'))).toBeUndefined();
    const refused = await errorOf(store.commit({ nowMs, writes: [] }));
    expect(refused.message).toContain(path);
    await errorOf(store.transactPrivate('x', () => 1));
    await store.close();
    expect(existsSync(path)).toBe(false);
  });

  test('of a newer vctl · refused, and left as it is', async () => {
    const path = newPath();
    await createThings(path, ['a']);
    const files = await openStateFiles(path);
    files.root.transactionSync(() => writeHead(files, { ...readHead(files), format: 99 }));
    await files.root.close();
    const error = await errorOf(open(path));
    expect(error.message).toContain('newer vctl (format 99');
  });

  const dataFile = (path: string): string => join(path, 'data.mdb');
  test.each<readonly [string, (path: string) => void | Promise<void>]>([
    ['text', (path: string) => writeFileSync(dataFile(path), 'hello')],
    ['other content', (path: string) => writeFileSync(dataFile(path), Buffer.alloc(100_000, 'garbage '))],
    ['only its first page', (path: string) => truncateSync(dataFile(path), 4096)],
    ['half of it lost', (path: string) => truncateSync(dataFile(path), statSync(dataFile(path)).size >> 1)],
    [
      'pages overwritten with zeros',
      (path: string) => writeFileSync(dataFile(path), readFileSync(dataFile(path)).fill(0, 8192)),
    ],
    [
      'no head record',
      async (path: string) => {
        const files = await openStateFiles(path);
        files.root.transactionSync(() => void files.meta.remove('head'));
        await files.root.close();
      },
    ],
    [
      'no folder',
      (path: string) => {
        rmSync(path, { recursive: true });
        writeFileSync(path, '');
      },
    ],
  ])('damaged · %s · names the folder and what to do', async (_name, damage) => {
    const path = newPath();
    await createThings(
      path,
      Array.from({ length: 500 }, (_, i) => `t${i}`),
    );
    await damage(path);
    const readAll = async (): Promise<void> => {
      const store = await openLmdbStore({ path, seed: 7 });
      await store.list('Thing').finally(() => store.close());
    };
    const error = await errorOf(readAll());
    expect(error.message).toContain(path);
    expect(error.nextSteps).not.toEqual([]);
  });
});

describe('two handles', () => {
  test('each sees what the other commits, and is told of it', async () => {
    const path = newPath();
    const [one, two] = [await open(path), await open(path)];
    const told = new Promise<Change>((resolve) => void two.watch(0, resolve));
    await one.commit({ nowMs, writes: [{ type: 'create', object: thing('a') }] });
    expect(await two.revision()).toBe(1);
    expect((await told).object.metadata.name).toBe('a');
    await two.commit({ nowMs, writes: [{ type: 'create', object: thing('b') }] });
    expect((await one.list('Thing')).items).toHaveLength(2);
    await Promise.all([one.close(), two.close()]);
  });

  test('a watcher left too far behind is told so', async () => {
    const path = newPath();
    const options = { path, seed: 7, create: true, historyLimit: 4 };
    const [one, two] = [await openLmdbStore(options), await openLmdbStore(options)];
    const ended = new Promise<string>((resolve) => {
      void two.watch(
        0,
        () => {},
        (error) => resolve(error.reason),
      );
    });
    const writes = Array.from({ length: 20 }, (_, i) => thing(`t${i}`));
    await one.commit({ nowMs, writes: writes.map((object) => ({ type: 'create', object })) });
    expect(await ended).toBe('Expired');
    await Promise.all([one.close(), two.close()]);
  });
});
