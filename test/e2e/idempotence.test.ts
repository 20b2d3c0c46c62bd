import { afterAll, expect, test } from 'vitest';
import { fleetText } from '../support/fleet.ts';
import { readStored } from '../support/stored.ts';
import { Sandbox } from '../support/vctl.ts';

const sandbox = new Sandbox();
afterAll(() => sandbox.dispose());

test.each([
  ['a fleet', 'fleet.yaml'],
  ['the catalogue', 'manifests/hypervisors'],
  ['the quickstart', 'manifests/quickstart'],
])('%s · applied again · all unchanged, and nothing is written', async (_name, path) => {
  sandbox.write('fleet.yaml', fleetText({ hosts: 3, machines: 10 }));
  const state = `state of ${path.replaceAll('/', '-')}`;
  const args = ['apply', '-f', path, '--timeout', '1h'];
  await sandbox.ok(args, { state });
  const before = await readStored(sandbox.path(state));

  const said = await sandbox.ok(args, { state });
  const [objects = '', end = ''] = said.split('\n\n');
  expect(new Set(objects.split('\n').map((line) => line.split(' ')[1]))).toEqual(new Set(['unchanged']));
  expect(end).toContain('Converged already');
  // Every write of an object takes a revision.
  expect(await readStored(sandbox.path(state))).toEqual(before);
});

test('reading, validating and dry runs write nothing', async () => {
  const state = 'reading';
  await sandbox.ok(['apply', '-f', 'manifests/quickstart'], { state });
  const before = await readStored(sandbox.path(state));
  for (const command of [
    'get all -A',
    'get vm -A -o yaml',
    'events -A',
    'describe vm legacy-erp',
    'diff -f manifests/quickstart',
    'explain vm.spec',
    'top vm -A',
    'tree tenant/four -n saas',
    'validate -f manifests/quickstart',
    'wait vm/legacy-erp --for=condition=Ready',
    'apply -f manifests/quickstart --dry-run=client',
    'apply -f manifests/quickstart --dry-run=server',
  ]) {
    await sandbox.ok(command.split(' '), { state });
  }
  expect(await readStored(sandbox.path(state))).toEqual(before);
});
