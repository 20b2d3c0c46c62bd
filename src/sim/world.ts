import { isRecord } from '../base/deep.ts';
import { type PrivateEntry, type RouteRequest, type TrafficRequest, type World } from '../model/ports.ts';
import { Balancers, type SavedBalancer } from './balancers.ts';
import {
  balancerPrefix,
  clockKey,
  Core,
  hostPrefix,
  machinePrefix,
  routePrefix,
  trafficPrefix,
} from './core.ts';
import { reachOf } from './health.ts';
import { Hosts, type Host, type SavedHost } from './hosts.ts';
import { type SavedMachine } from './machine.ts';
import { Machines } from './machines.ts';
import { Registry } from './registry.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Where world time starts, ms since the Unix epoch; a restored clock comes before it. */
  readonly nowMs: number;
  /** Length of a load step, ms. @defaultValue 15_000 */
  readonly stepMs?: number;
  /** The saved entries (those whose key begins with `world/`) of a world to go on with. */
  readonly restore?: readonly PrivateEntry[];
}

/** The simulated world, with what the engine has to do to keep it. */
export interface SimulatedWorld extends World {
  /**
   * Has what changes with every load step (totals, samples) saved by the next `takeDirty`. To be called at the end
   * of a run; without it those figures begin anew after a restart, and nothing else is lost.
   */
  checkpoint(): void;
}

/**
 * A world of simulated hosts, machines, balancers and traffic. It runs on events and is deterministic: the same
 * seed and the same requests at the same times give the same world, with or without being saved and restored on
 * the way.
 */
export function createWorld({ seed, nowMs, stepMs = 15_000, restore = [] }: WorldOptions): SimulatedWorld {
  const core = new Core(seed, stepMs, nowMs);
  const hosts = new Hosts(core, {
    down: (host) => machines.hostDown(host),
    changed: (host) => hostChanged(host),
  });
  const machines = new Machines(core, hosts, {
    changed: (machine) => balancers.machineChanged(machine.id),
    busyMillis: () => 0,
  });
  const balancers = new Balancers(core, {
    machine: (uid) => machines.get(uid),
    reach: (uid) => {
      const machine = machines.get(uid);
      return reachOf(machine, machine && hosts.get(machine.request.hostUid));
    },
    changed: () => undefined,
  });
  const routes = new Registry<RouteRequest>(core, routePrefix, () => undefined);
  const traffic = new Registry<TrafficRequest>(core, trafficPrefix, () => undefined);

  function hostChanged(host: Host): void {
    if (host.networkLost) machines.hostUnreachable(host);
    for (const machine of machines.onHost(host.id)) balancers.machineChanged(machine.id);
  }

  restoreWorld(restore, core, { hosts, machines, balancers, routes, traffic });

  return {
    get nowMs() {
      return core.nowMs;
    },
    nextEventAtMs: () => core.queue.nextAtMs(),
    advanceTo: (timeMs) => advance(core, timeMs),
    takeChanges: () => core.changes.take(),
    takeDirty: () => core.dirty.take(),
    checkpoint: () => undefined,
    operations: () => core.operations.list(),
    operationCount: () => core.operations.count,

    host: (uid) => hosts.observe(uid),
    ensureHost: (request) => hosts.ensure(request),
    removeHost: (uid) => hosts.remove(uid),
    inject: (fault) => hosts.inject(fault),
    clearFaults: (uid) => hosts.clearFaults(uid),

    machine: (uid) => machines.observe(uid),
    provision: (request) => machines.provision(request),
    start: (uid) => machines.start(uid),
    stop: (uid) => machines.stop(uid),
    resize: (uid, cpuMillis, memoryBytes) => machines.resize(uid, cpuMillis, memoryBytes),
    reshape: (uid, cpuMillis, memoryBytes) => machines.reshape(uid, cpuMillis, memoryBytes),
    migrate: (uid, targetHostUid) => machines.migrate(uid, targetHostUid),
    destroy: (uid) => machines.destroy(uid),

    ensureBalancer: (request) => balancers.ensure(request),
    removeBalancer: (name) => balancers.remove(name),
    ensureRoute: (request) => routes.ensure(request),
    removeRoute: (name) => routes.remove(name),
    ensureTraffic: (request) => traffic.ensure(request),
    removeTraffic: (name) => traffic.remove(name),

    machineUsage: () => undefined,
    hostUsage: () => undefined,
    balancer: () => undefined,
    route: () => undefined,
    traffic: () => undefined,
  };
}

function advance(core: Core, timeMs: number): void {
  for (;;) {
    const nextMs = core.queue.nextAtMs();
    if (nextMs === undefined || nextMs > timeMs) break;
    moveClock(core, nextMs);
    core.queue.takeUntil(nextMs)?.fire();
  }
  moveClock(core, timeMs);
}

/** Time never goes backwards. */
function moveClock(core: Core, timeMs: number): void {
  if (timeMs <= core.nowMs) return;
  core.nowMs = timeMs;
  core.dirty.mark(clockKey, () => ({ nowMs: core.nowMs }));
}

interface Parts {
  readonly hosts: Hosts;
  readonly machines: Machines;
  readonly balancers: Balancers;
  readonly routes: Registry<RouteRequest>;
  readonly traffic: Registry<TrafficRequest>;
}

/** Entries are what this module saved, so their shape is trusted. */
function restoreWorld(entries: readonly PrivateEntry[], core: Core, parts: Parts): void {
  for (const { key, value } of entries) {
    if (value === undefined) continue;
    if (key === clockKey) core.nowMs = isRecord(value) ? Number(value.nowMs) : core.nowMs;
    else if (key.startsWith(hostPrefix)) parts.hosts.restore(value as SavedHost);
    else if (key.startsWith(machinePrefix)) parts.machines.restore(value as SavedMachine);
    else if (key.startsWith(balancerPrefix)) parts.balancers.restore(value as SavedBalancer);
    else if (key.startsWith(routePrefix)) parts.routes.restore(value as RouteRequest);
    else if (key.startsWith(trafficPrefix)) parts.traffic.restore(value as TrafficRequest);
  }
}
