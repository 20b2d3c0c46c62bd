import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

function pool(name: string, replicas: number, os = 'debian-12'): string {
  return `kind: VirtualMachinePool
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {guest: {os: ${os}, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}
  strategy: {maxSurge: 1, maxUnavailable: 0}`;
}

function quota(cpu: number): string {
  return `kind: ResourceQuota\nmetadata: {name: team}\nspec: {hard: {requests.cpu: ${cpu}, count/virtualmachinepools.vctl.dev: 9}}`;
}

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), ...documents].join('\n---\n'));
  await engine.settle();
  return engine;
}

async function expectStill(engine: TestEngine): Promise<void> {
  const revision = await engine.store.revision();
  await engine.settle();
  expect(await engine.store.revision()).toBe(revision);
}

const webOf = (engine: TestEngine) => engine.get('VirtualMachinePool', 'web');

test('the status tells what is there of each limit', async () => {
  const engine = await engineWith(quota(4), pool('web', 2), vm('x'));
  const found = engine.get('ResourceQuota', 'team');
  expect(found.status).toMatchObject({
    hard: { 'requests.cpu': 4 },
    used: { 'requests.cpu': '3', 'count/virtualmachinepools.vctl.dev': '1' },
  });
  expect(engine.condition(found, 'Ready')).toBe('True WithinLimits');
  await expectStill(engine);
  await engine.delete('VirtualMachine', 'x');
  await engine.settle();
  expect(engine.get('ResourceQuota', 'team').status?.used?.['requests.cpu']).toBe('2');
});

test('a pool makes as many VMs as the quota allows, says why no more, and goes on once there is room', async () => {
  const engine = await engineWith(quota(4), pool('web', 5), vm('x'));
  expect(engine.list('VirtualMachine')).toHaveLength(4);
  expect(webOf(engine).status).toMatchObject({ replicas: 3, readyReplicas: 3 });
  expect(engine.condition(webOf(engine), 'ReplicaFailure')).toBe('True QuotaExceeded');
  expect(engine.condition(webOf(engine), 'Ready')).toBe('False QuotaExceeded');
  expect(engine.condition(engine.get('ResourceQuota', 'team'), 'Ready')).toBe('True Exhausted');
  const events = engine.list('Event').filter(({ reason }) => reason === 'FailedCreate');
  expect(events.map(({ message, count }) => `${count} ${message}`)).toEqual([
    '1 exceeded quota: team, requested: requests.cpu=1, used: requests.cpu=4, limited: requests.cpu=4',
  ]);
  await expectStill(engine);

  await engine.delete('VirtualMachine', 'x');
  await engine.settle();
  expect(webOf(engine).status).toMatchObject({ replicas: 4, readyReplicas: 4 });
  expect(engine.condition(webOf(engine), 'ReplicaFailure')).toBe('True QuotaExceeded');

  await engine.write(quota(9));
  await engine.settle();
  expect(webOf(engine).status).toMatchObject({ replicas: 5, readyReplicas: 5 });
  expect(engine.condition(webOf(engine), 'ReplicaFailure')).toBe('False WithinQuota');
  expect(engine.condition(webOf(engine), 'Ready')).toBe('True Ready');
  await expectStill(engine);
});

test('what is there stays when the limit falls below it', async () => {
  const engine = await engineWith(pool('web', 4));
  await engine.write(quota(2));
  await engine.settle();
  expect(webOf(engine).status).toMatchObject({ replicas: 4, readyReplicas: 4 });
  expect(engine.condition(engine.get('ResourceQuota', 'team'), 'Ready')).toBe('True Exceeded');
  expect(engine.condition(webOf(engine), 'ReplicaFailure')).toBe('absent');
  await expectStill(engine);
});

test('an update without room for its surge waits, and says so', async () => {
  const engine = await engineWith(quota(2), pool('web', 2));
  await engine.write(pool('web', 2, 'debian-13'));
  await engine.settle();
  expect(webOf(engine).status).toMatchObject({ replicas: 2, readyReplicas: 2, updatedReplicas: 0 });
  expect(engine.condition(webOf(engine), 'ReplicaFailure')).toBe('True QuotaExceeded');
  await engine.write(quota(3));
  await engine.settle();
  expect(webOf(engine).status).toMatchObject({ replicas: 2, updatedReplicas: 2 });
  expect(engine.condition(webOf(engine), 'ReplicaFailure')).toBe('False WithinQuota');
});
