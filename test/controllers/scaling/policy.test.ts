import { describe, expect, test } from 'vitest';
import { type ScalingPolicy } from '../../../src/model/kinds/index.ts';
import { type TrafficPattern } from '../../../src/model/ports.ts';
import { TestEngine, someHypervisors, vm, xenHost } from '../../support/engine.ts';

const minute = 60_000;
const hour = 60 * minute;

const stepMs = 15_000;

const pool = `kind: VirtualMachinePool
metadata: {name: web}
spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {guest: {os: debian-12, paravirtualized: true}, resources: {cpu: 1, memory: 2Gi}}}}`;
/** Whoever has waited for a second is gone, so that no load is carried into the time after it. */
const balancer = `kind: LoadBalancer
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, serviceTime: 10ms, queue: {timeout: 1s}}`;
const cpu60 =
  'metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]';

function policy(
  name = 'web',
  more = 'horizontal: {minReplicas: 2, maxReplicas: 6}',
  metrics = cpu60,
): string {
  return `kind: ScalingPolicy
metadata: {name: ${name}}
spec: {target: {kind: VirtualMachinePool, name: web}, ${more}, ${metrics}}`;
}

async function engineWith(...documents: string[]): Promise<TestEngine> {
  const engine = new TestEngine();
  const hosts = ['h1', 'h2', 'h3', 'h4'].map((name) => xenHost(name));
  await engine.write([someHypervisors, ...hosts, ...documents].join('\n---\n'));
  expect(await engine.settle()).toEqual({ type: 'settled' });
  return engine;
}

/** Requests a second to the balancer, at these minutes from the next load step on: none has two levels in it. */
function send(engine: TestEngine, levels: Readonly<Record<number, number>>, poisson = true): void {
  const steps = Object.entries(levels).map(([at, value]) => ({ atMs: Number(at) * minute, value }));
  const pattern: TrafficPattern = { type: 'Steps', steps };
  const target = { type: 'Balancer', name: 'default/web' } as const;
  engine.world.ensureTraffic({
    name: 'default/load',
    target,
    unit: 'Requests',
    pattern,
    poisson,
    startMs: Math.ceil(engine.world.nowMs / stepMs) * stepMs,
  });
}

function status(engine: TestEngine, name = 'web'): NonNullable<ScalingPolicy['status']> {
  return engine.get('ScalingPolicy', name).status ?? {};
}

/** The changes so far, oldest first: `2 → 4`. */
function changes(engine: TestEngine): string[] {
  return (status(engine).history ?? []).map(({ from, to }) => `${from} → ${to}`).reverse();
}

function replicas(engine: TestEngine): number {
  return engine.get('VirtualMachinePool', 'web').spec.replicas;
}

function message(engine: TestEngine, type: string, name = 'web'): string | undefined {
  return status(engine, name).conditions?.find((condition) => condition.type === type)?.message;
}

describe('out and in', () => {
  test('the number of VMs follows the load, within its limits', async () => {
    const engine = await engineWith(pool, balancer, policy());
    send(engine, { 0: 20, 10: 230, 30: 500, 60: 10 });
    await engine.advance(10 * minute);
    expect(replicas(engine)).toBe(2);
    await engine.advance(15 * minute);
    expect(replicas(engine)).toBe(4);
    await engine.advance(15 * minute);
    expect(replicas(engine)).toBe(6);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'ScalingLimited')).toBe(
      'True TooManyReplicas',
    );
    await engine.advance(80 * minute);
    expect(changes(engine)).toEqual(['2 → 4', '4 → 6', '6 → 2']);
    expect(status(engine)).toMatchObject({ currentReplicas: 2, desiredReplicas: 2 });
    const events = engine
      .list('Event')
      .filter(({ involvedObject }) => involvedObject?.kind === 'ScalingPolicy');
    expect(events.map((event) => `${event.reason}: ${event.message}`).sort()).toEqual([
      'ScaledIn: VirtualMachinePool/web 6 → 2: cpu utilization is below its target',
      'ScaledOut: VirtualMachinePool/web 2 → 4: cpu utilization is above its target',
      'ScaledOut: VirtualMachinePool/web 4 → 6: cpu utilization is above its target',
    ]);
  });

  test('in only after 5 minutes without a larger wish', async () => {
    const engine = await engineWith(pool, balancer, policy());
    send(engine, { 0: 230, 20: 20 }, false);
    const gone = engine.world.nowMs + 20 * minute;
    await engine.advance(40 * minute);
    const [last] = status(engine).history ?? [];
    expect(last).toMatchObject({ from: '4', to: '2' });
    const waited = Date.parse(last?.time ?? '') - gone;
    // The last sample of the load ends up to a period after it has gone.
    expect(waited).toBeGreaterThan(5 * minute);
    expect(waited).toBeLessThanOrEqual(5 * minute + 30_000);
  });

  test('VMs that still boot do not make it grow again', async () => {
    const engine = await engineWith(
      pool,
      balancer,
      policy('web', 'horizontal: {minReplicas: 2, maxReplicas: 12}'),
    );
    send(engine, { 0: 300 });
    await engine.advance(25_000);
    // The two old VMs alone are at 100 % of a 60 % target: taken for all four, that would be a wish for 7.
    expect(changes(engine)).toEqual(['2 → 4']);
    expect(engine.get('VirtualMachinePool', 'web').status?.readyReplicas).toBe(2);
    await engine.advance(hour);
    expect(changes(engine)).toEqual(['2 → 4', '4 → 6']);
  });

  test('explains its last change and what it has held since', async () => {
    const engine = await engineWith(pool, balancer, policy());
    send(engine, { 0: 230 }, false);
    await engine.advance(3 * minute);
    expect(status(engine).decision).toMatchInlineSnapshot(`
      {
        "explanation": [
          "metric    cpu utilization 100 % of a 60 % target (2 of 2 VMs sampled) → wish 4",
          "limits    max 6: no · rate (100 % or 4 per 15 s): at most 6: no · up window 0 s: no",
          "next      no earlier than 00:03:30 up, 00:08:15 down (stabilization 5 m)",
          "since     hold at 4 at 00:05:45",
          "  metric    cpu utilization 60 % of a 60 % target (4 of 4 VMs sampled) → wish 4",
          "  limits    none: the wish is the present size",
          "  next      no earlier than 00:06:00 up, 00:10:45 down (stabilization 5 m)",
        ],
        "notChosen": [],
        "summary": "scale out 2 → 4",
        "time": "2000-01-01T00:03:15Z",
        "type": "ScaleOut",
      }
    `);
  });

  test('fields that it sets are its own, and nobody’s once it is gone', async () => {
    const engine = await engineWith(pool, balancer, policy());
    send(engine, { 0: 230 });
    await engine.advance(5 * minute);
    const owners = (): (string | undefined)[] =>
      (engine.get('VirtualMachinePool', 'web').metadata.managedFields ?? [])
        .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('f:replicas'))
        .map(({ manager }) => manager);
    expect(owners()).toEqual(['vctl-scaling']);
    await engine.delete('ScalingPolicy', 'web');
    await engine.advance(minute);
    expect(engine.list('ScalingPolicy')).toEqual([]);
    expect(owners()).toEqual([]);
    expect(replicas(engine)).toBe(4);
    expect(await engine.store.listPrivate('autoscaling/')).toEqual([]);
  });
});

describe('when it has no effect', () => {
  test('without a load balancer · no change, and what to do about it', async () => {
    const engine = await engineWith(pool, policy('web', 'horizontal: {minReplicas: 3, maxReplicas: 6}'));
    await engine.advance(10 * minute);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Effective')).toBe('False NoLoadBalancer');
    expect(message(engine, 'Effective')).toBe(
      'no load balancer serves VirtualMachinePool/web, so VMs that scaling out adds would get no traffic: add a LoadBalancer in namespace default with selector: {matchLabels: {app: web}}',
    );
    expect(replicas(engine)).toBe(2);
    await engine.write(balancer);
    await engine.advance(minute);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Effective')).toBe('True Effective');
    expect(replicas(engine)).toBe(3);
    await engine.delete('LoadBalancer', 'web');
    await engine.advance(minute);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Effective')).toBe('False NoLoadBalancer');
  });

  test('without a target · until it comes', async () => {
    const engine = await engineWith(balancer, policy());
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Ready')).toBe('False TargetNotFound');
    await engine.write(pool);
    await engine.settle();
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Ready')).toBe('True Scaling');
  });

  test('a tier · its pool is that of the tenants that share it', async () => {
    const tier = `kind: ScalingPolicy
metadata: {name: crm}
spec: {target: {kind: Application, name: crm, tier: web}, horizontal: {maxReplicas: 4}}`;
    const engine = await engineWith(tier);
    expect(message(engine, 'Effective', 'crm')).toBe(
      'tier web of Application/crm has no VMs to scale (VirtualMachinePool/crm-web): they come with its first tenant of maturity Scalable',
    );
    await engine.write([pool.replace('name: web', 'name: crm-web'), balancer].join('\n---\n'));
    await engine.settle();
    expect(engine.condition(engine.get('ScalingPolicy', 'crm'), 'Effective')).toBe('True Effective');
  });

  test('two policies on one target · the older acts, and the other after it', async () => {
    const engine = await engineWith(pool, balancer, policy('b'));
    await engine.advance(minute);
    await engine.write(policy('a', 'horizontal: {minReplicas: 4, maxReplicas: 6}'));
    await engine.advance(minute);
    expect(engine.condition(engine.get('ScalingPolicy', 'a'), 'Effective')).toBe('False TargetConflict');
    expect(message(engine, 'Effective', 'a')).toContain('ScalingPolicy/b');
    expect(engine.condition(engine.get('ScalingPolicy', 'b'), 'Effective')).toBe('True Effective');
    expect(replicas(engine)).toBe(2);
    await engine.delete('ScalingPolicy', 'b');
    await engine.advance(minute);
    expect(engine.condition(engine.get('ScalingPolicy', 'a'), 'Effective')).toBe('True Effective');
    expect(replicas(engine)).toBe(4);
  });
});

describe('restraint', () => {
  test('a second look writes nothing, nor does a day of steady load', async () => {
    const engine = await engineWith(pool, balancer, policy());
    send(engine, { 0: 100 });
    await engine.advance(hour);
    const revision = await engine.store.revision();
    await engine.settle();
    expect(await engine.store.revision()).toBe(revision);
    const before = engine.manager.counts.writes;
    await engine.advance(24 * hour);
    expect(changes(engine)).toEqual([]);
    // The figures of some ten objects, once, when the run ends.
    expect(engine.manager.counts.writes - before).toBeLessThan(20);
  });
});

describe('up and down', () => {
  const virtualboxHost = `kind: Host
metadata: {name: h1}
spec: {hypervisor: virtualbox, hostOS: {name: ubuntu}, hardwareAssist: true, capacity: {cpu: 8, memory: 32Gi}}`;

  function sizing(update: string, max = '{cpu: 8, memory: 8Gi}'): string {
    return `kind: ScalingPolicy
metadata: {name: web}
spec: {target: {kind: VirtualMachine, name: web}, vertical: {min: {cpu: 1, memory: 2Gi}, max: ${max}, update: ${update}}, ${cpu60}}`;
  }

  /** One VM that is asked for more than its vCPU for an hour, and then for next to nothing. */
  async function loaded(host: string, update: string, more = ''): Promise<TestEngine> {
    const engine = new TestEngine();
    const mode = host === virtualboxHost ? 'mode: Full' : 'mode: Para';
    await engine.write(
      [someHypervisors, host, vm('web', mode), sizing(update), more].filter(Boolean).join('\n---\n'),
    );
    await engine.settle();
    const { uid = '' } = engine.get('VirtualMachine', 'web').metadata;
    engine.world.ensureTraffic({
      name: 'default/load',
      target: { type: 'Machines', uids: [uid], serviceTimeMs: 10 },
      unit: 'Requests',
      pattern: { type: 'Spike', base: 1, peak: 100, atMs: 0, durationMs: hour, rampMs: 0 },
      poisson: true,
      startMs: engine.world.nowMs,
    });
    return engine;
  }

  function cpu(engine: TestEngine): number {
    const { uid = '' } = engine.get('VirtualMachine', 'web').metadata;
    return (engine.world.machine(uid)?.cpuMillis ?? 0) / 1000;
  }

  test('live · larger within minutes, smaller 5 minutes after the load has gone', async () => {
    const engine = await loaded(xenHost('h1'), 'Live');
    await engine.advance(5 * minute);
    expect(cpu(engine)).toBeGreaterThan(1.6);
    expect(cpu(engine)).toBeLessThan(2.2);
    const size = cpu(engine);
    await engine.advance(57 * minute);
    expect(cpu(engine)).toBeGreaterThanOrEqual(size);
    await engine.advance(10 * minute);
    expect(cpu(engine)).toBe(1);
    expect(engine.get('VirtualMachine', 'web').status?.restarts).toBe(0);
    expect(status(engine)).toMatchObject({ desiredResources: { cpu: '1' }, decision: { type: 'ScaleDown' } });
    expect(status(engine).currentReplicas).toBeUndefined();
  });

  test('live · held where the hypervisor cannot, with the reason', async () => {
    const engine = await loaded(virtualboxHost, 'Live');
    await engine.advance(10 * minute);
    expect(cpu(engine)).toBe(1);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'AbleToScale')).toBe('False ResizeBlocked');
    expect(message(engine, 'AbleToScale')).toBe(
      'web on virtualbox stays as it is: its hypervisor cannot change its CPU while it runs, and it is not to restart; spec.vertical.update Auto would allow it',
    );
  });

  test.each([
    ['Auto · live where the hypervisor can', xenHost('h1'), 'Auto', false],
    ['Auto · by a restart where it cannot', virtualboxHost, 'Auto', true],
    ['Restart · by a restart even where it could live', xenHost('h1'), 'Restart', true],
  ])('%s', async (_name, host, update, restarts) => {
    const engine = await loaded(host, update);
    await engine.advance(20 * minute);
    expect(cpu(engine)).toBeGreaterThan(1.6);
    expect((engine.get('VirtualMachine', 'web').status?.restarts ?? 0) > 0).toBe(restarts);
  });

  test('a dip of two minutes costs no restart', async () => {
    const engine = await loaded(virtualboxHost, 'Auto');
    await engine.advance(50 * minute);
    const before = engine.get('VirtualMachine', 'web').status?.restarts;
    await engine.advance(12 * minute);
    expect(engine.get('VirtualMachine', 'web').status?.restarts).toBe(before);
  });

  test('no host with room · held, with the reason', async () => {
    const full = xenHost('h1', 'overcommit: {cpu: 1, memory: 1}').replace('cpu: 8', 'cpu: 1500m');
    const engine = await loaded(full, 'Live');
    await engine.advance(5 * minute);
    expect(cpu(engine)).toBe(1);
    expect(message(engine, 'AbleToScale')).toContain(
      'no room for web with 2 CPU 2Gi: its host has no room, and it cannot move while it runs: 0/1 hosts',
    );
  });
});

describe('both directions', () => {
  const both =
    'horizontal: {minReplicas: 2, maxReplicas: 6}, vertical: {min: {cpu: 1, memory: 2Gi}, max: {cpu: 2, memory: 2Gi}, update: Live}';

  test('first larger, then more; first fewer, then smaller', async () => {
    const engine = await engineWith(pool, balancer, policy('web', both));
    send(engine, { 0: 20, 10: 400, 60: 20 });
    await engine.advance(40 * minute);
    expect(changes(engine)).toMatchInlineSnapshot(`
      [
        "1 CPU 2Gi → 2 CPU 2Gi",
        "2 → 4",
      ]
    `);
    expect(status(engine).decision?.notChosen).toMatchInlineSnapshot(`
      [
        "vertical  at its maximum (2 CPU 2Gi)",
      ]
    `);
    await engine.advance(60 * minute);
    expect(changes(engine)).toMatchInlineSnapshot(`
      [
        "1 CPU 2Gi → 2 CPU 2Gi",
        "2 → 4",
        "4 → 2",
        "2 CPU 2Gi → 1 CPU 2Gi",
      ]
    `);
    const count = changes(engine).length;
    await engine.advance(10 * hour);
    expect(changes(engine)).toHaveLength(count);
  });

  test('without a load balancer · only larger', async () => {
    const engine = await engineWith(pool, policy('web', both));
    const uids = engine.list('VirtualMachine').map(({ metadata }) => metadata.uid ?? '');
    engine.world.ensureTraffic({
      name: 'default/load',
      target: { type: 'Machines', uids, serviceTimeMs: 10 },
      unit: 'Requests',
      pattern: { type: 'Constant', value: 400 },
      poisson: false,
      startMs: engine.world.nowMs,
    });
    await engine.advance(30 * minute);
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Effective')).toBe('False NoLoadBalancer');
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'Ready')).toBe('True Scaling');
    expect(replicas(engine)).toBe(2);
    expect(engine.get('VirtualMachinePool', 'web').spec.template.spec.resources.cpu).toBe('2');
    expect(engine.condition(engine.get('ScalingPolicy', 'web'), 'ScalingLimited')).toBe('True MaximumSize');
  });
});

describe('another process', () => {
  test('goes on just where the last one ended', async () => {
    const run = async (restart: boolean): Promise<unknown> => {
      let engine = await engineWith(pool, balancer, policy());
      const startMs = engine.world.nowMs;
      send(engine, { 0: 20, 10: 230, 20: 20, 40: 300 });
      // The second pause falls into the 5 minutes that scaling in waits for.
      for (const at of [12, 22, 45]) {
        await engine.advance(startMs + at * minute - engine.world.nowMs);
        if (restart) engine = engine.reopen();
        await engine.settle();
      }
      await engine.advance(20 * minute);
      return { objects: engine.list('ScalingPolicy'), notes: await engine.store.listPrivate('autoscaling/') };
    };
    expect(await run(true)).toEqual(await run(false));
  });
});
