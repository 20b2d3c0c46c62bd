import { expect, test } from 'vitest';
import { managers, trackManager } from '../../../src/engine/ownership.ts';
import { runApply } from '../../../src/app/apply/run-apply.ts';
import { type DiffRequest, runDiff } from '../../../src/app/apply/run-diff.ts';
import { memoryState, type State } from '../../../src/app/state.ts';
import { type VirtualMachinePool } from '../../../src/model/kinds/index.ts';
import { diffObjects } from '../../../src/output/diff-text.ts';
import { applyText } from '../../support/state.ts';

const pool = `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12}, resources: {cpu: 1, memory: 2Gi}}}}
`;
const room = `kind: DisruptionBudget
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, minAvailable: 1}
`;

function request(...documents: readonly string[]): DiffRequest {
  const stdin = documents.map((text) => `apiVersion: vctl.dev/v1alpha1\n${text}`).join('---\n');
  return { paths: ['-'], recursive: false, stdin, namespace: 'default', force: false, prune: false };
}

async function stateWith(...documents: string[]): Promise<State> {
  const state = await memoryState();
  await applyText(state, documents.join('---\n'), { wait: false });
  return state;
}

async function diffText(state: State, wanted: DiffRequest): Promise<string> {
  const { differences } = await runDiff(state, wanted);
  return differences.map(({ before, after }) => diffObjects(before, after)).join('');
}

test('what is applied already does not differ', async () => {
  expect(await diffText(await stateWith(pool), request(pool))).toBe('');
});

test('the same amounts in other words do not differ, nor does an apply of them change anything', async () => {
  const state = await stateWith(pool);
  const other = pool.replace('{cpu: 1, memory: 2Gi}', '{cpu: 1000m, memory: 2048Mi}');
  expect(await diffText(state, request(other))).toBe('');
  const revision = await state.store.revision();
  await applyText(state, other, { wait: false });
  expect(await state.store.revision()).toBe(revision);
});

test('a manager that owns the same amount in other words is in no conflict', async () => {
  const state = await stateWith(pool);
  const [live] = (await state.store.list('VirtualMachinePool')).items;
  if (!live) throw new Error('no pool');
  const field = { 'f:spec': { 'f:template': { 'f:spec': { 'f:resources': { 'f:memory': {} } } } } };
  const theirs = { manager: 'other', operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: field } as const;
  const { managedFields = [] } = live.metadata;
  const owned = [...managedFields, { ...theirs, apiVersion: live.apiVersion, time: '2000-01-01T00:00:00Z' }];
  const shared = { ...live, metadata: { ...live.metadata, managedFields: owned } };
  await state.store.commit({ writes: [{ type: 'update', object: shared }], nowMs: 0 });
  expect(await diffText(state, request(pool.replace('2Gi', '2048Mi')))).toBe('');
  await expect(runDiff(state, request(pool.replace('2Gi', '3Gi')))).rejects.toThrow(
    /conflict with manager "other"/,
  );
});

test('a new object is all new, without what the server keeps for itself', async () => {
  expect(await diffText(await memoryState(), request(room))).toMatchInlineSnapshot(`
    "--- /dev/null
    +++ wanted/disruptionbudget/default/web
    @@ -0,0 +1,10 @@
    +apiVersion: vctl.dev/v1alpha1
    +kind: DisruptionBudget
    +metadata:
    +  name: web
    +  namespace: default
    +spec:
    +  minAvailable: 1
    +  selector:
    +    matchLabels:
    +      app: web
    "
  `);
});

test('a change shows in its place, and nothing is written', async () => {
  const state = await stateWith(pool, room);
  const revision = await state.store.revision();
  const changed = request(pool.replace('replicas: 2', 'replicas: 3'), room);
  expect(await diffText(state, changed)).toMatchInlineSnapshot(`
    "--- live/virtualmachinepool/default/web
    +++ wanted/virtualmachinepool/default/web
    @@ -7,7 +7,7 @@
       minReadySeconds: 0
       paused: false
       progressDeadline: 10m
    -  replicas: 2
    +  replicas: 3
       revisionHistoryLimit: 10
       rollback: Manual
       selector:
    "
  `);
  expect(await state.store.revision()).toBe(revision);
});

test('with prune, what is gone from the files', async () => {
  const state = await memoryState();
  const applySet = 'web';
  await runApply(state, { ...request(pool, room), applySet, dryRun: 'none', wait: false, timeout: '0s' });
  expect(await diffText(state, request(pool))).toBe('');
  const { differences } = await runDiff(state, { ...request(pool), applySet, prune: true });
  expect(differences.map(({ name, action, after }) => [name, action, after])).toEqual([
    ['disruptionbudget.vctl.dev/web', 'pruned', undefined],
  ]);
});

test('fields of an autoscaler are left to it, and said', async () => {
  const state = await stateWith(pool);
  const key = { kind: 'VirtualMachinePool', namespace: 'default', name: 'web' };
  const old = (await state.store.get(key)) as VirtualMachinePool;
  const next = trackManager(old, { ...old, spec: { ...old.spec, replicas: 7 } }, managers.scaling, 0);
  await state.store.commit({ writes: [{ type: 'update', object: next }], nowMs: 0 });
  const { differences, left } = await runDiff(state, request(pool));
  expect(differences).toEqual([]);
  expect(left).toEqual([
    { name: 'virtualmachinepool.vctl.dev/web', namespace: 'default', fields: ['.spec.replicas'] },
  ]);
});

test('an invalid manifest is a finding, not a difference', async () => {
  const { differences, diagnostics } = await runDiff(
    await memoryState(),
    request(room.replace('minAvailable', 'minAvailble')),
  );
  expect(differences).toEqual([]);
  expect(diagnostics.map(({ code }) => code)).toEqual(['UNKNOWN_FIELD']);
});
