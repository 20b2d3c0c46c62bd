import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

const pool = (replicas: number, os = 'debian-12'): string => `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {guest: {os: ${os}, paravirtualized: true}, resources: {cpu: 100m, memory: 256Mi}}`;

function disks(engine: TestEngine): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of engine.list('VirtualMachine')) {
    const text = `${status?.disk} on ${status?.host}`;
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

test('one copy of an image a host, and clones of it', async () => {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), pool(6)].join('\n---\n'));
  await engine.settle();
  expect(disks(engine)).toEqual({
    'Copied on h1': 1,
    'Cloned on h1': 2,
    'Copied on h2': 1,
    'Cloned on h2': 2,
  });
  await engine.write(pool(8));
  await engine.settle();
  expect(disks(engine)).toMatchObject({ 'Cloned on h1': 3, 'Cloned on h2': 3 });
});

test('another image is copied anew', async () => {
  const engine = new TestEngine();
  await engine.write([someHypervisors, xenHost('h1'), pool(2)].join('\n---\n'));
  await engine.settle();
  await engine.write(pool(2, 'debian-13'));
  await engine.settle();
  expect(disks(engine)).toEqual({ 'Copied on h1': 1, 'Cloned on h1': 1 });
});

test('300 VMs on 20 hosts are up within the five minutes that an apply waits', async () => {
  const engine = new TestEngine();
  const hosts =
    'kind: HostPool\nmetadata: {name: h}\nspec: {replicas: 20, template: {spec: {hypervisor: xen, capacity: {cpu: 32, memory: 128Gi}}}}';
  await engine.write([someHypervisors, hosts, pool(300)].join('\n---\n'));
  expect(await engine.settle(300_000)).toEqual({ type: 'settled' });
  expect(engine.get('VirtualMachinePool', 'web').status?.readyReplicas).toBe(300);
});
