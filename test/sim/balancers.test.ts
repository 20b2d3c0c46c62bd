import { expect, test } from 'vitest';
import { type FaultRequest } from '../../src/model/ports.ts';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  finishOperations,
  host,
  machine,
  traffic,
  worldWithHosts,
} from './builders.ts';

/** Machines m1 on a and m2 on b, both running, healthy behind balancer `web`. */
function served(): SimulatedWorld {
  const world = worldWithHosts(host('a'), host('b'));
  addRunning(world, machine('m1', 'a'), machine('m2', 'b'));
  world.ensureBalancer(balancer('web', ['m1', 'm2']));
  finishOperations(world);
  world.takeChanges();
  world.takeDirty();
  return world;
}

const health = (world: SimulatedWorld): boolean[] =>
  world.balancer('web')?.backends.map((backend) => backend.healthy) ?? [];
const shares = (world: SimulatedWorld): number[] =>
  world.balancer('web')?.backends.map((backend) => backend.share) ?? [];

test('a new backend gets requests once its health checks have passed, and convergence waits for that', () => {
  const world = served();
  world.ensureTraffic(traffic('t'));
  addRunning(world, machine('m3', 'a'));
  world.takeChanges();
  world.ensureBalancer(balancer('web', ['m1', 'm2', 'm3']));
  expect(world.operations()).toEqual([
    { subject: 'vm/default/m3', activity: 'health check', endsAtMs: world.nowMs + 10_000 },
  ]);
  expect(shares(world)).toEqual([0.5, 0.5, 0]);
  advance(world, 9_999);
  expect(health(world)).toEqual([true, true, false]);
  advance(world, 1);
  expect(health(world)).toEqual([true, true, true]);
  expect(shares(world).map((share) => share.toFixed(3))).toEqual(['0.333', '0.333', '0.333']);
  expect(world.operationCount()).toBe(0);
  expect(world.takeChanges()).toEqual([{ type: 'Balancer', name: 'web' }]);
});

test('asking again for the same balancer changes nothing', () => {
  const world = served();
  world.ensureBalancer(balancer('web', ['m1', 'm2']));
  expect(world.takeDirty()).toEqual([]);
  expect(world.operationCount()).toBe(0);
});

test('a draining backend gets nothing more, and is not waited for', () => {
  const world = served();
  world.ensureTraffic(traffic('t'));
  const request = balancer('web', ['m1', 'm2']);
  const [first, second] = request.backends;
  world.ensureBalancer({ ...request, backends: [{ ...first!, draining: true }, second!] });
  expect(shares(world)).toEqual([0, 1]);
  expect(health(world)).toEqual([true, true]);
  expect(world.balancer('web')?.errorRate).toBe(0);
  addRunning(world, machine('m3', 'a'));
  world.ensureBalancer({
    ...request,
    backends: [second!, { machineUid: 'm3', weight: 1, draining: true }],
  });
  expect(world.operationCount()).toBe(0);
});

test.each<[string, (world: SimulatedWorld) => void]>([
  ['a crash', (world) => inject(world, 'Crash')],
  ['a loss of the network', (world) => inject(world, 'NetworkLoss')],
  ['a stop', (world) => world.stop('m1')],
  ['a removed machine', (world) => world.destroy('m1')],
])('%s is seen when two checks have failed; until then its requests do', (_name, act) => {
  const afterMs = 10_000;
  const world = served();
  world.ensureTraffic(traffic('t'));
  act(world);
  expect(world.balancer('web')).toMatchObject({ requestsPerSecond: 10, errorRate: 0.5 });
  advance(world, afterMs - 1);
  expect(health(world)).toEqual([true, true]);
  advance(world, 1);
  expect(health(world)).toEqual([false, true]);
  expect(world.balancer('web')).toMatchObject({ requestsPerSecond: 10, errorRate: 0 });
  expect(world.takeChanges()).toContainEqual({ type: 'Balancer', name: 'web' });
});

function inject(world: SimulatedWorld, type: FaultRequest['type'], forMs?: number): void {
  world.inject({ hostUid: 'a', type, forMs });
}

test('a short loss of the network goes unnoticed by the health checks', () => {
  const world = served();
  inject(world, 'NetworkLoss', 9000);
  advance(world, 60_000);
  expect(health(world)).toEqual([true, true]);
  expect(world.takeChanges()).not.toContainEqual({ type: 'Balancer', name: 'web' });
});

test('after a longer one the backend comes back by its health checks', () => {
  const world = served();
  inject(world, 'NetworkLoss', 60_000);
  advance(world, 69_999);
  expect(health(world)).toEqual([false, true]);
  advance(world, 1);
  expect(health(world)).toEqual([true, true]);
});

test('a machine stays healthy while it is resized and migrated', () => {
  const world = served();
  world.ensureTraffic(traffic('t'));
  world.resize('m1', 4000, 4 * 2 ** 30);
  expect(world.balancer('web')?.errorRate).toBe(0);
  finishOperations(world);
  world.migrate('m1', 'b');
  expect(world.balancer('web')?.errorRate).toBe(0);
  finishOperations(world);
  expect(health(world)).toEqual([true, true]);
  expect(world.machine('m1')?.hostUid).toBe('b');
  expect(world.balancer('web')?.errorRate).toBe(0);
});

test('a balancer without healthy backends fails all that it gets', () => {
  const world = worldWithHosts(host('a'));
  world.ensureBalancer(balancer('web', []));
  world.ensureTraffic(traffic('t'));
  advance(world, 60_000);
  const seen = world.balancer('web');
  expect(seen).toMatchObject({ requestsPerSecond: 10, errorRate: 1, backends: [] });
  expect(seen?.totalErrors).toBe(seen?.totalRequests);
});
