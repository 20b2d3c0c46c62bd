import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

/** A pool of three whose build no host may be able to take, by way of its size. */
function pool(build: string, options: { spec?: string; replicas?: number; cpu?: number } = {}): string {
  const { spec = '', replicas = 3, cpu = 1 } = options;
  return `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true, build: ${build}}, resources: {cpu: ${cpu}, memory: 1Gi}}}
  strategy: {maxSurge: 1, maxUnavailable: 0}
  ${spec}`;
}

/** More than any host has. */
const tooBig = { cpu: 99 };

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), ...documents].join('\n---\n'));
  await engine.settle();
  return engine;
}

function builds(engine: TestEngine): string {
  return engine
    .list('VirtualMachine')
    .map(({ spec }) => spec.guest.build)
    .sort()
    .join(' ');
}

function condition(engine: TestEngine, type = 'Progressing'): string {
  return engine.condition(engine.get('VirtualMachinePool', 'web'), type);
}

function revisions(engine: TestEngine): string {
  const { revisions: kept = [] } = engine.get('VirtualMachinePool', 'web').status ?? {};
  return kept.map(({ number, completedAt }) => `${number}${completedAt ? '!' : ''}`).join(' ');
}

async function isQuiet(engine: TestEngine): Promise<boolean> {
  const revision = await engine.store.revision();
  await engine.settle();
  return revision === (await engine.store.revision());
}

describe('paused', () => {
  test('a new template waits, scaling goes on with the old one, and resuming carries it out', async () => {
    const engine = await engineWith(pool('one'));
    await engine.write(pool('two', { spec: 'paused: true' }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(builds(engine)).toBe('one one one');
    expect(condition(engine)).toBe('Unknown Paused');
    expect(condition(engine, 'Ready')).toBe('True Ready');
    expect(engine.get('VirtualMachinePool', 'web').status).toMatchObject({ updatedReplicas: 0 });
    await engine.write(pool('two', { spec: 'paused: true', replicas: 5 }));
    await engine.settle();
    expect(builds(engine)).toBe('one one one one one');
    expect(await isQuiet(engine)).toBe(true);
    await engine.advance(3_600_000);
    expect(condition(engine)).toBe('Unknown Paused');
    await engine.write(pool('two', { spec: 'paused: false', replicas: 5 }));
    await engine.settle();
    expect(builds(engine)).toBe('two two two two two');
    expect(condition(engine)).toBe('False Complete');
    expect(revisions(engine)).toBe('1! 2!');
  });

  test('in the middle · both revisions stay, and share what is added', async () => {
    const engine = await engineWith(pool('one'));
    await engine.write(pool('two'));
    await engine.advance(0);
    expect(builds(engine)).toBe('one one one two');
    await engine.write(pool('two', { spec: 'paused: true' }));
    await engine.settle();
    expect(builds(engine)).toBe('one one one two');
    await engine.write(pool('two', { spec: 'paused: true', replicas: 8 }));
    await engine.settle();
    // With the surge, as in Kubernetes: 3 of 4 that there may be become 7 of 9.
    expect(builds(engine)).toBe('one one one one one one one two two');
    expect(await isQuiet(engine)).toBe(true);
  });

  test('from the first day · no VMs until it is resumed', async () => {
    const engine = await engineWith(pool('one', { spec: 'paused: true' }));
    expect(builds(engine)).toBe('');
    expect(condition(engine, 'Ready')).toBe('False Paused');
    expect(await isQuiet(engine)).toBe(true);
    await engine.write(pool('one', { spec: 'paused: false' }));
    await engine.settle();
    expect(builds(engine)).toBe('one one one');
  });
});

describe('the deadline', () => {
  test('no progress for so long · the condition and an event say so, once', async () => {
    const engine = await engineWith(pool('one'));
    await engine.write(pool('two', { ...tooBig, spec: 'progressDeadline: 2m' }));
    await engine.settle();
    expect(condition(engine)).toBe('False Stuck');
    await engine.advance(110_000);
    expect(condition(engine)).toBe('False Stuck');
    await engine.advance(15_000);
    expect(condition(engine)).toBe('False ProgressDeadlineExceeded');
    await engine.advance(3_600_000);
    const events = engine.list('Event').filter(({ reason }) => reason === 'ProgressDeadlineExceeded');
    expect(events).toMatchObject([{ type: 'Warning', count: 1 }]);
    expect(builds(engine)).toBe('one one one two');
    expect(await isQuiet(engine)).toBe(true);
  });

  test('another process goes on counting', async () => {
    const engine = await engineWith(pool('one'));
    await engine.write(pool('two', { ...tooBig, spec: 'progressDeadline: 2m' }));
    await engine.settle();
    await engine.advance(60_000);
    const other = engine.reopen();
    await other.advance(65_000);
    expect(condition(other)).toBe('False ProgressDeadlineExceeded');
  });
});

describe('automatic rollback', () => {
  const automatic = 'rollback: Automatic';

  async function failing(): Promise<TestEngine> {
    const engine = await engineWith(pool('one', { spec: automatic }));
    await engine.write(pool('two', { ...tooBig, spec: automatic }));
    return engine;
  }

  test('VMs that no host can take · back to what was complete, size included', async () => {
    const engine = await failing();
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(builds(engine)).toBe('one one one');
    const web = engine.get('VirtualMachinePool', 'web');
    expect(web.spec.template.spec).toMatchObject({ guest: { build: 'one' }, resources: { cpu: 1 } });
    expect(web.metadata.managedFields?.map(({ manager }) => manager)).toContain('vctl-pool');
    expect(condition(engine, 'RolledBack')).toBe('True ProgressDeadlineExceeded');
    expect(condition(engine)).toBe('False Complete');
    expect(condition(engine, 'Ready')).toBe('True Ready');
    expect(revisions(engine)).toBe('2 3!');
    expect(await isQuiet(engine)).toBe(true);
  });

  test('the same template again is refused, another one is not', async () => {
    const engine = await failing();
    await engine.settle();
    await engine.write(pool('two', { ...tooBig, spec: automatic, replicas: 4 }));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(condition(engine)).toBe('False RevisionRefused');
    expect(builds(engine)).toBe('one one one one');
    expect(await isQuiet(engine)).toBe(true);
    await engine.write(pool('three', { spec: automatic }));
    await engine.settle();
    expect(builds(engine)).toBe('three three three');
    expect(condition(engine)).toBe('False Complete');
    expect(condition(engine, 'RolledBack')).toBe('False Superseded');
  });

  test('nothing was ever complete · says so and stays', async () => {
    const engine = await engineWith(pool('one', { ...tooBig, spec: automatic }));
    await engine.advance(700_000);
    const web = engine.get('VirtualMachinePool', 'web');
    expect(condition(engine)).toBe('False ProgressDeadlineExceeded');
    expect(web.status?.conditions?.find(({ type }) => type === 'Progressing')?.message).toContain(
      'no complete revision',
    );
    expect(await isQuiet(engine)).toBe(true);
  });
});

test('so many templates are kept as the pool says; none of a pool that is gone', async () => {
  const engine = await engineWith(pool('one'));
  for (const build of ['two', 'three', 'four']) {
    await engine.write(pool(build, { spec: 'revisionHistoryLimit: 2' }));
    await engine.settle();
  }
  expect(revisions(engine)).toBe('2! 3! 4!');
  expect(await engine.store.listPrivate('rollout/')).toHaveLength(1);
  await engine.delete('VirtualMachinePool', 'web');
  await engine.settle();
  expect(await engine.store.listPrivate('rollout/')).toEqual([]);
});

describe('another count in mid-update', () => {
  /** A quarter may be too many, a quarter may be missing. */
  function sized(build: string, replicas: number, more: { cpu?: number } = {}): string {
    return pool(build, { replicas, ...more }).replace(
      'maxSurge: 1, maxUnavailable: 0',
      'maxSurge: 25%, maxUnavailable: 25%',
    );
  }

  function counts(engine: TestEngine): string {
    const made = builds(engine).split(' ');
    return ['one', 'two'].map((build) => made.filter((one) => one === build).length).join('+');
  }

  test('each revision takes its share, so that an update that is stuck does not get all', async () => {
    const engine = await engineWith(xenHost('h3'), xenHost('h4'), sized('one', 10));
    await engine.write(sized('two', 10, tooBig));
    await engine.settle();
    expect(counts(engine)).toBe('8+5');
    await engine.write(sized('two', 20, tooBig));
    await engine.settle();
    // From 13 to 25, the surge included: 8 and 5 become 15.4 and 9.6.
    expect(counts(engine)).toBe('15+10');
    expect(engine.get('VirtualMachinePool', 'web').status?.readyReplicas).toBe(15);
    expect(engine.list('Event').map(({ message }) => message)).toContain(
      '12 VMs in mid-update: each revision by its share',
    );
    await engine.write(sized('two', 8, tooBig));
    await engine.settle();
    // At least 6 stay available.
    expect(counts(engine)).toBe('6+4');
    expect(await isQuiet(engine)).toBe(true);
    await engine.write(sized('three', 8));
    await engine.settle();
    expect(builds(engine)).toBe(Array(8).fill('three').join(' '));
  });

  test('a running update comes to its end with another count', async () => {
    const engine = await engineWith(xenHost('h3'), sized('one', 4));
    await engine.write(sized('two', 4));
    await engine.advance(5_000);
    await engine.write(sized('two', 12));
    await engine.advance(1_000);
    expect(counts(engine).split('+').map(Number)[0]).toBeGreaterThan(4);
    await engine.settle();
    expect(counts(engine)).toBe('0+12');
    expect(condition(engine, 'Ready')).toBe('True Ready');
  });
});

describe('the rules that an update keeps', () => {
  const zoned = (zone: string, name: string): string =>
    xenHost(name).replace('metadata: {', `metadata: {labels: {topology.vctl.dev/zone: ${zone}}, `);
  const spread = (os: string): string => `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: 4
  strategy: {maxSurge: 50%, maxUnavailable: 0}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      guest: {os: ${os}, paravirtualized: true}
      resources: {cpu: 1, memory: 1Gi}
      placement: {topologySpread: [{topologyKey: topology.vctl.dev/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule, selector: {matchLabels: {app: web}}}]}`;

  test('a hard spread over zones holds among the new VMs once the old ones are gone', async () => {
    const engine = new TestEngine();
    const hosts = [zoned('a', 'a1'), zoned('a', 'a2'), zoned('b', 'b1'), zoned('b', 'b2')];
    await engine.write([someHypervisors, ...hosts, spread('debian-12')].join('\n---\n'));
    await engine.settle();
    await engine.write(spread('debian-13'));
    await engine.settle();
    const zones = engine.list('VirtualMachine').map(({ status }) => status?.host?.slice(0, 1));
    expect(zones.sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  test.each([
    [15, 11, 7],
    [13, 10, 6],
    // 5 and 3 by their shares; then the update goes on, as 2 of the old may be missing.
    [5, 3, 5],
  ])('scaled to %i while it is stuck · %i old and %i new', async (replicas, old, next) => {
    const engine = new TestEngine();
    const big = (name: string): string =>
      xenHost(name).replace('cpu: 8, memory: 32Gi', 'cpu: 64, memory: 256Gi');
    const strategy = (text: string): string =>
      text.replace('maxSurge: 1, maxUnavailable: 0', 'maxSurge: 3, maxUnavailable: 2');
    const stuck = (count: number): string =>
      strategy(pool('two', { replicas: count })).replace(
        'guest:',
        'placement: {hostSelector: {none: such}}, guest:',
      );
    await engine.write(
      [someHypervisors, big('h1'), big('h2'), strategy(pool('one', { replicas: 10 }))].join('\n---\n'),
    );
    await engine.settle();
    await engine.write(stuck(10));
    await engine.settle();
    expect(
      builds(engine)
        .split(' ')
        .filter((build) => build === 'one'),
    ).toHaveLength(8);
    await engine.write(stuck(replicas));
    await engine.settle();
    const counts = ['one', 'two'].map(
      (build) =>
        builds(engine)
          .split(' ')
          .filter((one) => one === build).length,
    );
    expect(counts).toEqual([old, next]);
    expect(await isQuiet(engine)).toBe(true);
  });

  test('minReadySeconds · the next old VM goes only when its successor has been ready for so long', async () => {
    const engine = await engineWith(pool('one', { spec: 'minReadySeconds: 120' }));
    const startedMs = engine.world.nowMs;
    await engine.write(pool('two', { spec: 'minReadySeconds: 120' }));
    await engine.advance(90_000);
    expect(builds(engine)).toBe('one one one two');
    const { status } = engine.get('VirtualMachinePool', 'web');
    expect(status).toMatchObject({ readyReplicas: 4, availableReplicas: 3 });
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(builds(engine)).toBe('two two two');
    expect(condition(engine)).toBe('False Complete');
    expect(engine.world.nowMs - startedMs).toBeGreaterThan(3 * 120_000);
    expect(engine.get('VirtualMachinePool', 'web').status).toMatchObject({ availableReplicas: 3 });
  });
});
