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
