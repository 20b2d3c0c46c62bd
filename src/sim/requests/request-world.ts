import { assert } from '../../base/errors.ts';
import { clockKey, Core } from '../core.ts';
import { infrastructureOf } from '../scenery/infrastructure.ts';
import { buildScenery } from '../scenery/scenery.ts';
import { Steps } from '../steps.ts';
import { type SimulatedWorld, type WorldOptions } from '../world.ts';
import { RequestLoad } from './request-load.ts';
import { RequestMeter } from './request-meter.ts';

/**
 * A world like that of `createWorld` in all but its load: every single request is played as an event of its own.
 * Deterministic as that one is; but it cannot be saved, as what is under way is not kept.
 */
export function createRequestWorld({
  seed,
  nowMs,
  stepMs = 15_000,
  stepOriginMs,
  restore = [],
}: WorldOptions): SimulatedWorld {
  assert(restore.length === 0, 'a world whose requests are played one by one cannot be restored');
  const core = new Core(seed, stepMs, nowMs, stepOriginMs);
  const scenery = buildScenery(core, {
    machineChanged: (machine, gone) => load.machineChanged(machine, gone),
    hostChanged: (host) => load.hostChanged(host),
    partsChanged: () => load.partsChanged(),
    healthChanged: (balancer) => load.healthChanged(balancer),
    trafficChanged: () => {
      load.trafficChanged();
      if (scenery.traffic.size > 0) steps.run();
    },
    usage: (machine) => load.usage(machine),
    demandMillis: (hostUid) => load.demandMillis(hostUid),
  });
  const load: RequestLoad = new RequestLoad(core, scenery);
  const steps = new Steps(core, load, {
    hasTraffic: () => scenery.traffic.size > 0,
    begun: () => {
      for (const machine of load.overfull()) scenery.machines.outOfMemory(machine);
      scenery.machines.boots.paceAll();
    },
  });
  const meter = new RequestMeter(core, scenery, load);

  return {
    ...infrastructureOf(core, scenery),
    get nowMs() {
      return core.nowMs;
    },
    nextEventAtMs: () => core.queue.nextAtMs(),
    approach: (timeMs) => advance(core, load, timeMs, false),
    advanceTo: (timeMs) => advance(core, load, timeMs, true),
    takeDirty: () => core.dirty.take(),
    checkpoint: () => undefined,
    forgetRequests: () => load.forgetRequests(),
    takeMoved: () => load.windows.takeMoved(),
    machineUsage: (uid) => meter.machineUsage(uid),
    machineLoad: (uid) => meter.machineLoad(uid),
    hostUsage: (uid) => meter.hostUsage(uid),
    balancer: (name) => meter.balancer(name),
    route: (name) => meter.route(name),
    balancerFlow: (name) => meter.balancerFlow(name),
    routeFlow: (name) => meter.routeFlow(name),
    requestWindow: (of) => meter.requestWindow(of),
    traffic: (name) => meter.traffic(name),
  };
}

/** Moves time on to `timeMs`, and has happen what is due before it or (`all`) by then. */
function advance(core: Core, load: RequestLoad, timeMs: number, all: boolean): void {
  for (;;) {
    const dueMs = core.queue.nextAtMs() ?? Infinity;
    const toMs = Math.min(dueMs, timeMs);
    if (toMs > core.nowMs) {
      // What comes about while requests are played may be due before the rest of them.
      if (!load.playTo(toMs)) continue;
      core.nowMs = toMs;
      core.dirty.mark(clockKey, () => ({ nowMs: core.nowMs }));
    }
    if (dueMs > timeMs || (!all && dueMs === timeMs)) return;
    core.queue.takeUntil(dueMs)?.fire();
  }
}
