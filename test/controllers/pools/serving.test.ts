import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

function pool(build: string): string {
  return `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {guest: {os: debian-12, paravirtualized: true, build: ${build}}, resources: {cpu: 1, memory: 1Gi}}
  strategy: {maxSurge: 1, maxUnavailable: 0}`;
}

const balancer = 'kind: LoadBalancer\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}}';

test('rolling update · the last VM goes only once a load balancer has taken in the next', async () => {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), pool('one'), balancer].join('\n---\n'));
  await engine.settle();
  await engine.write(pool('two'));
  const progressing = new Set<string>();
  for (let second = 0; second < 180; second++) {
    await engine.advance(1_000);
    expect(engine.get('LoadBalancer', 'web').status?.readyBackends).toBeGreaterThan(0);
    progressing.add(engine.condition(engine.get('VirtualMachinePool', 'web'), 'Progressing'));
  }
  expect(engine.list('VirtualMachine').map(({ spec }) => spec.guest.build)).toEqual(['two']);
  expect([...progressing]).toEqual(['True Progressing', 'False Complete']);
});
