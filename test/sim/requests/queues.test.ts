/**
 * Requests that are played one by one, against what queueing theory and published simulations say of them. A mean over
 * N requests of a queue at utilization rho has a relative standard error of about 4 / ((1 - rho) sqrt(N)): tolerances
 * are three of them or more.
 */
import { describe, expect, test } from 'vitest';
import { type BalancingAlgorithm } from '../../../src/model/ports.ts';
import { traits } from '../builders.ts';
import { latencies, requestWorld, send, type Layout } from './play.ts';

/** Mean sojourn in service times (10 ms) at a utilization, with as many minutes as give about `count` requests. */
function meanInServiceTimes(layout: Layout, utilization: number, count: number): number {
  const perSecond = utilization * (layout.machines ?? 1) * (layout.cores ?? 1) * 100;
  const world = requestWorld(layout);
  send(world, perSecond);
  latencies(world, 1);
  return latencies(world, Math.ceil(count / (60 * perSecond))).mean / 10;
}

/** The mean sojourn of M/M/c in service times, by Erlang's C formula as a sum. */
function erlang(servers: number, utilization: number): number {
  const load = servers * utilization;
  let term = 1;
  let sum = 1;
  for (let n = 1; n < servers; n++) sum += term *= load / n;
  const waiting = (term * load) / servers / (1 - utilization);
  return 1 + waiting / (sum + waiting) / (servers * (1 - utilization));
}

describe('one guest', () => {
  test.each([
    [1, 0.5, 0.03],
    [1, 0.7, 0.06],
    [2, 0.7, 0.05],
    [4, 0.8, 0.06],
    [8, 0.9, 0.08],
  ])('exponential service on %d vCPUs at %d: M/M/c', (cores, utilization, tolerance) => {
    const mean = meanInServiceTimes({ cores }, utilization, 150_000);
    expect(Math.abs(mean / erlang(cores, utilization) - 1)).toBeLessThan(tolerance);
  });

  // Pollaczek and Khinchine: 1 + rho (1 + cv^2) / (2 (1 - rho)).
  test.each([
    [0, 0.8],
    [0.5, 0.7],
    [2, 0.5],
  ])('a coefficient of variation of %d at %d: M/G/1', (serviceVariation, utilization) => {
    const mean = meanInServiceTimes({ balancer: { serviceVariation } }, utilization, 150_000);
    const exact = 1 + (utilization * (1 + serviceVariation ** 2)) / (2 * (1 - utilization));
    expect(Math.abs(mean / exact - 1)).toBeLessThan(0.05);
  });

  test('percentiles of M/M/1 are those of an exponential of its mean', () => {
    const world = requestWorld();
    send(world, 60);
    const all = latencies(world, 60);
    for (const [share, factor] of [
      [0.5, Math.log(2)],
      [0.95, Math.log(20)],
      [0.99, Math.log(100)],
    ] as const) {
      expect(Math.abs((all.quantile(share) ?? 0) / (25 * factor) - 1)).toBeLessThan(0.05);
    }
  });

  test('even arrivals of constant work below capacity never wait', () => {
    const world = requestWorld({ balancer: { serviceVariation: 0 } });
    send(world, 90, { poisson: false });
    const all = latencies(world, 2);
    // The last one came 6 ms before the end.
    expect(all.count).toBe(2 * 60 * 90 - 1);
    expect(all.mean).toBeCloseTo(10, 9);
  });
});

test('a guest that is just full: each request begins in the moment in which the one before it ends', () => {
  const world = requestWorld({ balancer: { serviceTimeMs: 1000, serviceVariation: 0 } });
  send(world, 1, { poisson: false });
  const all = latencies(world, 60);
  expect(all.count).toBe(60 * 60 - 1);
  expect(all.quantile(1)).toBeLessThan(1000 * (1 + 1 / 128));
  expect(all.mean).toBeCloseTo(1000, 6);
});

describe('the balancer matters: mean in service times at utilization 0.8', () => {
  test.each<[BalancingAlgorithm, number, number]>([
    ['Random', 8, 5],
    ['RoundRobin', 8, 2.96],
    ['LeastRequest', 8, 2.21],
    ['Random', 40, 5],
    ['RoundRobin', 40, 2.73],
    ['LeastRequest', 40, 2],
  ])('%s over %d guests of one vCPU: %d', (algorithm, machines, published) => {
    const mean = meanInServiceTimes({ machines, balancer: { algorithm } }, 0.8, 200_000);
    expect(Math.abs(mean / published - 1)).toBeLessThan(0.05);
  });
});

// Gast, Bortolussi and Tribastone, Performance Evaluation 129 (2019): mean number of requests at one of N queues.
test.each([
  [10, 0.7, 1.2193],
  [10, 0.9, 2.8002],
  [20, 0.9, 2.5662],
])('two choices among %d queues at %d: %d requests at each', (machines, utilization, published) => {
  const layout = { machines, balancer: { algorithm: 'LeastRequest' as const } };
  // By Little's law.
  const number = utilization * meanInServiceTimes(layout, utilization, 300_000);
  expect(Math.abs(number / published - 1)).toBeLessThan(0.04);
});

describe('capacity that is no whole number of vCPUs', () => {
  test('more of it never makes requests wait longer', () => {
    const means = [1, 1.1, 1.5, 2, 2.1, 3].map((cores) => {
      const world = requestWorld({ cores });
      send(world, 60);
      return latencies(world, 30).mean;
    });
    const sorted = [...means].sort((a, b) => b - a);
    expect(means).toEqual(sorted);
  });

  test('two requests share 1.5 vCPUs', () => {
    const world = requestWorld({ cores: 1.5, balancer: { serviceVariation: 0 } });
    // Two that come together, again and again: 10 ms of work each at 0.75 of the speed.
    const fields = { poisson: false, pattern: { type: 'Constant' as const, value: 10 } };
    send(world, 10, { ...fields, name: 'a' });
    send(world, 10, { ...fields, name: 'b' });
    expect(latencies(world, 1).mean).toBeCloseTo(10 / 0.75, 6);
  });
});

describe('cores that guests share', () => {
  // By a Markov chain of the busy vCPUs: 7.75 cores at 93 % in all, equal load.
  test.each([
    [12, 0.6, 4.06],
    [24, 0.3, 2.86],
    [48, 0.15, 2.6],
  ])('%d guests, each busy %d of its time: %d service times', (machines, utilization, published) => {
    const performance = { overhead: { trapping: { Compute: 0 } }, contention: { loss: 0 } };
    const world = requestWorld({
      machines,
      hostCores: 7.75,
      balancer: { algorithm: 'Random' },
      host: { hypervisor: traits({ performance }) },
    });
    send(world, machines * utilization * 100);
    latencies(world, 1);
    const mean = latencies(world, 6).mean / 10;
    expect(Math.abs(mean / published - 1)).toBeLessThan(0.1);
  });
});
