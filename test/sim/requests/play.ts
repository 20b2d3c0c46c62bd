/** Plays one balancer's requests for the tests: guests without overhead, so that times are those that are declared. */
import { type BalancerRequest, type HostRequest, type TrafficRequest } from '../../../src/model/ports.ts';
import { Histogram } from '../../../src/base/histogram.ts';
import { createRequestWorld } from '../../../src/sim/requests/request-world.ts';
import { type SimulatedWorld } from '../../../src/sim/world.ts';
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
} from '../builders.ts';

export interface Layout {
  /** How many guests, of how many cores. @defaultValue 1 of 1 */
  readonly machines?: number;
  readonly cores?: number;
  readonly hostCores?: number;
  readonly seed?: number;
  readonly balancer?: Partial<BalancerRequest>;
  readonly host?: Partial<HostRequest>;
}

/** Guests `m0`, `m1`, … on the host `h` behind the balancer `web`, all up and healthy, at the start of a load step. */
export function requestWorld({
  machines = 1,
  cores = 1,
  hostCores = 1000,
  seed = 42,
  balancer: asked = {},
  host: hosted = {},
}: Layout = {}): SimulatedWorld {
  const world = createRequestWorld({ seed, nowMs: epochMs, stepMs: minuteMs });
  const size = { cpuMillis: hostCores * 1000, memoryBytes: 2 ** 50 };
  world.ensureHost(host('h', { hypervisor: withoutOverhead, ...size, ...hosted }));
  finishOperations(world);
  const names = machineNames(machines);
  addRunning(world, ...names.map((name) => machine(name, 'h', { cpuMillis: cores * 1000 })));
  world.ensureBalancer(balancer('web', names, { serviceTimeMs: 10, ...asked }));
  finishOperations(world);
  toStep(world);
  return world;
}

export function machineNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `m${i}`);
}

/** On to the start of the next load step. */
export function toStep(world: SimulatedWorld): void {
  world.advanceTo((Math.floor(world.nowMs / minuteMs) + 1) * minuteMs);
}

/** Poisson traffic of a constant rate, requests a second, to the balancer `web`, from now on. */
export function send(world: SimulatedWorld, perSecond: number, fields: Partial<TrafficRequest> = {}): void {
  world.ensureTraffic(
    traffic('t', {
      pattern: { type: 'Constant', value: perSecond },
      poisson: true,
      startMs: world.nowMs,
      ...fields,
    }),
  );
}

/** Latencies of the balancer's requests that are answered in whole minutes, ms. */
export function latencies(world: SimulatedWorld, minutes: number, name = 'web'): Histogram {
  const all = new Histogram();
  for (let minute = 0; minute < minutes; minute++) {
    world.advanceTo(world.nowMs + minuteMs);
    const window = world.requestWindow({ type: 'Balancer', name });
    if (window) all.merge(window.latencies.sparse());
  }
  return all;
}
