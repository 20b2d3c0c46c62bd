import { describe, expect, test } from 'vitest';
import { type ScalingPolicy } from '../../../src/model/kinds/index.ts';
import { TestEngine, someHypervisors, xenHost } from '../../support/engine.ts';

const minute = 60_000;
const hour = 60 * minute;
const offered =
  '{type: Object, object: {describedObject: {kind: Traffic, name: day}, metric: {name: offered}, target: {type: AverageValue, averageValue: 50}}}';

/** A pool behind a load balancer with a load, and a policy. World time begins on a Saturday at midnight. */
async function scaled(horizontal: string, pattern = '{constant: 20}'): Promise<TestEngine> {
  const engine = new TestEngine();
  await engine.write(
    [
      someHypervisors,
      ...['h1', 'h2'].map((name) => xenHost(name)),
      `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}}}}`,
      `kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms}`,
      `kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, noise: None, pattern: ${pattern}}`,
      `kind: ScalingPolicy
metadata: {name: web}
spec: {target: {kind: VirtualMachinePool, name: web}, horizontal: {${horizontal}}, metrics: [${offered}]}`,
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

async function until(engine: TestEngine, time: string): Promise<number> {
  await engine.advance(Date.parse(`2000-01-${time}Z`) - engine.world.nowMs);
  return replicas(engine);
}

describe('schedules', () => {
  test('a minimum holds while it is in force, in local time', async () => {
    const engine = await scaled(
      'minReplicas: 1, maxReplicas: 6, schedules: [{name: office, cron: "30 8 * * MON-FRI", timeZone: Europe/Berlin, duration: 2h, minReplicas: 4}]',
    );
    expect(await until(engine, '01T08:00:00')).toBe(1);
    expect(await until(engine, '03T07:29:50')).toBe(1);
    expect(status(engine).activeSchedules).toBeUndefined();
    expect(await until(engine, '03T07:30:00')).toBe(4);
    expect(await until(engine, '03T09:29:50')).toBe(4);
    expect(status(engine).activeSchedules).toEqual(['office']);
    expect(status(engine).history?.[0]?.reason).toBe('the size 1 was below the minimum 4 of schedule office');
    expect(status(engine).decision?.explanation).toContain(
      'schedule  office: at least 4 until 2000-01-03 09:30:00',
    );
    expect(await until(engine, '03T10:00:00')).toBe(1);
    expect(status(engine).activeSchedules).toBeUndefined();
  });

  test('a size holds whatever the metrics say, down to none and back', async () => {
    const engine = await scaled(
      'minReplicas: 0, maxReplicas: 6, schedules: [{name: night, cron: "0 2 * * *", duration: 1h, replicas: 0}, {name: sale, cron: "0 4 * * *", duration: 1h, replicas: 5}]',
      '{constant: 120}',
    );
    expect(await until(engine, '01T01:59:50')).toBe(3);
    expect(await until(engine, '01T02:30:00')).toBe(0);
    expect(await until(engine, '01T03:10:00')).toBe(3);
    expect(await until(engine, '01T04:30:00')).toBe(5);
    expect(await until(engine, '01T05:30:00')).toBe(3);
  });

  test('a schedule brings back a pool that the policy itself took to zero; a person’s zero it leaves alone', async () => {
    const directions =
      'minReplicas: 0, maxReplicas: 6, schedules: [{name: night, cron: "0 2 * * *", duration: 1h, minReplicas: 2}]';
    const engine = await scaled(directions, '{constant: 0}');
    expect(await until(engine, '01T01:59:50')).toBe(0);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'ScalingActive')).toBe(
      'True ValidMetricFound',
    );
    expect(await until(engine, '01T02:30:00')).toBe(2);
    expect(await until(engine, '01T03:30:00')).toBe(0);
    expect(await until(engine, '02T02:30:00')).toBe(2);

    const stopped = await scaled(directions.replace('minReplicas: 0', 'minReplicas: 1'), '{constant: 0}');
    const pool = stopped.get('VirtualMachinePool', 'web');
    await stopped.store.commit({
      writes: [{ type: 'put', object: { ...pool, spec: { ...pool.spec, replicas: 0 } } }],
      expectedRevision: await stopped.store.revision(),
      nowMs: stopped.world.nowMs,
    });
    const next = stopped.reopen();
    await next.settle();
    expect(await until(next, '01T02:30:00')).toBe(0);
    expect(next.condition(next.get('ScalingPolicy', 'web'), 'ScalingActive')).toBe('False ScalingDisabled');
  });

  test('nothing is written while one is in force', async () => {
    const engine = await scaled(
      'minReplicas: 1, maxReplicas: 6, schedules: [{name: day, cron: "0 1 * * *", duration: 12h, minReplicas: 2}], predictive: {}',
    );
    await until(engine, '01T02:00:00');
    const before = await engine.store.revision();
    await until(engine, '01T04:00:00');
    const written = (await engine.store.changes(before)).filter(
      ({ object }) => object.kind === 'ScalingPolicy',
    );
    // The one that closes the run: 480 decisions were made.
    expect(written).toHaveLength(1);
  });
});

describe('a forecast', () => {
  // Each day 20 requests a second, and 220 from 12:00 to 14:00: the world's first start is soon after midnight.
  const noon = `{trace: {interval: 1h, scale: 3600, samples: [${[...Array<number>(12).fill(20), 220, 220, ...Array<number>(10).fill(20)].join(', ')}]}}`;
  const range = 'minReplicas: 1, maxReplicas: 6';

  test('brings VMs before the load comes, from the second day on', async () => {
    const engine = await scaled(`${range}, predictive: {lead: 15m}`, noon);
    expect(await until(engine, '01T11:55:00')).toBe(1);
    expect(status(engine).forecast?.message).toBe('11 h of the 24 h seen that a forecast needs');
    expect(await until(engine, '01T13:00:00')).toBe(5);
    expect(await until(engine, '02T11:00:00')).toBe(1);
    expect(await until(engine, '02T11:55:00')).toBe(5);
    expect(status(engine).history?.[0]?.reason).toBe('forecast: at least 5 VMs');
    expect(status(engine).forecast?.floor).toBe(5);
    expect(await until(engine, '02T15:00:00')).toBe(1);
    expect(status(engine).forecast?.error).toMatch(/^[0-9.]+ %$/);
  });

  test('is only watched when it is not enabled', async () => {
    const engine = await scaled(`${range}, predictive: {lead: 15m, enabled: false}`, noon);
    expect(await until(engine, '02T11:55:00')).toBe(1);
    expect(status(engine).forecast).toMatchObject({ floor: 5 });
    expect(status(engine).forecast?.message).toContain(
      'not used: spec.horizontal.predictive.enabled is false',
    );
  });

  test('never lowers what the metrics ask for', async () => {
    const engine = await scaled(
      `${range}, predictive: {}`,
      '{steps: [{at: 0s, value: 20}, {at: 30h, value: 220}]}',
    );
    expect(await until(engine, '02T08:00:00')).toBe(5);
    await engine.advance(hour);
    expect(replicas(engine)).toBe(5);
  });
});
