/** What more requests than can be served come to: they wait, are lost by the rules of the queue, and are served later. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BalancerRequest, type BalancingAlgorithm } from '../../src/model/ports.ts';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  finishOperations,
  host,
  machine,
  minuteMs,
  newWorld,
  route,
  Saved,
  traffic,
} from './builders.ts';

/** Service of 1 s on a bare core, less what para-virtualized Compute costs. */
const second = { serviceTimeMs: 1000 / 1.0015285 };
const patient = { limit: 1e6 };

/** Machines of one core, each on a host of its own, behind `web`, in a step that has just begun. */
function served(count: number, fields: Partial<BalancerRequest> = {}, stepMs?: number): SimulatedWorld {
  const world = newWorld([], 42, stepMs);
  const ids = Array.from({ length: count }, (_, i) => `m${i}`);
  for (const id of ids) world.ensureHost(host(`h${id}`));
  finishOperations(world);
  addRunning(world, ...ids.map((id) => machine(id, `h${id}`, { cpuMillis: 1000 })));
  world.ensureBalancer(balancer('web', ids, { ...second, queue: patient, ...fields }));
  finishOperations(world);
  const whole = stepMs ?? 15_000;
  world.advanceTo(Math.ceil(world.nowMs / whole) * whole);
  return world;
}

/** Requests a second from now on: levels by the minutes at which they begin. */
function send(world: SimulatedWorld, levels: Readonly<Record<number, number>>): void {
  const steps = Object.entries(levels).map(([at, value]) => ({ atMs: Number(at) * minuteMs, value }));
  world.ensureTraffic(traffic('t', { pattern: { type: 'Steps', steps }, startMs: world.nowMs }));
}

function seen(world: SimulatedWorld, name = 'web'): NonNullable<ReturnType<SimulatedWorld['balancer']>> {
  const found = world.balancer(name);
  if (!found) throw new Error(`no balancer ${name}`);
  return found;
}

describe('half the capacity, then three halves for 5 minutes, then half again', () => {
  const levels = { 0: 0.5, 10: 1.5, 15: 0.5 };

  test.each([1000, 15_000, minuteMs, 5 * minuteMs])(
    'steps of %d ms · it waits and is served, nothing is lost',
    (stepMs) => {
      const world = served(1, {}, stepMs);
      send(world, levels);
      advance(world, 5 * minuteMs - 1);
      const before = seen(world).latency.meanMs;
      advance(world, 5 * minuteMs + 1);
      expect(seen(world).backlog).toBe(0);
      advance(world, 5 * minuteMs);
      // Half a request a second too much.
      expect(seen(world).backlog).toBeCloseTo(150, 0);
      advance(world, 2.5 * minuteMs);
      expect(seen(world).backlog).toBeCloseTo(75, 0);
      advance(world, 2.5 * minuteMs + 2000);
      expect(seen(world)).toMatchObject({ backlog: 0, totalErrors: 0 });
      advance(world, 10 * minuteMs);
      expect(seen(world).latency.meanMs).toBe(before);
    },
  );

  test('who comes late waits for all before it', () => {
    const world = served(1, {}, 1000);
    send(world, levels);
    advance(world, 15 * minuteMs - 1);
    // 150 requests of a second each, its own, and what a queue at 1.5 holds by chance above its growth.
    const { meanMs, p99Ms } = seen(world).latency;
    expect(meanMs / 1000).toBeGreaterThan(150);
    expect(meanMs / 1000).toBeLessThan(155);
    expect(p99Ms).toBeLessThan(1.1 * meanMs);
  });
});

test('the limit bounds the wait, and what is beyond it is refused to the request', () => {
  const world = served(1, { queue: { limit: 20 } });
  send(world, { 0: 0, 1: 2 });
  advance(world, minuteMs + 19_000);
  expect(seen(world)).toMatchObject({ totalErrors: 0, refusedPerSecond: 0 });
  advance(world, minuteMs - 19_000);
  const { totalRequests, totalErrors, totalRefused, totalTimedOut, backlog, latency } = seen(world);
  expect([totalRequests, totalTimedOut]).toEqual([120, 0]);
  expect(totalRefused).toBeCloseTo(totalErrors, 9);
  expect(totalErrors).toBeCloseTo(120 - 60 - 20, 0);
  expect(backlog).toBeCloseTo(20, 0);
  expect(latency.meanMs).toBeLessThan(22_000);
  expect(latency.p99Ms).toBeLessThan(40_000);
});

test('a timeout bounds the wait, and what would wait longer is given up', () => {
  const world = served(1, { queue: { limit: 1e6, timeoutMs: 10_000 } });
  send(world, { 0: 0, 1: 2 });
  advance(world, 2 * minuteMs);
  const { totalErrors, totalRefused, totalTimedOut, backlog, latency } = seen(world);
  expect(totalRefused).toBe(0);
  expect(totalTimedOut).toBeCloseTo(totalErrors, 9);
  expect(totalErrors).toBeCloseTo(120 - 60 - 10, 0);
  expect(backlog).toBeCloseTo(10, 0);
  // The service itself comes after the wait.
  expect(latency.meanMs).toBeLessThan(11_500);
});

test.each([
  ['a tenth of the load is refused when nobody can wait, as by Erlang', { limit: 0 }, 0.1, 0.1 / 1.1],
  ['one of two places at full load', { limit: 1 }, 1, 1 / 3],
])('a stationary queue loses by chance · %s', (_name, queue, rate, lost) => {
  const world = served(1, { algorithm: 'Random', queue });
  send(world, { 0: rate });
  advance(world, minuteMs);
  expect(seen(world).errorRate).toBeCloseTo(lost, 2);
  expect(world.machineUsage('m0')?.utilization).toBeCloseTo(rate * (1 - lost), 2);
});

test('a limit that is lowered lets nothing in until there is room', () => {
  const world = served(1);
  send(world, { 0: 2 });
  advance(world, minuteMs);
  expect(seen(world).backlog).toBeCloseTo(60, 0);
  world.ensureBalancer({ ...balancer('web', ['m0'], { ...second, queue: { limit: 30 } }) });
  expect(seen(world)).toMatchObject({ refusedPerSecond: 2, totalErrors: 0 });
  advance(world, 31_000);
  expect(seen(world).backlog).toBeCloseTo(30, 0);
  expect(seen(world).refusedPerSecond).toBeCloseTo(1, 2);
});

describe('what waits', () => {
  /** One machine too slow for its requests, with 60 waiting. */
  function behind(fields: Partial<BalancerRequest> = {}): SimulatedWorld {
    const world = served(2, fields);
    send(world, { 0: 4 });
    advance(world, minuteMs);
    expect(seen(world).backlog).toBeCloseTo(120, 0);
    return world;
  }

  test('fails with its machine, and only that', () => {
    const world = behind();
    const before = seen(world);
    expect(before.totalErrors).toBe(0);
    world.inject({ hostUid: 'hm0', type: 'Crash' });
    expect(seen(world).backlog).toBeCloseTo(60, 0);
    expect(seen(world)).toMatchObject({ totalErrors: before.backlog - seen(world).backlog, totalRefused: 0 });
  });

  test('is finished by a backend that drains', () => {
    const world = behind();
    const backends = ['m0', 'm1'].map((machineUid) => ({
      machineUid,
      weight: 1,
      draining: machineUid === 'm0',
    }));
    world.ensureBalancer(balancer('web', [], { ...second, queue: patient, backends }));
    world.removeTraffic('t');
    advance(world, 30_000);
    expect(world.machineUsage('m0')).toMatchObject({
      utilization: 1,
      requestsPerSecond: expect.closeTo(1, 2) as number,
    });
    advance(world, 31_000);
    expect(seen(world)).toMatchObject({ backlog: 0, totalErrors: 0 });
    advance(world, minuteMs);
    expect(world.machineUsage('m0')?.utilization).toBe(0);
  });

  test('fails with a backend that is taken out before it is done', () => {
    const world = behind();
    const { backlog } = seen(world);
    world.ensureBalancer(balancer('web', ['m1'], { ...second, queue: patient }));
    expect(seen(world).totalErrors).toBeCloseTo(backlog / 2, 9);
  });

  test('moves with a machine, and is served faster by a larger one', () => {
    const world = behind();
    advance(world, 9 * minuteMs);
    world.removeTraffic('t');
    world.ensureHost(host('other'));
    finishOperations(world);
    world.migrate('m0', 'other');
    finishOperations(world);
    expect(seen(world).totalErrors).toBe(0);
    const { backlog } = seen(world);
    world.resize('m0', 2000, 4 * 2 ** 30);
    finishOperations(world);
    const atResize = seen(world).backlog;
    advance(world, 1000);
    expect(atResize).toBeLessThanOrEqual(backlog);
    // Two machines that still have some: of one and of two cores.
    expect(atResize - seen(world).backlog).toBeCloseTo(3, 1);
  });

  test('is given up when a slower machine can no longer serve it in time', () => {
    const world = behind({ queue: { limit: 1e6, timeoutMs: 90_000 } });
    world.inject({ hostUid: 'hm0', type: 'Slow', speed: 0.5 });
    // 60 waited; 45 can be served within 90 s.
    expect(seen(world).totalTimedOut).toBeCloseTo(15, 0);
    expect(seen(world).totalErrors).toBe(seen(world).totalTimedOut);
  });

  test('is there after the world was saved, in the middle of growing', () => {
    const world = served(2);
    send(world, { 0: 4, 5: 0 });
    advance(world, 40_123);
    const saved = new Saved();
    saved.take(served(2));
    saved.take(world);
    const restored = newWorld(saved.entries());
    expect(seen(restored)).toEqual(seen(world));
    for (const each of [world, restored]) advance(each, 8 * minuteMs);
    expect(seen(restored)).toEqual(seen(world));
    expect(seen(world).backlog).toBeGreaterThan(0);
  });

  test('goes on after its traffic, and so do the samples', () => {
    const world = behind();
    world.removeTraffic('t');
    advance(world, 45_000);
    expect(world.machineUsage('m0')?.utilization).toBe(1);
    advance(world, 10 * minuteMs);
    expect(seen(world)).toMatchObject({ backlog: 0, requestsPerSecond: 0 });
    expect(world.machineUsage('m0')?.utilization).toBe(0);
    expect(world.nextEventAtMs()).toBeUndefined();
  });
});

describe('tiers', () => {
  /** `web` on m0 calls `db` on m1, which is slower. */
  function tiers(): SimulatedWorld {
    const world = served(2);
    world.ensureBalancer(balancer('web', ['m0'], { ...second, queue: patient, calls: ['db'] }));
    world.ensureBalancer(balancer('db', ['m1'], { serviceTimeMs: 2000 / 1.0015285, queue: { limit: 30 } }));
    finishOperations(world);
    world.advanceTo(Math.ceil(world.nowMs / 15_000) * 15_000);
    return world;
  }

  test('what the first tier cannot serve waits there, what the second cannot waits at that', () => {
    const world = tiers();
    send(world, { 0: 2 });
    advance(world, 20_000);
    expect(seen(world).backlog).toBeCloseTo(20, 0);
    expect(seen(world, 'db').requestsPerSecond).toBeCloseTo(1, 2);
    expect(seen(world, 'db').backlog).toBeCloseTo(10, 0);
    // Who comes now has 20 s before it, and some 10 s of the tier behind as well as it then is.
    expect(seen(world).latency.meanMs).toBeGreaterThan(25_000);
    advance(world, 2 * minuteMs);
    expect(seen(world, 'db').backlog).toBeCloseTo(30, 0);
    expect(seen(world).totalRefused).toBe(0);
    expect(seen(world).totalErrors).toBeCloseTo(seen(world, 'db').totalErrors, 3);
  });

  test('what waits in a machine of the second tier that crashes fails for the callers of the first', () => {
    const world = tiers();
    send(world, { 0: 0.9 });
    advance(world, minuteMs);
    const waiting = seen(world, 'db').backlog;
    expect(waiting).toBeCloseTo(24, 0);
    world.inject({ hostUid: 'hm1', type: 'Crash' });
    expect(seen(world, 'db').totalErrors).toBeCloseTo(waiting, 9);
    expect(seen(world).totalErrors).toBeCloseTo(waiting, 9);
  });
});

describe('routes', () => {
  function shared(rates: Readonly<Record<string, number>>): SimulatedWorld {
    const world = served(1, { queue: { limit: 60 } });
    for (const [name, value] of Object.entries(rates)) {
      world.ensureRoute(route(name, { balancer: 'web' }));
      const target = { type: 'Route', name } as const;
      world.ensureTraffic(traffic(`to-${name}`, { target, pattern: { type: 'Constant', value } }));
    }
    return world;
  }

  test('a flood waits for itself, and is refused when there is no more room', () => {
    const world = shared({ flood: 2, small: 0.2 });
    advance(world, 20_000);
    expect(world.route('flood')).toMatchObject({ errorRate: 0, backlog: expect.closeTo(24, 0) as number });
    expect(world.route('small')).toMatchObject({ errorRate: 0, backlog: 0 });
    const [flood, small] = ['flood', 'small'].map((name) => world.route(name)?.latency.meanMs ?? 0);
    expect(flood).toBeGreaterThan(20_000);
    expect(small).toBeLessThan(3000);
    advance(world, 2 * minuteMs);
    expect(world.route('flood')).toMatchObject({ backlog: expect.closeTo(60, 0) as number });
    const { totalErrors = NaN, totalRefused = NaN, heldPerSecond = NaN } = world.route('flood') ?? {};
    expect(totalRefused).toBeCloseTo(totalErrors, 9);
    expect(totalErrors).toBeCloseTo(seen(world).totalErrors, 6);
    expect(heldPerSecond).toBeCloseTo(1.2, 1);
    expect(world.route('small')).toMatchObject({ totalErrors: 0, backlog: 0 });
  });

  test('what waits of a route is served when its flood is over', () => {
    const world = shared({ flood: 2, small: 0.2 });
    advance(world, 20_000);
    world.removeTraffic('to-flood');
    advance(world, 10_000);
    expect(world.route('flood')?.backlog).toBeCloseTo(24 - 8, 0);
    advance(world, 30_000);
    expect(world.route('flood')).toMatchObject({ backlog: 0, totalErrors: 0 });
  });
});

describe('two balancers on one machine', () => {
  test('wait as one queue does that gets the requests of both', () => {
    const one = served(1, { algorithm: 'Random' });
    send(one, { 0: 0.8 });
    const two = served(1, { algorithm: 'Random' });
    two.ensureBalancer(balancer('more', ['m0'], { ...second, algorithm: 'Random', queue: patient }));
    finishOperations(two);
    send(two, { 0: 0.3 });
    two.ensureTraffic(
      traffic('u', { target: { type: 'Balancer', name: 'more' }, pattern: { type: 'Constant', value: 0.5 } }),
    );
    const alone = seen(one).latency;
    expect(alone.meanMs / 1000).toBeCloseTo(5, 1);
    for (const name of ['web', 'more']) {
      expect(seen(two, name).latency.meanMs).toBeCloseTo(alone.meanMs, 3);
      expect(seen(two, name).latency.p99Ms).toBeCloseTo(alone.p99Ms, 3);
    }
  });

  test('share what there is by what they ask for, and both wait', () => {
    const world = served(1);
    world.ensureBalancer(balancer('more', ['m0'], { ...second, queue: patient }));
    finishOperations(world);
    world.advanceTo(Math.ceil(world.nowMs / 15_000) * 15_000);
    send(world, { 0: 1.5 });
    world.ensureTraffic(
      traffic('u', { target: { type: 'Balancer', name: 'more' }, pattern: { type: 'Constant', value: 0.5 } }),
    );
    advance(world, minuteMs);
    expect(seen(world).backlog).toBeCloseTo(45, 0);
    expect(seen(world, 'more').backlog).toBeCloseTo(15, 0);
  });
});

describe('properties', () => {
  const algorithm = fc.constantFrom<BalancingAlgorithm>('RoundRobin', 'LeastRequest', 'Random', 'Maglev');
  const queue = fc.record(
    { limit: fc.constantFrom(0, 3, 40, 1000), timeoutMs: fc.constantFrom(500, 20_000) },
    { requiredKeys: ['limit'] },
  );
  const levels = fc.array(fc.constantFrom(0, 0.5, 2.9, 3.5, 9), { minLength: 1, maxLength: 8 });
  const fault = fc.constantFrom('none', 'crash', 'slow', 'drain', 'resize');

  /** Requests that three cores serve go on to a tier with time for all, which counts them on its own. */
  function chain(
    fields: Partial<BalancerRequest>,
    rates: readonly number[],
    what: string,
    stepMs: number,
  ): SimulatedWorld {
    const world = newWorld([], 1, stepMs);
    const ids = ['m0', 'm1', 'm2'];
    for (const id of [...ids, 'db']) world.ensureHost(host(`h${id}`));
    finishOperations(world);
    addRunning(world, ...ids.map((id) => machine(id, `h${id}`, { cpuMillis: 1000 })), machine('db', 'hdb'));
    world.ensureBalancer(balancer('web', ids, { ...second, ...fields, calls: ['db'] }));
    world.ensureBalancer(balancer('db', ['db'], { serviceTimeMs: 1 }));
    finishOperations(world);
    world.advanceTo(Math.ceil(world.nowMs / 300_000) * 300_000);
    const steps = rates.map((value, i) => ({ atMs: i * minuteMs, value }));
    world.ensureTraffic(traffic('t', { pattern: { type: 'Steps', steps }, startMs: world.nowMs }));
    advance(world, (rates.length / 2) * minuteMs);
    if (what === 'crash') world.inject({ hostUid: 'hm0', type: 'Crash' });
    if (what === 'slow') world.inject({ hostUid: 'hm1', type: 'Slow', speed: 0.1 });
    if (what === 'resize') world.resize('m2', 2000, 4 * 2 ** 30);
    if (what === 'drain') {
      const backends = ids.map((machineUid) => ({ machineUid, weight: 1, draining: machineUid === 'm0' }));
      world.ensureBalancer(balancer('web', [], { ...second, ...fields, calls: ['db'], backends }));
    }
    advance(world, (rates.length / 2 + 1) * minuteMs);
    return world;
  }

  test('no request is invented and none is lost: all are served, refused, given up, failed or still waiting', () => {
    fc.assert(
      fc.property(algorithm, queue, levels, fault, (chosen, bounds, rates, what) => {
        const world = chain({ algorithm: chosen, queue: bounds }, rates, what, 15_000);
        const { totalRequests, totalErrors, totalRefused, totalTimedOut, backlog } = seen(world);
        const answered = seen(world, 'db').totalRequests;
        expect(totalErrors + answered + backlog).toBeCloseTo(totalRequests, 1);
        expect(totalRefused + totalTimedOut).toBeLessThanOrEqual(totalErrors + 1e-6);
        if (what === 'none' || what === 'resize') {
          expect(totalRefused + totalTimedOut).toBeCloseTo(totalErrors, 6);
        }
        if (bounds.timeoutMs === undefined) expect(totalTimedOut).toBe(0);
        expect(backlog).toBeLessThanOrEqual(3 * bounds.limit + 1e-6);
        expect(seen(world, 'db').totalErrors).toBe(0);
      }),
      { numRuns: 120 },
    );
  });

  test('the length of a step is next to nothing to what is counted', () => {
    fc.assert(
      fc.property(algorithm, queue, levels, (chosen, bounds, rates) => {
        const [fine, coarse] = [1000, minuteMs].map((stepMs) =>
          chain({ algorithm: chosen, queue: bounds }, rates, 'none', stepMs),
        );
        for (const figure of [
          'totalRequests',
          'totalErrors',
          'totalRefused',
          'totalTimedOut',
          'backlog',
        ] as const) {
          expect(seen(coarse as SimulatedWorld)[figure]).toBeCloseTo(seen(fine as SimulatedWorld)[figure], 1);
        }
      }),
      { numRuns: 40 },
    );
  });
});
