import { expect, test } from 'vitest';
import { type RouteObservation } from '../../src/model/ports.ts';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  finishOperations,
  host,
  machine,
  minuteMs,
  route,
  traffic,
  worldWithHosts,
} from './builders.ts';

interface Offered {
  readonly rate: number;
  readonly weight?: number;
  readonly quota?: number;
}

/** One machine of 2 cores: about 200 requests a second of 10 ms. Routes and what they are offered, by name. */
function shared(offered: Readonly<Record<string, Offered>>, calls: readonly string[] = []): SimulatedWorld {
  const world = worldWithHosts(host('a'), host('b'));
  addRunning(world, machine('m1', 'a'), machine('m2', 'b'));
  world.ensureBalancer(balancer('web', ['m1'], { calls }));
  world.ensureBalancer(balancer('db', ['m2'], { serviceTimeMs: 20 }));
  finishOperations(world);
  for (const [name, { rate, weight, quota }] of Object.entries(offered)) {
    const limits = { ...(weight ? { weight } : {}), ...(quota ? { quotaRequestsPerSecond: quota } : {}) };
    world.ensureRoute(route(name, { balancer: 'web', ...limits }));
    const pattern = { type: 'Constant', value: rate } as const;
    world.ensureTraffic(traffic(`to-${name}`, { target: { type: 'Route', name }, pattern }));
  }
  // Long enough for all queues to fill that are going to.
  advance(world, 5 * minuteMs);
  return world;
}

function seen(world: SimulatedWorld, name: string): RouteObservation {
  const found = world.route(name);
  if (!found) throw new Error(`no route ${name}`);
  return found;
}

/** Requests a second that are answered. */
const answered = (world: SimulatedWorld, name: string): number => {
  const { requestsPerSecond, errorRate } = seen(world, name);
  return requestsPerSecond * (1 - errorRate);
};

test.each<[string, Record<string, Offered>, Record<string, number>]>([
  ['room for all: nobody is held', { flood: { rate: 150 }, small: { rate: 20 } }, { flood: 150, small: 20 }],
  ['a flood loses, a small one does not', { flood: { rate: 2000 }, small: { rate: 20 } }, { small: 20 }],
  ['half each', { one: { rate: 500 }, two: { rate: 300 } }, { one: 100, two: 100 }],
  ['by weight', { one: { rate: 500, weight: 3 }, two: { rate: 500 } }, { one: 150, two: 50 }],
  [
    'what a modest one leaves is shared',
    { one: { rate: 500 }, two: { rate: 500 }, small: { rate: 20 } },
    { one: 90, two: 90, small: 20 },
  ],
  ['the quota goes first', { one: { rate: 500, quota: 40 }, two: { rate: 500 } }, { one: 40, two: 160 }],
])('saturation · %s', (_name, offered, expected) => {
  const world = shared(offered);
  for (const [name, rate] of Object.entries(expected)) expect(answered(world, name)).toBeCloseTo(rate, -0.5);
  const total = Object.keys(offered).reduce((sum, name) => sum + answered(world, name), 0);
  expect(total).toBeLessThanOrEqual(200.001);
});

test('only who is over its share gets errors and waits', () => {
  const world = shared({ flood: { rate: 2000 }, small: { rate: 20 } });
  expect(seen(world, 'small').errorRate).toBeCloseTo(0, 9);
  expect(seen(world, 'small').heldPerSecond).toBeCloseTo(0, 9);
  expect(seen(world, 'flood').heldPerSecond).toBeGreaterThan(1800);
  expect(seen(world, 'flood').errorRate).toBeCloseTo(seen(world, 'flood').heldPerSecond / 2000, 9);
  expect(seen(world, 'flood').latency.meanMs).toBeGreaterThan(10 * seen(world, 'small').latency.meanMs);
  advance(world, 10_000);
  expect(seen(world, 'small').totalErrors).toBeCloseTo(0, 6);
});

test('a saturated tier behind is shared as fairly', () => {
  const world = shared({ flood: { rate: 150 }, small: { rate: 20 } }, ['db']);
  expect(answered(world, 'small')).toBeCloseTo(20, 6);
  expect(answered(world, 'flood')).toBeCloseTo(100 - 20, 0);
});

test('requests past the routes are one more claimant', () => {
  const world = shared({ one: { rate: 500 } });
  world.ensureTraffic(traffic('past', { pattern: { type: 'Constant', value: 500 } }));
  expect(answered(world, 'one')).toBeCloseTo(100, -0.5);
});

test('a backend that is gone fails the requests of all alike', () => {
  const world = shared({ one: { rate: 100 }, two: { rate: 10 } });
  world.ensureBalancer(balancer('web', ['m1', 'm2']));
  finishOperations(world);
  world.inject({ hostUid: 'b', type: 'Crash' });
  expect(seen(world, 'one').errorRate).toBeCloseTo(0.5, 6);
  expect(seen(world, 'two').errorRate).toBeCloseTo(0.5, 6);
  expect(seen(world, 'one').heldPerSecond).toBe(0);
});
