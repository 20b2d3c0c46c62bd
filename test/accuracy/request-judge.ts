/** Asks `--fidelity requests` of a trial: the same backends in a world whose requests are played one by one. */
import { Histogram } from '../../src/base/histogram.ts';
import { type BalancingAlgorithm } from '../../src/model/ports.ts';
import { createRequestWorld } from '../../src/sim/requests/request-world.ts';
import { type SimulatedWorld } from '../../src/sim/world.ts';
import {
  addRunning,
  balancer,
  epochMs,
  finishOperations,
  host,
  machine,
  minuteMs,
  traffic,
  withoutOverhead,
} from '../sim/builders.ts';
import { type JudgePicker, type Trial, type Verdict } from '../support/queue-judge.ts';

/** A service time takes so long, ms. */
const serviceMs = 10;

const algorithms: Readonly<Record<JudgePicker, BalancingAlgorithm>> = {
  Random: 'Random',
  RoundRobin: 'RoundRobin',
  Weighted: 'WeightedRoundRobin',
  LeastRequest: 'LeastRequest',
};

/** How the trial comes out in such a world, in service times. */
export function playTrial(trial: Trial): Omit<Verdict, 'meanWait' | 'waited'> {
  const { rate, requests } = trial;
  const world = worldOf(trial);
  const perMinute = (rate * minuteMs) / serviceMs;
  const pattern = { type: 'Constant', value: (1000 * rate) / serviceMs } as const;
  world.ensureTraffic(traffic('t', { pattern, poisson: true, startMs: world.nowMs }));
  for (let sent = 0; sent < (trial.warmUp ?? requests / 10); sent += perMinute)
    world.advanceTo(world.nowMs + minuteMs);
  const before = seen(world);
  const all = new Histogram();
  const shares = trial.cores.map(() => 0);
  let minutes = 0;
  for (let sent = 0; sent < requests; sent += perMinute, minutes++) {
    world.advanceTo(world.nowMs + minuteMs);
    const window = world.requestWindow({ type: 'Balancer', name: 'web' });
    if (window) all.merge(window.latencies.sparse());
    seen(world).backends.forEach(({ share }, i) => (shares[i] = (shares[i] ?? 0) + share));
  }
  const after = seen(world);
  const offered = after.totalRequests - before.totalRequests;
  const at = (p: number): number => (all.quantile(p) ?? 0) / serviceMs;
  return {
    mean: all.mean / serviceMs,
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    refused: (after.totalRefused - before.totalRefused) / offered,
    timedOut: (after.totalTimedOut - before.totalTimedOut) / offered,
    shares: shares.map((share) => share / minutes),
  };
}

function worldOf({
  picker,
  cores,
  speeds,
  weights,
  variation = 1,
  limit = Infinity,
  timeout,
  seed,
}: Trial): SimulatedWorld {
  const world = createRequestWorld({ seed, nowMs: epochMs, stepMs: minuteMs });
  const size = { hypervisor: withoutOverhead, cpuMillis: 1e6, memoryBytes: 2 ** 50 };
  const names = cores.map((_c, i) => `m${i}`);
  for (const name of names) world.ensureHost(host(`h${name}`, size));
  finishOperations(world);
  addRunning(
    world,
    ...names.map((name, i) => machine(name, `h${name}`, { cpuMillis: 1000 * (cores[i] ?? 0) })),
  );
  names.forEach((name, i) => {
    const speed = speeds?.[i] ?? 1;
    if (speed !== 1) world.inject({ hostUid: `h${name}`, type: 'Slow', speed });
  });
  const queue = { limit, ...(timeout === undefined ? {} : { timeoutMs: timeout * serviceMs }) };
  const backends = names.map((machineUid, i) => ({ machineUid, weight: weights?.[i] ?? 1, draining: false }));
  const asked = { algorithm: algorithms[picker], serviceTimeMs: serviceMs, serviceVariation: variation };
  world.ensureBalancer(balancer('web', [], { ...asked, queue, backends }));
  finishOperations(world);
  world.advanceTo((Math.floor(world.nowMs / minuteMs) + 1) * minuteMs);
  return world;
}

function seen(world: SimulatedWorld): NonNullable<ReturnType<SimulatedWorld['balancer']>> {
  const found = world.balancer('web');
  if (!found) throw new Error('no balancer');
  return found;
}
