/** What is known of a host that has crashed or is cut off, before and after that is noticed. */
import { describe, expect, test } from 'vitest';
import { isTrue } from '../../../src/model/conditions.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const spread = 'placement: {antiAffinity: [{selector: {matchLabels: {app: web}}}]}';
const seconds = 1000;

/** Two VMs on two hosts, `web-0` on `h1`, and a third host that is free. */
async function settled(detection = '50s'): Promise<TestEngine> {
  const engine = new TestEngine();
  const hosts = ['h1', 'h2', 'h3'].map((name) => xenHost(name, `failureDetection: ${detection}`));
  const machines = ['web-0', 'web-1'].map((name) => vm(name, spread, 'app: web'));
  await engine.write([someHypervisors, ...hosts, ...machines].join('\n---\n'));
  await engine.settle();
  expect(engine.get('VirtualMachine', 'web-0').status?.host).toBe('h1');
  return engine;
}

function strike(engine: TestEngine, type: 'Crash' | 'NetworkLoss', forMs?: number): void {
  engine.world.inject({ hostUid: uidOf(engine, 'h1'), type, ...(forMs === undefined ? {} : { forMs }) });
}

function uidOf(engine: TestEngine, host: string): string {
  return engine.get('Host', host).metadata.uid ?? '';
}

/** As `Ready; web-0 Ready on h1`. */
function known(engine: TestEngine): string {
  const web = engine.manager.cache.get('VirtualMachine', 'default', 'web-0');
  const ready = isTrue(web?.status?.conditions, 'Ready') ? 'Ready' : engine.condition(web!, 'Ready');
  return `${engine.get('Host', 'h1').status?.phase}; web-0 ${ready} on ${web?.status?.host}`;
}

/** Of the objects whose names begin so, as `reason: message`. */
function events(engine: TestEngine, ...reasons: string[]): string[] {
  return engine
    .list('Event')
    .filter(({ reason = '' }) => reasons.includes(reason))
    .map(({ reason, message }) => `${reason}: ${message}`);
}

describe.each([
  ['50s', 50],
  ['7s', 7],
  ['2m', 120],
])('detected after %s', (detection, after) => {
  test('a crash is not known before, and its VM is made anew after', async () => {
    const engine = await settled(detection);
    strike(engine, 'Crash');
    await engine.advance(after * seconds - 1);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    expect(engine.world.answers(engine.get('VirtualMachine', 'web-0').metadata.uid ?? '')).toBe(false);
    await engine.advance(1);
    expect(engine.get('Host', 'h1').status?.phase).toBe('NotReady');
    expect(engine.get('VirtualMachine', 'web-0').status).toMatchObject({ host: 'h3', phase: 'Provisioning' });
    expect(events(engine, 'HostNotReady')).toEqual([
      `HostNotReady: h1 has crashed and stays down until "vctl fault host/h1 --clear"; noticed after ${detection}`,
    ]);
  });

  test('a cut is not known before; after it the VM is not ready, and stays', async () => {
    const engine = await settled(detection);
    strike(engine, 'NetworkLoss', 600 * seconds);
    await engine.advance(after * seconds - 1);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    await engine.advance(1);
    expect(known(engine)).toBe('NotReady; web-0 False HostUnreachable on h1');
    await engine.advance(600 * seconds);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    expect(events(engine, 'HostLost', 'HostNotReady')).toHaveLength(1);
  });
});

test('0s: at once', async () => {
  const engine = await settled('0s');
  strike(engine, 'Crash');
  await engine.advance(0);
  expect(known(engine)).toMatch(/^NotReady; web-0 False \w+ on h3$/);
  expect(events(engine, 'HostNotReady')[0]).toMatch(/; noticed at once$/);
});

describe('back before it was noticed', () => {
  test('a cut host: nothing has happened to its VM', async () => {
    const engine = await settled();
    const before = engine.list('Event').length;
    const bootCount = engine.world.machine(
      engine.get('VirtualMachine', 'web-0').metadata.uid ?? '',
    )?.bootCount;
    strike(engine, 'NetworkLoss', 49_999);
    await engine.advance(300 * seconds);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    expect(engine.list('Event')).toHaveLength(before);
    expect(engine.world.machine(engine.get('VirtualMachine', 'web-0').metadata.uid ?? '')).toMatchObject({
      bootCount,
    });
  });

  test('a crashed host: its VM is gone, and starts again', async () => {
    const engine = await settled('10m');
    strike(engine, 'Crash', 5 * seconds);
    await engine.advance(1 * seconds);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    await engine.settle();
    expect(engine.get('Host', 'h1').status?.phase).toBe('Ready');
    expect(events(engine, 'HostNotReady')).toEqual([]);
    expect(events(engine, 'HostLost')).toEqual(['HostLost: its host crashed under it (was on h1)']);
    expect(isTrue(engine.get('VirtualMachine', 'web-0').status?.conditions, 'Ready')).toBe(true);
  });
});

describe('changed while the host is silent', () => {
  test.each([
    ['shorter: noticed at the change', '10s', 'NotReady'],
    ['longer: not noticed yet', '2m', 'Ready'],
  ])('%s', async (_name, detection, phase) => {
    const engine = await settled();
    strike(engine, 'NetworkLoss');
    await engine.advance(30 * seconds);
    await engine.write(xenHost('h1', `failureDetection: ${detection}`));
    await engine.advance(25 * seconds);
    expect(engine.get('Host', 'h1').status?.phase).toBe(phase);
  });

  test('what was noticed stays so', async () => {
    const engine = await settled();
    strike(engine, 'NetworkLoss');
    await engine.advance(60 * seconds);
    await engine.write(xenHost('h1', 'failureDetection: 10m'));
    await engine.advance(1 * seconds);
    expect(known(engine)).toBe('NotReady; web-0 False HostUnreachable on h1');
  });
});

describe('one fault after the other', () => {
  test('a crash of a silent host: the time counts from the first', async () => {
    const engine = await settled();
    strike(engine, 'NetworkLoss', 40 * seconds);
    await engine.advance(30 * seconds);
    strike(engine, 'Crash', 600 * seconds);
    await engine.advance(19_999);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    await engine.advance(1);
    expect(events(engine, 'HostNotReady')[0]).toMatch(/noticed after 50s$/);
    expect(engine.get('VirtualMachine', 'web-0').status?.host).toBe('h3');
  });

  test('two cuts with a word in between: each counts for itself', async () => {
    const engine = await settled();
    strike(engine, 'NetworkLoss', 40 * seconds);
    await engine.advance(41 * seconds);
    strike(engine, 'NetworkLoss', 40 * seconds);
    await engine.advance(39 * seconds);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
  });
});

test('a host that is deleted while it is silent goes once its VM could be given up', async () => {
  const engine = await settled();
  strike(engine, 'Crash');
  await engine.advance(10 * seconds);
  await engine.delete('Host', 'h1');
  await engine.advance(39 * seconds);
  expect(engine.get('Host', 'h1').metadata.deletionTimestamp).toBeDefined();
  await engine.settle();
  expect(engine.manager.cache.get('Host', '', 'h1')).toBeUndefined();
  expect(engine.get('VirtualMachine', 'web-0').status).toMatchObject({ host: 'h3', phase: 'Running' });
});

test('what is asked of a silent host is refused, and done once it answers', async () => {
  const engine = await settled();
  strike(engine, 'NetworkLoss', 30 * seconds);
  await engine.delete('VirtualMachine', 'web-0');
  await engine.advance(10 * seconds);
  const { conditions = [] } = engine.get('VirtualMachine', 'web-0').status ?? {};
  expect(conditions.find(({ type }) => type === 'Ready')?.message).toBe('host h1 does not answer');
  await engine.advance(60 * seconds);
  expect(engine.manager.cache.get('VirtualMachine', 'default', 'web-0')).toBeUndefined();
});

test('convergence waits until it is noticed', async () => {
  const engine = await settled();
  strike(engine, 'Crash');
  await engine.advance(0);
  expect(engine.manager.waiting(1)).toEqual(['host/h1 (not heard from, 50s left)']);
  expect(await engine.settle()).toEqual({ type: 'settled' });
  expect(engine.get('VirtualMachine', 'web-0').status).toMatchObject({ host: 'h3', phase: 'Running' });
});

test('another process knows no more than the one before it', async () => {
  const engine = await settled();
  strike(engine, 'Crash');
  await engine.advance(20 * seconds);
  const other = engine.reopen();
  await other.advance(29_999);
  expect(known(other)).toBe('Ready; web-0 Ready on h1');
  await other.advance(1);
  expect(known(other)).toMatch(/^NotReady; web-0 False \w+ on h3$/);
});

test('a pool sets it for all its hosts, whatever its template says', async () => {
  const pool = (detection: string): string =>
    `kind: HostPool\nmetadata: {name: p}\nspec: {replicas: 2, ${detection}template: {spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}, failureDetection: 20s}}}`;
  const engine = new TestEngine();
  await engine.write([someHypervisors, pool('')].join('\n---\n'));
  await engine.settle();
  const set = (): unknown[] => engine.list('Host').map(({ spec }) => spec.failureDetection);
  expect(set()).toEqual(['20s', '20s']);
  await engine.write(pool('failureDetection: 5s, '));
  await engine.settle();
  expect(set()).toEqual(['5s', '5s']);
  expect(engine.get('HostPool', 'p').status).toMatchObject({ updatedReplicas: 2 });
});

describe('as others have met it', () => {
  test('back at the very moment at which it would be noticed: it is not (kubernetes/kubernetes#13258)', async () => {
    const engine = await settled();
    strike(engine, 'NetworkLoss', 50 * seconds);
    await engine.advance(300 * seconds);
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    expect(events(engine, 'HostNotReady', 'HostLost', 'HostUnreachable')).toEqual([]);
  });

  test('it comes and goes all the time, always sooner than noticed (kubernetes/kubernetes#109965)', async () => {
    const engine = await settled();
    const before = engine.list('Event').length;
    for (let cut = 0; cut < 20; cut++) {
      strike(engine, 'NetworkLoss', 45 * seconds);
      await engine.advance(50 * seconds);
    }
    expect(known(engine)).toBe('Ready; web-0 Ready on h1');
    expect(engine.list('Event')).toHaveLength(before);
  });

  test('the source dies once its VM has just moved: the VM lives on (kubevirt/kubevirt#13112)', async () => {
    const engine = await settled();
    const uid = engine.get('VirtualMachine', 'web-0').metadata.uid ?? '';
    const asked = vm('web-0', spread, 'app: web').replace(
      'labels:',
      'annotations: {vctl.dev/move-from: h1}, labels:',
    );
    await engine.write(asked);
    await engine.advance(0);
    // Before anybody looks at what has arrived.
    while (engine.world.machine(uid)?.state === 'Migrating') engine.world.advanceTo(engine.world.nowMs + 1);
    strike(engine, 'Crash');
    await engine.settle();
    expect(engine.get('VirtualMachine', 'web-0').status).toMatchObject({ host: 'h3', phase: 'Running' });
    expect(engine.world.machine(uid)?.bootCount).toBe(1);
    expect(events(engine, 'HostLost')).toEqual([]);
  });

  test('the network goes while a guest boots: it comes up in its time, and that is seen later', async () => {
    const engine = await settled();
    await engine.write(vm('late', 'placement: {hostSelector: {kubernetes.io/hostname: h1}}'));
    await engine.advance(3 * seconds);
    const phase = (): unknown => engine.get('VirtualMachine', 'late').status?.phase;
    expect(phase()).toBe('Booting');
    strike(engine, 'NetworkLoss', 40 * seconds);
    await engine.advance(39 * seconds);
    expect(phase()).toBe('Booting');
    await engine.advance(1 * seconds);
    expect(phase()).toBe('Running');
  });
});
