import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RequestSubject } from '../../../src/model/ports.ts';
import { type SimulatedWorld } from '../../../src/sim/world.ts';
import {
  addRunning,
  balancer,
  finishOperations,
  host,
  machine,
  minuteMs,
  route,
  traffic,
} from '../builders.ts';
import { requestWorld, toStep } from './play.ts';

/** Something that happens to the world, at a second of the run. */
type Happening =
  | { readonly type: 'Crash' | 'NetworkLoss' | 'Slow'; readonly host: string; readonly seconds: number }
  | { readonly type: 'Drain' | 'Restart'; readonly machine: string }
  | { readonly type: 'Resize'; readonly machine: string; readonly cores: number }
  | { readonly type: 'Scale'; readonly factor: number }
  | { readonly type: 'Remove' };

const aHost = fc.constantFrom('h', 'h2');
const aMachine = fc.constantFrom('m0', 'm1', 'n0', 'n1', 'd0');
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    type: fc.constantFrom('Crash' as const, 'NetworkLoss' as const, 'Slow' as const),
    host: aHost,
    seconds: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({ type: fc.constantFrom('Drain' as const, 'Restart' as const), machine: aMachine }),
  fc.record({ type: fc.constant('Resize' as const), machine: aMachine, cores: fc.constantFrom(0.5, 1, 3) }),
  fc.record({ type: fc.constant('Scale' as const), factor: fc.constantFrom(0, 0.3, 3) }),
  fc.record({ type: fc.constant('Remove' as const) }),
);
const outlierDetection = {
  ...{ consecutiveFailures: 3, intervalMs: 5000, baseEjectionMs: 10_000, maxEjectionMs: 60_000 },
  maxEjected: 0.5,
};

/** Two tiers on two hosts, two tenants of which one has a quota, and traffic straight to guests. */
function estate(): SimulatedWorld {
  const world = requestWorld({ machines: 2, hostCores: 2.5 });
  world.ensureHost(host('h2', { cpuMillis: 3000, memoryBytes: 2 ** 50 }));
  finishOperations(world);
  addRunning(world, ...['n0', 'n1', 'd0'].map((name) => machine(name, 'h2', { cpuMillis: 1000 })));
  tierOne(world, []);
  world.ensureBalancer(
    balancer('db', ['d0'], { serviceTimeMs: 15, queue: { limit: 5, timeoutMs: 200 }, outlierDetection }),
  );
  world.ensureRoute(route('a', { balancer: 'web', weight: 2 }));
  world.ensureRoute(route('b', { balancer: 'web', quotaRequestsPerSecond: 20 }));
  finishOperations(world);
  toStep(world);
  flow(world, 1);
  return world;
}

function tierOne(world: SimulatedWorld, draining: readonly string[]): void {
  const backends = ['m0', 'm1', 'n0', 'n1'].map((machineUid) => {
    return { machineUid, weight: 1, draining: draining.includes(machineUid) };
  });
  const queue = { limit: 20, timeoutMs: 500 };
  const facts = { serviceTimeMs: 30, calls: ['db'], outlierDetection, queue };
  world.ensureBalancer(balancer('web', [], { algorithm: 'LeastRequest', ...facts, backends }));
}

function flow(world: SimulatedWorld, factor: number): void {
  const common = { poisson: true, startMs: world.nowMs };
  const rate = (value: number): { pattern: { type: 'Constant'; value: number } } => ({
    pattern: { type: 'Constant', value: value * factor },
  });
  world.ensureTraffic(traffic('a', { ...common, ...rate(40), target: { type: 'Route', name: 'a' } }));
  world.ensureTraffic(traffic('b', { ...common, ...rate(30), target: { type: 'Route', name: 'b' } }));
  world.ensureTraffic(traffic('w', { ...common, ...rate(20) }));
  const target = { type: 'Machines' as const, uids: ['m0', 'd0'], serviceTimeMs: 20 };
  world.ensureTraffic(traffic('s', { ...common, ...rate(10), target }));
}

function happen(world: SimulatedWorld, one: Happening): void {
  switch (one.type) {
    case 'Crash':
    case 'NetworkLoss':
    case 'Slow':
      world.inject({ hostUid: one.host, type: one.type, forMs: one.seconds * 1000 });
      break;
    case 'Drain':
      tierOne(world, [one.machine]);
      break;
    case 'Restart':
      world.stop(one.machine);
      world.destroy(one.machine);
      break;
    case 'Resize':
      world.resize(one.machine, one.cores * 1000, 4 * 2 ** 30);
      break;
    case 'Scale':
      flow(world, one.factor);
      break;
    case 'Remove':
      world.removeBalancer('db');
      break;
  }
}

function nextStep(world: SimulatedWorld): number {
  return (Math.floor(world.nowMs / minuteMs) + 1) * minuteMs;
}

const subjects: readonly RequestSubject[] = [
  { type: 'All' },
  { type: 'Route', name: 'a' },
  { type: 'Route', name: 'b' },
  { type: 'Balancer', name: 'web' },
];

interface Sums {
  arrived: number;
  answered: number;
  failed: number;
}

/** Plays two minutes in which all that happens, then lets what is in the system end; what became of the requests. */
function play(happenings: readonly (readonly [number, Happening])[]): { sums: Sums[]; trace: string } {
  const world = estate();
  const startMs = world.nowMs;
  const sums = subjects.map((): Sums => ({ arrived: 0, answered: 0, failed: 0 }));
  const trace: string[] = [];
  const count = (): void => {
    subjects.forEach((subject, index) => {
      const window = world.requestWindow(subject);
      const sum = sums[index];
      if (window === undefined || sum === undefined) return;
      sum.arrived += window.arrived;
      sum.answered += window.answered;
      sum.failed += window.failed;
      // What has ended has come.
      expect(sum.answered + sum.failed).toBeLessThanOrEqual(sum.arrived);
      trace.push(JSON.stringify([subject, window.arrived, window.failed, window.latencies.mean]));
    });
  };
  for (const [second, one] of [...happenings].sort(([a], [b]) => a - b)) {
    while (nextStep(world) <= startMs + second * 1000) {
      toStep(world);
      count();
    }
    world.advanceTo(startMs + second * 1000);
    happen(world, one);
  }
  while (world.nowMs < startMs + 2 * minuteMs) {
    toStep(world);
    count();
  }
  flow(world, 0);
  for (let minute = 0; minute < 3; minute++) {
    toStep(world);
    count();
  }
  return { sums, trace: trace.join('\n') };
}

test('no request is invented and none is lost, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 119 }), happening), { maxLength: 8 }), (all) => {
      for (const { arrived, answered, failed } of play(all).sums) expect(answered + failed).toBe(arrived);
    }),
    { numRuns: 25 },
  );
});

test('the same happenings come out the same to the last bit', () => {
  const all: [number, Happening][] = [
    [20, { type: 'Crash', host: 'h2', seconds: 30 }],
    [70, { type: 'Slow', host: 'h', seconds: 30 }],
    [90, { type: 'Drain', machine: 'm0' }],
  ];
  const first = play(all);
  expect(first.sums[0]?.failed).toBeGreaterThan(100);
  expect(play(all)).toEqual(first);
});
