import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/store/lmdb.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'vctl-store-'));
let programFolder: string;

beforeAll(() => {
  // Below node_modules, so that the bundle finds lmdb, which holds native code and stays outside of it.
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  programFolder = mkdtempSync(join(cache, 'store-process-'));
  buildSync({
    entryPoints: [join(root, 'test', 'support', 'store-process.ts')],
    outfile: join(programFolder, 'program.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['lmdb'],
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  rmSync(programFolder, { recursive: true });
});

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(programFolder, 'program.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function exitOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) =>
    child.once('close', (code: number | null, signal: string | null) => resolve(code ?? signal)),
  );
}

test('processes that increment at the same time lose nothing', async () => {
  const path = join(folder, 'increment');
  const each = 60;
  const children = Array.from({ length: 3 }, () => start('increment', path, String(each)));
  expect(await Promise.all(children.map(exitOf))).toEqual([0, 0, 0]);

  const store = await openLmdbStore({ path, seed: 1 });
  const total = each * children.length;
  const counter = await store.get({ kind: 'Thing', namespace: 'default', name: 'counter' });
  expect(counter?.spec).toEqual({ count: total });
  expect((await store.list('Thing')).items).toHaveLength(total + 1);
  expect(await store.getPrivate('count')).toBe(total);
  expect((await store.changes(0)).map((c) => c.revision)).toEqual(
    Array.from({ length: 2 * total }, (_, i) => i + 1),
  );
  await store.close();
});

test.each([1, 20, 150])('killed after %d acknowledged commits · all of them are there', async (enough) => {
  const path = join(folder, `kill-${enough}`);
  const child = start('stream', path);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > enough) child.kill('SIGKILL');
  });
  expect(await exitOf(child)).toBe('SIGKILL');
  const lastAcknowledged = Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
  expect(lastAcknowledged).toBeGreaterThanOrEqual(enough);

  const store = await openLmdbStore({ path, seed: 1 });
  const { items, revision } = await store.list('Thing');
  expect(revision).toBeGreaterThanOrEqual(lastAcknowledged);
  // Whole commits only: object, history and private entry agree.
  expect(items).toHaveLength(revision);
  expect(await store.getPrivate('last')).toBe(revision);
  expect(await store.changes(0)).toHaveLength(revision);
  const next = await store.commit({
    nowMs: 0,
    writes: [{ type: 'create', object: { ...items[0]!, kind: 'New' } }],
  });
  expect(next.revision).toBe(revision + 1);
  await store.close();
});
