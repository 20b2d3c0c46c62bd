import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

/** A guest that takes so much of the 31.5 GiB of a host. */
const guest = (name: string, memory: number, priority = 0, more = '', labels = ''): string =>
  vm(name, `priority: ${priority}${more}`, labels).replace('memory: 2Gi', `memory: ${memory}Gi`);

async function settled(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, ...documents].join('\n---\n'));
  await engine.settle();
  return engine;
}

async function expectRest(engine: TestEngine): Promise<void> {
  const { writes } = engine.manager.counts;
  await engine.settle();
  await engine.manager.start();
  await engine.settle();
  expect(engine.manager.counts.writes).toBe(writes);
}

/** Where each VM is: `a@h1`, or `a:Pending`. */
function places(engine: TestEngine): string {
  return engine
    .list('VirtualMachine')
    .map(
      ({ metadata, status }) => `${metadata.name}${status?.host ? `@${status.host}` : `:${status?.phase}`}`,
    )
    .join(' ');
}

function eventsOf(engine: TestEngine, name: string): string[] {
  return engine
    .list('Event')
    .filter((event) => event.involvedObject?.name === name)
    .map((event) => `${event.reason}: ${event.message}`);
}

describe('a VM of higher priority that finds no host', () => {
  test('takes the place of a lower one, which says by whom it was preempted', async () => {
    const engine = await settled(xenHost('h1'), guest('low', 20));
    await engine.write(guest('high', 20, 10));
    expect(await engine.settle()).toEqual({ type: 'settled' });
    expect(places(engine)).toBe('high@h1 low:Pending');
    const message = 'default/high of priority 10 takes its place on h1';
    const low = engine.get('VirtualMachine', 'low');
    expect(low.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Preempted', status: 'True', message }),
    );
    expect(low.status?.preemptedBy).toBeUndefined();
    expect(eventsOf(engine, 'low')).toContain(`Preempted: ${message}`);
    expect(eventsOf(engine, 'high')).toContain('Preempting: on h1, default/low make room for it');
    const high = engine.get('VirtualMachine', 'high');
    expect(high.status?.phase).toBe('Running');
    expect(high.status?.nominatedHost).toBeUndefined();
    expect(engine.get('Host', 'h1').status?.allocated).toEqual({ cpu: '1', memory: '20512Mi' });
    await expectRest(engine);
  });

  test('the victim comes back where there is room', async () => {
    const engine = await settled(xenHost('h1'), guest('low', 20));
    await engine.write(guest('high', 20, 10));
    await engine.settle();
    await engine.write(xenHost('h2'));
    await engine.settle();
    expect(places(engine)).toBe('high@h1 low@h2');
    expect(engine.condition(engine.get('VirtualMachine', 'low'), 'Preempted')).toBe('False PlacedAgain');
    await expectRest(engine);
  });

  test('nobody of lower or equal priority takes the room meanwhile', async () => {
    const engine = await settled(xenHost('h1'), guest('low', 20));
    await engine.write(guest('high', 20, 10));
    await engine.advance(1);
    expect(engine.get('VirtualMachine', 'high').status?.nominatedHost).toBe('h1');
    expect(engine.condition(engine.get('VirtualMachine', 'high'), 'Scheduled')).toBe('False Preempting');
    await engine.write([guest('equal', 20, 10), guest('small', 14)].join('\n---\n'));
    await engine.settle();
    expect(places(engine)).toBe('equal:Pending high@h1 low:Pending small:Pending');
    await expectRest(engine);
  });

  test('a still higher one takes the room that was kept, and the victims go for it', async () => {
    const engine = await settled(xenHost('h1'), guest('low', 20));
    await engine.write(guest('mid', 20, 10));
    await engine.advance(1);
    await engine.write(guest('top', 20, 20));
    await engine.settle();
    expect(places(engine)).toBe('low:Pending mid:Pending top@h1');
    expect(engine.get('VirtualMachine', 'mid').status?.nominatedHost).toBeUndefined();
    await expectRest(engine);
  });

  test.each([
    ['an equal one', guest('low', 20, 10), guest('high', 20, 10)],
    ['when it never preempts', guest('low', 20), guest('high', 20, 10, ', preemption: Never')],
    ['when that would not help', guest('low', 20), guest('high', 40, 10)],
    [
      'when the host is not for it',
      guest('low', 20),
      guest('high', 20, 10, ', placement: {hostSelector: {a: b}}'),
    ],
  ])('evicts nobody: %s; and does not churn', async (_name, low, high) => {
    const engine = await settled(xenHost('h1'), low);
    await engine.write(high);
    await engine.settle();
    expect(places(engine)).toBe('high:Pending low@h1');
    expect(engine.condition(engine.get('VirtualMachine', 'high'), 'Scheduled')).toBe('False Unschedulable');
    expect(engine.get('VirtualMachine', 'low').status?.restarts).toBe(0);
    // What is measured first becomes known.
    await engine.advance(60_000);
    const { writes } = engine.manager.counts;
    await engine.advance(1_800_000);
    expect(engine.manager.counts.writes).toBe(writes);
    await expectRest(engine);
  });

  test('waits for hosts that power on rather than evict', async () => {
    const engine = await settled(xenHost('h1'), guest('low', 20));
    await engine.write([xenHost('h2'), guest('high', 20, 10)].join('\n---\n'));
    await engine.settle();
    expect(places(engine)).toBe('high@h2 low@h1');
  });

  test('two of them, each its own victim', async () => {
    const engine = await settled(xenHost('h1'), guest('a', 14), guest('b', 14));
    await engine.write([guest('x', 14, 5), guest('y', 14, 5)].join('\n---\n'));
    await engine.settle();
    expect(places(engine)).toBe('a:Pending b:Pending x@h1 y@h1');
    await expectRest(engine);
  });

  test('room that comes free by a deletion is room enough', async () => {
    const engine = await settled(xenHost('h1'), guest('a', 14), guest('b', 14));
    await engine.delete('VirtualMachine', 'a');
    await engine.write(guest('x', 14, 5));
    await engine.settle();
    expect(places(engine)).toBe('b@h1 x@h1');
    expect(engine.get('VirtualMachine', 'b').status?.restarts).toBe(0);
  });

  test('disruption budgets are spared, choice after choice', async () => {
    const budget = `kind: DisruptionBudget\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, maxUnavailable: 1}`;
    const web = (name: string): string => guest(name, 14, 0, '', 'app: web');
    const engine = await settled(
      ...[xenHost('h1'), budget, web('a'), web('b')],
      ...[xenHost('h2'), guest('c', 14, 1, ', preemption: Never'), guest('d', 14, 1, ', preemption: Never')],
    );
    // One of priority 0 may go; for the second, going beyond the budget weighs more than a lower priority.
    await engine.write([guest('x', 14, 5), guest('y', 14, 5)].join('\n---\n'));
    await engine.settle();
    const pending = engine.list('VirtualMachine').filter(({ status }) => status?.host === undefined);
    expect(pending.map(({ metadata }) => metadata.labels?.['app'] ?? 'none').sort()).toEqual(['none', 'web']);
    expect(engine.get('DisruptionBudget', 'web').status?.currentHealthy).toBe(1);
  });
});

describe('while the victim drains', () => {
  const balancer = `kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, serviceTime: 8ms, drain: 5m}`;

  async function draining(): Promise<TestEngine> {
    const engine = await settled(xenHost('h1'), balancer, guest('low', 20, 0, '', 'app: web'));
    await engine.write(guest('high', 20, 10));
    await engine.advance(60_000);
    return engine;
  }

  test('it finishes its requests first', async () => {
    const engine = await draining();
    expect(places(engine)).toBe('high:Pending low@h1');
    expect(engine.condition(engine.get('VirtualMachine', 'low'), 'Ready')).toBe('False Draining');
    await engine.settle();
    expect(places(engine)).toBe('high@h1 low:Pending');
  });

  test.each([
    ['goes', (engine: TestEngine) => engine.delete('VirtualMachine', 'high')],
    ['is to be off', (engine: TestEngine) => engine.write(guest('high', 20, 10, ', runPolicy: Halted'))],
    ['gets another host', (engine: TestEngine) => engine.write(xenHost('h2'))],
    ['grows too large', (engine: TestEngine) => engine.write(guest('high', 60, 10))],
  ])('it stays after all when the other one %s', async (_name, change) => {
    const engine = await draining();
    await change(engine);
    await engine.settle();
    const low = engine.get('VirtualMachine', 'low');
    expect(low.status).toMatchObject({ host: 'h1', phase: 'Running', restarts: 0 });
    expect(low.status?.preemptedBy).toBeUndefined();
    expect(engine.condition(low, 'Ready')).toBe('True Running');
    expect(engine.condition(low, 'Preempted')).toBe('False Spared');
    await expectRest(engine);
  });

  test('another process goes on with it', async () => {
    const engine = (await draining()).reopen();
    await engine.settle();
    expect(places(engine)).toBe('high@h1 low:Pending');
    await expectRest(engine);
  });
});
