import { expect, test } from 'vitest';
import { type World } from '../../src/model/ports.ts';
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

/** Two tiers and two routes, one of which asks for more and more until the first tier is saturated. */
function twoTiers(): SimulatedWorld {
  const world = worldWithHosts(host('a'), host('b'));
  addRunning(world, machine('m1', 'a'), machine('m2', 'b'));
  world.ensureBalancer(balancer('web', ['m1'], { calls: ['db'] }));
  world.ensureBalancer(balancer('db', ['m2'], { serviceTimeMs: 5 }));
  finishOperations(world);
  world.ensureRoute(route('rising', { balancer: 'web' }));
  world.ensureRoute(route('even', { balancer: 'web' }));
  const rising = {
    type: 'Sine',
    mean: 150,
    amplitude: 150,
    periodMs: 60 * minuteMs,
    perTarget: false,
  } as const;
  world.ensureTraffic(traffic('to-rising', { target: { type: 'Route', name: 'rising' }, pattern: rising }));
  const even = { type: 'Constant', value: 20 } as const;
  world.ensureTraffic(traffic('to-even', { target: { type: 'Route', name: 'even' }, pattern: even }));
  return world;
}

const look = (world: World) => ({
  routes: ['rising', 'even'].map((name) => world.routeFlow(name)),
  balancers: ['web', 'db'].map((name) => world.balancerFlow(name)),
});

test('what is kept of latencies between looks changes no figure', () => {
  const watched = twoTiers();
  const latencies = new Set<number>();
  for (let minute = 1; minute <= 60; minute++) {
    advance(watched, minuteMs);
    const seen = look(watched);
    latencies.add(seen.routes[0]?.latency.p99Ms ?? 0);
    if (minute % 10 > 0) continue;
    const fresh = twoTiers();
    advance(fresh, minute * minuteMs);
    expect(seen).toEqual(look(fresh));
  }
  expect(latencies.size).toBeGreaterThan(20);
});

test('the requests alone are those of the whole observation', () => {
  const world = twoTiers();
  advance(world, 10 * minuteMs);
  expect(world.route('rising')).toMatchObject(world.routeFlow('rising') ?? {});
  expect(world.balancer('web')).toMatchObject(world.balancerFlow('web') ?? {});
  expect(world.routeFlow('rising')?.requestsPerSecond).toBeGreaterThan(100);
  expect(world.routeFlow('nowhere')).toBeUndefined();
  expect(world.balancerFlow('nowhere')).toBeUndefined();
});
