import { describe, expect, test } from 'vitest';
import { fromTimestamp, toTimestamp } from '../../../src/base/clock.ts';
import { annotations } from '../../../src/model/annotations.ts';
import { type Event } from '../../../src/model/kinds/index.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const minute = 60_000;
const hour = 60 * minute;

const policy = (spec = '', name = 'even'): string =>
  `kind: RebalancePolicy\nmetadata: {name: ${name}}\nspec: {${spec}}`;
const guests = (count: number, spec = ''): string[] =>
  Array.from({ length: count }, (_, i) =>
    vm(`v${i}`, `placement: {hostSelector: {rack: r}}${spec}`).replace('memory: 2Gi', 'memory: 4Gi'),
  );
const host = (name: string): string =>
  xenHost(name).replace(`name: ${name}`, `name: ${name}, labels: {rack: r}`);

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  return engine;
}

/** VMs by host, as `a 4, b 4`. */
function spreadOf(engine: TestEngine): string {
  const counts = new Map<string, number>();
  for (const { status } of engine.list('VirtualMachine')) {
    counts.set(status?.host ?? 'none', (counts.get(status?.host ?? 'none') ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function eventsOf(engine: TestEngine, reason: string): readonly Event[] {
  return engine.list('Event').filter((event) => event.reason === reason);
}

/** Eight VMs on two of three hosts: the third has crashed and come back. */
async function afterCrash(...documents: string[]): Promise<TestEngine> {
  const engine = await engineWith(host('a'), host('b'), host('c'), ...guests(12), ...documents);
  await engine.settle();
  expect(spreadOf(engine)).toBe('a 4, b 4, c 4');
  engine.world.inject({
    hostUid: engine.get('Host', 'c').metadata.uid ?? '',
    type: 'Crash',
    forMs: 10 * minute,
  });
  await engine.advance(5 * minute);
  expect(spreadOf(engine)).toBe('a 6, b 6');
  return engine;
}

describe('a fleet after a host came back', () => {
  test('without a policy nothing moves by itself', async () => {
    const engine = await afterCrash();
    await engine.advance(4 * hour);
    expect(spreadOf(engine)).toBe('a 6, b 6');
  });

  test('is balanced within the churn budget, and then stays still for a day', async () => {
    const engine = await afterCrash(policy('maxMovesPerHour: 2'));
    await engine.advance(4 * hour);
    expect(spreadOf(engine)).toBe('a 4, b 4, c 4');
    const moved = eventsOf(engine, 'Moving').map(({ firstTimestamp = '' }) => fromTimestamp(firstTimestamp));
    expect(moved.length).toBe(4);
    for (const end of moved) {
      expect(moved.filter((at) => at <= end && at > end - hour).length).toBeLessThanOrEqual(2);
    }
    expect(eventsOf(engine, 'Moving')[0]?.message).toMatch(
      /^vm\/default\/v[0-9]+ [ab] → c: gains 0\.[0-9]+ host-hours, costs [0-9.e-]+$/,
    );
    const restarts = engine.list('VirtualMachine').map(({ status }) => status?.restarts ?? 0);
    const even = engine.get('RebalancePolicy', 'even');
    expect(even.status).toMatchObject({ hosts: 3, imbalance: 0, movesLastHour: 0, moves: [] });
    expect(even.status?.plan?.length).toBe(2);
    expect(engine.condition(even, 'Rebalancing')).toBe('False Balanced');
    const revision = await engine.store.revision();
    await engine.advance(24 * hour);
    expect(eventsOf(engine, 'Moving').length).toBe(4);
    expect(eventsOf(engine, 'Migrated').length).toBe(4);
    expect(engine.list('VirtualMachine').map(({ status }) => status?.restarts ?? 0)).toEqual(restarts);
    // Looking for a day has written nothing either, but for the world's own time.
    expect((await engine.store.revision()) - revision).toBeLessThanOrEqual(1);
    expect(engine.get('RebalancePolicy', 'even').metadata.resourceVersion).toBe(
      even.metadata.resourceVersion,
    );
  });

  test('dryRun · the plan is shown and nothing moves', async () => {
    const engine = await afterCrash(policy('dryRun: true'));
    await engine.advance(2 * hour);
    expect(spreadOf(engine)).toBe('a 6, b 6');
    const { status, ...even } = engine.get('RebalancePolicy', 'even');
    expect(engine.condition({ ...even, status }, 'Rebalancing')).toBe('False DryRun');
    expect(status?.plan?.map(({ to }) => to)).toEqual(['c', 'c', 'c', 'c']);
    expect(status).toMatchObject({ movesLastHour: 0, moves: [] });
  });

  test('suspend · nothing is planned', async () => {
    const engine = await afterCrash(policy('suspend: true'));
    await engine.advance(2 * hour);
    expect(spreadOf(engine)).toBe('a 6, b 6');
    expect(engine.condition(engine.get('RebalancePolicy', 'even'), 'Rebalancing')).toBe('False Suspended');
  });

  test('a VM that waits for a host · capacity is needed, so nothing moves', async () => {
    const first = await afterCrash();
    await first.write([vm('huge', 'placement: {hostSelector: {rack: none}}'), policy()].join('\n---\n'));
    const engine = first.reopen();
    await engine.advance(2 * hour);
    expect(spreadOf(engine)).toBe('a 6, b 6, none 1');
    expect(engine.condition(engine.get('RebalancePolicy', 'even'), 'Rebalancing')).toBe(
      'False MachinesWaiting',
    );
    await engine.delete('VirtualMachine', 'huge');
    const other = engine.reopen();
    await other.advance(hour);
    expect(spreadOf(other)).toBe('a 4, b 4, c 4');
  });
});

describe('rebalancing', () => {
  test('Consolidate · the emptiest host is freed and stays on', async () => {
    const engine = await engineWith(host('a'), host('b'), ...guests(4), policy('strategy: Consolidate'));
    await engine.settle();
    await engine.advance(hour);
    expect(spreadOf(engine)).toMatch(/^[ab] 4$/);
    expect(engine.list('Host').map(({ status }) => status?.phase)).toEqual(['Ready', 'Ready']);
    await engine.advance(24 * hour);
    expect(eventsOf(engine, 'Moving').length).toBe(2);
  });

  test('Consolidate · VMs of a pool, whose spread nobody asked for, end on one host', async () => {
    const pool = `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 4Gi}}`;
    const packing = policy('strategy: Consolidate, maxMovesPerHour: 9');
    const engine = await engineWith(host('a'), host('b'), host('c'), pool, packing);
    await engine.settle();
    await engine.advance(2 * hour);
    expect(spreadOf(engine)).toMatch(/^[abc] 5$/);
    const { length } = eventsOf(engine, 'Moving');
    await engine.advance(24 * hour);
    expect(eventsOf(engine, 'Moving').length).toBe(length);
  });

  test('two policies for one host · the younger does nothing and says so', async () => {
    const engine = await engineWith(host('a'), host('b'), ...guests(2), policy());
    await engine.settle();
    await engine.write(policy('strategy: Consolidate', 'packed'));
    const next = engine.reopen();
    await next.advance(2 * hour);
    expect(next.condition(next.get('RebalancePolicy', 'packed'), 'Ready')).toBe('False HostConflict');
    expect(next.condition(next.get('RebalancePolicy', 'even'), 'Ready')).toBe('True Watching');
    expect(spreadOf(next)).toBe('a 1, b 1');
    await next.delete('RebalancePolicy', 'even');
    const last = next.reopen();
    await last.advance(hour);
    expect(last.condition(last.get('RebalancePolicy', 'packed'), 'Ready')).toBe('True Watching');
  });

  test('a move that could not begin is cancelled at the next look', async () => {
    const engine = await engineWith(
      host('a'),
      xenHost('shut', 'unschedulable: true'),
      ...guests(1),
      policy(),
    );
    await engine.settle();
    const guest = engine.get('VirtualMachine', 'v0');
    const asked = { [annotations.moveFrom]: 'a', [annotations.moveTo]: 'shut' };
    const move = { vm: 'default/v0', from: 'a', to: 'shut', time: toTimestamp(engine.world.nowMs) };
    const even = engine.get('RebalancePolicy', 'even');
    await engine.store.commit({
      writes: [
        { type: 'put', object: { ...guest, metadata: { ...guest.metadata, annotations: asked } } },
        { type: 'put', object: { ...even, status: { ...even.status, moves: [move] } } },
      ],
      expectedRevision: await engine.store.revision(),
      nowMs: engine.world.nowMs,
    });
    const next = engine.reopen();
    await next.advance(10 * minute);
    expect(next.get('VirtualMachine', 'v0').metadata.annotations ?? {}).toEqual({});
    expect(next.get('VirtualMachine', 'v0').status?.host).toBe('a');
    expect(eventsOf(next, 'MoveCancelled').length).toBe(1);
  });
});
