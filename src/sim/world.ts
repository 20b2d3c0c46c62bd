import { type PrivateEntry, type RouteRequest, type TrafficRequest, type World } from '../model/ports.ts';
import { Balancers } from './balancers.ts';
import { clockKey, Core, routePrefix, trafficPrefix } from './core.ts';
import { answersChecks } from './health.ts';
import { Hosts, type Host } from './hosts.ts';
import { Load } from './load.ts';
import { Machines } from './machines.ts';
import { Meter } from './meter.ts';
import { restoreWorld } from './persistence.ts';
import { Registry } from './registry.ts';
import { Steps } from './steps.ts';

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
  const machines: Machines = new Machines(core, hosts, {
    changed: (machine, gone) => {
      load.machineChanged(machine, gone);
      balancers.machineChanged(machine.id);
    },
    busyMillis: (machine) => {
      load.refresh();
      return load.columns.usedMillis[machine.slot] ?? 0;
    },
  });
  const balancers = new Balancers(core, {
    machine: (uid) => machines.get(uid),
    answers: (uid) => {
      const machine = machines.get(uid);
      return answersChecks(machine, machine && hosts.get(machine.request.hostUid));
    },
    partsChanged: () => load.partsChanged(),
    healthChanged: (balancer) => load.healthChanged(balancer),
  });
  const routes = new Registry<RouteRequest>(core, routePrefix, () => load.partsChanged());
  const traffic = new Registry<TrafficRequest>(core, trafficPrefix, () => {
    load.trafficChanged();
    if (traffic.size > 0) steps.run();
  });
  const load: Load = new Load(core, { hosts, machines, balancers, routes, traffic });
  const steps = new Steps(core, load, {
    hasTraffic: () => traffic.size > 0,
    begun: () => {
      for (const machine of load.overfull()) machines.outOfMemory(machine);
    },
  });
  const meter = new Meter(core, hosts, machines, load, steps);

  function hostChanged(host: Host): void {
    if (host.networkLost) machines.hostUnreachable(host);
    load.hostChanged(host);
    for (const machine of machines.onHost(host.id)) balancers.machineChanged(machine.id);
  }

  restoreWorld(restore, core, { hosts, machines, balancers, routes, traffic, load, steps, meter });

  return {
    get nowMs() {
      return core.nowMs;
    },
    nextEventAtMs: () => {
      // What fails now may lead to an ejection before anything else happens.
      load.refresh();
      return core.queue.nextAtMs();
    },
    advanceTo: (timeMs) => advance(core, load, timeMs),
    takeChanges: () => core.changes.take(),
    takeDirty: () => {
      load.refresh();
      return core.dirty.take();
    },
    checkpoint: () => meter.checkpoint(),
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
    health: (name) => balancers.get(name)?.byMachine,
    isPanicking: (name) => balancers.isPanicking(name),
    removeBalancer: (name) => balancers.remove(name),
    ensureRoute: (request) => routes.ensure(request),
    removeRoute: (name) => routes.remove(name),
    ensureTraffic: (request) => traffic.ensure(request),
    removeTraffic: (name) => traffic.remove(name),

    takeMoved: () => load.takeMoved(),
    machineUsage: (uid) => meter.machineUsage(uid),
    hostUsage: (uid) => meter.hostUsage(uid),
    balancer: (name) => meter.balancer(name),
    route: (name) => meter.route(name),
    balancerFlow: (name) => meter.balancerFlow(name),
    routeFlow: (name) => meter.routeFlow(name),
    traffic: (name) => meter.traffic(name),
  };
}

function advance(core: Core, load: Load, timeMs: number): void {
  for (;;) {
    let nextMs = core.queue.nextAtMs();
    if (nextMs === undefined || nextMs > core.nowMs) {
      // All of the present has happened: only now does it show what fails from here on, and when that ejects somebody.
      load.refresh();
      nextMs = core.queue.nextAtMs();
    }
    if (nextMs === undefined || nextMs > timeMs) break;
    moveClock(core, load, nextMs);
    core.queue.takeUntil(nextMs)?.fire();
  }
  moveClock(core, load, timeMs);
}

/** Time never goes backwards. What holds now is worked out before it moves on. */
function moveClock(core: Core, load: Load, timeMs: number): void {
  if (timeMs <= core.nowMs) return;
  load.refresh();
  core.nowMs = timeMs;
  core.dirty.mark(clockKey, () => ({ nowMs: core.nowMs }));
}
