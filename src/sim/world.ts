import { type PrivateEntry, type World } from '../model/ports.ts';
import { clockKey, Core } from './core.ts';
import { infrastructureOf } from './scenery/infrastructure.ts';
import { Load } from './load.ts';
import { memoryInUse, Meter } from './meter.ts';
import { restoreWorld } from './persistence.ts';
import { buildScenery } from './scenery/scenery.ts';
import { Steps } from './steps.ts';

export interface WorldOptions {
  readonly seed: number;
  /** Where world time starts, ms since the Unix epoch; a restored clock comes before it. */
  readonly nowMs: number;
  /** Length of a load step, ms. @defaultValue 15_000 */
  readonly stepMs?: number;
  /** World time at which some load step begins, ms. @defaultValue 0, the Unix epoch */
  readonly stepOriginMs?: number;
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
  const scenery = buildScenery(core, {
    machineChanged: (machine, gone) => load.machineChanged(machine, gone),
    hostChanged: (host) => load.hostChanged(host),
    partsChanged: () => load.partsChanged(),
    healthChanged: (balancer) => load.healthChanged(balancer),
    trafficChanged: () => {
      load.trafficChanged();
      if (traffic.size > 0) steps.run();
    },
    demandMillis: (hostUid) => {
      load.refresh();
      return load.hostWantedMillis(hostUid);
    },
    usage: (machine) => {
      load.refresh();
      const { columns } = load;
      const { cpuMillis, memoryBytes } = machine.request;
      const busyMillis = columns.usedMillis[machine.slot] ?? 0;
      const wanted = columns.directMemory[machine.slot] ?? 0;
      return { usedBytes: memoryInUse(memoryBytes, Math.min(1, busyMillis / cpuMillis), wanted), busyMillis };
    },
  });
  const { hosts, machines, traffic } = scenery;
  const load: Load = new Load(core, scenery);
  const steps = new Steps(core, load, {
    hasTraffic: () => traffic.size > 0 || load.flows.waiting,
    begun: () => {
      for (const machine of load.overfull()) machines.outOfMemory(machine);
      machines.boots.paceAll();
    },
  });
  const meter = new Meter(core, hosts, machines, load, steps);

  restoreWorld(restore, core, { ...scenery, load, steps, meter });

  return {
    ...infrastructureOf(core, scenery),
    get nowMs() {
      return core.nowMs;
    },
    // Figures hold until something happens: nothing does before that.
    approach: () => undefined,
    nextEventAtMs: () => {
      // What fails now may lead to an ejection before anything else happens.
      load.refresh();
      return core.queue.nextAtMs();
    },
    advanceTo: (timeMs) => advance(core, load, timeMs),
    takeDirty: () => {
      load.refresh();
      return core.dirty.take();
    },
    checkpoint: () => meter.checkpoint(),
    forgetRequests: () => load.forgetRequests(),
    takeMoved: () => load.takeMoved(),
    machineUsage: (uid) => meter.machineUsage(uid),
    machineLoad: (uid) => meter.machineLoad(uid),
    hostUsage: (uid) => meter.hostUsage(uid),
    balancer: (name) => meter.balancer(name),
    route: (name) => meter.route(name),
    balancerFlow: (name) => meter.balancerFlow(name),
    routeFlow: (name) => meter.routeFlow(name),
    requestWindow: () => undefined,
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
