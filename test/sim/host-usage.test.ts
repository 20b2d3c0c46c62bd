import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, vm, xenHost } from '../support/engine.ts';

const desk =
  'kind: Host\nmetadata: {name: h}\nspec: {hypervisor: virtualbox, hostOS: {name: ubuntu, reserved: {cpu: 2, memory: 2Gi}}, capacity: {cpu: 4, memory: 32Gi}, power: {idleWatts: 100, maxWatts: 200}}';
const rack = xenHost('h', 'power: {idleWatts: 100, maxWatts: 200}').replace('cpu: 8,', 'cpu: 4,');
const guest = vm('g').replace('cpu: 1,', 'cpu: 4,');
const load = (share: number): string =>
  `kind: Traffic\nmetadata: {name: t}\nspec: {to: {kind: VirtualMachine, name: g}, unit: Cpu, pattern: {constant: ${share}}, noise: None}`;

test.each([
  { name: 'hosted, full', host: desk, share: 1, utilization: 1, watts: 200 },
  { name: 'bare metal, full', host: rack, share: 1, utilization: 1, watts: 200 },
  {
    name: 'bare metal, half a core of the guest: 0.25 of the VMM and 2 of 4',
    host: rack,
    share: 0.5,
    utilization: 0.5625,
    watts: 156.25,
  },
  { name: 'hosted, no load: what the host OS reserves', host: desk, share: 0, utilization: 0.5, watts: 150 },
])('$name', async ({ host, share, utilization, watts }) => {
  const engine = new TestEngine();
  await engine.write([someHypervisors, host, guest, load(share)].join('\n---\n'));
  await engine.settle();
  await engine.advance(60_000);
  const usage = engine.world.hostUsage(engine.get('Host', 'h').metadata.uid ?? '');
  expect(usage?.utilization).toBeCloseTo(utilization, 6);
  expect(usage?.watts).toBeCloseTo(watts, 4);
});
