/** Small worlds for the tests of the simulator: everything has defaults that a test overrides where it matters. */
import {
  type BalancerRequest,
  type HostRequest,
  type HypervisorTraits,
  type MachineRequest,
  type PrivateEntry,
  type RouteRequest,
  type TrafficRequest,
} from '../../src/model/ports.ts';
import { createWorld, type SimulatedWorld } from '../../src/sim/world.ts';

export const epochMs = Date.UTC(2000, 0, 1);
export const gib = 2 ** 30;
export const minuteMs = 60_000;

export function traits(fields: Partial<HypervisorTraits> = {}): HypervisorTraits {
  return {
    name: 'xen',
    architecture: 'BareMetal',
    liveMigration: true,
    cpuHotplug: true,
    memoryHotplug: true,
    performance: {},
    ...fields,
  };
}

/** Under it Compute takes as long as is declared: it costs nothing that its guests are virtual. */
export const withoutOverhead = traits({ performance: { overhead: { trapping: { Compute: 0 } } } });

export function host(name: string, fields: Partial<HostRequest> = {}): HostRequest {
  return {
    uid: name,
    name,
    hypervisor: traits(),
    hardwareAssist: true,
    cpuMillis: 16_000,
    memoryBytes: 64 * gib,
    reservedCpuMillis: 0,
    reservedMemoryBytes: 0,
    pricePerHour: 1,
    idleWatts: 100,
    maxWatts: 300,
    failureDetectionMs: 0,
    ...fields,
  };
}

export function machine(name: string, hostUid: string, fields: Partial<MachineRequest> = {}): MachineRequest {
  return {
    uid: name,
    namespace: 'default',
    name,
    hostUid,
    mode: 'Para',
    guestOS: 'debian-12',
    image: 'debian-12',
    imageBytes: 2 * gib,
    cpuMillis: 2000,
    memoryBytes: 4 * gib,
    profile: 'Compute',
    ...fields,
  };
}

export function balancer(
  name: string,
  machineUids: readonly string[],
  fields: Partial<BalancerRequest> = {},
): BalancerRequest {
  return {
    name,
    algorithm: 'RoundRobin',
    serviceTimeMs: 10,
    serviceVariation: 1,
    queue: { limit: 1024 },
    healthCheck: { intervalMs: 5000, healthyThreshold: 2, unhealthyThreshold: 2 },
    panicThreshold: 0.5,
    backends: machineUids.map((machineUid) => ({ machineUid, weight: 1, draining: false })),
    calls: [],
    ...fields,
  };
}

export function route(name: string, fields: Partial<RouteRequest> = {}): RouteRequest {
  return { name, host: `${name}.example`, dataPartition: name, ...fields };
}

/** Traffic of a constant 10 requests a second to the balancer `web`. */
export function traffic(name: string, fields: Partial<TrafficRequest> = {}): TrafficRequest {
  return {
    name,
    target: { type: 'Balancer', name: 'web' },
    unit: 'Requests',
    pattern: { type: 'Constant', value: 10 },
    poisson: false,
    startMs: epochMs,
    ...fields,
  };
}

export function newWorld(restore: readonly PrivateEntry[] = [], seed = 42, stepMs?: number): SimulatedWorld {
  return createWorld({ seed, nowMs: epochMs, restore, ...(stepMs === undefined ? {} : { stepMs }) });
}

/** A world with these hosts switched on, nothing dirty and no changes left to take. */
export function worldWithHosts(...hosts: readonly HostRequest[]): SimulatedWorld {
  const world = newWorld();
  for (const request of hosts) world.ensureHost(request);
  finishOperations(world);
  world.takeChanges();
  world.takeDirty();
  return world;
}

/** Lets everything under way come to its end. */
export function finishOperations(world: SimulatedWorld): void {
  while (world.operationCount() > 0) {
    const next = world.nextEventAtMs();
    if (next === undefined) throw new Error('operations under way, but nothing will happen');
    world.advanceTo(next);
  }
}

/** Adds machines that run. */
export function addRunning(world: SimulatedWorld, ...requests: readonly MachineRequest[]): void {
  for (const request of requests) {
    const answer = world.provision(request);
    if (!answer.ok) throw new Error(answer.reason);
  }
  finishOperations(world);
  for (const request of requests) world.start(request.uid);
  finishOperations(world);
}

export function advance(world: SimulatedWorld, ms: number): void {
  world.advanceTo(world.nowMs + ms);
}

/** Keeps entries as a store would, by way of JSON, so that nothing but plain values survives. */
export class Saved {
  readonly #entries = new Map<string, string>();

  take(world: SimulatedWorld): void {
    world.checkpoint();
    for (const { key, value } of world.takeDirty()) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, JSON.stringify(value));
    }
  }

  entries(): PrivateEntry[] {
    return [...this.#entries]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, text]) => ({ key, value: JSON.parse(text) as unknown }));
  }
}
