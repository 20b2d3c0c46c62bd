import { describe, expect, test } from 'vitest';
import { type ScalingPolicy } from '../../../src/model/kinds/index.ts';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

const minute = 60_000;
const rate = '{type: AverageValue, averageValue: 50}';

/** A pool behind a load balancer, a policy with this metric, and a load in steps of a minute. */
async function scaled(
  metric: string,
  steps: Readonly<Record<number, number>>,
  limits = 'minReplicas: 1, maxReplicas: 6',
  replicas = 1,
): Promise<TestEngine> {
  const levels = Object.entries(steps).map(([at, value]) => `{at: ${at}m, value: ${value}}`);
  const engine = new TestEngine();
  await engine.write(
    [
      someHypervisors,
      ...['h1', 'h2'].map((name) => xenHost(name)),
      `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: ${replicas}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}}}}`,
      `kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms}`,
      `kind: Traffic
metadata: {name: day, labels: {from: shop}}
spec: {to: {kind: LoadBalancer, name: web}, noise: None, pattern: {steps: [${levels.join(', ')}]}}`,
      `kind: ScalingPolicy
metadata: {name: web}
spec: {target: {kind: VirtualMachinePool, name: web}, horizontal: {${limits}}, metrics: [${metric}]}`,
    ].join('\n---\n'),
  );
  await engine.settle();
  return engine;
}

function status(engine: TestEngine): NonNullable<ScalingPolicy['status']> {
  return engine.get('ScalingPolicy', 'web').status ?? {};
}

function replicas(engine: TestEngine): number {
  return engine.get('VirtualMachinePool', 'web').spec.replicas;
}

function object(kind: string, name: string, target: string): string {
  return `{type: Object, object: {describedObject: {kind: ${kind}, name: ${kind === 'Traffic' ? 'day' : 'web'}}, metric: {name: ${name}}, target: ${target}}}`;
}

describe('metrics of the kinds that autoscaling/v2 has', () => {
  test.each([
    [
      'requests that each VM serves',
      `{type: Pods, pods: {metric: {name: requestsPerSecond}, target: ${rate}}}`,
      'requests served',
    ],
    [
      'share of each VM in use',
      '{type: Pods, pods: {metric: {name: utilization}, target: {type: AverageValue, averageValue: 500m}}}',
      'utilization',
    ],
    [
      'requests of a load balancer',
      object('LoadBalancer', 'requestsPerSecond', rate),
      'requests per second of LoadBalancer/web',
    ],
    ['load of a traffic', object('Traffic', 'offered', rate), 'requests per second of Traffic/day'],
    [
      'load of a traffic for all VMs together',
      object('Traffic', 'offered', '{type: Value, value: 55}'),
      'requests per second of Traffic/day',
    ],
    [
      'latency of a load balancer',
      object('LoadBalancer', 'latency', '{type: Value, value: 100ms}'),
      'latency p95 of LoadBalancer/web',
    ],
    [
      'load from outside, by labels',
      `{type: External, external: {metric: {name: offered, selector: {matchLabels: {from: shop}}}, target: ${rate}}}`,
      'offered requests per second',
    ],
    [
      'load from outside, all of it',
      `{type: External, external: {metric: {name: offered}, target: ${rate}}}`,
      'offered requests per second',
    ],
  ])('%s', async (_name, metric, measured) => {
    const engine = await scaled(metric, { 0: 20, 10: 90, 30: 20 });
    await engine.advance(5 * minute);
    expect(replicas(engine)).toBe(1);
    expect(status(engine).currentMetrics?.[0]).toMatchObject({ name: measured, wish: 1 });
    await engine.advance(15 * minute);
    expect(replicas(engine)).toBeGreaterThan(1);
    await engine.advance(30 * minute);
    expect(replicas(engine)).toBe(1);
  });

  test('errors of a load balancer', async () => {
    const metric = object('LoadBalancer', 'errorRate', '{type: Value, value: 50m}');
    const engine = await scaled(metric, { 0: 20, 10: 250 });
    await engine.advance(9 * minute);
    expect(status(engine).currentMetrics).toEqual([
      { name: 'error rate of LoadBalancer/web', current: '0 %', target: '5 %', wish: 0 },
    ]);
    await engine.advance(5 * minute);
    expect(replicas(engine)).toBeGreaterThan(2);
  });

  test.each([
    [
      'a traffic that is not there',
      '{type: Object, object: {describedObject: {kind: Traffic, name: night}, metric: {name: offered}, target: {type: Value, value: 5}}}',
      'requests per second of Traffic/night cannot be read: there is no Traffic/night',
    ],
    [
      'labels that no traffic has',
      `{type: External, external: {metric: {name: offered, selector: {matchLabels: {from: mars}}}, target: ${rate}}}`,
      'offered requests per second cannot be read: no Traffic matches its selector',
    ],
  ])('%s · held, with the reason', async (_name, metric, message) => {
    const engine = await scaled(metric, { 0: 200 });
    await engine.advance(5 * minute);
    expect(replicas(engine)).toBe(1);
    const active = status(engine).conditions?.find(({ type }) => type === 'ScalingActive');
    expect(active).toMatchObject({ status: 'False', message });
  });

  test('nothing is written while the load stays the same', async () => {
    const engine = await scaled(object('Traffic', 'offered', rate), { 0: 90 });
    await engine.advance(20 * minute);
    const before = await engine.store.revision();
    await engine.manager.runUntil(engine.world.nowMs + 1);
    const closed = await engine.store.revision();
    expect(status(engine).desiredReplicas).toBe(2);
    await engine.advance(20 * minute);
    const version = engine.get('ScalingPolicy', 'web').metadata.resourceVersion;
    // One write closes a run, for the figures; none is made at the 80 decisions in between.
    expect(closed - before).toBeLessThanOrEqual(2);
    expect(Number(version)).toBeGreaterThan(closed);
    expect(
      (await engine.store.changes(closed)).filter(({ object: { kind } }) => kind === 'ScalingPolicy'),
    ).toHaveLength(1);
  });
});

describe('to zero and back', () => {
  const none = 'minReplicas: 0, maxReplicas: 6';

  test.each([
    [
      'RequestsPerSecond',
      `{type: RequestsPerSecond, requestsPerSecond: {target: ${rate}, activationThreshold: 5}}`,
    ],
    ['Object', object('Traffic', 'offered', `${rate}, activationThreshold: 5`)],
    [
      'External',
      `{type: External, external: {metric: {name: offered}, target: ${rate}, activationThreshold: 5}}`,
    ],
  ])('%s · gone below the threshold, back above it', async (_name, metric) => {
    const engine = await scaled(metric, { 0: 20, 10: 4, 30: 20 }, none);
    await engine.advance(9 * minute);
    expect(replicas(engine)).toBe(1);
    await engine.advance(15 * minute);
    expect(replicas(engine)).toBe(0);
    expect(engine.list('VirtualMachine')).toEqual([]);
    await engine.advance(10 * minute);
    expect(replicas(engine)).toBe(1);
    expect(engine.get('VirtualMachinePool', 'web').status?.readyReplicas).toBe(1);
  });

  test('a metric that needs a VM keeps the last one', async () => {
    const engine = await scaled(
      '{type: Pods, pods: {metric: {name: requestsPerSecond}, target: {type: AverageValue, averageValue: 50}}}',
      { 0: 0 },
      none,
    );
    await engine.advance(20 * minute);
    expect(replicas(engine)).toBe(1);
  });
});
