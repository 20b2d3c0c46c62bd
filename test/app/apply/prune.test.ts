import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ApplyReport, type ApplyRequest, runApply } from '../../../src/app/apply/run-apply.ts';
import { memoryState, type State, worldTime } from '../../../src/app/state.ts';
import { type ApplySet } from '../../../src/model/kinds/index.ts';
import { type KubeObject, type ManagedFieldsEntry } from '../../../src/model/object.ts';

let folder: string;
let state: State;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vctl-prune-'));
  state = await memoryState();
});
afterEach(() => rmSync(folder, { recursive: true }));

const budget = (name: string, namespace?: string): string => `apiVersion: vctl.dev/v1alpha1
kind: DisruptionBudget
metadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}}
spec: {selector: {matchLabels: {app: web}}, minAvailable: 1}
---
`;
const namespace = (name: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n---\n`;

function write(path: string, ...documents: readonly string[]): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), documents.join(''));
}

function remove(path: string): void {
  rmSync(join(folder, path));
}

function apply(path: string, more: Partial<ApplyRequest> = {}): Promise<ApplyReport> {
  return runApply(state, {
    ...{ paths: [path === '-' ? '-' : join(folder, path)], recursive: false, force: false, prune: true },
    ...{ dryRun: 'none', wait: false, timeout: '0s' },
    ...more,
  });
}

/** `created a, pruned b`, and what was kept. */
async function done(path: string, more: Partial<ApplyRequest> = {}): Promise<string> {
  const { objects, kept } = await apply(path, more);
  const short = (name: string): string => name.split('/')[1] ?? '';
  return [
    ...objects
      .filter(({ action }) => action !== 'unchanged')
      .map(({ name, action }) => `${action} ${short(name)}`),
    ...kept.map(({ name, why }) => `kept ${short(name)}: ${why}`),
  ].join(', ');
}

async function names(kind: 'DisruptionBudget' | 'Namespace' = 'DisruptionBudget'): Promise<string> {
  const { items } = await state.store.list(kind);
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => [metadata.namespace, metadata.name].filter(Boolean).join('/'))
    .join(' ');
}

async function sets(): Promise<readonly ApplySet[]> {
  return (await state.store.list('ApplySet')).items as ApplySet[];
}

async function changed(name: string, change: (object: KubeObject) => KubeObject): Promise<void> {
  const object = await state.store.get({ kind: 'DisruptionBudget', namespace: 'default', name });
  if (!object) throw new Error(`no ${name}`);
  await state.store.commit({
    writes: [{ type: 'update', object: change(object) }],
    nowMs: await worldTime(state),
  });
}

describe('what apply --prune deletes', () => {
  beforeEach(async () => {
    write('d/a.yaml', budget('a'));
    write('d/b.yaml', budget('b'));
    expect(await done('d')).toBe('created a, created b');
  });

  test('what the set owns and its files have no more', async () => {
    remove('d/a.yaml');
    expect(await done('d', { prune: false })).toBe('');
    expect(await names()).toBe('default/a default/b');
    expect(await done('d')).toBe('pruned a');
    expect(await names()).toBe('default/b');
  });

  test('nothing of another set, though it was first in this one', async () => {
    write('e/c.yaml', budget('c'));
    await apply('e');
    renameSync(join(folder, 'd/a.yaml'), join(folder, 'e/a.yaml'));
    expect(await done('e')).toBe('');
    expect(await done('d')).toBe('');
    remove('e/a.yaml');
    expect(await done('e')).toBe('pruned a');
  });

  test('nothing that was applied by itself since', async () => {
    await apply('-', { stdin: budget('a'), prune: false });
    remove('d/a.yaml');
    expect(await done('d')).toBe('');
    expect(await names()).toBe('default/a default/b');
  });

  test('nothing of the same name that somebody has made anew', async () => {
    await state.store.commit({
      writes: [{ type: 'delete', key: { kind: 'DisruptionBudget', namespace: 'default', name: 'a' } }],
      nowMs: 0,
    });
    const [b] = (await state.store.list('DisruptionBudget')).items;
    if (!b) throw new Error('no b');
    const { uid: _uid, resourceVersion: _version, ...metadata } = b.metadata;
    await state.store.commit({
      writes: [{ type: 'create', object: { ...b, metadata: { ...metadata, name: 'a' } } }],
      nowMs: 1,
    });
    remove('d/a.yaml');
    expect(await done('d')).toBe('kept a: another object has its name now');
  });

  test('nothing of a Sync, nor of another manager, nor of a controller, nor what is protected', async () => {
    const [a] = (await state.store.list('DisruptionBudget')).items;
    const entry = { kind: 'DisruptionBudget', namespace: 'default', name: 'a', uid: a?.metadata.uid ?? '' };
    const sync = {
      apiVersion: 'vctl.dev/v1alpha1',
      ...{ kind: 'Sync', metadata: { name: 'shop', namespace: 'default' }, spec: {} },
      status: { inventory: [entry] },
    } as const;
    const key = { kind: 'Sync', namespace: 'default', name: 'shop' };
    await state.store.commit({ writes: [{ type: 'create', object: sync }], nowMs: 0 });
    remove('d/a.yaml');
    const diff = { dryRun: 'server' } as const;
    expect(await done('d', diff)).toBe('kept a: it belongs to Sync default/shop');
    await state.store.commit({ writes: [{ type: 'delete', key }], nowMs: 0 });
    expect(await done('d', diff)).toBe('pruned a');

    const theirs: ManagedFieldsEntry = {
      ...{ manager: 'terraform', operation: 'Apply' as const, apiVersion: 'vctl.dev/v1alpha1' },
      ...{ fieldsType: 'FieldsV1' as const, fieldsV1: { 'f:spec': { 'f:minAvailable': {} } } },
    };
    const withMeta = (metadata: Partial<KubeObject['metadata']>) => (object: KubeObject) => ({
      ...object,
      metadata: { ...object.metadata, ...metadata },
    });
    const { managedFields = [] } = a?.metadata ?? {};
    await changed('a', withMeta({ managedFields: [...managedFields, theirs] }));
    expect(await done('d', diff)).toBe('kept a: the manager "terraform" owns fields of it');
    const owner = { apiVersion: 'v', kind: 'Application', name: 'crm', uid: 'u', controller: true };
    await changed('a', withMeta({ managedFields, ownerReferences: [owner] }));
    expect(await done('d', diff)).toBe('kept a: Application/crm has made or adopted it');
    await changed('a', withMeta({ ownerReferences: [], annotations: { 'vctl.dev/prune': 'disabled' } }));
    expect(await done('d', diff)).toBe('kept a: vctl.dev/prune: disabled keeps it');
  });

  test('nothing when one manifest is wrong', async () => {
    remove('d/a.yaml');
    write('d/c.yaml', budget('c').replace('minAvailable', 'minAvailble'));
    expect(await done('d')).toBe('');
    expect(await names()).toBe('default/a default/b');
  });

  test('nothing in a dry run, which shows it', async () => {
    remove('d/a.yaml');
    expect(await done('d', { dryRun: 'client' })).toBe('pruned a');
    expect(await names()).toBe('default/a default/b');
  });
});

describe('sets', () => {
  test('are told apart by paths and namespace', async () => {
    write('base.yaml', namespace('one'), namespace('two'));
    await apply('base.yaml');
    write('d/a.yaml', budget('a'));
    await apply('d', { namespace: 'one' });
    await apply('d', { namespace: 'two' });
    expect(await names()).toBe('one/a two/a');
    write('d/a.yaml', budget('b'));
    expect(await done('d', { namespace: 'two' })).toBe('created b, pruned a');
    expect(await names()).toBe('one/a two/b');
  });

  test('or by their name, from wherever they come', async () => {
    await apply('-', { stdin: budget('a') + budget('b'), applySet: 'world' });
    write('d/b.yaml', budget('b'));
    expect(await done('d', { applySet: 'world' })).toBe('pruned a');
    expect((await sets()).map(({ metadata, status }) => [metadata.name, status?.inventory?.length])).toEqual([
      ['world', 1],
    ]);
  });

  test('standard input without a name cannot be pruned, and makes no set', async () => {
    await expect(apply('-', { stdin: budget('a') })).rejects.toThrow(/no name by which to prune/);
    await apply('-', { stdin: budget('a'), prune: false });
    expect(await sets()).toEqual([]);
  });

  test('hold uids, and do not change when nothing does', async () => {
    write('d/a.yaml', budget('a'));
    await apply('d');
    const [a] = (await state.store.list('DisruptionBudget')).items;
    const [set] = await sets();
    expect(set?.metadata.name).toMatch(/^d-[0-9a-f]{8}$/);
    expect(set?.spec).toMatchObject({ paths: [join(folder, 'd')], recursive: false, maxPrune: '20%' });
    const uid = a?.metadata.uid;
    expect(set?.status?.inventory).toEqual([
      { kind: 'DisruptionBudget', namespace: 'default', name: 'a', uid },
    ]);
    const revision = await state.store.revision();
    await apply('d');
    expect(await state.store.revision()).toBe(revision);
  });
});

describe('what a prune refuses', () => {
  const all = ['a', 'b', 'c', 'd', 'e'];

  test('more than maxPrune at once, unless it is insisted on', async () => {
    for (const name of all) write(`w/${name}.yaml`, budget(name));
    await apply('w');
    remove('w/a.yaml');
    remove('w/b.yaml');
    write('w/new.yaml', budget('new'));
    await expect(apply('w')).rejects.toThrow(/2 of 5 objects would go, more than maxPrune 20% allows \(1\)/);
    expect(await names()).toBe(all.map((name) => `default/${name}`).join(' '));
    expect(await done('w', { dangerousPrune: true })).toBe('created new, pruned b, pruned a');
  });

  test('objects of subfolders when -R is missing', async () => {
    write('w/a.yaml', budget('a'));
    write('w/sub/b.yaml', budget('b'));
    await apply('w', { recursive: true });
    await expect(apply('w')).rejects.toThrow(/applied with its subfolders before/);
    await expect(apply('w', { prune: false })).resolves.toBeDefined();
    await expect(apply('w')).rejects.toThrow(/applied with its subfolders before/);
    remove('w/sub/b.yaml');
    expect(await done('w', { recursive: true })).toBe('pruned b');
  });

  test('a namespace in which others live', async () => {
    write('w/a.yaml', budget('a'));
    write('w/ns.yaml', namespace('three'));
    await apply('w');
    await apply('-', { stdin: budget('o', 'three'), prune: false });
    remove('w/ns.yaml');
    expect(await done('w')).toBe('kept three: db/three/o lives in it, which is not of this set or stays');
    expect(await names('Namespace')).toBe('default three');
    await state.store.commit({
      writes: [{ type: 'delete', key: { kind: 'DisruptionBudget', namespace: 'three', name: 'o' } }],
      nowMs: 0,
    });
    expect(await done('w')).toBe('pruned three');
    expect(await names('Namespace')).toBe('default');
  });
});
