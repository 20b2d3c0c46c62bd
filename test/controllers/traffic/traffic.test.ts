import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const stepMs = 15_000;
const web = 'app: web';
const balancer =
  'kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 5ms}';
const traffic = (to: string, rest = 'pattern: {constant: 100}'): string =>
  `kind: Traffic\nmetadata: {name: day}\nspec: {to: ${to}, noise: None, ${rest}}`;
const toWeb = '{kind: LoadBalancer, name: web}';
const toVms = '{kind: VirtualMachine, selector: {matchLabels: {app: web}}}';

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), ...documents].join('\n---\n'));
  return engine;
}

const ready = (engine: TestEngine): string => engine.condition(engine.get('Traffic', 'day'), 'Ready');
const offered = (engine: TestEngine): number | undefined => engine.get('Traffic', 'day').status?.offered;
const utilization = (engine: TestEngine, name: string): number | undefined =>
  engine.get('VirtualMachine', name).status?.utilization;

describe('where it goes', () => {
  test('through a load balancer, whose figures tell of it', async () => {
    const engine = await engineWith(balancer, vm('web-0', '', web), vm('web-1', '', web), traffic(toWeb));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    await engine.advance(60_000);
    expect(ready(engine)).toBe('True Flowing');
    expect(engine.get('Traffic', 'day').status).toMatchObject({
      offered: 100,
      startedAt: '2000-01-01T00:00:00Z',
    });
    const { status } = engine.get('LoadBalancer', 'web');
    expect(status).toMatchObject({ requestsPerSecond: 100, errorRate: 0 });
    expect(status?.backends?.map(({ share }) => share)).toEqual([0.5, 0.5]);
    const { mean = 0, p50 = 0, p95 = 0, p99 = 0 } = status?.latency ?? {};
    expect(mean).toBeGreaterThan(5);
    expect([p50, p95, p99]).toEqual([p50, p95, p99].sort((a, b) => a - b));
    expect(p95).toBe(Math.round(p95 * 10) / 10);
    expect(utilization(engine, 'web-0')).toBeGreaterThan(0.25);
  });

  test('to the VMs that a selector matches, as a share of their virtual CPUs', async () => {
    const load = traffic(toVms, 'unit: Cpu, pattern: {constant: 0.5}');
    const engine = await engineWith(load, vm('web-0', '', web), vm('db-0'));
    await engine.settle();
    await engine.advance(2 * stepMs);
    expect(utilization(engine, 'web-0')).toBe(0.5);
    expect(utilization(engine, 'db-0')).toBe(0);
    // One that comes later is found as well.
    await engine.write([vm('web-1', '', web), vm('db-0', '', web)].join('\n---\n'));
    await engine.settle();
    await engine.advance(2 * stepMs);
    expect([utilization(engine, 'web-1'), utilization(engine, 'db-0')]).toEqual([0.5, 0.5]);
  });

  test('a VM that has been stopped no longer tells of its last load', async () => {
    const load = traffic(toVms, 'unit: Cpu, pattern: {constant: 0.5}');
    const engine = await engineWith(load, vm('web-0', '', web));
    await engine.settle();
    await engine.advance(2 * stepMs);
    expect(utilization(engine, 'web-0')).toBe(0.5);
    await engine.write(vm('web-0', 'runPolicy: Halted', web));
    await engine.settle();
    await engine.advance(2 * stepMs);
    expect(engine.get('VirtualMachine', 'web-0').status).toMatchObject({ phase: 'Stopped' });
    expect(utilization(engine, 'web-0')).toBeUndefined();
  });

  test('requests straight to VMs are split among those that run', async () => {
    const engine = await engineWith(
      vm('web-0', '', web),
      vm('web-1', '', web),
      traffic(toVms, 'serviceTime: 2ms, pattern: {constant: 100}'),
    );
    await engine.settle();
    const rate = (name: string): number | undefined => {
      const { uid = '' } = engine.get('VirtualMachine', name).metadata;
      return engine.world.machineUsage(uid)?.requestsPerSecond;
    };
    await engine.advance(2 * stepMs);
    expect([rate('web-0'), rate('web-1')]).toEqual([50, 50]);
    await engine.write(vm('web-1', 'runPolicy: Halted', web));
    await engine.settle();
    await engine.advance(2 * stepMs);
    expect(rate('web-0')).toBe(100);
    await engine.write(vm('web-0', 'runPolicy: Halted', web));
    await engine.settle();
    expect(ready(engine)).toBe('False TargetNotRunning');
    expect(offered(engine)).toBeUndefined();
  });

  test.each([
    ['by name', '{kind: VirtualMachine, name: web-0}'],
    ['by a selector', toVms],
  ])('a VM %s gets its requests from when it runs', async (_name, to) => {
    const engine = await engineWith(vm('web-0', '', web), traffic(to));
    await engine.advance(0);
    await engine.advance(240_000);
    const { uid = '' } = engine.get('VirtualMachine', 'web-0').metadata;
    expect(engine.world.machineUsage(uid)?.requestsPerSecond).toBeGreaterThan(90);
  });

  test.each([
    ['a load balancer', toWeb, balancer],
    ['a VM', '{kind: VirtualMachine, name: web-0}', vm('web-0')],
    ['VMs by a selector', toVms, vm('web-0', '', web)],
    [
      'a tenant',
      '{kind: Tenant, name: acme}',
      'kind: Tenant\nmetadata: {name: acme}\nspec: {application: crm, maturity: Configurable}',
    ],
  ])('%s that is not there is waited for without holding up anything', async (_name, to, target) => {
    const engine = await engineWith(traffic(to));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(ready(engine)).toBe('False TargetNotFound');
    expect(offered(engine)).toBeUndefined();
    await engine.write(target);
    await engine.settle();
    await engine.advance(stepMs);
    expect(ready(engine)).toBe('True Flowing');
    expect(offered(engine)).toBe(100);
  });

  test('its target goes', async () => {
    const engine = await engineWith(balancer, vm('web-0', '', web), traffic(toWeb));
    await engine.settle();
    await engine.delete('LoadBalancer', 'web');
    await engine.settle();
    expect(ready(engine)).toBe('False TargetNotFound');
    expect(engine.world.traffic('default/day')).toBeUndefined();
  });
});

describe('over time', () => {
  test('a trace begins again after its end, counted from when the traffic was made', async () => {
    const engine = await engineWith(balancer);
    await engine.advance(7 * stepMs);
    await engine.write(traffic(toWeb, 'pattern: {trace: {interval: 15s, scale: 2, samples: [15, 30, 45]}}'));
    const seen: (number | undefined)[] = [];
    for (let step = 0; step < 7; step++) {
      await engine.advance(step === 0 ? 0 : stepMs);
      seen.push(offered(engine));
    }
    expect(seen).toEqual([2, 4, 6, 2, 4, 6, 2]);
    expect(engine.get('Traffic', 'day').status?.startedAt).toBe('2000-01-01T00:01:45Z');
  });

  test('Poisson noise is about the pattern, and the same for the same seed', async () => {
    const run = async (): Promise<number[]> => {
      const engine = await engineWith(balancer, traffic(toWeb).replace('noise: None', 'noise: Poisson'));
      const seen: number[] = [];
      for (let step = 0; step < 40; step++) {
        await engine.advance(stepMs);
        seen.push(offered(engine) ?? NaN);
      }
      return seen;
    };
    const seen = await run();
    expect(new Set(seen).size).toBeGreaterThan(10);
    expect(seen.reduce((sum, value) => sum + value, 0) / seen.length).toBeCloseTo(100, -1);
    expect(await run()).toEqual(seen);
  });

  test('a second look at everything writes nothing', async () => {
    const engine = await engineWith(
      balancer,
      vm('web-0', '', web),
      traffic(toWeb).replace('None', 'Poisson'),
    );
    await engine.settle();
    await engine.advance(60_000);
    const revision = await engine.store.revision();
    await engine.settle();
    await engine.advance(0);
    expect(await engine.store.revision()).toBe(revision);
  });

  test('it ends with its object', async () => {
    const engine = await engineWith(balancer, traffic(toWeb));
    await engine.settle();
    await engine.delete('Traffic', 'day');
    await engine.settle();
    expect(engine.list('Traffic')).toEqual([]);
    expect(engine.world.traffic('default/day')).toBeUndefined();
  });
});
