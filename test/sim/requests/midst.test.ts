/** What becomes of requests when something happens in the midst of them. Constant work and even arrivals: all is exact. */
import { describe, expect, test } from 'vitest';
import { type RequestWindow } from '../../../src/model/ports.ts';
import { type SimulatedWorld } from '../../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  finishOperations,
  host,
  machine,
  minuteMs,
  route,
  traits,
  withoutOverhead,
} from '../builders.ts';
import { requestWorld, send, toStep, type Layout } from './play.ts';

const second = 1000;

/** One guest whose requests take a second each, and (per second) those that come evenly from now on. */
function slowGuest(perSecond: number, layout: Layout = {}): SimulatedWorld {
  const world = requestWorld({
    ...layout,
    balancer: { serviceTimeMs: second, serviceVariation: 0, ...layout.balancer },
  });
  send(world, perSecond, { poisson: false });
  return world;
}

function counts(world: SimulatedWorld, name = 'web'): Omit<RequestWindow, 'latencies' | 'waiting'> {
  const { latencies: _, waiting: __, ...rest } = windowOf(world, name);
  return rest;
}

function windowOf(world: SimulatedWorld, name = 'web'): RequestWindow {
  const window = world.requestWindow({ type: 'Balancer', name });
  if (!window) throw new Error('there is no such balancer');
  return window;
}

const none = { arrived: 0, answered: 0, failed: 0, refused: 0, timedOut: 0, throttled: 0 };

describe('a full queue', () => {
  test('refuses what it has no place for', () => {
    const world = slowGuest(4, { balancer: { queue: { limit: 3 } } });
    // At 125, 375, ... ms: one in service, three wait, and one in a second comes to be served.
    advance(world, 10 * second);
    expect(counts(world)).toEqual({ ...none, arrived: 40, answered: 9, failed: 27, refused: 27 });
    expect(world.balancerFlow('web')?.backlog).toBe(3);
    expect(windowOf(world).waiting).toBe(3);
  });

  test('of length 0 lets nothing wait', () => {
    const world = slowGuest(4, { balancer: { queue: { limit: 0 } } });
    advance(world, 10 * second);
    expect(counts(world)).toEqual({ ...none, arrived: 40, answered: 9, failed: 30, refused: 30 });
  });
});

test('a request that has waited as long as it may is given up', () => {
  const world = slowGuest(2, { balancer: { queue: { limit: 1024, timeoutMs: 1600 } } });
  advance(world, minuteMs);
  const { arrived, answered, timedOut, failed, latencies } = windowOf(world);
  expect([arrived, answered]).toEqual([120, 59]);
  expect(failed).toBe(timedOut);
  // One in service and up to three that wait; all others have been given up.
  const { backlog = 0 } = world.balancerFlow('web') ?? {};
  expect(answered + timedOut + 1 + backlog).toBe(120);
  expect(backlog).toBeLessThanOrEqual(4);
  expect(latencies.quantile(1)).toBeLessThan((1600 + second) * 1.01);
});

test('a timeout that is declared later holds for those that wait already', () => {
  const world = slowGuest(4);
  advance(world, 5 * second);
  expect(world.balancerFlow('web')?.backlog).toBe(15);
  const queue = { limit: 1024, timeoutMs: second };
  world.ensureBalancer(balancer('web', ['m0'], { serviceTimeMs: second, serviceVariation: 0, queue }));
  advance(world, 1);
  // Of those that came in the last second, four, none has waited as long as that.
  expect(counts(world)).toMatchObject({ answered: 4, timedOut: 11 });
  advance(world, second - 1);
  expect(world.balancerFlow('web')?.backlog).toBeLessThanOrEqual(4);
});

describe('a guest that goes down', () => {
  test('takes with it what it serves and what waits, and others fail until a check has seen it', () => {
    const world = slowGuest(4);
    advance(world, 5 * second);
    expect(counts(world)).toEqual({ ...none, arrived: 20, answered: 4 });
    world.inject({ hostUid: 'h', type: 'Crash' });
    expect(counts(world)).toEqual({ ...none, arrived: 20, answered: 4, failed: 16 });
    advance(world, 5 * second);
    expect(counts(world)).toEqual({ ...none, arrived: 40, answered: 4, failed: 36 });
  });

  test('cannot answer when it has lost the network, nor when it stops', () => {
    for (const ends of [
      (world: SimulatedWorld) => world.inject({ hostUid: 'h', type: 'NetworkLoss' }),
      (world: SimulatedWorld) => world.stop('m0'),
    ]) {
      const world = slowGuest(4);
      advance(world, 5 * second);
      ends(world);
      expect(counts(world)).toMatchObject({ answered: 4, failed: 16 });
    }
  });

  test('fails those who called it, and no others', () => {
    const world = requestWorld({ balancer: { serviceTimeMs: 10, serviceVariation: 0, calls: ['db'] } });
    world.ensureHost(host('h2'));
    finishOperations(world);
    addRunning(world, machine('d', 'h2'));
    world.ensureBalancer(balancer('db', ['d'], { serviceTimeMs: second, serviceVariation: 0 }));
    finishOperations(world);
    toStep(world);
    send(world, 1, { poisson: false });
    advance(world, 5 * second);
    // Each has called once it was served itself; the last one is in service in the second tier.
    expect([counts(world), counts(world, 'db')]).toEqual([
      { ...none, arrived: 5, answered: 4 },
      { ...none, arrived: 5, answered: 4 },
    ]);
    world.inject({ hostUid: 'h2', type: 'Crash' });
    expect(counts(world)).toEqual({ ...none, arrived: 5, answered: 4, failed: 1 });
    // What a caller that is gone has called goes on for nobody.
    world.inject({ hostUid: 'h', type: 'Crash' });
    expect(counts(world)).toEqual({ ...none, arrived: 5, answered: 4, failed: 1 });
  });

  test('that has called others is missed by nobody: what it called is served all the same', () => {
    const world = requestWorld({ balancer: { serviceTimeMs: 10, serviceVariation: 0, calls: ['db'] } });
    world.ensureHost(host('h2', { hypervisor: withoutOverhead }));
    finishOperations(world);
    addRunning(world, machine('d', 'h2'));
    world.ensureBalancer(balancer('db', ['d'], { serviceTimeMs: second, serviceVariation: 0 }));
    finishOperations(world);
    toStep(world);
    send(world, 1, { poisson: false });
    advance(world, second);
    world.inject({ hostUid: 'h', type: 'Crash' });
    expect([counts(world), counts(world, 'db')]).toEqual([
      { ...none, arrived: 1, failed: 1 },
      { ...none, arrived: 1 },
    ]);
    advance(world, second);
    expect(counts(world, 'db')).toMatchObject({ arrived: 1, answered: 1, failed: 0 });
    expect(world.requestWindow({ type: 'All' })).toMatchObject({ arrived: 2, answered: 0, failed: 2 });
  });
});

test('a guest that drains finishes what it has and gets nothing new', () => {
  const world = slowGuest(2, { machines: 2 });
  advance(world, 10 * second);
  const leaving = { machineUid: 'm0', weight: 1, draining: true };
  const { answered } = counts(world);
  world.ensureBalancer(
    balancer('web', [], {
      ...{ serviceTimeMs: second, serviceVariation: 0 },
      backends: [leaving, { machineUid: 'm1', weight: 1, draining: false }],
    }),
  );
  advance(world, 10 * second);
  expect(counts(world).failed).toBe(0);
  // One a second from m1, and the last one that m0 had in service.
  expect(counts(world).answered - answered).toBe(11);
  toStep(world);
  toStep(world);
  const shares = world.balancer('web')?.backends.map(({ machineUid, share }) => [machineUid, share]);
  expect(shares).toEqual([
    ['m0', 0],
    ['m1', 1],
  ]);
});

describe('a change of speed in the midst of a request', () => {
  test('a slow host: half of the work at full speed, half at a quarter', () => {
    const world = slowGuest(0.1);
    // It comes after 5 s.
    advance(world, 5.5 * second);
    world.inject({ hostUid: 'h', type: 'Slow', speed: 0.25 });
    advance(world, 4 * second);
    expect(windowOf(world).latencies.mean).toBeCloseTo(500 + 4 * 500, 6);
  });

  test('more virtual CPUs: what waited begins when the resize is through', () => {
    const world = slowGuest(4);
    advance(world, 2 * second);
    world.resize('m0', 16_000, 4 * 2 ** 30);
    finishOperations(world);
    expect(world.balancerFlow('web')?.backlog).toBe(0);
  });

  test('a migration carries requests over, and lets none in while the guest is stopped for the last copy', () => {
    const hypervisor = traits({
      performance: { overhead: { trapping: { Compute: 0 } }, migration: { downtime: 3000 } },
    });
    const world = slowGuest(2, { host: { hypervisor } });
    world.ensureHost(host('h2', { hypervisor, cpuMillis: 1_000_000, memoryBytes: 2 ** 50 }));
    finishOperations(world);
    toStep(world);
    expect(world.migrate('m0', 'h2')).toEqual({ ok: true });
    finishOperations(world);
    expect(world.machine('m0')?.hostUid).toBe('h2');
    const { downtimeMs = 0, endedAtMs = 0 } = world.machine('m0')?.lastMigration ?? {};
    expect(downtimeMs).toBeGreaterThan(second);
    // Two a second come in vain; it serves one a second, and none while it is stopped.
    const { answered, failed } = counts(world);
    expect(Math.abs(failed - (2 * downtimeMs) / second)).toBeLessThan(1.01);
    const playedMs = endedAtMs - Math.floor(endedAtMs / minuteMs) * minuteMs;
    expect(Math.abs(answered - (playedMs - downtimeMs) / second)).toBeLessThan(1.01);
    const { backlog = 0 } = world.balancerFlow('web') ?? {};
    expect(backlog).toBeGreaterThan(10);
    // The request that was in service took that much longer, and no other was lost.
    advance(world, 2 * second);
    expect(counts(world).failed).toBe(failed);
  });
});

describe('routes', () => {
  const withRoutes = (...routes: ReturnType<typeof route>[]): SimulatedWorld => {
    const world = requestWorld({ cores: 1, balancer: { serviceTimeMs: 100, queue: { limit: 20 } } });
    for (const one of routes) world.ensureRoute(one);
    return world;
  };
  const sendTo = (world: SimulatedWorld, name: string, perSecond: number, poisson = false): void =>
    send(world, perSecond, { name, target: { type: 'Route', name }, poisson });

  test('a quota lets its rate through, and what comes within a second', () => {
    const world = withRoutes(route('a', { balancer: 'web', quotaRequestsPerSecond: 4 }));
    sendTo(world, 'a', 8);
    advance(world, 10 * second);
    const window = world.requestWindow({ type: 'Route', name: 'a' });
    // 4 a second up to the last one, at 9.94 s, and the 4 that the bucket held at first.
    expect(window).toMatchObject({ arrived: 80, throttled: 37, failed: 37 });
    expect(world.requestWindow({ type: 'All' })).toMatchObject({ arrived: 80, throttled: 37 });
    expect(counts(world).arrived).toBe(43);
  });

  test('one that leads nowhere fails all', () => {
    const world = withRoutes(route('a'));
    sendTo(world, 'a', 8);
    advance(world, 10 * second);
    expect(world.requestWindow({ type: 'Route', name: 'a' })).toMatchObject({ arrived: 80, failed: 80 });
  });

  test('who floods a guest loses the own requests, and nobody else does', () => {
    const world = withRoutes(route('modest', { balancer: 'web' }), route('flood', { balancer: 'web' }));
    sendTo(world, 'modest', 2, true);
    sendTo(world, 'flood', 30, true);
    advance(world, 5 * minuteMs);
    const modest = world.routeFlow('modest');
    const flood = world.route('flood');
    expect(modest).toMatchObject({ totalErrors: 0 });
    // Capacity is 10 a second: 8 are left.
    expect(Math.abs((flood?.totalErrors ?? 0) / (flood?.totalRequests ?? 1) - 22 / 30)).toBeLessThan(0.03);
    expect(Math.abs((flood?.heldPerSecond ?? 0) / 22 - 1)).toBeLessThan(0.1);
    // It waits for those in service and its own; the flood waits for a whole queue.
    expect(modest?.latency.meanMs).toBeLessThan(500);
    expect(flood?.latency.meanMs).toBeGreaterThan(1500);
    expect(flood?.servedBy).toEqual(['m0']);
  });

  test('weights share what is short', () => {
    const world = withRoutes(route('a', { balancer: 'web', weight: 3 }), route('b', { balancer: 'web' }));
    sendTo(world, 'a', 30, true);
    sendTo(world, 'b', 30, true);
    advance(world, 5 * minuteMs);
    const answered = (name: string): number => {
      const { totalRequests = 0, totalErrors = 0 } = world.routeFlow(name) ?? {};
      return totalRequests - totalErrors;
    };
    expect(Math.abs(answered('a') / answered('b') - 3)).toBeLessThan(0.2);
  });
});

test('tiers: the latency of a request is that of all that it calls, one after the other', () => {
  const world = requestWorld({ balancer: { serviceTimeMs: 10, serviceVariation: 0, calls: ['a', 'b'] } });
  const constant = { serviceVariation: 0 };
  world.ensureBalancer(balancer('a', ['m0'], { ...constant, serviceTimeMs: 20, calls: ['c'] }));
  world.ensureBalancer(balancer('b', ['m0'], { ...constant, serviceTimeMs: 40 }));
  world.ensureBalancer(balancer('c', ['m0'], { ...constant, serviceTimeMs: 80 }));
  finishOperations(world);
  toStep(world);
  send(world, 2, { poisson: false });
  advance(world, minuteMs);
  const mean = (name: string): number => windowOf(world, name).latencies.mean;
  expect(mean('web')).toBeCloseTo(150, 6);
  expect(mean('a')).toBeCloseTo(100, 6);
  expect([mean('b'), mean('c')].map(Math.round)).toEqual([40, 80]);
  expect(counts(world, 'c').arrived).toBe(120);
  // 150 ms of CPU twice a second.
  toStep(world);
  expect(world.machineUsage('m0')?.cpuMillis).toBeCloseTo(300, 6);
});

describe('backends whose requests fail', () => {
  const outlierDetection = {
    ...{ consecutiveFailures: 5, intervalMs: 10_000, baseEjectionMs: 30_000, maxEjectionMs: 300_000 },
    maxEjected: 0.5,
  };

  test('are ejected by single answers, and taken back by a sweep', () => {
    const healthCheck = { intervalMs: 10 * minuteMs, healthyThreshold: 1, unhealthyThreshold: 3 };
    const world = requestWorld({ balancer: { outlierDetection, healthCheck, algorithm: 'RoundRobin' } });
    world.ensureHost(host('h2'));
    finishOperations(world);
    addRunning(world, machine('n0', 'h2'));
    const backends = ['m0', 'n0'];
    world.ensureBalancer(balancer('web', backends, { outlierDetection, healthCheck }));
    finishOperations(world);
    toStep(world);
    send(world, 10, { poisson: false });
    world.inject({ hostUid: 'h2', type: 'NetworkLoss' });
    const startMs = world.nowMs;
    advance(world, 20 * second);
    expect(world.balancerFlow('web')?.totalErrors).toBe(5);
    // The fifth failure is its tenth request at most: within the first second. 30 s later a sweep takes it back.
    expect(world.health('web')?.get('n0')?.ejectedUntilMs).toBe(startMs + 40_000);
    advance(world, 20 * second);
    expect(world.health('web')?.get('n0')?.ejectedUntilMs).toBeUndefined();
    advance(world, 2 * second);
    expect(world.balancerFlow('web')?.totalErrors).toBe(10);
    expect(world.health('web')?.get('n0')?.ejectedUntilMs).toBe(startMs + 110_000);
  });
});

describe('clients that are kept together', () => {
  test('each is sent to one backend, and a new backend moves few of them', () => {
    const affinity = { keys: 50, skew: 0 };
    const world = requestWorld({
      machines: 4,
      balancer: { algorithm: 'Maglev', serviceTimeMs: 1, affinity },
    });
    send(world, 200);
    advance(world, minuteMs);
    const shares = world.balancer('web')?.backends.map(({ share }) => share) ?? [];
    // Each of the fifty sends 2 %: shares are multiples of that, but for chance.
    for (const share of shares) expect(Math.abs(share * 50 - Math.round(share * 50))).toBeLessThan(0.45);
    expect(world.balancer('web')?.movedKeys).toBeUndefined();
    world.ensureBalancer(
      balancer('web', ['m0', 'm1', 'm2'], { algorithm: 'Maglev', serviceTimeMs: 1, affinity }),
    );
    advance(world, minuteMs);
    const gone = shares[3] ?? 0;
    expect(world.balancer('web')?.movedKeys).toBeGreaterThan(gone * 0.5);
    expect(world.balancer('web')?.movedKeys).toBeLessThan(gone + 0.2);
  });
});

describe('other programs of a guest', () => {
  test('take capacity from requests, and count as CPU that is used', () => {
    const world = requestWorld({ cores: 4, balancer: { serviceVariation: 0, serviceTimeMs: 100 } });
    const machines = { type: 'Machines' as const, uids: ['m0'], serviceTimeMs: 0 };
    const cpu = { name: 'cpu', unit: 'Cpu' as const, target: machines, poisson: false };
    send(world, 0.5, { ...cpu, pattern: { type: 'Constant', value: 0.5 } });
    send(world, 10, { poisson: false });
    toStep(world);
    toStep(world);
    expect(world.machineUsage('m0')?.cpuMillis).toBeCloseTo(2000 + 1000, 3);
    expect(world.traffic('cpu')?.offered).toBeCloseTo(0.5, 9);
    // Two cores are left: 30 requests a second of 100 ms are more than these can do.
    send(world, 30, { poisson: false });
    toStep(world);
    toStep(world);
    expect(world.machineUsage('m0')?.cpuMillis).toBeCloseTo(4000, 3);
  });

  test('requests straight to guests are spread evenly and are of no balancer', () => {
    const world = requestWorld({ machines: 2, cores: 1 });
    const target = { type: 'Machines' as const, uids: ['m0', 'm1'], serviceTimeMs: 100 };
    send(world, 8, { target, poisson: false });
    toStep(world);
    toStep(world);
    expect(world.machineUsage('m0')?.requestsPerSecond).toBeCloseTo(4, 1);
    expect(world.machineUsage('m1')?.requestsPerSecond).toBeCloseTo(4, 1);
    expect(world.requestWindow({ type: 'All' })).toMatchObject({ arrived: 0 });
  });
});
