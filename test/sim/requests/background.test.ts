import { expect, test } from 'vitest';
import { type SimulatedWorld } from '../../../src/sim/world.ts';
import { latencies, requestWorld, send, toStep, type Layout } from './play.ts';

/** A guest of four vCPUs whose other programs want this share of them, and requests a second of 100 ms. */
function busyGuest(share: number, perSecond: number, layout: Layout = {}): SimulatedWorld {
  const world = requestWorld({ cores: 4, ...layout, balancer: { serviceTimeMs: 100, ...layout.balancer } });
  const target = { type: 'Machines' as const, uids: ['m0'], serviceTimeMs: 0 };
  const pattern = { type: 'Constant' as const, value: share };
  send(world, share, { name: 'cpu', unit: 'Cpu', target, poisson: false, pattern });
  send(world, perSecond);
  toStep(world);
  return world;
}

test('the busier the other programs, the longer requests wait', () => {
  const means = [0, 0.25, 0.5, 0.6, 0.75].map((share) => latencies(busyGuest(share, 12), 20).mean);
  expect(means).toEqual([...means].sort((a, b) => a - b));
  // Two of four vCPUs are left, 60 % of which the requests take: M/M/2.
  expect(Math.abs((means[2] ?? 0) / 156.25 - 1)).toBeLessThan(0.05);
});

test('they never take more than half of what requests want as well', () => {
  // 25 a second want 2.5 cores; the other programs want all four.
  const world = busyGuest(1, 25);
  toStep(world);
  expect(Math.abs((world.machineUsage('m0')?.requestsPerSecond ?? 0) - 20)).toBeLessThan(1.5);
  expect(world.machineUsage('m0')?.cpuMillis).toBeCloseTo(4000, 3);
});
