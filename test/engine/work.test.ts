/** How much work is done, counted: what costs time with thousands of objects shows with dozens. */
import { expect, test } from 'vitest';
import { someHypervisors, TestEngine, vm, xenHost } from '../support/engine.ts';

async function fleet(machines: number): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write(someHypervisors);
  for (let i = 0; i < machines / 5; i++) await engine.write(xenHost(`h${i}`));
  for (let i = 0; i < machines; i++) await engine.write(vm(`vm-${i}`));
  await engine.settle();
  return engine;
}

test('a VM runs after seven looks at it and its share of those at its host', async () => {
  const engine = await fleet(50);
  expect(engine.list('VirtualMachine').every(({ status }) => status?.phase === 'Running')).toBe(true);
  expect(engine.manager.counts.looks / 50).toBeLessThan(9);
});

test.each([10, 60])(
  'a change of one VM among %i costs looks and comparisons for that one alone',
  async (n) => {
    const engine = await fleet(n);
    // What the end of the first run has written is compared once more at the end of the second.
    await engine.advance(60_000);
    await engine.advance(60_000);
    const before = engine.manager.counts;
    await engine.write(vm('vm-7', 'runPolicy: Halted'));
    await engine.settle();
    const after = engine.manager.counts;
    expect(engine.get('VirtualMachine', 'vm-7').status?.phase).toBe('Stopped');
    expect(after.looks - before.looks).toBeLessThan(12);
    expect(after.comparisons - before.comparisons).toBeLessThan(6);
  },
);

test('VMs that are first sampled after a run show it after the next, though nothing else has changed', async () => {
  const engine = await fleet(5);
  const unmeasured = (): number =>
    engine.list('VirtualMachine').filter(({ status }) => status?.utilization === undefined).length;
  expect(unmeasured()).toBeGreaterThan(0);
  await engine.advance(60_000);
  expect(unmeasured()).toBe(0);
});
