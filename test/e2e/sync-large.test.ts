/** What following costs, and what is left after many random edits. VCTL_SOAK_EDITS sets how many. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { counter } from '../support/counter.ts';
import { pool, SyncWorld } from '../support/sync-world.ts';

let world: SyncWorld;
beforeEach(() => (world = new SyncWorld()));
afterEach(() => world.dispose());

const files = 5_000;

function fileOf(i: number): string {
  return `d${i % 50}/n${i}.yaml`;
}

function space(i: number, label: string): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata: {name: n${i}, labels: {x: ${label}}}\n`;
}

test('of 5,000 files a poll with nothing new reads none, and one that has changed is read alone', async () => {
  world.repo.commit(Object.fromEntries([...Array(files).keys()].map((i) => [fileOf(i), space(i, 'a')])));
  await world.apply(
    `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, prune: true, wait: false}`,
  );
  const { runner, git } = await world.runner();
  const round = async (): Promise<{ calls: number; blobs: number; cpuMs: number; changed: number }> => {
    const before = { calls: git.calls, blobs: runner.blobReads, cpu: process.cpuUsage() };
    const [result] = await runner.round(await runner.syncs());
    const { user, system } = process.cpuUsage(before.cpu);
    return {
      calls: git.calls - before.calls,
      blobs: runner.blobReads - before.blobs,
      cpuMs: (user + system) / 1000,
      changed: result?.objects.length ?? -1,
    };
  };
  const first = await round();
  expect(first).toMatchObject({ blobs: files, changed: files });
  const idle = await round();
  expect(idle).toMatchObject({ calls: 1, blobs: 0, changed: 0 });
  world.repo.commit({ [fileOf(77)]: space(77, 'b') });
  const one = await round();
  expect(one).toMatchObject({ blobs: 1, changed: 1 });
  world.repo.commit({ 'README.md': 'not read' });
  expect(await round()).toMatchObject({ blobs: 0, changed: 0 });
  if (process.env['VCTL_FIGURES']) console.log({ first, idle, one });
});

test('after random edits the state is that of a fresh apply', async () => {
  const edits = Number(process.env['VCTL_SOAK_EDITS'] ?? 150);
  const chance = counter(7);
  /** Name of a pool -> the file that it is in. */
  const where = new Map<string, string>();
  const texts = new Map<string, Map<string, string>>();
  const touched = new Set<string>();
  const put = (name: string, file: string, text: string): void => {
    const old = where.get(name);
    if (old !== undefined) texts.get(old)?.delete(name);
    if (old !== undefined) touched.add(old);
    where.set(name, file);
    touched.add(file);
    texts.set(file, (texts.get(file) ?? new Map<string, string>()).set(name, text));
  };
  const drop = (name: string): void => {
    const file = where.get(name) ?? '';
    where.delete(name);
    texts.get(file)?.delete(name);
    touched.add(file);
  };
  const commit = (): void => {
    const changed = [...touched].map((file) => {
      const inside = [...(texts.get(file)?.values() ?? [])];
      return [file, inside.length === 0 ? undefined : inside.join('---\n')] as const;
    });
    touched.clear();
    world.repo.commit(Object.fromEntries(changed));
  };
  for (let i = 0; i < 40; i++) put(`p${i}`, `f${i % 12}.yaml`, pool(`p${i}`));
  commit();
  await world.apply(
    `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, prune: true, selfHeal: true, maxPrune: 100%, wait: false}`,
  );
  const { runner } = await world.runner();
  await runner.round(await runner.syncs());
  for (let edit = 0; edit < edits; edit++) {
    for (let n = chance(3); n >= 0; n--) {
      const name = `p${chance(60)}`;
      const labels = ['', `labels: {v: "${chance(9)}"}`, `annotations: {a: "${chance(9)}"}`][chance(3)];
      const isThere = where.has(name);
      const act = chance(4);
      if (isThere && act === 0 && where.size > 5) drop(name);
      else if (isThere && act === 1)
        put(name, `moved/g${chance(20)}.yaml`, texts.get(where.get(name) ?? '')?.get(name) ?? pool(name));
      else put(name, where.get(name) ?? `f${chance(12)}.yaml`, pool(name, chance(3), labels));
    }
    commit();
    await runner.round(await runner.syncs());
  }
  const followed = await world.declared();
  const fresh = new SyncWorld();
  try {
    await fresh.apply(`kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}}`);
    const { runner: other } = await fresh.runner();
    await other.round(await other.syncs());
    expect(followed).toEqual(await fresh.declared());
    expect(Object.keys(followed).length).toBeGreaterThan(5);
  } finally {
    fresh.dispose();
  }
}, 1_200_000);
