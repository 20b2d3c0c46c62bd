import { expect, test } from 'vitest';
import { mostAtOnce } from '../../src/engine/slices.ts';
import { someHypervisors, TestEngine } from '../support/engine.ts';

const machines = `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 1200, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {guest: {os: debian-12}, resources: {cpu: 10m, memory: 10Mi}}}}`;
const hosts = `kind: HostPool
metadata: {name: rack}
spec: {replicas: 1200, template: {spec: {hypervisor: xen, capacity: {cpu: 8, memory: 32Gi}}}}`;

test.each([
  ['VirtualMachinePool', 'VirtualMachine', machines],
  ['HostPool', 'Host', hosts],
] as const)('%s · makes a slice at a time, and all in the end', async (_kind, made, manifest) => {
  const sizes = new Map<number, number>();
  const engine = new TestEngine(1, ({ nowMs, cache }) => void sizes.set(nowMs, cache.count(made)));
  await engine.write(`${someHypervisors}---\n${manifest}`);
  await engine.advance(5_000);
  const counts = [...new Set(sizes.values())];
  expect(counts).toEqual([mostAtOnce, 2 * mostAtOnce, 1200]);
});
