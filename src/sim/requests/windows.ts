import { type RequestEngine } from './engine.ts';
import { type Network } from './network.ts';
import { type Places } from './places.ts';
import { type Sources } from './sources.ts';

/** What a guest or a host did in the last whole step. */
export interface UsageSample {
  /** CPU used on the mean, millicores. */
  readonly millis: number;
  /** Requests a second whose service it has ended; of guests. */
  readonly perSecond: number;
}

interface Watched {
  usedMs: number;
  served: number;
  sample: UsageSample;
}

const idle: UsageSample = { millis: 0, perSecond: 0 };

/** What is measured over load steps, and closed at the end of each. */
export class Windows {
  /** The step under way began, and the one before it, ms of world time. */
  fromMs: number;
  lastFromMs: number;
  #stations = new Map<string, Watched>();
  #hosts = new Map<string, Watched>();
  /** Requests of each traffic: all up to the start of this step, and in the last one. */
  readonly #offered = new Map<string, { before: number; last: number }>();
  #movedMachines = new Set<string>();
  #movedHosts = new Set<string>();

  constructor(
    private readonly parts: {
      readonly engine: RequestEngine;
      readonly places: Places;
      readonly network: Network;
      readonly sources: Sources;
    },
    startMs: number,
  ) {
    this.fromMs = startMs;
    this.lastFromMs = startMs;
  }

  /** Length of the last whole step, ms; 0 before its end. */
  get lastMs(): number {
    return this.fromMs - this.lastFromMs;
  }

  machine(uid: string): UsageSample {
    return this.#stations.get(uid)?.sample ?? idle;
  }

  host(uid: string): UsageSample {
    return this.#hosts.get(uid)?.sample ?? idle;
  }

  /** Requests of a traffic in the last whole step. */
  offered(name: string): number {
    return this.#offered.get(name)?.last ?? 0;
  }

  /** Ends the step at `atMs`: all that came before is played. */
  close(atMs: number): void {
    const { engine, places, network } = this.parts;
    const lengthMs = atMs - this.fromMs;
    if (lengthMs <= 0) return;
    this.lastFromMs = this.fromMs;
    this.fromMs = atMs;
    places.measure(engine.nowMs);
    engine.entries.roll();
    for (const node of network.nodes()) {
      node.tally.roll();
      for (const lane of node.lanes.values()) lane.roll();
    }
    for (const route of network.routes()) route.roll();
    this.#stations = sampled(this.#stations, places.stations, lengthMs, this.#movedMachines);
    this.#hosts = sampled(this.#hosts, places.hosts, lengthMs, this.#movedHosts);
    this.#closeSources();
  }

  /** Those whose samples have changed since this was last asked for. */
  takeMoved(): { readonly machines: readonly string[]; readonly hosts: readonly string[] } {
    const moved = { machines: [...this.#movedMachines], hosts: [...this.#movedHosts] };
    this.#movedMachines = new Set();
    this.#movedHosts = new Set();
    return moved;
  }

  #closeSources(): void {
    const { sources } = this.parts;
    for (const name of sources.names()) {
      const arrived = sources.arrived(name) ?? 0;
      const known = this.#offered.get(name);
      // One that was laid out anew counts from 0.
      const before = known === undefined || arrived < known.before ? 0 : known.before;
      this.#offered.set(name, { before: arrived, last: arrived - before });
    }
  }
}

/** The samples of a step; those that are gone are forgotten. */
function sampled(
  before: ReadonlyMap<string, Watched>,
  things: ReadonlyMap<string, { readonly usedMs: number; readonly served?: number }>,
  lengthMs: number,
  moved: Set<string>,
): Map<string, Watched> {
  const after = new Map<string, Watched>();
  for (const [uid, { usedMs, served = 0 }] of things) {
    const known = before.get(uid);
    const millis = ((usedMs - (known?.usedMs ?? 0)) / lengthMs) * 1000;
    const perSecond = ((served - (known?.served ?? 0)) / lengthMs) * 1000;
    if (millis !== (known?.sample.millis ?? 0)) moved.add(uid);
    after.set(uid, { usedMs, served, sample: { millis, perSecond } });
  }
  return after;
}
