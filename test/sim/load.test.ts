import { describe, expect, test } from 'vitest';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  epochMs,
  finishOperations,
  gib,
  host,
  machine,
  route,
  traffic,
  worldWithHosts,
} from './builders.ts';

const stepMs = 15_000;

/** Machines m1 and m2, each of 2 cores, on hosts a and b, healthy behind `web`. No traffic yet. */
function pair(fields: Parameters<typeof balancer>[2] = {}): SimulatedWorld {
  const world = worldWithHosts(host('a'), host('b'));
  addRunning(world, machine('m1', 'a'), machine('m2', 'b'));
  world.ensureBalancer(balancer('web', ['m1', 'm2'], fields));
  finishOperations(world);
  return world;
}

const constant = (value: number): { pattern: { type: 'Constant'; value: number } } => ({
  pattern: { type: 'Constant', value },
});

/** To the beginning of the next step, and a whole step further. */
function oneStep(world: SimulatedWorld): void {
  world.advanceTo((Math.floor(world.nowMs / stepMs) + 2) * stepMs);
}

test('without traffic nothing happens by itself, and machines are idle', () => {
  const world = pair();
  expect(world.nextEventAtMs()).toBeUndefined();
  oneStep(world);
  expect(world.machineUsage('m1')).toMatchObject({ cpuMillis: 0, utilization: 0, sampledAtMs: world.nowMs });
  expect(world.balancer('web')).toMatchObject({ requestsPerSecond: 0, errorRate: 0, totalRequests: 0 });
});

test('requests become CPU by service time and virtualization', () => {
  const world = pair();
  world.ensureTraffic(traffic('t', constant(100)));
  oneStep(world);
  // 50 requests a second of 10 ms each are half a core, and para-virtualized Compute costs 0.15 % more.
  const usage = world.machineUsage('m1');
  expect(usage?.cpuMillis).toBeCloseTo(500 * (1 + (0.068 * 0.023) / 1.023), 6);
  expect(usage?.utilization).toBeCloseTo((usage?.cpuMillis ?? 0) / 2000, 9);
  expect(usage).toMatchObject({ requestsPerSecond: 50, sampledAtMs: world.nowMs });
  const hostUsage = world.hostUsage('a');
  expect(hostUsage?.utilization).toBeCloseTo((usage?.cpuMillis ?? 0) / 16_000, 9);
  expect(hostUsage?.watts).toBeCloseTo(100 + 200 * (hostUsage?.utilization ?? 0), 9);
  expect(world.balancer('web')?.latency.meanMs).toBeGreaterThan(10);
});

test('a machine shows the last whole step: nothing before the first has passed', () => {
  const world = pair();
  oneStep(world);
  advance(world, 1000);
  world.ensureTraffic(traffic('t'));
  expect(world.machineUsage('m1')?.cpuMillis).toBe(0);
  expect(world.balancer('web')?.requestsPerSecond).toBe(10);
  world.advanceTo(world.nextEventAtMs() ?? 0);
  expect(world.machineUsage('m1')?.cpuMillis).toBeGreaterThan(0);
  world.removeTraffic('t');
  expect(world.balancer('web')?.requestsPerSecond).toBe(0);
  oneStep(world);
  expect(world.machineUsage('m1')?.cpuMillis).toBe(0);
  expect(world.nextEventAtMs()).toBeUndefined();
});

test('a machine that has just started has no sample', () => {
  const world = worldWithHosts(host('a'));
  addRunning(world, machine('m1', 'a'));
  expect(world.machineUsage('m1')).toBeUndefined();
  world.advanceTo((Math.floor(world.nowMs / stepMs) + 1) * stepMs);
  expect(world.machineUsage('m1')).toBeDefined();
});

test('what exceeds the capacity waits, then fails, and is counted to the request', () => {
  const world = pair();
  world.ensureTraffic(traffic('t', constant(800)));
  const startMs = world.nowMs;
  advance(world, 100_000);
  const seen = world.balancer('web');
  // 4 cores serve 400 requests of 10 ms (less 0.15 %) a second.
  expect(seen?.errorRate).toBeCloseTo(0.5, 2);
  expect(seen?.totalRequests).toBeCloseTo(800 * 100, 6);
  const served = 100 * (world.machineUsage('m1')?.requestsPerSecond ?? 0) * 2;
  expect(seen?.backlog).toBeCloseTo(2 * 1024, 6);
  expect((seen?.totalErrors ?? 0) + (seen?.backlog ?? 0) + served).toBeCloseTo(seen?.totalRequests ?? 0, 6);
  expect(seen?.totalRefused).toBe(seen?.totalErrors);
  expect(world.machineUsage('m1')?.utilization).toBe(1);
  expect(world.nowMs - startMs).toBe(100_000);
});

test('totals go on through changes within a step, at the rates that held', () => {
  const world = pair();
  world.ensureTraffic(traffic('t', constant(10)));
  advance(world, 4000);
  world.ensureTraffic(traffic('t', constant(30)));
  advance(world, 1000);
  world.removeTraffic('t');
  advance(world, 90_000);
  expect(world.balancer('web')?.totalRequests).toBeCloseTo(10 * 4 + 30, 9);
});

test('neighbours on a full host slow each other down; a slow host does so too', () => {
  const world = worldWithHosts(host('a', { cpuMillis: 2000 }), host('b'));
  addRunning(world, machine('m1', 'a'), machine('m2', 'a'), machine('m3', 'b'));
  const load = { type: 'Machines' as const, serviceTimeMs: 0 };
  world.ensureTraffic(
    traffic('t', { target: { ...load, uids: ['m1', 'm2', 'm3'] }, unit: 'Cpu', ...constant(0.9) }),
  );
  oneStep(world);
  const [m1, m2, m3] = ['m1', 'm2', 'm3'].map((uid) => world.machineUsage(uid));
  expect(m3?.cpuMillis).toBeCloseTo(1800, 9);
  expect(m1?.cpuMillis).toBe(m2?.cpuMillis);
  expect(m1?.cpuMillis).toBeGreaterThan(900);
  expect(m1?.cpuMillis).toBeLessThanOrEqual(1000);
  expect(world.hostUsage('a')?.utilization).toBe(1);

  const slow = pair();
  slow.ensureTraffic(traffic('t', constant(100)));
  const before = slow.balancer('web')?.latency.meanMs ?? 0;
  slow.inject({ hostUid: 'a', type: 'Slow', speed: 0.5 });
  expect(slow.balancer('web')?.latency.meanMs).toBeGreaterThan(1.3 * before);
});

test('a sine per target gives each machine a phase of its own', () => {
  const world = worldWithHosts(host('a'));
  const uids = ['m1', 'm2', 'm3'];
  addRunning(world, ...uids.map((uid) => machine(uid, 'a')));
  const pattern = { type: 'Sine' as const, mean: 0.5, amplitude: 0.4, periodMs: 3_600_000, perTarget: true };
  const target = { type: 'Machines' as const, uids, serviceTimeMs: 0 };
  world.ensureTraffic(traffic('t', { target, unit: 'Cpu', pattern }));
  const seen = new Set<number>();
  for (let step = 0; step < 240; step++) {
    oneStep(world);
    const [u1 = 0, u2 = 0, u3 = 0] = uids.map((uid) => world.machineUsage(uid)?.utilization);
    expect(Math.abs(u1 - u2) + Math.abs(u2 - u3)).toBeGreaterThan(0);
    seen.add(u1);
  }
  expect(Math.min(...seen)).toBeLessThan(0.12);
  expect(Math.max(...seen)).toBeGreaterThan(0.88);
});

test('requests straight to machines are split evenly; those to a machine that is down are lost', () => {
  const world = pair();
  const target = { type: 'Machines' as const, uids: ['m1', 'm2'], serviceTimeMs: 10 };
  world.ensureTraffic(traffic('t', { target, ...constant(40) }));
  world.stop('m2');
  oneStep(world);
  expect(world.machineUsage('m1')?.requestsPerSecond).toBe(20);
  expect(world.machineUsage('m2')).toBeUndefined();
});

test('CPU load follows machines that start, grow and stop within a step', () => {
  const world = worldWithHosts(host('a'));
  addRunning(world, machine('m1', 'a'), machine('m2', 'a'));
  world.stop('m2');
  finishOperations(world);
  const target = { type: 'Machines' as const, uids: ['m1', 'm2'], serviceTimeMs: 0 };
  world.ensureTraffic(traffic('t', { target, unit: 'Cpu', ...constant(0.5) }));
  const used = (): number => (world.hostUsage('a')?.utilization ?? 0) * 16_000;
  expect(used()).toBeCloseTo(1000, 9);
  oneStep(world);
  world.start('m2');
  finishOperations(world);
  expect(world.nowMs % stepMs).not.toBe(0);
  expect(used()).toBeCloseTo(2000, 9);
  world.resize('m2', 4000, 4 * gib);
  finishOperations(world);
  expect(used()).toBeCloseTo(3000, 9);
  world.stop('m2');
  expect(used()).toBeCloseTo(1000, 9);
});

describe('memory', () => {
  /** MiB wanted by m1 and m2, each of 4 GiB, and what has become of m1 after two steps. */
  function wanting(...mebibytes: readonly number[]) {
    const world = worldWithHosts(host('a'));
    addRunning(world, machine('m1', 'a'), machine('m2', 'a'));
    mebibytes.forEach((value, index) => {
      const target = { type: 'Machines' as const, uids: ['m1', 'm2'], serviceTimeMs: 0 };
      world.ensureTraffic(
        traffic(`t${index}`, { target, unit: 'Memory', poisson: true, ...constant(value) }),
      );
    });
    const startedAtMs = world.machine('m1')?.startedAtMs;
    const wantedAtMs = world.nowMs;
    oneStep(world);
    oneStep(world);
    return { world, m1: world.machine('m1'), usage: world.machineUsage('m1'), startedAtMs, wantedAtMs };
  }

  test.each([
    ['nothing is said · half of what it has', [], 2 * gib],
    ['what its programs want', [1000], 1000 * 2 ** 20],
    ['several loads add up', [1000, 500], 1500 * 2 ** 20],
    ['just what it has', [4096], 4 * gib],
  ])('in use · %s', (_name, mebibytes, expected) => {
    const { world, m1, usage } = wanting(...mebibytes);
    if (mebibytes.length > 0) expect(usage?.memoryBytes).toBe(expected);
    expect(m1?.state).toBe('Running');
    expect(usage?.cpuMillis ?? 0).toBe(0);
    expect(world.traffic('t0')?.offered).toBe(mebibytes[0]);
  });

  test('more than there is · the guest goes down and stays so until it is started', () => {
    const { world, m1, usage, startedAtMs, wantedAtMs } = wanting(4000, 97);
    expect(m1?.state).toBe('Stopped');
    expect(m1?.lastTermination).toEqual({
      reason: 'OutOfMemory',
      startedAtMs,
      atMs: Math.ceil(wantedAtMs / stepMs) * stepMs,
      memoryBytes: 4 * gib,
    });
    expect(usage).toBeUndefined();
    expect(world.machine('m2')?.state).toBe('Stopped');
    expect(world.takeChanges()).toContainEqual({ type: 'Machine', namespace: 'default', name: 'm1' });
    world.reshape('m1', 2000, 5 * gib);
    world.start('m1');
    finishOperations(world);
    oneStep(world);
    oneStep(world);
    expect(world.machine('m1')).toMatchObject({ state: 'Running', bootCount: 2 });
    expect(world.machineUsage('m1')?.memoryBytes).toBe(4097 * 2 ** 20);
  });

  test('a guest that is being moved goes down when it has arrived, unless it has enough by then', () => {
    const world = worldWithHosts(host('a'), host('b'));
    addRunning(world, machine('m1', 'a'));
    const target = { type: 'Machines' as const, uids: ['m1'], serviceTimeMs: 0 };
    world.ensureTraffic(traffic('t', { target, unit: 'Memory', ...constant(5000) }));
    world.advanceTo(Math.ceil(world.nowMs / stepMs) * stepMs - 500);
    world.migrate('m1', 'b');
    advance(world, 1000);
    expect(world.machine('m1')?.state).toBe('Migrating');
    finishOperations(world);
    world.resize('m1', 2000, 5 * gib);
    oneStep(world);
    expect(world.machine('m1')).toMatchObject({ state: 'Running', hostUid: 'b' });
    world.resize('m1', 2000, 4 * gib);
    oneStep(world);
    expect(world.machine('m1')?.state).toBe('Stopped');
  });
});

test('CPU load on a balancer goes to the machines behind it', () => {
  const world = pair();
  world.ensureTraffic(traffic('t', { unit: 'Cpu', ...constant(0.25) }));
  oneStep(world);
  expect(['m1', 'm2'].map((uid) => world.machineUsage(uid)?.cpuMillis)).toEqual([500, 500]);
  expect(world.traffic('t')).toEqual({ offered: 0.25 });
});

describe('tiers', () => {
  /** `web` on m1 calls `db` on m2. */
  function tiers(dbServiceMs: number): SimulatedWorld {
    const world = worldWithHosts(host('a'), host('b'));
    addRunning(world, machine('m1', 'a'), machine('m2', 'b'));
    world.ensureBalancer(balancer('web', ['m1'], { calls: ['db'] }));
    world.ensureBalancer(balancer('db', ['m2'], { serviceTimeMs: dbServiceMs }));
    finishOperations(world);
    return world;
  }

  test('what the first serves the second gets, and latencies add up', () => {
    const world = tiers(5);
    world.ensureTraffic(traffic('t', constant(100)));
    const web = world.balancer('web')?.latency;
    const db = world.balancer('db')?.latency;
    expect(world.balancer('db')?.requestsPerSecond).toBe(100);
    // M/M/2 at half and a quarter of its capacity: 4/3 and 16/15 service times; virtualization adds 0.15 %.
    expect(web?.meanMs).toBeCloseTo(1.0015 * (10 * (4 / 3) + 5 * (16 / 15)), 1);
    expect(db?.meanMs).toBeLessThan(web?.meanMs ?? 0);
  });

  test('a first tier that is full passes on only what it serves', () => {
    const world = tiers(5);
    world.ensureTraffic(traffic('t', constant(400)));
    const passedOn = world.balancer('db')?.requestsPerSecond ?? 0;
    expect(passedOn).toBeCloseTo(200, -0.5);
    expect(world.balancer('web')?.errorRate).toBe(0);
    // 200 a second too many for 1024 places.
    advance(world, 6000);
    expect(world.balancer('web')?.errorRate).toBeCloseTo(1 - passedOn / 400, 9);
    expect(world.balancer('db')?.requestsPerSecond).toBeCloseTo(passedOn, 6);
    expect(world.balancer('db')).toMatchObject({ errorRate: 0, backlog: 0 });
  });

  test('what fails in the second tier fails for the callers of the first', () => {
    const world = tiers(40);
    world.ensureTraffic(traffic('t', constant(100)));
    advance(world, 30_000);
    const db = world.balancer('db');
    expect(db?.errorRate).toBeCloseTo(0.5, 2);
    expect(world.balancer('web')).toMatchObject({ errorRate: db?.errorRate, backlog: 0 });
    expect(db?.backlog).toBeCloseTo(1024, 6);
    world.removeBalancer('db');
    expect(world.balancer('web')?.errorRate).toBe(1);
  });

  test('calls in a circle come to an end', () => {
    const world = tiers(5);
    world.ensureBalancer(balancer('db', ['m2'], { serviceTimeMs: 5, calls: ['web'] }));
    world.ensureTraffic(traffic('t', constant(50)));
    expect(world.balancer('web')).toMatchObject({ requestsPerSecond: 50, errorRate: 0 });
  });
});

describe('routes', () => {
  const toRoute = (name: string, value: number) =>
    traffic(`to-${name}`, { target: { type: 'Route', name }, ...constant(value) });

  test('a quota refuses what is above it, and nobody else feels that', () => {
    const world = pair();
    world.ensureRoute(route('acme', { balancer: 'web', quotaRequestsPerSecond: 20 }));
    world.ensureRoute(route('bolt', { balancer: 'web' }));
    world.ensureTraffic(toRoute('acme', 50));
    world.ensureTraffic(toRoute('bolt', 50));
    advance(world, 10_000);
    const acme = world.route('acme');
    expect(acme).toMatchObject({ requestsPerSecond: 50, throttledPerSecond: 30, errorRate: 0.6 });
    expect(acme?.totalErrors).toBeCloseTo(300, 9);
    expect(world.route('bolt')).toMatchObject({ throttledPerSecond: 0, errorRate: 0, totalErrors: 0 });
    expect(world.balancer('web')).toMatchObject({
      requestsPerSecond: 70,
      throttledPerSecond: 0,
      errorRate: 0,
    });
  });

  test('the requests of a tenant reach the machines of its balancer and the tiers behind, and no others', () => {
    const world = worldWithHosts(host('a'));
    addRunning(world, ...['a1', 'a2', 'b1', 'db'].map((uid) => machine(uid, 'a')));
    world.ensureBalancer(balancer('acme', ['a1', 'a2'], { calls: ['db'] }));
    world.ensureBalancer(balancer('bolt', ['b1']));
    world.ensureBalancer(balancer('db', ['db']));
    finishOperations(world);
    for (const name of ['acme', 'bolt', 'idle']) {
      world.ensureRoute(route(name, { balancer: name === 'idle' ? 'bolt' : name }));
    }
    world.ensureTraffic(toRoute('acme', 10));
    world.ensureTraffic(toRoute('bolt', 10));
    expect(world.route('acme')?.servedBy).toEqual(['a1', 'a2', 'db']);
    expect(world.route('bolt')?.servedBy).toEqual(['b1']);
    expect(world.route('idle')?.servedBy).toEqual([]);
    world.removeTraffic('to-bolt');
    oneStep(world);
    expect(world.machineUsage('b1')?.requestsPerSecond).toBe(0);
    expect(world.machineUsage('a1')?.requestsPerSecond).toBe(5);
  });

  test('a route without a balancer fails all that it gets', () => {
    const world = pair();
    world.ensureRoute(route('acme'));
    world.ensureTraffic(toRoute('acme', 10));
    expect(world.route('acme')).toMatchObject({ requestsPerSecond: 10, errorRate: 1, servedBy: [] });
    world.ensureRoute(route('acme', { balancer: 'web' }));
    expect(world.route('acme')).toMatchObject({ errorRate: 0, servedBy: ['m1', 'm2'] });
  });
});

test('asking again for the same route and traffic changes nothing', () => {
  const world = pair();
  world.ensureRoute(route('acme'));
  world.ensureTraffic(traffic('t'));
  world.takeDirty();
  world.ensureRoute(route('acme'));
  world.ensureTraffic(traffic('t'));
  expect(world.takeDirty()).toEqual([]);
});

test('things that are not there have no figures', () => {
  const world = worldWithHosts();
  expect([world.machineUsage('x'), world.hostUsage('x'), world.balancer('x')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect([world.route('x'), world.traffic('x')]).toEqual([undefined, undefined]);
  expect(world.nowMs).toBe(epochMs);
});
