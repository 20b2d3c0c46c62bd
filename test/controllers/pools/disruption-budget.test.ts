import { describe, expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const pool = (replicas: number, cpu = 1) => `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: ${cpu}, memory: 1Gi}}}`;

const budget = (rule: string, selector = '{matchLabels: {app: web}}') =>
  `kind: DisruptionBudget\nmetadata: {name: web}\nspec: {selector: ${selector}, ${rule}}`;

async function settled(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), ...documents].join('\n---\n'));
  expect(await engine.settle()).toEqual({ type: 'settled' });
  return engine;
}

function figures(engine: TestEngine): (number | undefined)[] {
  const { status } = engine.get('DisruptionBudget', 'web');
  return [status?.expected, status?.currentHealthy, status?.desiredHealthy, status?.disruptionsAllowed];
}

describe('a budget', () => {
  test.each([
    ['at least two of five', 'minAvailable: 2', [5, 5, 2, 3]],
    ['half of five, rounded up', 'minAvailable: 50%', [5, 5, 3, 2]],
    ['one of five may go', 'maxUnavailable: 1', [5, 5, 4, 1]],
    ['a quarter of five, rounded up', 'maxUnavailable: 25%', [5, 5, 3, 2]],
    ['all must stay', 'minAvailable: 100%', [5, 5, 5, 0]],
  ])('%s', async (_name, rule, expected) => {
    const engine = await settled(pool(5), budget(rule));
    expect(figures(engine)).toEqual(expected);
    expect(engine.condition(engine.get('DisruptionBudget', 'web'), 'Ready')).toBe('True Kept');
  });

  test('expects what a pool should have, not what is there', async () => {
    const engine = await settled(pool(3, 20), budget('maxUnavailable: 2'));
    await engine.write(pool(5, 20));
    await engine.settle();
    expect(figures(engine)).toEqual([5, 2, 3, 0]);
    expect(engine.condition(engine.get('DisruptionBudget', 'web'), 'Ready')).toBe('False NotKept');
    expect(engine.condition(engine.get('DisruptionBudget', 'web'), 'DisruptionAllowed')).toBe(
      'False InsufficientMachines',
    );
  });

  test('neither surplus VMs nor several revisions of a pool raise what is expected', async () => {
    const engine = await settled(pool(8), budget('maxUnavailable: 1'));
    await engine.write(pool(8, 64).replace('debian-12', 'debian-13'));
    await engine.settle();
    expect(engine.list('VirtualMachine')).toHaveLength(10);
    expect(figures(engine)).toEqual([8, 6, 7, 0]);
  });

  test('counts VMs without a pool one by one, and the pool’s beside them', async () => {
    const engine = await settled(
      pool(2),
      vm('a', '', 'app: db'),
      vm('b', '', 'app: db'),
      vm('c', '', 'app: other'),
      budget('maxUnavailable: 1', '{matchExpressions: [{key: app, operator: In, values: [web, db]}]}'),
    );
    expect(figures(engine)).toEqual([4, 4, 3, 1]);
    await engine.delete('VirtualMachine', 'a');
    await engine.settle();
    expect(figures(engine)).toEqual([3, 3, 2, 1]);
  });

  test('follows a VM that goes down', async () => {
    const engine = await settled(vm('a', '', 'app: web'), vm('b', '', 'app: web'), budget('minAvailable: 1'));
    expect(figures(engine)).toEqual([2, 2, 1, 1]);
    await engine.write(vm('a', 'runPolicy: Halted', 'app: web'));
    await engine.settle();
    expect(figures(engine)).toEqual([2, 1, 1, 0]);
  });

  test('over nothing', async () => {
    const engine = await settled(budget('minAvailable: 2'));
    expect(figures(engine)).toEqual([0, 0, 2, 0]);
    expect(engine.condition(engine.get('DisruptionBudget', 'web'), 'Ready')).toBe('True NoMachines');
  });

  test('a second run writes nothing', async () => {
    const engine = await settled(pool(3), budget('minAvailable: 2'));
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
  });
});
