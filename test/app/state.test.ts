import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openState } from '../../src/app/state.ts';
import { UserError } from '../../src/base/errors.ts';

const root = mkdtempSync(join(tmpdir(), 'vctl-state-'));
afterAll(() => rmSync(root, { recursive: true }));

let count = 0;
/** A path that nothing is at yet. */
const newPath = (): string => join(root, `state-${count++}`);

const failureOf = (opening: Promise<unknown>): Promise<unknown> =>
  opening.then(
    () => undefined,
    (error: unknown) => error,
  );

function file(): string {
  const path = newPath();
  writeFileSync(path, 'a file');
  return path;
}

function link(target: string): string {
  const path = newPath();
  symlinkSync(target, path);
  return path;
}

describe('a path that can hold no state', () => {
  // Who reads must be told as well as who writes: "no resources" would be an answer about another state.
  const paths: readonly (readonly [string, () => string, string])[] = [
    ['a file', file, 'is no folder'],
    ['an empty file', () => link('/dev/null'), 'is no folder'],
    ['below a file', () => join(file(), 'deep', 'er'), 'is no folder'],
    ['a link to itself', () => link(`state-${count}`), 'is no folder'],
    [
      'a folder in place of the data',
      () => {
        const path = newPath();
        mkdirSync(join(path, 'data.mdb'), { recursive: true });
        return path;
      },
      'is damaged or not of vctl',
    ],
  ];
  test.each(paths)('%s · refused to read and to write, with what to do', async (_name, make, text) => {
    const path = make();
    for (const create of [false, true]) {
      const error = await failureOf(openState({ path, create }));
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toContain(path);
      expect((error as UserError).message).toContain(text);
      expect((error as UserError).nextSteps).not.toEqual([]);
    }
  });

  test('a link that leads nowhere · refused to write', async () => {
    const error = await failureOf(openState({ path: link(join('missing', 'folder')), create: true }));
    expect((error as UserError).message).toContain('is no folder');
  });
});

test('a path that nothing is at · reads as a new state, and stays missing until something is written', async () => {
  const path = newPath();
  const read = await openState({ path, create: false, seed: 3 });
  expect([read.path, read.seed]).toEqual([undefined, 3]);
  const written = await openState({ path, create: true, seed: 3 });
  expect(written.path).toBe(path);
  await written.store.close();
});
