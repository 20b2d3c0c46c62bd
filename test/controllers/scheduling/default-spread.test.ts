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

test.each([
  // Packed on the host that is filled most by it; the wish to be apart, which nobody uttered, would take all three.
  { strategy: 'MostAllocated', hosts: ['h1', 'h1', 'h1'] },
  // The emptiest is the big one, also with a VM or two on it.
  { strategy: 'LeastAllocated', hosts: ['h3', 'h3', 'h3'] },
])(
  'a strategy that was asked for goes before the wish that was not: $strategy',
  async ({ strategy, hosts }) => {
    expect(await hostsOf(pool('web', 3, `, placement: {strategy: ${strategy}}`))).toEqual(hosts);
  },
);

test('between hosts that the strategy finds equal the wish still decides', async () => {
  const engine = new TestEngine();
  const placement = ', placement: {strategy: BalancedAllocation}';
  const equal = pool('web', 2, placement).replace('cpu: 1, memory: 2Gi', 'cpu: 2, memory: 8Gi');
  await engine.write([someHypervisors, xenHost('h1'), xenHost('h2'), equal].join('\n---\n'));
  await engine.settle();
  expect(
    engine
      .list('VirtualMachine')
      .map(({ status }) => status?.host)
      .sort(),
  ).toEqual(['h1', 'h2']);
});

test.each([
  { name: 'cordoned', change: 'unschedulable: true' },
  { name: 'tainted', change: 'taints: [{key: gpu, effect: NoSchedule}]' },
])('a zone whose only host is $name does not keep a hard spread waiting', async ({ change }) => {
  const engine = new TestEngine();
  const spread = ', placement: {topologySpread: [{topologyKey: zone, selector: {matchLabels: {app: web}}}]}';
  const out = xenHost('h2', change).replace('name: h2', 'name: h2, labels: {zone: b}');
  const open = xenHost('h1').replace('name: h1', 'name: h1, labels: {zone: a}');
  await engine.write([someHypervisors, open, out, pool('web', 3, spread)].join('\n---\n'));
  await engine.settle();
  expect(engine.list('VirtualMachine').map(({ status }) => status?.host)).toEqual(['h1', 'h1', 'h1']);
});
