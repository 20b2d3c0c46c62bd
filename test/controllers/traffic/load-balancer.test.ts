import { describe, expect, test } from 'vitest';
import { type BalancerObservation } from '../../../src/model/ports.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const web = 'app: web';
const balancer = (spec = ''): string =>
  `kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 5ms${spec}}`;

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), ...documents].join('\n---\n'));
  return engine;
}

/** Requests straight to the world's balancer `default/web`, 100 a second without noise. */
function send(engine: TestEngine): void {
  engine.world.ensureTraffic({
    name: 'default/load',
    target: { type: 'Balancer', name: 'default/web' },
    unit: 'Requests',
    pattern: { type: 'Constant', value: 100 },
    poisson: false,
    startMs: engine.world.nowMs,
  });
}

function seen(engine: TestEngine): BalancerObservation {
  const found = engine.world.balancer('default/web');
  if (!found) throw new Error('the world has no balancer default/web');
  return found;
}

/** Its backends as `name:ready`, with `-` for one that drains. */
function backends(engine: TestEngine): string {
  const { status } = engine.get('LoadBalancer', 'web');
  return (status?.backends ?? [])
    .map(({ name, ready, draining }) => `${name}:${draining ? '-' : ready ? 'ready' : 'not'}`)
    .join(' ');
}

function message(engine: TestEngine): string | undefined {
  return engine.get('LoadBalancer', 'web').status?.conditions?.find(({ type }) => type === 'Ready')?.message;
}

function reasons(engine: TestEngine): readonly (string | undefined)[] {
  return engine
    .list('Event')
    .filter(({ involvedObject }) => involvedObject?.kind === 'LoadBalancer')
    .map(({ reason }) => reason);
}

async function failHostOf(engine: TestEngine, name: string): Promise<void> {
  const { host = '' } = engine.get('VirtualMachine', name).status ?? {};
  engine.world.inject({ hostUid: engine.get('Host', host).metadata.uid ?? '', type: 'Crash' });
  await engine.advance(0);
}

describe('what stands behind it', () => {
  test('the VMs that the selector matches, once they run and have passed their health checks', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web), vm('web-1', '', web), vm('db-0'));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const { status } = engine.get('LoadBalancer', 'web');
    expect(backends(engine)).toBe('web-0:ready web-1:ready');
    expect(status).toMatchObject({ readyBackends: 2, requestsPerSecond: 0, errorRate: 0 });
    expect(status?.backends?.[0]).toEqual({ name: 'web-0', ready: true, weight: 1, share: 0.5 });
    expect(engine.condition(engine.get('LoadBalancer', 'web'), 'Ready')).toBe('True Ready');
    expect(reasons(engine)).toEqual(['Ready']);
  });

  test('a second look at everything writes nothing, nor does one under a standing load', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web));
    await engine.settle();
    send(engine);
    await engine.advance(60_000);
    const revision = await engine.store.revision();
    await engine.settle();
    await engine.advance(0);
    expect(await engine.store.revision()).toBe(revision);
  });

  test('a new VM gets requests only after its health checks', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web));
    await engine.settle();
    send(engine);
    await engine.write(vm('web-1', '', web));
    while (backends(engine) === 'web-0:ready') await engine.advance(100);
    expect(backends(engine)).toBe('web-0:ready web-1:not');
    expect(message(engine)).toBe('1 of 2 are ready');
    await engine.advance(9_800);
    expect(seen(engine).backends.map(({ share }) => share)).toEqual([1, 0]);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(backends(engine)).toBe('web-0:ready web-1:ready');
    expect(seen(engine).totalErrors).toBe(0);
  });

  test('more virtual CPUs, more weight', async () => {
    const big = vm('web-1', '', web).replace('cpu: 1', 'cpu: 3');
    const engine = await engineWith(balancer(', algorithm: WeightedRoundRobin'), vm('web-0', '', web), big);
    await engine.settle();
    const weights = (): unknown => engine.get('LoadBalancer', 'web').status?.backends?.map((b) => b.weight);
    expect(weights()).toEqual([1, 3]);
    expect(seen(engine).backends.map(({ share }) => share)).toEqual([0.25, 0.75]);
    await engine.write(vm('web-0', '', web).replace('cpu: 1', 'cpu: 2'));
    await engine.settle();
    expect(weights()).toEqual([2, 3]);
  });

  test('a VM whose labels change leaves or joins', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web), vm('web-1'));
    await engine.settle();
    await engine.write([vm('web-0'), vm('web-1', '', web)].join('\n---\n'));
    await engine.settle();
    expect(backends(engine)).toBe('web-1:ready');
  });

  test('it goes from the world with its object', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web));
    await engine.settle();
    await engine.delete('LoadBalancer', 'web');
    await engine.settle();
    expect(engine.list('LoadBalancer')).toEqual([]);
    expect(engine.world.balancer('default/web')).toBeUndefined();
  });
});

describe('what it says while it cannot serve', () => {
  test.each([
    ['nothing matches', [], 'False NoMembers', 'no VM of the namespace matches spec.selector'],
    [
      'what matches is off',
      [vm('web-0', 'runPolicy: Halted', web), vm('web-1', 'runPolicy: Halted', web)],
      'False NoReadyBackends',
      'none of 2 VMs is ready: 2 not running',
    ],
  ])('%s', async (_name, documents, condition, text) => {
    const engine = await engineWith(balancer(), ...documents);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.condition(engine.get('LoadBalancer', 'web'), 'Ready')).toBe(condition);
    expect(message(engine)).toBe(text);
  });

  test('while all are in their first health checks it is waited for', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web));
    await engine.advance(0);
    while (backends(engine) === '') await engine.advance(100);
    expect(message(engine)).toBe('the one VM that matches is not ready: 1 in the first health checks');
    expect(engine.manager.unsettled()).toContain('LoadBalancer/default/web');
  });

  test('what its requests call has to be there', async () => {
    const engine = await engineWith(balancer(', calls: [db]'), vm('web-0', '', web));
    await engine.settle();
    expect(engine.condition(engine.get('LoadBalancer', 'web'), 'Ready')).toBe('False CallsNotFound');
    await engine.write(
      'kind: LoadBalancer\nmetadata: {name: db}\nspec: {selector: {matchLabels: {app: web}}}',
    );
    await engine.settle();
    expect(engine.condition(engine.get('LoadBalancer', 'web'), 'Ready')).toBe('True Ready');
  });
});

describe('leaving', () => {
  test('a deleted VM gets nothing new, stops after its draining time, and no request fails', async () => {
    const engine = await engineWith(balancer(), vm('web-0', '', web), vm('web-1', '', web));
    await engine.settle();
    send(engine);
    await engine.advance(60_000);
    const { uid = '' } = engine.get('VirtualMachine', 'web-0').metadata;
    await engine.delete('VirtualMachine', 'web-0');
    await engine.advance(0);
    expect(backends(engine)).toBe('web-0:- web-1:ready');
    expect(seen(engine).backends.map(({ share }) => share)).toEqual([0, 1]);
    await engine.advance(28_900);
    expect(engine.world.machine(uid)?.state).toBe('Running');
    await engine.advance(1_200);
    expect(engine.world.machine(uid)?.state).toBe('Stopping');
    expect(backends(engine)).toBe('web-1:ready');
    await engine.settle();
    expect(engine.list('VirtualMachine')).toHaveLength(1);
    const { totalRequests, totalErrors } = seen(engine);
    expect(totalRequests).toBeGreaterThan(9_000);
    expect(totalErrors).toBe(0);
  });

  test.each([
    ['a stop', vm('web-0', 'runPolicy: Halted', web)],
    ['a restart', vm('web-0', '', web).replace('labels:', 'annotations: {vctl.dev/restart: "1"}, labels:')],
    ['a new image', vm('web-0', '', web).replace('os: debian-12', 'os: debian-13')],
    ['a stop without a draining time', vm('web-0', 'runPolicy: Halted', web), ', drain: 0s'],
  ])('%s fails no request', async (_name, changed, spec = '') => {
    const engine = await engineWith(balancer(spec), vm('web-0', '', web), vm('web-1', '', web));
    await engine.settle();
    send(engine);
    await engine.write(changed);
    await engine.settle();
    await engine.advance(60_000);
    expect(seen(engine)).toMatchObject({ totalErrors: 0, errorRate: 0 });
    expect(reasons(engine)).toEqual(['Ready']);
  });

  test('a crash fails the requests of one backend until two health checks have failed', async () => {
    const spread = `placement: {antiAffinity: [{selector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}]}`;
    const engine = await engineWith(balancer(), vm('web-0', spread, web), vm('web-1', spread, web));
    await engine.settle();
    send(engine);
    await failHostOf(engine, 'web-0');
    expect(backends(engine)).toBe('web-0:ready web-1:ready');
    expect(seen(engine).errorRate).toBe(0.5);
    await engine.advance(9_999);
    expect(seen(engine).errorRate).toBe(0.5);
    await engine.advance(1);
    expect(backends(engine)).toBe('web-0:not web-1:ready');
    await engine.advance(60_000);
    expect(backends(engine), 'the crash was noticed').toBe('web-1:ready');
    // Half of 100 requests a second for two checks of 5 s.
    expect(seen(engine).totalErrors).toBeCloseTo(500, 6);
    expect([...reasons(engine)].sort()).toEqual(['BackendFailed', 'Ready']);
  });
});

test('the weight comes from the annotation where there is one', async () => {
  const light = vm('web-1', '', web).replace(
    'metadata: {',
    'metadata: {annotations: {vctl.dev/weight: "3"}, ',
  );
  const engine = await engineWith(balancer(', algorithm: WeightedRoundRobin'), vm('web-0', '', web), light);
  await engine.settle();
  const weights = (): unknown => engine.get('LoadBalancer', 'web').status?.backends?.map((b) => b.weight);
  expect(weights()).toEqual([1, 3]);
  expect(seen(engine).backends.map(({ share }) => share)).toEqual([0.25, 0.75]);
  await engine.write(light.replace('"3"', '"0"'));
  await engine.settle();
  expect(weights()).toEqual([1, 0]);
});

describe('backends whose requests fail', () => {
  const oneHostEach = (index: number): string => vm(`web-${index}`, `placement: {hosts: [h${index}]}`, web);

  /** Three VMs, each on a host of its own, with checks that find nothing out for a long time. */
  async function threeHosts(spec: string): Promise<TestEngine> {
    const engine = await engineWith(
      xenHost('h0'),
      balancer(`, healthCheck: {healthyThreshold: 1, unhealthyThreshold: 100}, ${spec}`),
      ...[0, 1, 2].map(oneHostEach),
    );
    await engine.settle();
    send(engine);
    await engine.advance(10_000);
    return engine;
  }

  function lose(engine: TestEngine, ...hosts: string[]): void {
    for (const host of hosts) {
      engine.world.inject({ hostUid: engine.get('Host', host).metadata.uid ?? '', type: 'NetworkLoss' });
    }
  }

  test('one that is ejected is not ready until it comes back, and both are told', async () => {
    const engine = await threeHosts('outlierDetection: {}');
    lose(engine, 'h1');
    await engine.advance(1000);
    const { status } = engine.get('LoadBalancer', 'web');
    const ejectedUntil = status?.backends?.[1]?.ejectedUntil;
    expect(ejectedUntil).toMatch(/^2000-01-01T00:.*0Z$/);
    expect(status?.backends?.[1]).toEqual({ name: 'web-1', ready: false, weight: 1, share: 0, ejectedUntil });
    expect([backends(engine), message(engine)]).toEqual([
      'web-0:ready web-1:not web-2:ready',
      '2 of 3 are ready',
    ]);
    expect(reasons(engine)).toEqual(expect.arrayContaining(['BackendEjected']));
    expect(reasons(engine)).not.toContain('BackendFailed');
    engine.world.clearFaults(engine.get('Host', 'h1').metadata.uid ?? '');
    await engine.advance(40_000);
    expect(backends(engine)).toBe('web-0:ready web-1:ready web-2:ready');
    expect(reasons(engine)).toEqual(expect.arrayContaining(['BackendReturned']));
    expect(engine.get('LoadBalancer', 'web').status?.backends?.[1]).not.toHaveProperty('ejectedUntil');
  });

  test('without outlierDetection nobody is', async () => {
    const engine = await threeHosts('panicThreshold: 50%');
    lose(engine, 'h1');
    await engine.advance(60_000);
    expect(backends(engine)).toBe('web-0:ready web-1:ready web-2:ready');
    expect(seen(engine).errorRate).toBeCloseTo(1 / 3, 9);
  });

  test.each([
    ['50%', 'True TooFewHealthy', 2 / 3],
    ['0%', 'absent', 0],
  ])('two of three out, panic threshold %s', async (threshold, condition, errorRate) => {
    const engine = await threeHosts(
      `outlierDetection: {maxEjectionPercent: 100}, panicThreshold: ${threshold}`,
    );
    lose(engine, 'h1', 'h2');
    await engine.advance(1000);
    const balancerNow = engine.get('LoadBalancer', 'web');
    expect(engine.condition(balancerNow, 'Panic')).toBe(condition);
    expect(engine.condition(balancerNow, 'Ready')).toBe('True Ready');
    expect(seen(engine).errorRate).toBeCloseTo(errorRate, 9);
    expect(reasons(engine).includes('Panic')).toBe(threshold === '50%');
    for (const host of ['h1', 'h2']) engine.world.clearFaults(engine.get('Host', host).metadata.uid ?? '');
    await engine.advance(60_000);
    const after = engine.get('LoadBalancer', 'web');
    expect(engine.condition(after, 'Panic')).toBe(threshold === '50%' ? 'False EnoughHealthy' : 'absent');
    expect(reasons(engine).includes('PanicOver')).toBe(threshold === '50%');
    const revision = await engine.store.revision();
    await engine.advance(0);
    expect(await engine.store.revision()).toBe(revision);
  });
});

test('with few clients some backends get more, and a new one takes clients over', async () => {
  const engine = await engineWith(
    balancer(', algorithm: Maglev, sessionAffinity: {keys: 8}'),
    ...[0, 1].map((index) => vm(`web-${index}`, '', web)),
  );
  await engine.settle();
  send(engine);
  await engine.advance(1000);
  const shares = (): (number | undefined)[] =>
    engine.get('LoadBalancer', 'web').status?.backends?.map(({ share }) => share) ?? [];
  // Whole clients, an eighth of the requests each.
  for (const share of shares()) expect(((share ?? 0) * 8) % 1).toBe(0);
  await engine.write(vm('web-2', '', web));
  await engine.settle();
  const moved = engine.get('LoadBalancer', 'web').status?.movedKeys ?? 0;
  expect(moved).toBeGreaterThanOrEqual(shares()[2] ?? 1);
  expect(moved).toBeLessThanOrEqual(0.5);
});

describe('many members', () => {
  /** How often a look walked over its members until all were ready, and how long that took, in world time. */
  async function bringUp(count: number): Promise<{ walks: number; seconds: number }> {
    const hosts = Array.from({ length: count / 5 }, (_, i) => xenHost(`h${i}`));
    const machines = Array.from({ length: count }, (_, i) => vm(`web-${i}`, '', web));
    const engine = new TestEngine();
    await engine.write([someHypervisors, ...hosts, balancer(), ...machines].join('\n---\n'));
    await engine.advance(0);
    const { world } = engine;
    const ensure = world.ensureBalancer.bind(world);
    let walks = 0;
    world.ensureBalancer = (request) => {
      walks++;
      ensure(request);
    };
    const startMs = world.nowMs;
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(engine.get('LoadBalancer', 'web').status?.readyBackends).toBe(count);
    return { walks, seconds: (world.nowMs - startMs) / 1000 };
  }

  test('those that come up in the same second join in one walk over all of them', async () => {
    const { walks, seconds } = await bringUp(400);
    // The first hundred one by one, then by the second; each change is looked at twice, as each status is looked at once more.
    expect(walks).toBeLessThan(4 * 100 + 2 * seconds);
    expect(walks).toBeLessThan(2 * 400);
  });
});
