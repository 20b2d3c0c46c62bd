import { expect, test } from 'vitest';
import { controller } from '../../src/engine/controller.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { someHypervisors, TestEngine, vm, xenHost } from '../support/engine.ts';

/** A controller that never has enough: each look changes the object, which asks for another. */
const fighting = controller<'Application'>({
  kind: 'Application',
  reconcile(app, turn) {
    const count = Number(app.metadata.annotations?.['count'] ?? 0) + 1;
    turn.update({ ...app, metadata: { ...app.metadata, annotations: { count: String(count) } } });
    return {};
  },
});

const application = `kind: Application
metadata: {name: crm}
spec: {build: b, tiers: [{name: web, replicas: 1, vm: {guest: {os: debian-12}, resources: {cpu: 1, memory: 1Gi}}}]}`;

async function engineWith(): Promise<TestEngine> {
  const engine = new TestEngine(1, undefined, createMemoryStore({ seed: 1 }), { Application: fighting });
  await engine.write([someHypervisors, application, xenHost('h1'), vm('web')].join('\n---\n'));
  return engine;
}

test('an object that never comes to rest is given up, says so, and the rest of the world goes on', async () => {
  const engine = await engineWith();
  const outcome = await engine.settle();
  expect(outcome).toMatchObject({ type: 'stuck' });
  expect('waitingFor' in outcome ? outcome.waitingFor.join() : '').toMatch(/^Application\/default\/crm /);
  expect(engine.get('VirtualMachine', 'web').status?.phase).toBe('Running');
  expect(engine.condition(engine.get('Application', 'crm'), 'Ready')).toBe('False ReconcileFailed');
});

test('so does the next one, and so does time; the object can be deleted', async () => {
  const engine = await engineWith();
  await engine.settle();
  await engine.write(vm('late'));
  await engine.settle();
  expect(engine.get('VirtualMachine', 'late').status?.phase).toBe('Running');
  await engine.delete('Application', 'crm');
  expect(await engine.settle()).toEqual({ type: 'settled' });
});
