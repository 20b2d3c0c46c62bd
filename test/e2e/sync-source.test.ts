/** Syncs of repositories that are far away, signed, large, or pinned. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createConnection, createServer as createSocket, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeObjects } from '../../src/app/apply/act.ts';
import { diffSync, pinRevision, setSuspended } from '../../src/app/sync/actions.ts';
import { followSyncs } from '../../src/app/sync/run-follow.ts';
import { type SyncResult } from '../../src/app/sync/result.ts';
import { sleep } from '../../src/base/clock.ts';
import { Git } from '../../src/gitops/git.ts';
import { type Traffic, type VirtualMachinePool } from '../../src/model/kinds/index.ts';
import { gitEnvironment, pool, pools, SyncWorld } from '../support/sync-world.ts';

let world: SyncWorld;
beforeEach(() => (world = new SyncWorld()));
afterEach(() => world.dispose());

const here = { name: 'world', namespace: 'default' };

async function condition(type = 'Ready'): Promise<string> {
  const found = (await world.sync()).status?.conditions?.find((one) => one.type === type);
  return `${found?.status} ${found?.reason}`;
}

async function replicasOf(name: string): Promise<number | undefined> {
  return ((await world.object('VirtualMachinePool', name)) as VirtualMachinePool | undefined)?.spec.replicas;
}

describe('a server that goes away', () => {
  let daemon: ChildProcess | undefined;
  afterEach(() => daemon?.kill());

  async function freePort(): Promise<number> {
    const server = createSocket();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  async function serve(port: number): Promise<void> {
    const args = [
      'daemon',
      '--reuseaddr',
      '--export-all',
      '--listen=127.0.0.1',
      `--port=${port}`,
      `--base-path=${world.repo.root}`,
    ];
    daemon = spawn('git', args, { stdio: 'ignore' });
    while (!(await answers(port))) await sleep(20);
  }

  function answers(port: number): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.once('connect', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
  }

  async function stop(): Promise<void> {
    const gone = new Promise((resolve) => daemon?.once('close', resolve));
    daemon?.kill();
    await gone;
  }

  test('takes nothing with it, and is followed again when it is back', async () => {
    const port = await freePort();
    world.repo.commit(pools('a', 'b', 'c'));
    await serve(port);
    const repo = `git://127.0.0.1:${port}/work`;
    expect(await world.once({ repo, prune: true })).toMatchObject({ exitCode: 0 });
    await stop();
    expect(await world.once()).toMatchObject({ exitCode: 1, first: { reason: 'FetchFailed' } });
    expect(await condition()).toBe('False FetchFailed');
    expect(await world.pools()).toEqual(['a', 'b', 'c']);
    expect((await world.sync()).status?.inventory).toHaveLength(3);
    world.repo.commit({ 'd.yaml': pool('d'), 'a.yaml': undefined });
    await serve(port);
    expect(await world.once()).toMatchObject({ exitCode: 0 });
    expect(await world.pools()).toEqual(['b', 'c', 'd']);
    expect(await condition()).toBe('True Applied');
  });

  test('a branch that is gone takes nothing with it either', async () => {
    world.repo.commit(pools('a'));
    world.repo.git('branch', 'live');
    await world.once({ ref: 'live', prune: true });
    world.repo.git('branch', '-D', 'live');
    expect(await world.once()).toMatchObject({ exitCode: 1, first: { reason: 'RevisionNotFound' } });
    expect(await world.pools()).toEqual(['a']);
  });
});

describe('signed commits', () => {
  function sshKey(name: string): { readonly key: string; readonly signers: string } {
    const key = join(world.repo.root, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
    const signers = `${key}.signers`;
    writeFileSync(signers, `${name}@example.com namespaces="git" ${readFileSync(`${key}.pub`, 'utf8')}`);
    return { key, signers };
  }

  function signWith(key: string): void {
    world.repo.git('config', 'gpg.format', 'ssh');
    world.repo.git('config', 'user.signingkey', key);
  }

  test('of an allowed signer are taken; unsigned ones and those of others are not', async () => {
    const [ada, eve] = [sshKey('ada'), sshKey('eve')];
    signWith(ada.key);
    world.repo.commit(pools('a'), 'Signed', '-S');
    expect(await world.once({ verify: ada.signers, prune: true })).toMatchObject({ exitCode: 0 });
    world.repo.commit(pools('b'), 'Unsigned');
    const unsigned = await world.once();
    expect(unsigned).toMatchObject({ exitCode: 6, first: { reason: 'VerificationFailed' } });
    expect(unsigned.first?.message).toMatch(/it is not signed/);
    signWith(eve.key);
    world.repo.commit(pools('c'), 'By somebody else', '-S');
    const other = await world.once();
    expect(other).toMatchObject({ exitCode: 6, first: { reason: 'VerificationFailed' } });
    expect(other.first?.message).toMatch(/its signer is not in the keyring/);
    expect(await world.pools()).toEqual(['a']);
  });

  test('by OpenPGP', async () => {
    const home = join(world.repo.root, 'gpg');
    mkdirSync(home, { mode: 0o700 });
    const gpg = (...args: string[]): string =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], { stdio: 'pipe' }).toString();
    gpg('--passphrase', '', '--quick-generate-key', 'Ada <ada@example.com>', 'ed25519', 'sign', 'never');
    const keyring = join(world.repo.root, 'keys.asc');
    writeFileSync(keyring, gpg('--armor', '--export', 'ada@example.com'));
    world.repo.write(pools('a'));
    world.repo.git('add', '--all');
    world.repo.gitWith(
      {
        env: {
          ...process.env,
          GNUPGHOME: home,
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_COMMITTER_NAME: 'Ada',
          GIT_COMMITTER_EMAIL: 'ada@example.com',
          GIT_AUTHOR_NAME: 'Ada',
          GIT_AUTHOR_EMAIL: 'ada@example.com',
        },
      },
      ...['commit', '--quiet', '-m', 'Signed', '-Sada@example.com'],
    );
    expect(await world.once({ verify: keyring })).toMatchObject({ exitCode: 0 });
    world.repo.commit(pools('b'), 'Unsigned');
    expect(await world.once()).toMatchObject({ exitCode: 6 });
    expect(await world.pools()).toEqual(['a']);
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
  });

  test('a keyring that is not there says so', async () => {
    world.repo.commit(pools('a'));
    const { first } = await world.once({ verify: '/no/keys' });
    expect(first?.message).toMatch(/keyring \/no\/keys cannot be read/);
  });
});

describe('what a revision holds', () => {
  const day = (file: string): string =>
    `apiVersion: vctl.dev/v1alpha1\nkind: Traffic\nmetadata: {name: day}\nspec: {to: {kind: VirtualMachine, selector: {matchLabels: {a: b}}}, unit: Cpu, pattern: {trace: {file: ${file}, interval: 1m}}}\n`;

  test('traces come from the commit, never from the disk', async () => {
    world.repo.commit({ 'x/t.yaml': day('traces/day.csv'), 'x/traces/day.csv': 'value\n0.1\n0.2\n' });
    world.repo.write({ 'x/traces/day.csv': 'value\n9\n' });
    await world.once({ path: 'x' });
    const { spec } = (await world.object('Traffic', 'day')) as Traffic;
    expect(spec.pattern.trace?.samples).toEqual([0.1, 0.2]);
  });

  test('a trace outside of the folder is not there', async () => {
    writeFileSync(join(world.repo.root, 'secret.csv'), 'value\n7\n');
    world.repo.commit({ 'x/t.yaml': day('../../secret.csv'), 'x/a.yaml': pool('a') });
    const { first, exitCode } = await world.once({ path: 'x' });
    expect(exitCode).toBe(3);
    expect(first?.diagnostics.map(({ code }) => code)).toEqual(['TRACE_FILE_NOT_FOUND']);
  });

  test('a symbolic link stops the sync before anything is changed', async () => {
    world.repo.commit(pools('a', 'b'));
    await world.once({ prune: true });
    world.repo.commit({ 'b.yaml': undefined, 'c.yaml': pool('c') });
    execFileSync('ln', ['-s', '/etc/passwd', join(world.repo.dir, 'd.yaml')]);
    world.repo.commit();
    expect(await world.once()).toMatchObject({ exitCode: 6, first: { reason: 'ContentRefused' } });
    expect(await world.pools()).toEqual(['a', 'b']);
  });

  test('variables are those of the Sync', async () => {
    world.repo.commit({ 'a.yaml': pool('a').replace('replicas: 0', 'replicas: ${COUNT}') });
    await world.apply(
      `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, substitute: {COUNT: 0}}`,
    );
    expect(await world.once()).toMatchObject({ exitCode: 0 });
    await world.apply(
      `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, substitute: {OTHER: 0}}`,
    );
    const { exitCode, first } = await world.once();
    expect(exitCode).toBe(2);
    expect(first?.message).toMatch(/^a\.yaml:5:3: the variable COUNT is not set/);
  });
});

describe('a rollback', () => {
  test('holds until a newer good revision comes', async () => {
    const good = world.repo.commit({ 'a.yaml': pool('a', 0), 'other.md': '1' });
    await world.once({ path: '' });
    world.repo.commit({ 'a.yaml': pool('a', 0).replace('"1"', '"2"') });
    await world.once();
    await pinRevision(await world.state, here, undefined, gitEnvironment);
    const cpu = async (): Promise<unknown> =>
      ((await world.object('VirtualMachinePool', 'a')) as VirtualMachinePool).spec.template.spec.resources
        .cpu;
    await world.once();
    expect(await cpu()).toBe('1');
    expect((await world.sync()).status?.history?.[0]).toMatchObject({
      outcome: 'RolledBack',
      revision: `HEAD@sha1:${good}`,
    });
    // Held against a commit that changes nothing of the folder's sense, and against one that is broken.
    await world.once();
    expect(await cpu()).toBe('1');
    world.repo.commit({ 'bad.yaml': 'kind: [' });
    await world.once();
    expect(await cpu()).toBe('1');
    expect((await world.sync()).metadata.annotations?.['vctl.dev/pinned-commit']).toBe(good);
    world.repo.commit({ 'bad.yaml': undefined, 'a.yaml': pool('a', 0).replace('"1"', '"3"') });
    await world.once();
    expect(await cpu()).toBe('3');
    expect((await world.sync()).metadata.annotations?.['vctl.dev/pinned-commit']).toBeUndefined();
  });

  test('diff tells what the next sync would do, and does nothing', async () => {
    world.repo.commit(pools('a', 'b', 'c', 'd', 'e'));
    await world.once({ prune: true });
    world.repo.commit({ 'a.yaml': pool('a', 3), 'b.yaml': undefined, 'f.yaml': pool('f') });
    const { differences } = await diffSync(await world.state, here, gitEnvironment);
    expect(differences.map(({ name, action }) => `${name.split('/')[1]} ${action}`)).toEqual([
      'a configured',
      'f created',
      'b pruned',
    ]);
    expect(await replicasOf('a')).toBe(0);
  });
});

describe('notifications', () => {
  test('tell each outcome once; what nobody takes fails nothing', async () => {
    const bodies: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        bodies.push(JSON.parse(text) as Record<string, unknown>);
        response.writeHead(bodies.length === 1 ? 503 : 204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await world.apply(
      `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, notify: [{webhook: "http://127.0.0.1:${port}/hook?token=s3cret"}]}`,
    );
    const commit = world.repo.commit(pools('a'));
    await world.once();
    await world.once();
    // The first was answered by 503 and sent again.
    expect(bodies.map(({ outcome, revision }) => [outcome, revision])).toEqual([
      ['Applied', `HEAD@sha1:${commit}`],
      ['Applied', `HEAD@sha1:${commit}`],
    ]);
    await new Promise((resolve) => server.close(resolve));
    world.repo.commit(pools('b'));
    expect(await world.once()).toMatchObject({ exitCode: 0 });
    expect(await world.events()).toContain(
      `NotificationFailed: http://127.0.0.1:${port} did not take the notification`,
    );
  }, 60_000);
});

describe('following', () => {
  test('applies what is pushed, heals what is changed, rests while suspended, and ends when told', async () => {
    world.repo.commit(pools('a', 'b', 'c'));
    await world.apply(
      `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, interval: 1s, prune: true, selfHeal: true}`,
    );
    const state = await world.state;
    const end = new AbortController();
    const seen: SyncResult[] = [];
    const following = followSyncs(state, {
      ...{ isMeant: () => true, speed: 1, signal: end.signal, git: new Git(gitEnvironment) },
      onResults: (results) => seen.push(...results),
    });
    const until = async (isSo: () => Promise<boolean>): Promise<void> => {
      while (!(await isSo())) await sleep(50);
    };
    await until(async () => (await condition()) === 'True Applied');
    world.repo.commit({ 'd.yaml': pool('d'), 'a.yaml': undefined });
    await until(async () => (await world.pools()).join() === 'b,c,d');
    const scale = (replicas: number): Promise<unknown> =>
      changeObjects(state, [
        {
          key: { kind: 'VirtualMachinePool', namespace: 'default', name: 'b' },
          action: 'scaled',
          change: (object) => ({ ...object, spec: { ...(object as VirtualMachinePool).spec, replicas } }),
        },
      ]);
    await scale(2);
    await until(async () =>
      (await world.events()).some((text) =>
        text.startsWith('SelfHealed: .spec.replicas of vmp/default/b was set by vctl'),
      ),
    );
    expect(await replicasOf('b')).toBe(0);
    await setSuspended(state, here, true);
    await sleep(1_500);
    world.repo.commit({ 'e.yaml': pool('e') });
    await sleep(2_500);
    expect(await world.pools()).toEqual(['b', 'c', 'd']);
    await setSuspended(state, here, false);
    await until(async () => (await world.pools()).join() === 'b,c,d,e');
    end.abort(new DOMException('x', 'AbortError'));
    await following;
    expect(seen.filter(({ outcome }) => outcome === 'Failed')).toEqual([]);
  }, 60_000);
});
