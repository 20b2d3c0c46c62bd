import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = join(import.meta.dirname, '..', '..', 'bin', 'run.js');
const folder = mkdtempSync(join(tmpdir(), 'vctl-read-'));
const manifest = join(folder, 'world.yaml');
const changed = join(folder, 'changed.yaml');
const broken = join(folder, 'broken.yaml');

const world = `apiVersion: vctl.dev/v1alpha1
kind: Host
metadata: {name: h1}
spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}}
---
apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: {name: web}
spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}}
---
apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata: {name: huge}
spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 64Gi}}
`;

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function vctl(...args: readonly string[]): Result {
  const env = { ...process.env, VCTL_STATE_DIR: join(folder, 'state'), NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

beforeAll(() => {
  writeFileSync(manifest, world);
  writeFileSync(changed, world.replace('cpu: 8', 'cpu: 9'));
  writeFileSync(broken, world.replace('memory: 2Gi', 'memroy: 2Gi'));
  // No host can take the huge one.
  expect(vctl('apply', '-f', manifest).code).toBe(1);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('exit codes, and what goes to which stream', () => {
  test.each<[string, string[], number, RegExp, RegExp]>([
    ['describe', ['describe', 'vm/web', 'host/h1'], 0, /^Name: +web\n[^]*\nName: +h1\n/, /^$/],
    ['describe · why no host takes it', ['describe', 'vm', 'huge'], 0, /h1 +insufficient memory/, /^$/],
    ['describe · not there', ['describe', 'vm/gone'], 1, /^$/, /vctl\.dev\/gone not found/],
    ['describe · no such kind', ['describe', 'vmm/web'], 2, /^$/, /did you mean "vm"/],
    ['describe · nothing of a kind', ['describe', 'tenant'], 0, /^$/, /No resources found/],
    ['events', ['events', 'vm/web'], 0, /^LAST SEEN[^]*Running/, /^$/],
    ['events · only warnings', ['events', '--types=Warning'], 0, /FailedScheduling/, /^$/],
    ['events · no such type', ['events', '--types=Bad'], 2, /^$/, /no type of event/],
    ['diff · none', ['diff', '-f', manifest], 0, /^$/, /^$/],
    ['diff · some', ['diff', '-f', changed], 1, /-    cpu: "8"\n\+    cpu: "9"/, /^$/],
    ['diff · invalid', ['diff', '-f', broken], 2, /^$/, /UNKNOWN_FIELD/],
    ['diff · no such file', ['diff', '-f', join(folder, 'none.yaml')], 2, /^$/, /FILE_NOT_FOUND/],
    ['diff · wrong flag', ['diff', '--nope'], 2, /^$/, /error: /],
    ['validate', ['validate', '-f', manifest], 0, /^3 objects are valid, in 1 file\.\n$/, /^/],
    ['validate · invalid', ['validate', '-f', broken], 2, /^$/, /did you mean "memory"/],
    ['explain', ['explain', 'vm.spec.mode'], 0, /one of: Full, Para/, /^$/],
    ['explain · no such field', ['explain', 'vm.spec.mod'], 2, /^$/, /did you mean "mode"/],
    ['api-resources', ['api-resources'], 0, /virtualmachines +vm +vctl\.dev\/v1alpha1 +true/, /^$/],
    ['top', ['top', 'hosts'], 0, /^NAME +CPU +CPU% +MEMORY[^]*h1/, /^$/],
    ['top · no usage', ['top', 'tenants'], 2, /^$/, /there is no usage of tenants/],
    ['tree', ['tree', 'host/h1'], 0, /└─ VirtualMachine\/default\/web +running +h1 +para/, /^$/],
    ['tree · not there', ['tree', 'tenant/gone'], 1, /^$/, /not found/],
    ['wait', ['wait', 'vm/web', '--for=condition=Ready'], 0, /web: Ready is True/, /^$/],
    [
      'wait · in vain',
      ['wait', 'vm/huge', '--for=condition=Ready', '--timeout', '1m'],
      4,
      /^$/,
      /huge: Ready is/,
    ],
    ['wait · for nothing known', ['wait', 'vm/web', '--for=luck'], 2, /^$/, /nothing to wait for/],
    ['config', ['config'], 0, /Seed: +1\n[^]*1 host\n/, /^$/],
    ['config path', ['config', 'path'], 0, /state\n$/, /^$/],
  ])('%s', (_name, args, code, out, err) => {
    const result = vctl(...args);
    expect(result.out).toMatch(out);
    expect(result.err).toMatch(err);
    expect(result.code).toBe(code);
  });
});

test.each([
  [['describe', 'vm/web'], 'items'],
  [['events'], 'items'],
  [['diff', '-f', manifest], 'differences'],
  [['validate', '-f', manifest], 'diagnostics'],
  [['explain', 'vm'], 'field'],
  [['top', 'vms'], 'items'],
  [['tree', 'host'], 'items'],
  [['wait', 'vm/web', '--for=condition=Ready'], 'objects'],
  [['config'], 'revision'],
  [['describe', 'vm/gone'], 'error'],
])('--json of %s', (args, key) => {
  const { out } = vctl(...args, '--json');
  expect(JSON.parse(out)).toHaveProperty(key);
});

test('a state that is not there reads as a new one, and stays missing', () => {
  const { out, code } = vctl('config', '--json', '--state', join(folder, 'missing'));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ exists: false, seed: 1 });
  expect(vctl('config', '--json', '--state', join(folder, 'missing')).out).toBe(out);
});
