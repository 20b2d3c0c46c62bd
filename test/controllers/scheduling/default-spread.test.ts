import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

function pool(name: string, replicas: number, placement = ''): string {
  return `kind: VirtualMachinePool
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}${placement}}`;
}

async function hostsOf(...documents: string[]): Promise<(string | undefined)[]> {
  const engine = new TestEngine();
  // The third host is the emptiest by far: only a wish to be apart keeps the VMs from going there.
  const big = xenHost('h3').replace('cpu: 8, memory: 32Gi', 'cpu: 64, memory: 512Gi');
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), big, ...documents].join('\n---\n'));
  await engine.settle();
  return engine
    .list('VirtualMachine')
    .map(({ status }) => status?.host)
    .sort();
}

test('VMs of a pool go to different hosts by default', async () => {
  expect(await hostsOf(pool('web', 3))).toEqual(['h1', 'h2', 'h3']);
});

test('a pool larger than the fleet still finds places', async () => {
  expect(await hostsOf(pool('web', 5))).toHaveLength(5);
});

test('a pool that demands otherwise is obeyed', async () => {
  const near = `, placement: {antiAffinity: [{selector: {matchLabels: {app: other}}}]}`;
  expect(await hostsOf(pool('web', 3, near))).toEqual(['h3', 'h3', 'h3']);
});
