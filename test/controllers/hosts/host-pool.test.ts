import { describe, expect, test } from 'vitest';
import { mergeSchemaFor } from '../../../src/engine/ownership.ts';
import { trackUpdate } from '../../../src/merge/update.ts';
import { type Host } from '../../../src/model/kinds/index.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

function hostPool(replicas: number, { zone = 'a', cpu = 8, hypervisor = 'xen' } = {}): string {
  return `kind: HostPool
metadata: {name: rack}
spec:
  replicas: ${replicas}
  template:
    metadata: {labels: {zone: ${zone}}, annotations: {note: "${zone}"}}
    spec: {hypervisor: ${hypervisor}, capacity: {cpu: ${cpu}, memory: 32Gi}}`;
}

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  return engine;
}

function names(engine: TestEngine): string[] {
  return engine.list('Host').map((host) => host.metadata.name);
}

/** As a command such as `cordon` writes: the changed fields are the command's from then on. */
async function edit(engine: TestEngine, name: string, change: (host: Host) => Host): Promise<void> {
  const before = engine.get('Host', name);
  const object = trackUpdate({
    before,
    after: change(before),
    manager: 'vctl',
    schema: mergeSchemaFor('Host'),
    nowMs: engine.world.nowMs,
  });
  await engine.store.commit({ writes: [{ type: 'update', object }], nowMs: engine.world.nowMs });
}

describe('a pool of hosts', () => {
  test('makes them by number, from the template', async () => {
    const engine = await engineWith(hostPool(3));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine)).toEqual(['rack-0', 'rack-1', 'rack-2']);
    const rack = engine.get('HostPool', 'rack');
    expect(rack.status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
    expect(engine.condition(rack, 'Ready')).toBe('True Ready');
    const host = engine.get('Host', 'rack-1');
    expect(host.metadata.labels).toMatchObject({ zone: 'a', 'vctl.dev/pool': 'rack' });
    expect(host.metadata.annotations).toEqual({ note: 'a' });
    expect(host.spec.overcommit).toEqual({ cpu: 4, memory: 1 });
  });

  test('a second run writes nothing', async () => {
    const engine = await engineWith(hostPool(3));
    await engine.settle();
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
  });

  test('in: the highest numbers go, ten after nine · out: the lowest that are free', async () => {
    const engine = await engineWith(hostPool(12));
    await engine.settle();
    await engine.write(hostPool(10));
    await engine.settle();
    expect(names(engine)).toHaveLength(10);
    expect(names(engine)).not.toContain('rack-10');
    await engine.delete('Host', 'rack-4');
    await engine.settle();
    expect(names(engine)).toContain('rack-4');
  });

  test("somebody else's host keeps its name", async () => {
    const engine = await engineWith(xenHost('rack-1'), hostPool(2));
    await engine.settle();
    expect(names(engine)).toEqual(['rack-0', 'rack-1', 'rack-2']);
    await engine.delete('HostPool', 'rack');
    await engine.settle();
    expect(names(engine)).toEqual(['rack-1']);
  });

  test('in: VMs move away first', async () => {
    const engine = await engineWith(hostPool(2), vm('a'), vm('b'));
    await engine.settle();
    await engine.write(hostPool(1));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine)).toEqual(['rack-0']);
    for (const name of ['a', 'b']) {
      expect(engine.get('VirtualMachine', name).status).toMatchObject({
        host: 'rack-0',
        phase: 'Running',
        restarts: 0,
      });
    }
  });

  test('a new template reaches the hosts in place, down to what it no longer says', async () => {
    const engine = await engineWith(hostPool(2));
    await engine.settle();
    const { uid } = engine.get('Host', 'rack-0').metadata;
    await engine.write(hostPool(2, { zone: 'b', cpu: 16 }).replace(', annotations: {note: "b"}', ''));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const host = engine.get('Host', 'rack-0');
    expect(host.metadata.uid).toBe(uid);
    expect(host.metadata.labels?.zone).toBe('b');
    expect(host.metadata.annotations ?? {}).toEqual({});
    expect(host.status?.capacity?.cpu).toBe('16');
    expect(engine.get('HostPool', 'rack').status).toMatchObject({ updatedReplicas: 2, readyReplicas: 2 });
  });

  test('what others have set on a host stays: a cordon, a label', async () => {
    const engine = await engineWith(hostPool(2));
    await engine.settle();
    await edit(engine, 'rack-0', (host) => ({
      ...host,
      metadata: { ...host.metadata, labels: { ...host.metadata.labels, mine: 'yes', zone: 'z' } },
      spec: { ...host.spec, unschedulable: true },
    }));
    await engine.settle();
    await engine.write(hostPool(2, { cpu: 16 }));
    await engine.settle();
    const host = engine.get('Host', 'rack-0');
    expect(host.spec).toMatchObject({ unschedulable: true, capacity: { cpu: 16 } });
    expect(host.metadata.labels).toMatchObject({ mine: 'yes', zone: 'z' });
  });

  test('the mark of the template is the pool’s own: changed by hand, it is set right', async () => {
    const engine = await engineWith(hostPool(2));
    await engine.settle();
    const { labels } = engine.get('Host', 'rack-0').metadata;
    await edit(engine, 'rack-0', (host) => ({
      ...host,
      metadata: { ...host.metadata, labels: { ...labels, 'vctl.dev/revision': 'x' } },
    }));
    await engine.settle();
    expect(engine.get('Host', 'rack-0').metadata.labels).toEqual(labels);
  });

  test('a crashed host · the pool says which, and does not wait', async () => {
    const engine = await engineWith(hostPool(3));
    await engine.settle();
    engine.world.inject({ hostUid: engine.get('Host', 'rack-1').metadata.uid ?? '', type: 'Crash' });
    await engine.advance(0);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const rack = engine.get('HostPool', 'rack');
    expect(rack.status).toMatchObject({ replicas: 3, readyReplicas: 2 });
    expect(rack.status?.conditions?.[0]).toMatchObject({
      reason: 'HostsNotReady',
      message: expect.stringContaining('rack-1 has crashed') as string,
    });
  });

  test('a hypervisor that does not exist · settled, and said', async () => {
    const engine = await engineWith(hostPool(1, { hypervisor: 'none' }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('HostPool', 'rack'), 'Ready')).toBe('False HostsNotReady');
  });
});

test('a hypervisor knows how many hosts it has, as they come and go', async () => {
  const engine = await engineWith(hostPool(3), xenHost('other'));
  await engine.settle();
  expect(engine.get('Hypervisor', 'xen').status?.hosts).toBe(4);
  await engine.write(hostPool(1));
  await engine.delete('Host', 'other');
  await engine.settle();
  expect(engine.get('Hypervisor', 'xen').status?.hosts).toBe(1);
  expect(engine.get('Hypervisor', 'virtualbox').status?.hosts).toBe(0);
});
