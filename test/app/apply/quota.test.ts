import { expect, test } from 'vitest';
import { runApply } from '../../../src/app/apply/run-apply.ts';
import { patch } from '../../../src/app/apply/patch.ts';
import { scale } from '../../../src/app/actions/scale.ts';
import { memoryState, type State } from '../../../src/app/state.ts';
import { vm, xenHost } from '../../support/engine.ts';
import { patient, stateWith, stored } from '../../support/applied-state.ts';

const quota = `apiVersion: v1
kind: ResourceQuota
metadata: {name: team}
spec: {hard: {requests.cpu: 3, count/virtualmachines.vctl.dev: 3}}`;

function pool(replicas: number): string {
  return `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}}`;
}

function world(): Promise<State> {
  return stateWith(xenHost('one'), quota, pool(2));
}

async function apply(state: State, text: string): Promise<string[]> {
  const request = { paths: ['-'], recursive: false, stdin: text, force: false, prune: false } as const;
  const more = { dryRun: 'none', wait: false, timeout: '5m' } as const;
  const { diagnostics } = await runApply(state, { ...request, ...more });
  return diagnostics.map(({ code, line, column, message }) => `${line}:${column} ${code} ${message}`);
}

const key = { name: 'web', namespace: 'default', kind: 'VirtualMachinePool' } as const;

test('apply · refused at its place, and nothing is written', async () => {
  const state = await world();
  const revision = await state.store.revision();
  const [problem, ...others] = await apply(state, pool(4));
  expect(others).toEqual([]);
  expect(problem).toMatch(
    /^5:3 QUOTA_EXCEEDED VirtualMachinePool\/web is refused: exceeded quota: team, requested: /,
  );
  expect(problem).toContain(
    'requests.cpu=2, used: count/virtualmachines.vctl.dev=2,requests.cpu=2, limited:',
  );
  expect(await state.store.revision()).toBe(revision);
});

test('apply · a quota of the same apply holds already', async () => {
  const state = await stateWith(xenHost('one'));
  expect(await apply(state, [quota, pool(4)].join('\n---\n'))).toHaveLength(1);
  expect(await apply(state, [quota, pool(3)].join('\n---\n'))).toEqual([]);
});

test('scale and patch · refused', async () => {
  const state = await world();
  await expect(scale(state, { ...key, ...patient, replicas: 4 })).rejects.toThrow(/QUOTA_EXCEEDED.*used: /);
  await expect(patch(state, { ...key, ...patient, patch: 'spec: {replicas: 4}' })).rejects.toThrow(
    'exceeded quota: team',
  );
  expect((await stored(state, 'VirtualMachinePool', 'web'))?.spec.replicas).toBe(2);
});

test('a limit lowered below what is there takes nothing, and lets it shrink only', async () => {
  const state = await world();
  expect(await apply(state, quota.replace('requests.cpu: 3', 'requests.cpu: 1'))).toEqual([]);
  expect(await apply(state, pool(2))).toEqual([]);
  await scale(state, { ...key, ...patient, replicas: 1 });
  await expect(scale(state, { ...key, ...patient, replicas: 2 })).rejects.toThrow('used: requests.cpu=1');
});

test('another namespace has no part in it', async () => {
  const state = await world();
  const text = `apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n---\napiVersion: vctl.dev/v1alpha1\n${vm('big', '').replace('name: big', 'name: big, namespace: other').replace('cpu: 1', 'cpu: 8')}`;
  expect(await apply(state, text)).toEqual([]);
});

test('manifests/tenancy · six places for the one of three times the weight, two for the other', async () => {
  const state = await memoryState();
  const request = { paths: ['manifests/tenancy'], recursive: false, force: false, prune: false } as const;
  await runApply(state, { ...request, dryRun: 'none', wait: true, timeout: '1h' });
  const { items } = await state.store.list('VirtualMachine', { namespace: 'saas' });
  const placed = items.filter(({ status }) => (status as { host?: string }).host !== undefined);
  const of = (tenant: string) => placed.filter(({ metadata }) => metadata.name.startsWith(tenant)).length;
  expect([of('big'), of('small')]).toEqual([6, 2]);
});
