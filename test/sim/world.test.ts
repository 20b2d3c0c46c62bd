import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BalancerRequest, type PrivateEntry, type TrafficPattern } from '../../src/model/ports.ts';
import { createWorld, type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  finishOperations,
  gib,
  host,
  machine,
  newWorld,
  route,
  Saved,
  traffic,
} from './builders.ts';

const hostUids = ['h1', 'h2', 'h3'];
const machineUids = ['m1', 'm2', 'm3', 'm4', 'm5'];

/** Short times, so that a script of some minutes sees several ejections. */
const ejecting: Partial<BalancerRequest> = {
  outlierDetection: {
    consecutiveFailures: 3,
    intervalMs: 4000,
    baseEjectionMs: 9000,
    maxEjectionMs: 20_000,
    maxEjected: 0.4,
  },
};
const clients: Partial<BalancerRequest> = { affinity: { keys: 9, skew: 1 } };
const short: Partial<BalancerRequest> = { queue: { limit: 7 }, serviceVariation: 0.5 };
const impatient: Partial<BalancerRequest> = { queue: { limit: 5000, timeoutMs: 3000 } };

/** One thing that is asked of the world, or a time to wait. */
type Act = (world: SimulatedWorld) => void;

const pattern: fc.Arbitrary<TrafficPattern> = fc.oneof(
  fc.record({ type: fc.constant('Constant' as const), value: fc.constantFrom(0, 40, 900) }),
  fc.record({
    type: fc.constant('Sine' as const),
    mean: fc.constantFrom(0.5, 100),
    amplitude: fc.constantFrom(0.4, 80),
    periodMs: fc.constant(300_000),
    perTarget: fc.boolean(),
  }),
);

const act: fc.Arbitrary<readonly [string, Act]> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40_000 }).map((ms) => wait(ms)) },
  ...[hostAct(), faultAct(), networkAct(), trafficAct()],
  { weight: 4, arbitrary: machineAct() },
);

function named(name: string, run: Act): readonly [string, Act] {
  return [name, run];
}

function wait(ms: number): readonly [string, Act] {
  return named(`wait ${ms}`, (world) => advance(world, ms));
}

function hostAct(): fc.Arbitrary<readonly [string, Act]> {
  return fc.constantFrom(...hostUids).chain((uid) =>
    fc.constantFrom(
      named(`host ${uid}`, (world) => world.ensureHost(host(uid, { cpuMillis: 4000 }))),
      named(`clear ${uid}`, (world) => void world.clearFaults(uid)),
      named(`small host ${uid}`, (world) => world.ensureHost(host(uid, { cpuMillis: 2000 }))),
      named(`remove host ${uid}`, (world) => world.removeHost(uid)),
    ),
  );
}

function faultAct(): fc.Arbitrary<readonly [string, Act]> {
  return fc
    .record({
      hostUid: fc.constantFrom(...hostUids),
      type: fc.constantFrom('Crash' as const, 'Slow' as const, 'NetworkLoss' as const),
      forMs: fc.constantFrom(undefined, 5000, 70_000),
      speed: fc.constantFrom(undefined, 0.25),
    })
    .map((fault) => named(`fault ${JSON.stringify(fault)}`, (world) => void world.inject(fault)));
}

function machineAct(): fc.Arbitrary<readonly [string, Act]> {
  return fc
    .tuple(fc.constantFrom(...machineUids), fc.constantFrom(...hostUids), fc.constantFrom(1000, 3000))
    .chain(([uid, hostUid, cpu]) =>
      fc.constantFrom(
        named(`provision ${uid} on ${hostUid}`, (world) => void world.provision(machine(uid, hostUid))),
        named(`start ${uid}`, (world) => void world.start(uid)),
        named(`stop ${uid}`, (world) => void world.stop(uid)),
        named(`resize ${uid} to ${cpu}`, (world) => void world.resize(uid, cpu, 4 * gib)),
        named(`reshape ${uid} to ${cpu}`, (world) => void world.reshape(uid, cpu, 2 * gib)),
        named(`migrate ${uid} to ${hostUid}`, (world) => void world.migrate(uid, hostUid)),
        named(`destroy ${uid}`, (world) => world.destroy(uid)),
      ),
    );
}

function networkAct(): fc.Arbitrary<readonly [string, Act]> {
  const web = fc
    .record({
      uids: fc.subarray(machineUids),
      algorithm: fc.constantFrom('RoundRobin' as const, 'LeastRequest' as const, 'Maglev' as const),
      calls: fc.constantFrom([], ['db']),
      more: fc.constantFrom({}, ejecting, clients, { panicThreshold: 0 }, short, impatient),
    })
    .map(({ uids, algorithm, calls, more }) =>
      named(`web ${algorithm} ${uids.join()} > ${calls.join()} ${JSON.stringify(more)}`, (world) =>
        world.ensureBalancer(balancer('web', uids, { algorithm, calls, ...more })),
      ),
    );
  const others = fc.constantFrom(
    named('db', (world) => world.ensureBalancer(balancer('db', ['m1', 'm5']))),
    named('no db', (world) => world.removeBalancer('db')),
    named('route', (world) =>
      world.ensureRoute(route('acme', { balancer: 'web', quotaRequestsPerSecond: 50 })),
    ),
    named('no route', (world) => world.removeRoute('acme')),
  );
  return fc.oneof(web, others);
}

function trafficAct(): fc.Arbitrary<readonly [string, Act]> {
  const target = fc.constantFrom(
    { type: 'Balancer' as const, name: 'web' },
    { type: 'Route' as const, name: 'acme' },
    { type: 'Machines' as const, uids: ['m1', 'm2', 'm4'], serviceTimeMs: 3 },
  );
  const request = fc.record({
    name: fc.constantFrom('t1', 't2'),
    target,
    pattern,
    poisson: fc.boolean(),
    unit: fc.constantFrom('Requests' as const, 'Cpu' as const),
  });
  const ensure = request.map((fields) =>
    named(`traffic ${JSON.stringify(fields)}`, (world) => world.ensureTraffic(traffic(fields.name, fields))),
  );
  const remove = named('no t1', (world) => world.removeTraffic('t1'));
  return fc.oneof({ weight: 3, arbitrary: ensure }, fc.constant(remove));
}

/** All that can be seen of a world. */
function view(world: SimulatedWorld): unknown {
  return {
    now: world.nowMs,
    next: world.nextEventAtMs(),
    operations: world.operations(),
    hosts: hostUids.map((uid) => [world.host(uid), world.hostUsage(uid)]),
    machines: machineUids.map((uid) => [world.machine(uid), world.machineUsage(uid)]),
    balancers: ['web', 'db'].map((name) => world.balancer(name)),
    ejected: machineUids.map((uid) => world.health('web')?.get(uid)?.ejectedUntilMs),
    route: world.route('acme'),
    traffic: ['t1', 't2'].map((name) => world.traffic(name)),
  };
}

/** A world with something of everything, so that short runs reach deep states. */
function furnished(): SimulatedWorld {
  const world = newWorld();
  for (const uid of hostUids) world.ensureHost(host(uid, { cpuMillis: 4000 }));
  finishOperations(world);
  addRunning(world, machine('m1', 'h1'), machine('m2', 'h1'), machine('m3', 'h2'));
  world.ensureBalancer(balancer('web', ['m1', 'm2', 'm3'], ejecting));
  world.ensureTraffic(traffic('t1', { poisson: true, pattern: { type: 'Constant', value: 200 } }));
  return world;
}

const acts = fc.array(act, { minLength: 1, maxLength: 25 });
const show = (list: readonly (readonly [string, Act])[]): string => list.map(([name]) => name).join('; ');
const script = acts.map((list) => ({ run: list, toString: () => show(list) }));

describe('properties', () => {
  test('a world that is saved and restored on the way goes on as one that is not', () => {
    fc.assert(
      fc.property(script, script, (before, after) => {
        const straight = furnished();
        const saved = new Saved();
        saved.take(straight);
        for (const [, run] of before.run) {
          run(straight);
          saved.take(straight);
        }
        const restored = newWorld(saved.entries());
        expect(restored.takeDirty()).toEqual([]);
        expect(view(restored)).toEqual(view(straight));
        straight.takeChanges();
        for (const [, run] of [...after.run, wait(60_000)]) {
          run(straight);
          run(restored);
          expect(view(restored)).toEqual(view(straight));
          expect(restored.takeChanges()).toEqual(straight.takeChanges());
          restored.checkpoint();
          straight.checkpoint();
          expect(restored.takeDirty()).toEqual(straight.takeDirty());
        }
      }),
      { numRuns: 150 },
    );
  });

  test('two runs of the same script are equal; time in many small steps is time in one', () => {
    fc.assert(
      fc.property(script, ({ run }) => {
        const [one, two] = [furnished(), furnished()];
        for (const [, act] of run) {
          act(one);
          act(two);
        }
        one.advanceTo(one.nowMs + 50_000);
        for (let i = 0; i < 50; i++) two.advanceTo(two.nowMs + 1000);
        expect(view(two)).toEqual(view(one));
        expect(two.takeChanges()).toEqual(one.takeChanges());
      }),
      { numRuns: 150 },
    );
  });

  test('errors and shares stay within bounds, hosts give no more than they have, and nothing is lost on the way', () => {
    fc.assert(
      fc.property(script, ({ run }) => {
        const world = furnished();
        for (const [, act] of run) {
          act(world);
          checkBounds(world);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function checkBounds(world: SimulatedWorld): void {
  for (const name of ['web', 'db']) {
    const seen = world.balancer(name);
    if (seen === undefined) continue;
    expect(seen.errorRate).toBeGreaterThanOrEqual(0);
    expect(seen.errorRate).toBeLessThanOrEqual(1);
    // Queues go by mean rates, counters by what is drawn around them.
    expect(seen.totalErrors).toBeLessThanOrEqual(seen.totalRequests + 6 * Math.sqrt(seen.totalRequests) + 1);
    const sum = seen.backends.reduce((total, backend) => total + backend.share, 0);
    expect(Math.abs(sum * (1 - sum))).toBeLessThan(1e-9);
    const isOut = (uid: string): boolean => world.health(name)?.get(uid)?.ejectedUntilMs !== undefined;
    for (const { machineUid, healthy, share } of seen.backends) {
      if ((!healthy || isOut(machineUid)) && !world.isPanicking(name)) expect(share).toBe(0);
    }
    for (const { ejectedUntilMs = Infinity } of world.health(name)?.values() ?? []) {
      expect(ejectedUntilMs).toBeGreaterThan(world.nowMs);
    }
    const { meanMs, p50Ms, p95Ms, p99Ms } = seen.latency;
    expect(Number.isFinite(meanMs) && p50Ms <= p95Ms && p95Ms <= p99Ms).toBe(true);
  }
  for (const uid of hostUids) expect(world.hostUsage(uid)?.utilization ?? 0).toBeLessThanOrEqual(1 + 1e-9);
  for (const operation of world.operations()) expect(operation.endsAtMs).toBeGreaterThanOrEqual(world.nowMs);
  expect(world.operations()).toHaveLength(world.operationCount());
}

test('another seed gives another world', () => {
  const bootedAtMs = [1, 2].map((seed) => {
    const world = newWorld([], seed);
    world.ensureHost(host('h1'));
    finishOperations(world);
    return world.nowMs;
  });
  expect(bootedAtMs[0]).not.toBe(bootedAtMs[1]);
});

test('time never goes backwards', () => {
  const world = newWorld();
  advance(world, 1000);
  world.advanceTo(world.nowMs - 500);
  expect(world.nowMs - newWorld().nowMs).toBe(1000);
});

test('a step writes the clock alone; a checkpoint adds one entry, and none when nothing has happened', () => {
  const world = furnished();
  world.advanceTo(world.nowMs + 60_000);
  world.takeDirty();
  world.advanceTo(world.nowMs + 15_000);
  expect(keys(world.takeDirty())).toEqual(['world/clock']);
  world.checkpoint();
  expect(keys(world.takeDirty())).toEqual(['world/usage']);
  world.checkpoint();
  expect(keys(world.takeDirty())).toEqual([]);
});

test('a world restored without its checkpoint has no samples until the next step', () => {
  const world = furnished();
  world.advanceTo(world.nowMs + 60_000);
  const entries = world.takeDirty().filter((entry) => entry.key !== 'world/usage');
  const restored = createWorld({ seed: 42, nowMs: 0, restore: entries });
  expect(world.machineUsage('m1')).toBeDefined();
  expect(restored.machineUsage('m1')).toBeUndefined();
  restored.advanceTo(restored.nextEventAtMs() ?? 0);
  world.advanceTo(restored.nowMs);
  expect(restored.machineUsage('m1')).toEqual(world.machineUsage('m1'));
});

function keys(entries: readonly PrivateEntry[]): string[] {
  return entries.map((entry) => entry.key);
}
