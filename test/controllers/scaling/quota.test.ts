import { expect, test } from 'vitest';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';
import { application, load, tenant } from '../../tenancy/tenants.ts';

const minute = 60_000;

const web = `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 1Gi}}}}
---
kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms}`;

function policy(pool: string, directions = 'horizontal: {minReplicas: 1, maxReplicas: 6}'): string {
  return `kind: ScalingPolicy
metadata: {name: ${pool}}
spec: {target: {kind: VirtualMachinePool, name: ${pool}}, ${directions}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]}`;
}

const quota = (cpu: number): string =>
  `kind: ResourceQuota\nmetadata: {name: team}\nspec: {hard: {requests.cpu: ${cpu}}}`;

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  const hosts = ['h1', 'h2', 'h3', 'h4'].map((name) => xenHost(name));
  await engine.write([someHypervisors, ...hosts, ...documents].join('\n---\n'));
  await engine.settle();
  return engine;
}

function flood(engine: TestEngine): void {
  engine.world.ensureTraffic({
    ...{ name: 'default/load', unit: 'Requests', poisson: false, startMs: engine.world.nowMs },
    target: { type: 'Balancer', name: 'default/web' },
    pattern: { type: 'Constant', value: 2000 },
  });
}

function limitOf(engine: TestEngine, name: string): string | undefined {
  const { conditions = [] } = engine.get('ScalingPolicy', name).status ?? {};
  return conditions.find(({ type }) => type === 'ScalingLimited')?.message;
}

test('a policy goes no further than the quota of the namespace, and says so', async () => {
  const engine = await engineWith(quota(4), web, policy('web'));
  flood(engine);
  await engine.advance(10 * minute);
  await engine.settle();
  expect(engine.get('VirtualMachinePool', 'web').spec.replicas).toBe(4);
  expect(limitOf(engine, 'web')).toContain('4 of team (requests.cpu)');
  expect(engine.condition(engine.get('VirtualMachinePool', 'web'), 'ReplicaFailure')).toBe('absent');
});

test('what is there stays when the quota is lowered', async () => {
  const engine = await engineWith(web, policy('web'));
  flood(engine);
  await engine.advance(10 * minute);
  expect(engine.get('VirtualMachinePool', 'web').spec.replicas).toBe(6);
  await engine.write(quota(3));
  await engine.advance(5 * minute);
  expect(engine.get('VirtualMachinePool', 'web').spec.replicas).toBe(6);
});

test('a larger size is refused as more VMs are', async () => {
  const vertical = 'vertical: {min: {cpu: 1, memory: 1Gi}, max: {cpu: 4, memory: 4Gi}, update: Live}';
  const engine = await engineWith(quota(2), web, policy('web', vertical));
  flood(engine);
  await engine.advance(20 * minute);
  expect(engine.get('VirtualMachinePool', 'web').spec.template.spec.resources.cpu).toBe(1);
});

test("a tenant's own pools are scaled within the tenant's quota", async () => {
  const acme = tenant('acme', 'Configurable', 'quota: {cpu: 4}');
  const engine = await engineWith(application(), acme, policy('acme-web'));
  load(engine, 'acme', 3000);
  await engine.advance(10 * minute);
  await engine.settle();
  expect(engine.get('VirtualMachinePool', 'acme-web').spec.replicas).toBe(3);
  expect(limitOf(engine, 'acme-web')).toContain('the quota of tenant acme (cpu)');
});
