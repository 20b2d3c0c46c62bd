import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Git } from '../../src/gitops/git.ts';
import { Repository } from '../../src/gitops/repository.ts';
import { GitRepo } from '../support/git-repo.ts';

let origin: GitRepo;
let git: Git;
beforeEach(() => {
  origin = new GitRepo();
  git = new Git({ PATH: process.env['PATH'], HOME: origin.root });
});
afterEach(() => origin.dispose());

function follow(repo = origin.dir): Repository {
  return new Repository(repo, { cacheDir: join(origin.root, 'cache'), git });
}

async function filesOf(repository: Repository, ref: string, path = ''): Promise<Record<string, string>> {
  const commit = await repository.fetch(await repository.head(ref));
  const { manifests } = await repository.list(await repository.treeOf(commit, path));
  const blobs = await repository.read(manifests.map(({ blob }) => blob));
  return Object.fromEntries(manifests.map(({ path: file, blob }) => [file, String(blobs.get(blob))]));
}

describe('what is read', () => {
  test('files of a commit, by path; hidden ones and others are left out', async () => {
    const text = 'kind: x\nä: "\\0"\n';
    origin.commit({
      'b.yaml': text,
      'a/c.yml': '1',
      'a/d.JSON': '{}',
      '.x/y.yaml': '2',
      'notes.md': '3',
      '.z.yaml': '4',
    });
    expect(await filesOf(follow(), 'main')).toEqual({ 'a/c.yml': '1', 'a/d.JSON': '{}', 'b.yaml': text });
  });

  test('links and submodules that no manifest is read from are passed over', async () => {
    origin.commit({ 'a.yaml': '1' });
    for (const [mode, id, path] of [
      ['120000', hash('../..'), 'up'],
      ['120000', hash('a.yaml'), 'CLAUDE.md'],
      ['120000', hash('../a.yaml'), '.github/x.yaml'],
      ['160000', '1'.repeat(40), 'vendor/sub'],
    ])
      origin.git('update-index', '--add', '--cacheinfo', `${mode},${id},${path}`);
    origin.git('commit', '--quiet', '-m', 'x');
    expect(await filesOf(follow(), 'main')).toEqual({ 'a.yaml': '1' });
  });

  test('what an ignore file or the Sync excludes is left out, were it a link', async () => {
    origin.commit({
      'a.yaml': '1',
      'docs/b.yaml': '2',
      'x/c.yaml': '3',
      '.vctlignore': 'docs/\n*.link.yaml\n',
    });
    origin.git('update-index', '--add', '--cacheinfo', `120000,${hash('a.yaml')},a.link.yaml`);
    origin.git('commit', '--quiet', '-m', 'x');
    expect(await filesOf(follow(), 'main')).toEqual({ 'a.yaml': '1', 'x/c.yaml': '3' });
    const repository = follow();
    const commit = await repository.fetch(await repository.head('main'));
    const { manifests } = await repository.list(await repository.treeOf(commit, ''), ['/x']);
    expect(manifests.map(({ path }) => path)).toEqual(['a.yaml']);
  });

  test('a clone that was cut off at one commit, and one that went on from there', async () => {
    for (const text of ['1', '2', '3']) origin.commit({ 'a.yaml': text });
    const shallow = join(origin.root, 'shallow');
    origin.git('clone', '--quiet', '--depth', '1', `file://${origin.dir}`, shallow);
    const repository = follow(shallow);
    expect(await filesOf(repository, 'HEAD')).toEqual({ 'a.yaml': '3' });
    origin.commit({ 'a.yaml': '4' });
    origin.git('-C', shallow, 'fetch', '--quiet', '--depth', '1');
    origin.git('-C', shallow, 'reset', '--quiet', '--hard', 'origin/main');
    expect(await filesOf(repository, 'main')).toEqual({ 'a.yaml': '4' });
  });

  test('a folder alone, from a bare repository', async () => {
    origin.commit({ 'prod/a.yaml': '1', 'test/b.yaml': '2' });
    origin.git('clone', '--quiet', '--bare', origin.dir, join(origin.root, 'bare.git'));
    expect(await filesOf(follow(join(origin.root, 'bare.git')), 'main', 'prod')).toEqual({ 'a.yaml': '1' });
  });

  test('what is not committed does not count', async () => {
    origin.commit({ 'a.yaml': '1' });
    origin.write({ 'a.yaml': '2', 'b.yaml': '3' });
    expect(await filesOf(follow(), 'HEAD')).toEqual({ 'a.yaml': '1' });
  });

  test('branches, tags with and without a message, commits', async () => {
    const first = origin.commit({ 'a.yaml': '1' });
    origin.git('tag', 'light');
    origin.git('tag', '-a', 'heavy', '-m', 'x');
    origin.commit({ 'a.yaml': '2' });
    origin.git('branch', 'side');
    origin.commit({ 'a.yaml': '3' });
    const repository = follow();
    for (const [ref, text] of [
      ['main', '3'],
      ['side', '2'],
      ['light', '1'],
      ['heavy', '1'],
      [first, '1'],
    ] as const) {
      expect(await filesOf(repository, ref), ref).toEqual({ 'a.yaml': text });
    }
    expect((await repository.head('heavy')).commit).toBe(first);
  });

  test('a rewritten history is followed and told', async () => {
    const base = origin.commit({ 'a.yaml': '1' });
    const lost = origin.commit({ 'a.yaml': '2' });
    const repository = follow();
    await filesOf(repository, 'main');
    origin.git('reset', '--hard', '--quiet', base);
    const forced = origin.commit({ 'a.yaml': '3' });
    expect(await filesOf(repository, 'main')).toEqual({ 'a.yaml': '3' });
    expect(await repository.descends(forced, lost)).toBe(false);
    expect(await repository.descends(forced, base)).toBe(true);
  });

  test('a commit says who made it and what for', async () => {
    const commit = origin.commit({ 'a.yaml': '1' }, 'Add a\n\nfor b');
    const repository = follow();
    await repository.fetch(await repository.head('main'));
    expect(await repository.describe(commit)).toEqual({ commit, author: 'Ada', subject: 'Add a' });
  });
});

describe('what it costs', () => {
  test('a poll with nothing new is one process; of a commit id it is none', async () => {
    const commit = origin.commit({ 'a.yaml': '1' });
    const repository = follow();
    await repository.fetch(await repository.head('main'));
    const before = git.calls;
    await repository.fetch(await repository.head('main'));
    expect(git.calls - before).toBe(1);
    await repository.fetch(await repository.head(commit));
    expect(git.calls - before).toBe(1);
    expect(repository.blobReads).toBe(0);
  });
});

describe('what is refused', () => {
  test.each([
    [
      'a symbolic link',
      () => origin.git('update-index', '--add', '--cacheinfo', `120000,${hash('/etc/passwd')},link.yaml`),
      /link\.yaml is a symbolic link/,
    ],
    [
      'a large file',
      () => origin.commit({ 'big.yaml': `a: ${'x'.repeat(1024 * 1024)}\n` }),
      /big\.yaml has 1\.0 MiB, more than 1\.0 MiB/,
    ],
    ['a name that is no UTF-8', () => badName(), /is not UTF-8/],
  ])('%s', async (_name, make, why) => {
    origin.commit({ 'a.yaml': '1' });
    make();
    origin.git('commit', '--quiet', '--allow-empty', '-m', 'x');
    await expect(filesOf(follow(), 'main')).rejects.toThrow(why);
  });

  test('a path out of the root, made by hand, never arrives', async () => {
    const entry = Buffer.concat([Buffer.from('100644 ..\0'), Buffer.from(hash('1'), 'hex')]);
    const tree = origin.gitWith(
      { input: entry },
      'hash-object',
      '-t',
      'tree',
      '-w',
      '--literally',
      '--stdin',
    );
    origin.git('update-ref', 'refs/heads/main', origin.git('commit-tree', '-m', 'x', tree));
    await expect(filesOf(follow(), 'main')).rejects.toThrow(/could not be fetched.*\.\.|hasDotdot/s);
  });

  test('a branch and a tag of one name', async () => {
    origin.commit();
    origin.git('branch', 'both');
    origin.git('tag', 'both');
    await expect(follow().head('both')).rejects.toThrow(/"both" is a branch and a tag/);
    expect(await follow().head('refs/tags/both')).toMatchObject({ ref: 'refs/tags/both' });
  });

  test.each([
    ['a ref that is not there', 'no-such', '', /no branch and no tag "no-such"/],
    ['a folder that is not there', 'main', 'no/such', /no folder "no\/such"/],
    ['a file as the folder', 'main', 'a.yaml', /no folder "a\.yaml"/],
    ['a commit that is not there', '1'.repeat(40), '', /could not be fetched|no commit/],
  ])('%s', async (_name, ref, path, why) => {
    origin.commit({ 'a.yaml': '1' });
    await expect(filesOf(follow(), ref, path)).rejects.toThrow(why);
  });

  test('a repository that is not there', async () => {
    await expect(follow(join(origin.root, 'nowhere')).head('main')).rejects.toThrow(/could not be fetched/);
  });
});

describe('programs that a repository wants to run', () => {
  test('hooks and configured commands of the origin stay silent', async () => {
    origin.commit({ 'a.yaml': '1' });
    const mark = join(origin.root, 'owned');
    const script = `#!/bin/sh\ntouch ${mark}\n`;
    const hooks = join(origin.dir, '.git', 'hooks');
    mkdirSync(hooks, { recursive: true });
    for (const name of [
      'post-checkout',
      'reference-transaction',
      'pre-auto-gc',
      'post-merge',
      'fsmonitor-watchman',
    ]) {
      writeFileSync(join(hooks, name), script, { mode: 0o755 });
    }
    const program = join(origin.root, 'program');
    writeFileSync(program, script, { mode: 0o755 });
    for (const name of [
      'core.fsmonitor',
      'uploadpack.packObjectsHook',
      'core.alternateRefsCommand',
      'core.sshCommand',
    ]) {
      origin.git('config', name, program);
    }
    expect(await filesOf(follow(), 'main')).toEqual({ 'a.yaml': '1' });
    expect(existsSync(mark)).toBe(false);
  });

  test("a person's settings do not change what is fetched", async () => {
    origin.commit({ 'a.yaml': '1' });
    writeFileSync(join(origin.root, '.gitconfig'), `[url "/nowhere"]\n  insteadOf = ${origin.dir}\n`);
    expect(await filesOf(follow(), 'main')).toEqual({ 'a.yaml': '1' });
  });
});

function hash(text: string): string {
  return origin.gitWith({ input: text }, 'hash-object', '-w', '--stdin');
}

function badName(): void {
  const record = Buffer.concat([
    Buffer.from(`100644 ${hash('1')}\t`),
    Buffer.from([0xff, 0xfe]),
    Buffer.from('.yaml\0'),
  ]);
  origin.gitWith({ input: record }, 'update-index', '-z', '--index-info');
}
