import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  return engine;
}

/** Nothing moves live to its hypervisor, which takes guests in mode Full. */
const desk = (name: string): string =>
  `kind: Host\nmetadata: {name: ${name}}\nspec: {hypervisor: virtualbox, hostOS: {name: ubuntu, version: "24.04"}, hardwareAssist: true, capacity: {cpu: 8, memory: 32Gi}}`;

describe('one VM', () => {
  test('from a manifest to Running on a host', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const web = engine.get('VirtualMachine', 'web');
    expect(web.status).toMatchObject({ phase: 'Running', host: 'h1', mode: 'Para', hypervisor: 'xen' });
    expect(engine.condition(web, 'Ready')).toBe('True Running');
    expect(engine.get('Host', 'h1').status).toMatchObject({
      phase: 'Ready',
      virtualMachines: 1,
      allocatable: { cpu: '31', memory: '32256Mi' },
      allocated: { cpu: '1', memory: '2080Mi' },
    });
  });

  test('a second look at everything writes nothing', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
  });

  test('without a host that can take it: the reason for each, and no waiting', async () => {
    const engine = await engineWith(
      xenHost('h1'),
      vm('big', 'priority: 1').replace('memory: 2Gi', 'memory: 64Gi'),
    );
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const big = engine.get('VirtualMachine', 'big');
    expect(engine.condition(big, 'Scheduled')).toBe('False Unschedulable');
    expect(big.status?.conditions?.find((c) => c.type === 'Scheduled')?.message).toContain(
      'insufficient memory',
    );
  });

  test('another mode takes it to a host that has it', async () => {
    const engine = await engineWith(desk('d1'), vm('web', 'mode: Full'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ host: 'd1', mode: 'Full' });
    await engine.write(xenHost('h1'));
    await engine.settle();
    await engine.write(vm('web', 'mode: Para'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({
      ...{ phase: 'Running', host: 'h1', mode: 'Para', hypervisor: 'xen' },
    });
  });

  test('another mode without a host that has it: it waits, and says why', async () => {
    const engine = await engineWith(desk('d1'), vm('web', 'mode: Full'));
    await engine.settle();
    await engine.write(vm('web', 'mode: Para'));
    await engine.settle();
    const web = engine.get('VirtualMachine', 'web');
    expect(web.status?.phase).toBe('Pending');
    expect(engine.condition(web, 'Scheduled')).toBe('False Unschedulable');
  });

  test('a guest that is not paravirtualized any more goes on in mode Full', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status?.mode).toBe('Para');
    await engine.write(vm('web').replace('paravirtualized: true', 'paravirtualized: false'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ phase: 'Running', mode: 'Full' });
  });

  test('a host that shrinks below its promises says so until it does no more', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    const standing = (): string | undefined => engine.condition(engine.get('Host', 'h1'), 'WithinCapacity');
    expect(standing()).toBe('absent');
    await engine.write(xenHost('h1').replace(/memory: [0-9]+Gi/, 'memory: 2Gi'));
    await engine.settle();
    expect(standing()).toBe('False OverAllocated');
    expect(engine.get('VirtualMachine', 'web').status?.phase).toBe('Running');
    await engine.write(xenHost('h1'));
    await engine.settle();
    expect(standing()).toBe('True Fits');
  });

  test('it runs elsewhere after its host has crashed', async () => {
    const engine = await engineWith(xenHost('h1'), xenHost('h2'), vm('web'));
    await engine.settle();
    const host = engine.get('Host', engine.get('VirtualMachine', 'web').status?.host ?? '');
    engine.world.inject({ hostUid: host.metadata.uid ?? '', type: 'Crash' });
    await engine.advance(0);
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ phase: 'Running', restarts: 1 });
    expect(engine.get('VirtualMachine', 'web').status?.host).not.toBe(host.metadata.name);
    expect(engine.condition(engine.get('Host', host.metadata.name), 'Ready')).toBe('False Crashed');
  });

  test('it is resized while it runs', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    await engine.write(vm('web').replace('cpu: 1', 'cpu: 3'));
    await engine.settle();
    const web = engine.get('VirtualMachine', 'web');
    expect(web.status).toMatchObject({ phase: 'Running', resources: { cpu: 3 }, restarts: 0 });
    expect(engine.world.machine(web.metadata.uid ?? '')?.cpuMillis).toBe(3000);
  });

  test('it stops, starts again, and goes with its object', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    await engine.write(vm('web', 'runPolicy: Halted'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status?.phase).toBe('Stopped');
    await engine.write(vm('web'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ phase: 'Running', restarts: 1 });
    const { uid = '' } = engine.get('VirtualMachine', 'web').metadata;
    await engine.delete('VirtualMachine', 'web');
    await engine.settle();
    expect(engine.list('VirtualMachine')).toEqual([]);
    expect(engine.world.machine(uid)).toBeUndefined();
    expect(engine.get('Host', 'h1').status?.allocated).toEqual({ cpu: '0', memory: '0' });
  });

  test('its host goes only after it has moved away', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    await engine.write(xenHost('h2'));
    await engine.delete('Host', 'h1');
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({
      host: 'h2',
      phase: 'Running',
      restarts: 0,
    });
    expect(engine.list('Host').map((host) => host.metadata.name)).toEqual(['h2']);
  });

  test('its host goes, and no other has its hypervisor · it restarts on one of another', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    await engine.write(desk('h2'));
    await engine.settle();
    await engine.delete('Host', 'h1');
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ host: 'h2', phase: 'Running' });
    expect(engine.list('Host').map((host) => host.metadata.name)).toEqual(['h2']);
  });

  test('its host goes, and no other can take it · it runs on, and nobody waits for it', async () => {
    const engine = await engineWith(xenHost('h1'), vm('web'));
    await engine.settle();
    await engine.delete('Host', 'h1');
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ host: 'h1', phase: 'Running' });
    expect(engine.condition(engine.get('Host', 'h1'), 'Ready')).toBe('False Draining');
    await engine.write(xenHost('h2'));
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web').status).toMatchObject({ host: 'h2', restarts: 0 });
  });
});
