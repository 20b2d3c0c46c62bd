import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bell } from '../../../src/app/pace.ts';
import { watchFiles, type WatchedFiles } from '../../../src/app/watch/files.ts';

let folder = '';
let files: WatchedFiles | undefined;
let bell = new Bell();
const at = (name: string): string => join(folder, name);
const put = (name: string, text: string): void => writeFileSync(at(name), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vctl-watch-'));
  bell = new Bell();
});
afterEach(async () => {
  await files?.close();
  rmSync(folder, { recursive: true });
});

const follow = async (name: string): Promise<void> => {
  files = await watchFiles([at(name)], true, bell);
};
/** Whether the change is told of, within so long that a busy computer gets there, too. */
const isTold = async (change: () => void): Promise<boolean> => {
  change();
  const { signal } = new AbortController();
  for (let left = 100; left > 0; left--) {
    await bell.wait(100, signal);
    if (files?.hasChanged() === true) return true;
  }
  return false;
};

test('a single file · each way of saving it is seen, again and again', async () => {
  put('a.yaml', '0');
  await follow('a.yaml');
  const ways: readonly (() => void)[] = [
    () => put('a.yaml', '1'),
    () => {
      put('b', '2');
      renameSync(at('b'), at('a.yaml'));
    },
    () => {
      renameSync(at('a.yaml'), at('a.yaml~'));
      put('a.yaml', '3');
      unlinkSync(at('a.yaml~'));
    },
    () => unlinkSync(at('a.yaml')),
    () => put('a.yaml', '4'),
    () => put('a.yaml', '5'),
  ];
  for (const [index, way] of ways.entries()) expect(await isTold(way), `way ${index}`).toBe(true);
});

test('a folder that is deleted and made again · what is in the new one is followed', async () => {
  mkdirSync(at('d'));
  put('d/a.yaml', '0');
  await follow('d');
  expect(
    await isTold(() => {
      rmSync(at('d'), { recursive: true });
      mkdirSync(at('d'));
      put('d/a.yaml', '1');
    }),
  ).toBe(true);
  while (await isToldWithin(600));
  expect(await isTold(() => put('d/b.yaml', '2'))).toBe(true);
});

test('a link that is pointed elsewhere · the new folder is followed, and the old one no more', async () => {
  for (const name of ['r1', 'r2']) {
    mkdirSync(at(name));
    put(`${name}/a.yaml`, '0');
  }
  symlinkSync('r1', at('current'));
  await follow('current');
  expect(
    await isTold(() => {
      symlinkSync('r2', at('next'));
      renameSync(at('next'), at('current'));
    }),
  ).toBe(true);
  while (await isToldWithin(600));
  expect(await isTold(() => put('r2/a.yaml', '1'))).toBe(true);
});

test('a file outside of what is watched · followed as long as something refers to it', async () => {
  mkdirSync(at('d'));
  put('t.csv', '0');
  await follow('d');
  files?.alsoFollow([at('t.csv'), at('later.csv')]);
  expect(await isTold(() => put('t.csv', '1'))).toBe(true);
  expect(await isTold(() => put('later.csv', '1'))).toBe(true);
  files?.alsoFollow([]);
  put('t.csv', '22');
  expect(await isToldWithin(1_000)).toBe(false);
});

async function isToldWithin(ms: number): Promise<boolean> {
  await bell.wait(ms, new AbortController().signal);
  return files?.hasChanged() ?? false;
}
