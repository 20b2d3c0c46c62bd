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
