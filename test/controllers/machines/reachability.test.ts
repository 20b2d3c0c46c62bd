/** VMs behind a host that is cut off from the network: who counts them, and who gives them up first. */
import { describe, expect, test } from 'vitest';
import { type VirtualMachine } from '../../../src/model/kinds/index.ts';
import { isTrue } from '../../../src/model/conditions.ts';
import { isTerminating } from '../../../src/model/object.ts';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

const pool = (os = 'debian-12'): string => `kind: VirtualMachinePool
metadata: {name: web}
spec:
  replicas: 2
  strategy: {maxSurge: 0, maxUnavailable: 1}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {guest: {os: ${os}, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}, placement: {antiAffinity: [{selector: {matchLabels: {app: web}}}]}}`;

const rest = `kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 8ms, panicThreshold: 0%}
---
kind: DisruptionBudget
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, minAvailable: 1}
---
kind: ScalingPolicy
metadata: {name: web}
spec:
  target: {kind: VirtualMachinePool, name: web}
  horizontal: {minReplicas: 1, maxReplicas: 4}
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 90}}}]
---
kind: Traffic
metadata: {name: web}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {constant: 100}, noise: None}`;

async function settled(withPolicy = false): Promise<TestEngine> {
  const engine = new TestEngine();
  const others = withPolicy ? rest : rest.replace(/kind: ScalingPolicy[^]*?---\n/, '');
  const hosts = ['h1', 'h2', 'h3'].map((name) => xenHost(name));
  await engine.write([someHypervisors, ...hosts, pool(), others].join('\n---\n'));
  await engine.settle();
  return engine;
}

/** Cuts off the host of the last VM by name; answers that VM. */
async function cutOff(engine: TestEngine): Promise<VirtualMachine> {
  const vm = engine.list('VirtualMachine').at(-1);
  const host = engine.get('Host', vm?.status?.host ?? '');
  engine.world.inject({ hostUid: host.metadata.uid ?? '', type: 'NetworkLoss' });
  await engine.advance(60_000);
  return engine.get('VirtualMachine', vm?.metadata.name ?? '');
}

function statusOf(
  engine: TestEngine,
  kind: 'VirtualMachinePool' | 'DisruptionBudget' | 'LoadBalancer',
): unknown {
  return engine.get(kind, 'web').status;
}

describe('a host that is cut off', () => {
  test('its VM is not ready, and all who count say the same', async () => {
    const engine = await settled();
    const vm = await cutOff(engine);
    expect(vm.status).toMatchObject({ phase: 'Running' });
    expect(vm.status?.utilization).toBeUndefined();
    expect(engine.condition(vm, 'Ready')).toBe('False HostUnreachable');
    expect(statusOf(engine, 'VirtualMachinePool')).toMatchObject({ replicas: 2, readyReplicas: 1 });
    expect(engine.condition(engine.get('VirtualMachinePool', 'web'), 'Ready')).toBe(
      'False MachinesUnreachable',
    );
    expect(statusOf(engine, 'DisruptionBudget')).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0 });
    expect(statusOf(engine, 'LoadBalancer')).toMatchObject({ readyBackends: 1 });
  });

  test('nothing waits for it, and a second look writes nothing', async () => {
    const engine = await settled();
    await cutOff(engine);
    expect(await engine.settle()).toEqual({ type: 'settled' });
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
  });

  test('found again, its VM is ready', async () => {
    const engine = await settled();
    const vm = await cutOff(engine);
    engine.world.clearFaults(engine.get('Host', vm.status?.host ?? '').metadata.uid ?? '');
    await engine.advance(60_000);
    expect(engine.condition(engine.get('VirtualMachine', vm.metadata.name), 'Ready')).toBe('True Running');
    expect(statusOf(engine, 'VirtualMachinePool')).toMatchObject({ readyReplicas: 2 });
  });

  test('an update replaces the VM behind it first, and requests go on', async () => {
    const engine = await settled();
    const vm = await cutOff(engine);
    // Of equal ones the one that has not changed for longest would go: that is the other.
    const object = { ...vm, metadata: { ...vm.metadata, annotations: { note: 'changed last' } } };
    await engine.store.commit({ writes: [{ type: 'update', object }], nowMs: engine.world.nowMs });
    await engine.advance(0);
    await engine.write(pool('debian-13'));
    await engine.advance(1_000);
    const going = engine.list('VirtualMachine').filter(isTerminating);
    expect(going.map(({ metadata }) => metadata.name)).toEqual([vm.metadata.name]);
    for (let step = 0; step < 12; step++) {
      await engine.advance(15_000);
      expect(engine.get('LoadBalancer', 'web').status?.errorRate).toBe(0);
    }
    const all = engine.list('VirtualMachine');
    expect(all.filter(({ status }) => isTrue(status?.conditions, 'Ready'))).toHaveLength(2);
  });

  test('the idle figure of its VM is no reason to have fewer', async () => {
    const engine = await settled(true);
    await engine.advance(120_000);
    await cutOff(engine);
    await engine.advance(900_000);
    // The VM that is left uses about 85 %; were the other one to count as idle, 1 VM would do for a target of 90 %.
    expect(engine.get('VirtualMachinePool', 'web').spec.replicas).toBe(2);
  });
});
