import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Manager } from '../../../src/engine/manager.ts';
import { isTrue } from '../../../src/model/conditions.ts';
import { type VirtualMachine } from '../../../src/model/kinds/index.ts';
import { isControlledBy, isTerminating } from '../../../src/model/object.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

interface PoolOptions {
  readonly os?: string;
  readonly cpu?: number;
  readonly strategy?: string;
  readonly selector?: string;
  readonly labels?: string;
  readonly runPolicy?: string;
}

function pool(name: string, replicas: number, options: PoolOptions = {}): string {
  const { os = 'debian-12', cpu = 1, strategy = '', selector = 'app: web', labels = 'app: web' } = options;
  return `kind: VirtualMachinePool
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {${selector}}}
  template:
    metadata: {labels: {${labels}}}
    spec: {guest: {os: ${os}, paravirtualized: true}, resources: {cpu: ${cpu}, memory: 1Gi}, runPolicy: ${options.runPolicy ?? 'Always'}}
  strategy: {${strategy}}`;
}

const hosts = [xenHost('h1'), xenHost('h2'), xenHost('h3')];

async function engineWith(documents: readonly string[], onTurn?: (manager: Manager) => void) {
  const engine = new TestEngine(1, onTurn);
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  return engine;
}

function isReady(machine: VirtualMachine): boolean {
  return isTrue(machine.status?.conditions, 'Ready');
}

function names(engine: TestEngine): string[] {
  return engine.list('VirtualMachine').map((machine) => machine.metadata.name);
}

describe('a pool', () => {
  test('makes its VMs, and says so', async () => {
    const engine = await engineWith([...hosts, pool('web', 3)]);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const web = engine.get('VirtualMachinePool', 'web');
    expect(web.status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 3,
      selector: 'app=web',
      observedGeneration: 1,
    });
    expect(engine.condition(web, 'Ready')).toBe('True Ready');
    expect(engine.condition(web, 'Progressing')).toBe('False Complete');
    for (const machine of engine.list('VirtualMachine')) {
      expect(machine.metadata.name).toMatch(/^web-[b-z2-9]{5}$/);
      expect(machine.metadata.labels).toEqual({
        app: 'web',
        'vctl.dev/pool': 'web',
        'vctl.dev/revision': web.status?.revision,
      });
      expect(isControlledBy(machine, web.metadata.uid ?? '')).toBe(true);
    }
  });

  test('the same again gives the same names, and a second run writes nothing', async () => {
    const engine = await engineWith([...hosts, pool('web', 5)]);
    await engine.settle();
    const again = await engineWith([...hosts, pool('web', 5)]);
    await again.settle();
    expect(names(again)).toEqual(names(engine));
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
  });

  test('out and in again · the first ones stay', async () => {
    const engine = await engineWith([...hosts, pool('web', 2)]);
    await engine.settle();
    const first = names(engine);
    await engine.advance(60_000);
    await engine.write(pool('web', 6));
    await engine.settle();
    expect(names(engine)).toHaveLength(6);
    expect(names(engine)).toEqual(expect.arrayContaining(first));
    await engine.write(pool('web', 2));
    await engine.settle();
    expect(names(engine)).toEqual(first);
    await engine.write(pool('web', 0));
    await engine.settle();
    expect(names(engine)).toEqual([]);
    expect(engine.condition(engine.get('VirtualMachinePool', 'web'), 'Ready')).toBe('True Ready');
  });

  test('more VMs than there is room for · says which waits and why', async () => {
    const engine = await engineWith([xenHost('h1'), pool('web', 3, { cpu: 12 })]);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const web = engine.get('VirtualMachinePool', 'web');
    expect(web.status).toMatchObject({ replicas: 3, readyReplicas: 2 });
    expect(engine.condition(web, 'Ready')).toBe('False MachinesUnschedulable');
    const waiting = engine.list('VirtualMachine').find((machine) => !isReady(machine));
    const message = web.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    expect(message).toContain(`${waiting?.metadata.name}: 0/1 hosts are available`);
    await engine.write(pool('web', 2, { cpu: 12 }));
    await engine.settle();
    expect(names(engine)).not.toContain(waiting?.metadata.name);
    expect(engine.condition(engine.get('VirtualMachinePool', 'web'), 'Ready')).toBe('True Ready');
  });

  test('VMs that are to be off · settled, and not ready', async () => {
    const engine = await engineWith([...hosts, pool('web', 2)]);
    await engine.settle();
    await engine.write(pool('web', 2, { runPolicy: 'Halted' }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const web = engine.get('VirtualMachinePool', 'web');
    expect(web.status).toMatchObject({ replicas: 2, readyReplicas: 0, updatedReplicas: 2 });
    expect(engine.condition(web, 'Ready')).toBe('False MachinesStopped');
  });

  test('a VM that is deleted by hand is made again', async () => {
    const engine = await engineWith([...hosts, pool('web', 3)]);
    await engine.settle();
    const [gone = ''] = names(engine);
    await engine.delete('VirtualMachine', gone);
    await engine.settle();
    expect(names(engine)).toHaveLength(3);
    expect(names(engine)).not.toContain(gone);
  });

  test('deleted · its VMs go with it', async () => {
    const engine = await engineWith([...hosts, pool('web', 3), vm('other')]);
    await engine.settle();
    await engine.delete('VirtualMachinePool', 'web');
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine)).toEqual(['other']);
  });

  test('a crashed host · the same VMs, elsewhere', async () => {
    const engine = await engineWith([...hosts, pool('web', 4)]);
    await engine.settle();
    const before = names(engine);
    const host = engine.get('Host', engine.list('VirtualMachine')[0]?.status?.host ?? '');
    engine.world.inject({ hostUid: host.metadata.uid ?? '', type: 'Crash' });
    await engine.advance(0);
    await engine.settle();
    expect(names(engine)).toEqual(before);
    expect(engine.get('VirtualMachinePool', 'web').status).toMatchObject({ replicas: 4, readyReplicas: 4 });
  });

  test('a selector that misses the template · no endless making', async () => {
    const engine = await engineWith([pool('web', 2, { labels: 'app: api' })]);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine)).toEqual([]);
    expect(engine.condition(engine.get('VirtualMachinePool', 'web'), 'Ready')).toBe('False SelectorMismatch');
  });
});

describe('a new template', () => {
  test.each([
    ['by default', 8, ''],
    ['a small pool', 3, ''],
    ['surge only', 4, 'maxSurge: 1, maxUnavailable: 0'],
    ['no surge', 4, 'maxSurge: 0, maxUnavailable: 2'],
    ['neither · one at a time', 3, 'maxSurge: 0, maxUnavailable: 0'],
  ])('replaces all VMs without missing too many · %s', async (_name, replicas, strategy) => {
    let least = Infinity;
    let most = 0;
    const engine = await engineWith([...hosts, pool('web', replicas, { strategy })], ({ cache }) => {
      const all = cache.list('VirtualMachine').filter((machine) => !isTerminating(machine));
      least = Math.min(least, all.filter(isReady).length);
      most = Math.max(most, all.length);
    });
    await engine.settle();
    const before = names(engine);
    least = Infinity;
    most = 0;
    await engine.write(pool('web', replicas, { strategy, os: 'debian-13' }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine)).toHaveLength(replicas);
    expect(names(engine).filter((name) => before.includes(name))).toEqual([]);
    const limits = new Map([
      [8, [6, 10]],
      [3, strategy === '' ? [3, 4] : [2, 3]],
      [4, strategy.startsWith('maxSurge: 1') ? [4, 5] : [2, 4]],
    ]).get(replicas);
    expect([least, most]).toEqual(limits);
    expect(engine.get('VirtualMachinePool', 'web').status).toMatchObject({ updatedReplicas: replicas });
  });

  test('behind a load balancer · an old VM goes only when its successor is sent requests', async () => {
    const balancer =
      'kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 5ms, drain: 5s, healthCheck: {interval: 10s, healthyThreshold: 3}}';
    let least = Infinity;
    const engine = await engineWith([...hosts, balancer, pool('web', 3)], ({ cache }) => {
      const backends = cache.get('LoadBalancer', 'default', 'web')?.status?.backends ?? [];
      least = Math.min(least, backends.filter(({ ready }) => ready).length);
    });
    await engine.settle();
    await engine.advance(60_000);
    expect(engine.get('LoadBalancer', 'web').status?.backends?.map(({ ready }) => ready)).toEqual([
      true,
      true,
      true,
    ]);
    least = Infinity;
    await engine.write(pool('web', 3, { os: 'debian-13' }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const web = engine.get('VirtualMachinePool', 'web');
    expect(web.status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
    expect(engine.condition(web, 'Ready')).toBe('True Ready');
    expect(least).toBe(3);
  });

  test('that no host can take · most of the old ones go on', async () => {
    const engine = await engineWith([...hosts, pool('web', 8)]);
    await engine.settle();
    await engine.write(pool('web', 8, { cpu: 64, os: 'debian-13' }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const web = engine.get('VirtualMachinePool', 'web');
    expect(web.status).toMatchObject({ replicas: 10, readyReplicas: 6, updatedReplicas: 4 });
    expect(engine.condition(web, 'Ready')).toBe('False MachinesUnschedulable');
    expect(engine.condition(web, 'Progressing')).toBe('False Stuck');
  });

  test('of another size only · the same VMs, in place', async () => {
    const engine = await engineWith([...hosts, pool('web', 5)]);
    await engine.settle();
    const before = names(engine);
    const { revision } = engine.get('VirtualMachinePool', 'web').status ?? {};
    await engine.write(pool('web', 5, { cpu: 2 }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine)).toEqual(before);
    for (const machine of engine.list('VirtualMachine')) {
      expect(machine.status).toMatchObject({ phase: 'Running', resources: { cpu: 2 }, restarts: 0 });
    }
    expect(engine.get('VirtualMachinePool', 'web').status).toMatchObject({ revision, updatedReplicas: 5 });
  });

  test('of another size where that takes a restart · one after the other', async () => {
    let least = Infinity;
    const hosted = `kind: Host\nmetadata: {name: h9}\nspec: {hypervisor: virtualbox, hostOS: {name: ubuntu}, capacity: {cpu: 16, memory: 64Gi}}`;
    const engine = await engineWith([hosted, pool('web', 3)], ({ cache }) => {
      least = Math.min(least, cache.list('VirtualMachine').filter(isReady).length);
    });
    await engine.settle();
    least = Infinity;
    await engine.write(pool('web', 3, { cpu: 2 }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(least).toBe(2);
    for (const machine of engine.list('VirtualMachine')) {
      expect(machine.status).toMatchObject({ phase: 'Running', resources: { cpu: 2 }, restarts: 1 });
    }
  });
});

describe('whose VM it is', () => {
  test('a matching VM without an owner is taken in; just like the template, it stays', async () => {
    const twin = vm('lone', '', 'app: web').replace('memory: 2Gi', 'memory: 1Gi');
    const engine = await engineWith([...hosts, twin, pool('web', 2)]);
    await engine.settle();
    const web = engine.get('VirtualMachinePool', 'web');
    expect(names(engine)).toHaveLength(2);
    expect(isControlledBy(engine.get('VirtualMachine', 'lone'), web.metadata.uid ?? '')).toBe(true);
  });

  test('another kind of VM is taken in and replaced', async () => {
    const engine = await engineWith([...hosts, vm('lone', 'profile: Oltp', 'app: web'), pool('web', 2)]);
    await engine.settle();
    expect(names(engine)).toHaveLength(2);
    expect(names(engine)).not.toContain('lone');
  });

  test('a VM whose labels stop matching is let go and replaced', async () => {
    const engine = await engineWith([...hosts, pool('web', 2)]);
    await engine.settle();
    const [name = ''] = names(engine);
    const machine = engine.get('VirtualMachine', name);
    const labels = { ...machine.metadata.labels, app: 'debugged' };
    const object = { ...machine, metadata: { ...machine.metadata, labels } };
    await engine.store.commit({ writes: [{ type: 'update', object }], nowMs: engine.world.nowMs });
    await engine.settle();
    expect(names(engine)).toHaveLength(3);
    const free = engine.get('VirtualMachine', name);
    expect(free.metadata.ownerReferences).toEqual([]);
    expect(free.metadata.labels).toEqual({ app: 'debugged' });
    expect(free.status?.phase).toBe('Running');
  });

  test('pools with the same selector keep to their own', async () => {
    const engine = await engineWith([...hosts, pool('a', 2), pool('b', 3)]);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(names(engine).map((name) => name.slice(0, 2))).toEqual(['a-', 'a-', 'b-', 'b-', 'b-']);
    await engine.write(pool('a', 1));
    await engine.settle();
    expect(names(engine).map((name) => name.slice(0, 2))).toEqual(['a-', 'b-', 'b-', 'b-']);
  });
});

test('whatever happens, it ends with just the right VMs', async () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('scale' as const), to: fc.nat(7) }),
    fc.record({ type: fc.constant('template' as const), os: fc.constantFrom('debian-12', 'debian-13') }),
    fc.record({ type: fc.constant('size' as const), cpu: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ type: fc.constant('crash' as const), host: fc.nat(2) }),
    fc.record({ type: fc.constant('remove' as const), index: fc.nat(6) }),
  );
  const steps = fc.array(fc.tuple(step, fc.constantFrom(0, 1_000, 20_000, 90_000)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const engine = await engineWith([...hosts, pool('web', 3)]);
      let replicas = 3;
      let options: PoolOptions = {};
      await engine.settle();
      for (const [one, pause] of sequence) {
        if (one.type === 'scale') replicas = one.to;
        if (one.type === 'template') options = { ...options, os: one.os };
        if (one.type === 'size') options = { ...options, cpu: one.cpu };
        if (one.type === 'crash') {
          const host = engine.list('Host')[one.host];
          engine.world.inject({ hostUid: host?.metadata.uid ?? '', type: 'Crash', forMs: 120_000 });
        } else if (one.type === 'remove') {
          const name = names(engine)[one.index];
          if (name !== undefined) await engine.delete('VirtualMachine', name);
        } else await engine.write(pool('web', replicas, options));
        await engine.advance(pause);
      }
      await engine.advance(600_000);
      expect(await engine.settle()).toEqual({ type: 'settled' });
      const machines = engine.list('VirtualMachine');
      expect(machines).toHaveLength(replicas);
      const web = engine.get('VirtualMachinePool', 'web');
      expect(engine.condition(web, 'Ready')).toBe('True Ready');
      expect(web.status).toMatchObject({
        replicas,
        readyReplicas: replicas,
        updatedReplicas: replicas,
      });
      for (const machine of machines) {
        expect(machine.metadata.labels?.['vctl.dev/revision']).toBe(web.status?.revision);
        expect(machine.spec.guest.os).toBe(options.os ?? 'debian-12');
        expect(machine.status?.resources?.cpu).toBe(options.cpu ?? 1);
      }
    }),
    { numRuns: 30 },
  );
});
