import { type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunResult, Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
const vctl = (...args: string[]): Promise<RunResult> => sandbox.run(args);
let first: RunResult;

beforeAll(async () => {
  await vctl('init', 'world');
  first = await vctl('apply', '-f', 'world');
});
afterAll(() => sandbox.dispose());

async function json(...args: string[]): Promise<Record<string, unknown>> {
  return JSON.parse((await vctl(...args, '--json')).stdout) as Record<string, unknown>;
}

test('a starter folder can be applied as it is, and once is enough', async () => {
  expect(first).toMatchObject({ exit: 0, stderr: '' });
  expect(first.stdout).toContain('Converged in');
  expect((await vctl('apply', '-f', 'world')).stdout).toContain('Converged already');
});

test('a day in the life of a host', async () => {
  const advanced = await vctl('advance', '10m');
  expect(advanced).toMatchObject({ exit: 0, stderr: '' });
  expect(advanced.stdout).toMatch(/^World time is 2000-01-01T00:\d\d:\d\dZ: 10m passed/);

  const { items } = await json('get', 'vm');
  const vm = (items as { metadata: { name: string }; status: { host: string } }[])[0]!;
  const drained = await vctl('drain', vm.status.host, '--timeout', '1h');
  expect(drained).toMatchObject({ exit: 0 });
  expect(drained.stdout).toContain(`host.vctl.dev/${vm.status.host} cordoned\n`);
  expect(drained.stdout).toContain('can move (live)');
  expect((await vctl('uncordon', vm.status.host)).stdout).toBe(
    `host.vctl.dev/${vm.status.host} uncordoned\n`,
  );

  expect(await vctl('migrate', vm.metadata.name, '--to', vm.status.host)).toMatchObject({ exit: 0 });
  expect(await vctl('restart', vm.metadata.name)).toMatchObject({ exit: 0 });
  const faulted = await json('fault', `host/${vm.status.host}`, '--type', 'Crash', '--for', '10m');
  expect(faulted).toMatchObject({ run: { outcome: { type: 'settled' } } });
  expect(await vctl('advance', '20m')).toMatchObject({ exit: 0 });
  expect((await vctl('get', `host/${vm.status.host}`)).stdout).toContain('Ready');
});

test('Ctrl-C while time passes · exit code 130, and the next command goes on', async () => {
  const pressCtrlC = (child: ChildProcess): void => void setTimeout(() => child.kill('SIGINT'), 1_500);
  const ran = await sandbox.run(['advance', '3650d'], { onStart: pressCtrlC });
  expect(ran.exit).toBe(130);
  expect(ran.stderr).toContain('Interrupted');
  expect(await vctl('advance', '1m')).toMatchObject({ exit: 0, stderr: '' });
});

describe('exit codes', () => {
  test.each<[number, string]>([
    [1, 'scale vmp/nope --replicas 1'],
    [2, 'scale vmp/shop'],
    [2, 'scale vmp/shop --replicas many'],
    [2, 'fault host/rack-0 --type Flood'],
    [2, 'advance soon'],
    [2, 'advance'],
    [2, 'drain --bogus'],
    [2, 'delete vm'],
    [2, 'stop host/rack-0'],
    [2, 'patch vmp/shop -p spec:{replicas:-1}'],
    [2, 'aply -f world'],
    [2, 'help nope'],
    [2, 'autocomplete tcsh'],
    [4, 'scale hostpool/rack --replicas 4 --timeout 1s'],
    [5, 'scale vmp/shop --replicas 3 --current-replicas 77'],
    [6, 'delete ns/default'],
    [6, 'delete hv/kvm'],
    [6, 'init world'],
  ])('%d: vctl %s', async (code, line) => {
    const ran = await vctl(...line.split(' '));
    expect(ran).toMatchObject({ exit: code });
    expect(ran.stderr, 'says why').not.toBe('');
  });

  test('5: another value for a label that is there', async () => {
    expect(await vctl('label', 'lb/shop', 'side=left')).toMatchObject({ exit: 0 });
    expect(await vctl('label', 'lb/shop', 'side=right')).toMatchObject({ exit: 5, stdout: '' });
  });
});

test('an unknown command · names the nearest, asks nothing', async () => {
  expect((await vctl('aply')).stderr).toBe(
    'error: vctl has no command "aply"\n  try: vctl apply\n  try: vctl help\n',
  );
});

test('help of each form · the same text', async () => {
  const { stdout } = await vctl('help', 'drain');
  expect(stdout).toContain('Empty a host.');
  expect((await vctl('drain', '--help')).stdout).toBe(stdout);
});

test('a failure with --json · one object on stdout, the same exit code', async () => {
  const ran = await vctl('delete', 'ns/default', '--json');
  expect(ran).toMatchObject({ exit: 6, stderr: '' });
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 6 } });
});

test('deleted as it was applied · nothing of it is left', async () => {
  expect(await vctl('delete', '-f', 'world', '--timeout', '1h')).toMatchObject({ exit: 0 });
  expect(await json('get', 'all')).toMatchObject({ items: [] });
});
