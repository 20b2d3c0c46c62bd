import { describe, expect, test } from 'vitest';
import { type BalancerRequest, type OutlierDetection } from '../../src/model/ports.ts';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  advance,
  balancer,
  finishOperations,
  host,
  machine,
  newWorld,
  Saved,
  traffic,
} from './builders.ts';

const rules: OutlierDetection = {
  consecutiveFailures: 5,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  maxEjected: 0.1,
};
/** Checks that never find anything out, so that what is seen is the outliers' doing. */
const slowChecks = { intervalMs: 3_600_000, healthyThreshold: 1, unhealthyThreshold: 9 };

/** Machines m0 on h0, m1 on h1, ... behind `web`, healthy; 10 requests a second for each, at a sweep. */
function served(count: number, fields: Partial<BalancerRequest> = {}): SimulatedWorld {
  const names = Array.from({ length: count }, (_, i) => String(i));
  const world = newWorld();
  for (const i of names) world.ensureHost(host(`h${i}`));
  finishOperations(world);
  // The first is half as large as the others.
  addRunning(world, ...names.map((i) => machine(`m${i}`, `h${i}`, i === '0' ? { cpuMillis: 1000 } : {})));
  const request = balancer(
    'web',
    names.map((i) => `m${i}`),
  );
  world.ensureBalancer(request);
  finishOperations(world);
  world.ensureBalancer({ ...request, healthCheck: slowChecks, outlierDetection: rules, ...fields });
  world.ensureTraffic(traffic('t', { pattern: { type: 'Constant', value: 10 * count } }));
  world.advanceTo(Math.ceil(world.nowMs / 10_000) * 10_000);
  world.takeChanges();
  return world;
}

/** Who is out, and for how many seconds from now. */
function out(world: SimulatedWorld): string {
  return Array.from(world.health('web') ?? [])
    .filter(([, { ejectedUntilMs }]) => ejectedUntilMs !== undefined)
    .map(([uid, { ejectedUntilMs = 0 }]) => `${uid}:${(ejectedUntilMs - world.nowMs) / 1000}`)
    .join(' ');
}

function lose(world: SimulatedWorld, ...hosts: string[]): void {
  for (const hostUid of hosts) world.inject({ hostUid, type: 'NetworkLoss' });
}

test('a backend that cannot be reached is out after five of its requests, comes back at a sweep, goes for longer', () => {
  const world = served(4);
  lose(world, 'h0');
  advance(world, 499);
  expect([out(world), world.balancer('web')?.errorRate]).toEqual(['', 0.25]);
  expect(world.takeChanges()).not.toContainEqual({ type: 'Balancer', name: 'web' });
  advance(world, 1);
  // 30 s from now is half a second past a sweep: the next one takes it back.
  expect([out(world), world.balancer('web')?.errorRate]).toEqual(['m0:39.5', 0]);
  expect(world.takeChanges()).toContainEqual({ type: 'Balancer', name: 'web' });
  expect(world.balancer('web')?.totalErrors).toBeCloseTo(5, 9);
  advance(world, 39_499);
  expect(out(world)).toBe('m0:0.001');
  advance(world, 1);
  expect([out(world), world.balancer('web')?.errorRate]).toEqual(['', 0.25]);
  advance(world, 500);
  expect(out(world)).toBe('m0:69.5');
});

test('one that behaves is forgiven an ejection with each sweep', () => {
  const world = served(4);
  lose(world, 'h0');
  advance(world, 500);
  world.clearFaults('h0');
  advance(world, 60_000);
  expect(out(world)).toBe('');
  lose(world, 'h0');
  advance(world, 500);
  // Once more 30 s, not 60.
  expect(Number(out(world).split(':')[1])).toBeLessThanOrEqual(40);
});

test.each([
  ['four backends, 10 % · one', 4, 0.1, ['m0']],
  ['four backends, 50 % · two', 4, 0.5, ['m0', 'm1']],
  ['four backends, all may be out', 4, 1, ['m0', 'm1', 'm2']],
  ['four backends, 0 % · still one', 4, 0, ['m0']],
])('of three that fail no more are out than may be · %s', (_name, count, maxEjected, expected) => {
  const world = served(count, { outlierDetection: { ...rules, maxEjected }, panicThreshold: 0 });
  lose(world, 'h0', 'h1', 'h2');
  advance(world, 5000);
  expect(out(world).replaceAll(/:\S+/g, '').split(' ')).toEqual(expected);
});

test('one that waits takes the place of the one that comes back', () => {
  const world = served(4);
  lose(world, 'h0', 'h1');
  advance(world, 500);
  expect(out(world)).toBe('m0:39.5');
  advance(world, 39_500);
  expect(out(world)).toBe('m1:30');
});

describe('what fails', () => {
  test('a machine whose queue is full fails some, and is out after the mean time of five in a row', () => {
    const world = served(3);
    const request = balancer('web', ['m0', 'm1', 'm2'], { serviceTimeMs: 170 });
    world.ensureBalancer({ ...request, healthCheck: slowChecks, outlierDetection: rules });
    // One vCPU for 10 a second that take 170 ms each; the two of the others suffice.
    advance(world, 60_000);
    expect(world.balancer('web')?.errorRate).toBe(0);
    while (world.balancer('web')?.errorRate === 0) world.advanceTo(world.nextEventAtMs() ?? Infinity);
    const failing = 3 * (world.balancer('web')?.errorRate ?? 0);
    expect(failing).toBeGreaterThan(0.3);
    const requests = (1 - failing ** 5) / ((1 - failing) * failing ** 5);
    advance(world, Math.ceil(requests * 100) - 2);
    expect(out(world)).toBe('');
    advance(world, 2);
    expect(out(world)).toMatch(/^m0:/);
  });

  test('not what a tier behind it fails', () => {
    const world = served(2);
    const request = balancer('web', ['m0', 'm1'], { calls: ['db'] });
    world.ensureBalancer({ ...request, healthCheck: slowChecks, outlierDetection: rules });
    advance(world, 60_000);
    expect([out(world), world.balancer('web')?.errorRate]).toEqual(['', 1]);
  });

  test('nothing while nobody looks: without the rules all is as it was, and who is out comes in at once', () => {
    const world = served(4);
    lose(world, 'h0');
    advance(world, 500);
    expect(out(world)).not.toBe('');
    world.ensureBalancer(balancer('web', ['m0', 'm1', 'm2', 'm3'], { healthCheck: slowChecks }));
    expect([out(world), world.balancer('web')?.errorRate]).toEqual(['', 0.25]);
    advance(world, 60_000);
    expect(out(world)).toBe('');
  });
});

test('the only backend may be ejected; all requests go there all the same, in panic', () => {
  const world = served(1);
  lose(world, 'h0');
  advance(world, 500);
  expect([out(world), world.isPanicking('web')]).toEqual(['m0:39.5', true]);
  world.clearFaults('h0');
  expect(world.balancer('web')?.errorRate).toBe(0);
});

test('half-way to an ejection, waiting and out: a restored world goes on alike', () => {
  const world = served(4);
  const saved = new Saved();
  const seen: string[] = [];
  lose(world, 'h0', 'h1');
  for (const ms of [200, 400, 20_000, 19_500, 30_000]) {
    advance(world, ms);
    saved.take(world);
    const restored = newWorld(saved.entries());
    for (const one of [world, restored]) advance(one, 600);
    seen.push(out(world));
    expect(out(restored)).toBe(out(world));
    expect(restored.balancer('web')?.totalErrors).toBeCloseTo(world.balancer('web')?.totalErrors ?? 0, 6);
  }
  // Neither time came back in between at the same place twice.
  expect(new Set(seen.map((text) => text.split(':')[0]))).toEqual(new Set(['m0', 'm1']));
});
