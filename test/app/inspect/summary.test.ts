import { expect, test } from 'vitest';
import { summarize } from '../../../src/app/inspect/summary.ts';
import { healthOf } from '../../../src/app/sync/health.ts';
import { type KubeObject } from '../../../src/model/object.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const pool = (cpu: number): string => `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: ${cpu}, memory: 1Gi}}}`;
const single = (cpu: number): string => vm('lone').replace('cpu: 1', `cpu: ${cpu}`);

/** What wants attention, and the health of all that was applied. */
function told(engine: TestEngine): { attention: string[]; health: string[] } {
  const objects: KubeObject[] = [...engine.list('VirtualMachinePool'), engine.get('VirtualMachine', 'lone')];
  return {
    attention: summarize(engine.manager.cache).problems.map(({ object, reason }) =>
      `${object} ${reason}`.replace(/web-[a-z0-9]+/, 'web-x'),
    ),
    health: objects.map((object) => healthOf(object, false).health),
  };
}

test('a resize for which there is no room wants attention until it is taken back', async () => {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), pool(1), single(1)].join('\n---\n'));
  await engine.settle();
  expect(told(engine)).toEqual({ attention: [], health: ['Healthy', 'Healthy'] });
  await engine.write([pool(99), single(99)].join('\n---\n'));
  await engine.settle();
  expect(told(engine)).toEqual({
    attention: [
      'vm/default/lone NoHeadroom',
      'vm/default/web-x NoHeadroom',
      'vm/default/web-x NoHeadroom',
      'vmp/default/web ResizeRefused',
    ],
    health: ['Degraded', 'Degraded'],
  });
  expect(engine.condition(engine.get('VirtualMachinePool', 'web'), 'Ready')).toBe('True Ready');
  await engine.write([pool(1), single(2)].join('\n---\n'));
  await engine.settle();
  expect(told(engine)).toEqual({ attention: [], health: ['Healthy', 'Healthy'] });
});

test('what is ready and yet not as it is to be wants attention, and is told of by a Sync', async () => {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), pool(1), single(1)].join('\n---\n'));
  await engine.settle();
  await engine.write(pool(1).replace('replicas: 2', 'replicas: 2\n  paused: true'));
  await engine.settle();
  expect(told(engine)).toEqual({ attention: ['vmp/default/web Paused'], health: ['Suspended', 'Healthy'] });
  await engine.write([pool(1), xenHost('h1').replace(/memory: [0-9]+Gi/, 'memory: 3Gi')].join('\n---\n'));
  await engine.settle();
  expect(told(engine).attention).toEqual(['ho/h1 OverAllocated']);
  expect(healthOf(engine.get('Host', 'h1'), false).health).toBe('Degraded');
});

test('what the controllers could not bring about is told apart from what waits for somebody', async () => {
  const engine = new TestEngine();
  const traffic =
    'kind: Traffic\nmetadata: {name: day}\nspec: {to: {kind: LoadBalancer, name: none}, pattern: {constant: 1}}';
  await engine.write([someHypervisors, xenHost('h1'), pool(999), traffic].join('\n---\n'));
  await engine.settle();
  const { problems } = summarize(engine.manager.cache);
  const failures = problems.filter(({ isFailure }) => isFailure);
  expect(new Set(failures.map(({ reason }) => reason))).toEqual(
    new Set(['Unschedulable', 'MachinesUnschedulable']),
  );
  expect(failures.every(({ within }) => within.at(-1) === 'VirtualMachinePool/default/web')).toBe(true);
  expect(problems.filter(({ isFailure }) => !isFailure).map(({ object }) => object)).toEqual([
    'tr/default/day',
  ]);
});
