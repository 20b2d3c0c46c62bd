import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeObjects } from '../../src/app/apply/act.ts';
import { commitOf } from '../../src/gitops/revision.ts';
import { type VirtualMachinePool } from '../../src/model/kinds/index.ts';
import { pool, pools, SyncWorld } from '../support/sync-world.ts';

let world: SyncWorld;
beforeEach(() => (world = new SyncWorld()));
afterEach(() => world.dispose());

const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

async function ready(name = 'world'): Promise<string> {
  const { conditions = [] } = (await world.sync(name)).status ?? {};
  const found = conditions.find(({ type }) => type === 'Ready');
  return `${found?.status} ${found?.reason}`;
}

async function setReplicas(name: string, replicas: number): Promise<void> {
  await changeObjects(await world.state, [
    {
      key: { kind: 'VirtualMachinePool', namespace: 'default', name },
      action: 'scaled',
      change: (object) => ({ ...object, spec: { ...(object as VirtualMachinePool).spec, replicas } }),
    },
  ]);
}

async function replicasOf(name: string): Promise<number | undefined> {
  return ((await world.object('VirtualMachinePool', name)) as VirtualMachinePool | undefined)?.spec.replicas;
}

describe('applying', () => {
  test('a commit becomes objects; the status says which and from where', async () => {
    const commit = world.repo.commit({ 'x/a.yaml': `${pool('a')}---\n${pool('b')}` });
    const { exitCode } = await world.once({ ref: 'main', path: 'x' });
    expect(exitCode).toBe(0);
    const { status } = await world.sync();
    expect(status?.lastAppliedRevision).toBe(`main@sha1:${commit}`);
    expect(status?.inventory?.map(({ name, from, health }) => [name, from, health])).toEqual([
      ['a', 'x/a.yaml:1:1', 'Healthy'],
      ['b', 'x/a.yaml:11:1', 'Healthy'],
    ]);
    expect(await ready()).toBe('True Applied');
  });

  test('a second sync writes nothing', async () => {
    world.repo.commit(pools('a', 'b'));
    await world.once({});
    const before = await (await world.state).store.revision();
    expect(await world.once()).toMatchObject({ exitCode: 0, first: { outcome: 'Unchanged' } });
    expect(await (await world.state).store.revision()).toBe(before);
  });

  test('what is wrong is left out with what needs it; the others are applied and nothing is pruned', async () => {
    world.repo.commit(pools('a', 'b'));
    await world.once({ prune: true });
    world.repo.commit({
      'b.yaml': undefined,
      'bad.yaml': pool('bad').replace('cpu:', 'cpus:'),
      'needs.yaml': pool('needs', 0, 'annotations: {vctl.dev/depends-on: vmp/bad}'),
      'c.yaml': pool('c'),
    });
    const { exitCode, first } = await world.once();
    expect(exitCode).toBe(3);
    expect(first?.diagnostics.map(({ code, file }) => `${file} ${code}`)).toEqual([
      'bad.yaml UNKNOWN_FIELD',
      'needs.yaml HELD_BACK',
    ]);
    expect(await world.pools()).toEqual(['a', 'b', 'c']);
    expect(await ready()).toBe('False BuildFailed');
  });

  test('atomic · one mistake and nothing is applied', async () => {
    world.repo.commit({ ...pools('a'), 'bad.yaml': 'kind: [' });
    expect(await world.once({ atomic: true })).toMatchObject({ exitCode: 2 });
    expect(await world.pools()).toEqual([]);
  });

  test('a circle is told with the place of each member', async () => {
    const needs = (name: string, other: string): string =>
      pool(name, 0, `annotations: {vctl.dev/depends-on: vmp/${other}}`);
    world.repo.commit({ 'a.yaml': needs('a', 'b'), 'b.yaml': needs('b', 'a'), 'c.yaml': pool('c') });
    const { first, exitCode } = await world.once({});
    expect(exitCode).toBe(3);
    expect(first?.reason).toBe('DependencyCycle');
    expect(first?.message).toMatch(/a\.yaml:1:1.*b\.yaml:1:1|b\.yaml:1:1.*a\.yaml:1:1/);
    expect(await world.pools()).toEqual(['c']);
  });

  test('what depends on another is made once that is ready', async () => {
    const host = `apiVersion: vctl.dev/v1alpha1\nkind: Host\nmetadata: {name: h}\nspec: {hypervisor: kvm, capacity: {cpu: "8", memory: 32Gi}, hardwareAssist: true}\n`;
    world.repo.commit({
      'a.yaml': pool('after', 0, 'annotations: {vctl.dev/depends-on: vmp/first}'),
      'b.yaml': pool('first', 1),
      'c.yaml': host,
    });
    const { exitCode, first } = await world.once({ path: '' });
    expect(exitCode).toBe(0);
    expect(first?.objects.map(({ name }) => name.split('/')[1])).toEqual(['first', 'h', 'after']);
    const [early, late] = [
      await world.object('VirtualMachinePool', 'first'),
      await world.object('VirtualMachinePool', 'after'),
    ];
    expect((late?.metadata.creationTimestamp ?? '') > (early?.metadata.creationTimestamp ?? '')).toBe(true);
  });

  test('another Sync comes first when the spec says so', async () => {
    world.repo.commit({ 'x/a.yaml': pool('a').replace('cpu:', 'cpus:'), 'y/b.yaml': pool('b') });
    await world.once({ name: 'first', path: 'x' });
    await world.apply(
      `kind: Sync\nmetadata: {name: second}\nspec: {source: {repo: ${world.repo.dir}, path: y}, dependsOn: [{name: first}]}`,
    );
    await world.once();
    expect(await ready('second')).toBe('Unknown DependencyNotReady');
    expect(await world.pools()).toEqual([]);
    world.repo.commit({ 'x/a.yaml': pool('a') });
    await world.once();
    expect(await ready('second')).toBe('True Applied');
    expect(await world.pools()).toEqual(['a', 'b']);
  });
});

describe('pruning', () => {
  test('what is gone from the repository goes, and only that', async () => {
    world.repo.commit(pools(...many));
    await world.once({ prune: true });
    await world.apply(pool('mine'));
    world.repo.commit({ 'j.yaml': undefined });
    const { first } = await world.once();
    expect(first?.objects.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'virtualmachinepool.vctl.dev/j pruned',
    ]);
    expect(await world.pools()).toEqual([...many.slice(0, 9), 'mine']);
  });

  test('a file that is moved keeps its object', async () => {
    world.repo.commit(pools(...many));
    await world.once({ prune: true });
    const before = await world.object('VirtualMachinePool', 'a');
    world.repo.commit({ 'a.yaml': undefined, 'deep/er/z.yaml': pool('a') });
    expect((await world.once()).first?.objects).toEqual([]);
    expect((await world.object('VirtualMachinePool', 'a'))?.metadata.uid).toBe(before?.metadata.uid);
    expect((await world.sync()).status?.inventory?.[0]?.from).toBe('deep/er/z.yaml:1:1');
  });

  test('an object that moves to another Sync keeps its uid, and its fields change hands', async () => {
    world.repo.commit({ 'x/a.yaml': pool('a'), 'x/b.yaml': pool('b'), 'y/c.yaml': pool('c') });
    await world.once({ name: 'x', path: 'x', prune: true });
    await world.once({ name: 'y', path: 'y', prune: true });
    const before = await world.object('VirtualMachinePool', 'a');
    world.repo.commit({ 'x/a.yaml': undefined, 'y/a.yaml': pool('a', 3) });
    await world.once();
    const after = await world.object('VirtualMachinePool', 'a');
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['vctl-sync/default/y']);
    expect(await replicasOf('a')).toBe(3);
    const names = async (name: string): Promise<string[]> =>
      (await world.sync(name)).status?.inventory?.map((one) => one.name) ?? [];
    expect([await names('x'), await names('y')]).toEqual([['b'], ['a', 'c']]);
  });

  test('two Syncs that declare one object: the first has it, the other says so', async () => {
    world.repo.commit({ 'x/a.yaml': pool('a'), 'y/a.yaml': pool('a', 2), 'y/b.yaml': pool('b') });
    await world.once({ name: 'x', path: 'x' });
    const { exitCode, results } = await world.once({ name: 'y', path: 'y' });
    expect(exitCode).toBe(3);
    expect(results.at(-1)?.message).toBe('VirtualMachinePool/a belongs to Sync default/x');
    expect(await replicasOf('a')).toBe(0);
  });

  test('more than maxPrune is refused, all of it, until somebody insists', async () => {
    world.repo.commit(pools(...many));
    await world.once({ prune: true });
    world.repo.commit({ 'a.yaml': undefined, 'b.yaml': undefined, 'c.yaml': undefined });
    const { exitCode, first } = await world.once();
    expect(exitCode).toBe(6);
    expect(first?.message).toMatch(/3 of 10 objects would go, more than maxPrune 20% allows \(2\)/);
    expect(await world.pools()).toEqual(many);
    await world.once(undefined, { dangerousPrune: true });
    expect(await world.pools()).toEqual(many.slice(3));
  });

  test('an empty revision takes nothing away, whatever is insisted on', async () => {
    world.repo.commit(pools('a'));
    await world.once({ prune: true });
    world.repo.commit({ 'a.yaml': undefined, 'README.md': 'gone' });
    expect(await world.once(undefined, { dangerousPrune: true })).toMatchObject({ exitCode: 6 });
    expect(await world.pools()).toEqual(['a']);
  });

  test('protected objects, and others of the same name, stay', async () => {
    world.repo.commit({
      ...pools(...many),
      'k.yaml': pool('k', 0, 'annotations: {vctl.dev/prune: disabled}'),
    });
    await world.once({ prune: true });
    const { store, epochMs } = await world.state;
    await store.commit({
      writes: [{ type: 'delete', key: { kind: 'VirtualMachinePool', namespace: 'default', name: 'j' } }],
      nowMs: epochMs,
    });
    await world.apply(pool('j', 7));
    world.repo.commit({ 'k.yaml': undefined, 'j.yaml': undefined });
    await world.once();
    expect(await world.pools()).toEqual([...many, 'k']);
    expect((await world.sync()).status?.inventory).toHaveLength(9);
  });

  test('a namespace in which others live stays', async () => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
    world.repo.commit({ ...pools(...many), 'ns.yaml': namespace });
    await world.once({ prune: true });
    await world.apply(pool('guest', 0, 'namespace: shop'));
    world.repo.commit({ 'ns.yaml': undefined });
    await world.once();
    expect(await world.object('Namespace', 'shop', '')).toBeDefined();
    expect(await world.events()).toContain(
      'PruneSkipped: Namespace/shop is kept: vmp/shop/guest lives in it, which is not of this Sync or stays',
    );
  });
});

describe('drift', () => {
  test('a change by hand is seen, and left, without selfHeal', async () => {
    world.repo.commit(pools('a', 'b'));
    await world.once({});
    await setReplicas('a', 4);
    await world.once();
    expect(await replicasOf('a')).toBe(4);
    expect((await world.sync()).status?.drift).toEqual([
      { object: 'vmp/default/a', field: '.spec.replicas', manager: 'vctl' },
    ]);
    expect(await world.events()).toContain(
      'DriftDetected: .spec.replicas of vmp/default/a was set by vctl; the repository says otherwise',
    );
  });

  test('selfHeal sets it back and names who it was; a deleted object comes again', async () => {
    world.repo.commit(pools('a', 'b'));
    await world.once({ selfHeal: true });
    await setReplicas('a', 4);
    const { store, epochMs } = await world.state;
    await store.commit({
      writes: [{ type: 'delete', key: { kind: 'VirtualMachinePool', namespace: 'default', name: 'b' } }],
      nowMs: epochMs,
    });
    await world.once();
    expect(await replicasOf('a')).toBe(0);
    expect(await world.pools()).toEqual(['a', 'b']);
    const events = (await world.events()).filter((text) => text.startsWith('SelfHealed'));
    expect(events.map((text) => text.replace(/ HEAD@\S+/, ' REV')).sort()).toEqual([
      'SelfHealed: .spec.replicas of vmp/default/a was set by vctl; set back to what REV says',
      'SelfHealed: vmp/default/b was deleted; set back to what REV says',
    ]);
    expect((await world.sync()).status?.drift).toEqual([]);
  });

  test('a new revision overrides a change by hand; what it does not declare stays', async () => {
    world.repo.commit(pools('a'));
    await world.once({});
    await setReplicas('a', 4);
    await changeObjects(await world.state, [
      {
        key: { kind: 'VirtualMachinePool', namespace: 'default', name: 'a' },
        action: 'labeled',
        change: (object) => ({ ...object, metadata: { ...object.metadata, labels: { by: 'hand' } } }),
      },
    ]);
    world.repo.commit({ 'a.yaml': pool('a', 2) });
    await world.once();
    expect(await replicasOf('a')).toBe(2);
    expect((await world.object('VirtualMachinePool', 'a'))?.metadata.labels).toEqual({ by: 'hand' });
  });

  test('ignored fields are left as they are', async () => {
    world.repo.commit(pools('a'));
    await world.apply(
      `kind: Sync\nmetadata: {name: world}\nspec: {source: {repo: ${world.repo.dir}}, selfHeal: true, ignore: [{kind: VirtualMachinePool, pointers: [/spec/replicas]}]}`,
    );
    await world.once();
    await setReplicas('a', 4);
    world.repo.commit({ 'a.yaml': pool('a', 2).replace('1Gi', '2Gi') });
    await world.once();
    expect(await replicasOf('a')).toBe(4);
    const { spec } = (await world.object('VirtualMachinePool', 'a')) as VirtualMachinePool;
    expect(spec.template.spec.resources.memory).toBe('2Gi');
  });

  test('what was applied by hand before is taken over, with all of its fields', async () => {
    await world.apply(pool('a', 2, 'labels: {old: x}'));
    world.repo.commit({ 'a.yaml': pool('a', 3, 'labels: {old: x}') });
    await world.once({});
    expect(await replicasOf('a')).toBe(3);
    world.repo.commit({ 'a.yaml': pool('a', 3) });
    await world.once();
    expect((await world.object('VirtualMachinePool', 'a'))?.metadata.labels ?? {}).toEqual({});
  });
});

describe('history', () => {
  test('a revert and a rewritten history are revisions like others', async () => {
    const first = world.repo.commit(pools('a', 'b', 'c'));
    await world.once({ prune: true });
    world.repo.commit({ 'd.yaml': pool('d') });
    await world.once();
    world.repo.git('revert', '--no-edit', 'HEAD');
    await world.once();
    expect(await world.pools()).toEqual(['a', 'b', 'c']);
    world.repo.git('reset', '--quiet', '--hard', first);
    world.repo.commit({ 'e.yaml': pool('e') });
    await world.once();
    expect(await world.pools()).toEqual(['a', 'b', 'c', 'e']);
    const { history = [] } = (await world.sync()).status ?? {};
    expect(history.map(({ outcome, created, pruned }) => [outcome, created, pruned])).toEqual([
      ['Applied', 1, 0],
      ['Applied', 0, 1],
      ['Applied', 1, 0],
      ['Applied', 3, 0],
    ]);
    expect(commitOf(history[3]?.revision)).toBe(first);
  });

  test('ten revisions are kept', async () => {
    for (let i = 0; i < 12; i++) {
      world.repo.commit({ 'a.yaml': pool('a', i) });
      await world.once({});
    }
    expect((await world.sync()).status?.history).toHaveLength(10);
  });
});
