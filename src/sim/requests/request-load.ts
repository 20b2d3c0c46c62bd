import { compareText } from '../../base/listing.ts';
import { type RouteRequest, type TrafficRequest } from '../../model/ports.ts';
import { type Balancers } from '../balancers.ts';
import { type Core } from '../core.ts';
import { type Host, type Hosts } from '../hosts.ts';
import { memoryInUse } from '../meter.ts';
import { type Machine } from '../machine.ts';
import { type Machines } from '../machines.ts';
import { type Registry } from '../registry.ts';
import { Background } from './background.ts';
import { RequestEngine } from './engine.ts';
import { Network } from './network.ts';
import { Places } from './places.ts';
import { Sources } from './sources.ts';
import { Windows } from './windows.ts';

export interface RequestLoadParts {
  readonly hosts: Hosts;
  readonly machines: Machines;
  readonly balancers: Balancers;
  readonly routes: Registry<RouteRequest>;
  readonly traffic: Registry<TrafficRequest>;
}

/**
 * The load as single requests: tells the engine of all that changes in the world, and lets it play up to the present
 * before time moves on.
 */
export class RequestLoad {
  readonly engine: RequestEngine;
  readonly places: Places;
  readonly network: Network;
  readonly sources: Sources;
  readonly windows: Windows;
  readonly background: Background;
  /** World time at which the engine began, ms. */
  readonly originMs: number;
  /** What has to be taken over before anything is played. */
  #stale = { parts: true, traffic: true, background: true };
  /** CPU that other programs of a guest want in this step, as a share of its vCPUs, and memory, bytes; by uid. */
  #cpuShares = new Map<string, number>();
  #memory = new Map<string, number>();
  /** Guests that are only known by their balancer are loaded by programs of their own. */
  #followsBackends = false;

  constructor(
    private readonly core: Core,
    private readonly parts: RequestLoadParts,
  ) {
    this.originMs = core.nowMs;
    const { machines, balancers } = parts;
    this.engine = new RequestEngine({
      update: (node) => this.network.update(node),
      answered: ({ backend }, failed) => {
        if (backend !== undefined) balancers.answered(backend, failed, this.#worldMs(this.engine.nowMs));
      },
    });
    this.places = new Places(
      this.engine.service,
      parts,
      ({ id, request }) => (this.#cpuShares.get(id) ?? 0) * (request.cpuMillis / 1000),
    );
    this.network = new Network(core.seed, this.engine.service, {
      machine: (uid) => machines.get(uid),
      station: (uid) => this.places.station(uid),
      moved: (balancer, share) => balancers.moved(balancer, share),
    });
    this.sources = new Sources(core.seed, this.originMs, this.engine, this.network, {
      station: (uid) => this.places.station(uid),
      nameOf: (uid) => machines.get(uid)?.request.name ?? uid,
    });
    this.background = new Background(core.seed);
    this.windows = new Windows(this, core.nowMs);
  }

  machineChanged(machine: Machine, gone: boolean): void {
    if (!this.places.machineChanged(machine, gone)) return;
    for (const balancer of this.parts.balancers.inFrontOf(machine.id)) this.network.healthChanged(balancer);
  }

  hostChanged(host: Host): void {
    for (const machine of this.places.hostChanged(host)) {
      for (const balancer of this.parts.balancers.inFrontOf(machine.id)) this.network.healthChanged(balancer);
    }
  }

  /** A balancer or a route has come, changed or gone. */
  partsChanged(): void {
    this.#stale.parts = true;
    if (this.#followsBackends) this.#stale.background = true;
  }

  /** The health of a backend has turned, or which backends there are. */
  healthChanged(balancer: string): void {
    this.network.healthChanged(balancer);
    if (this.#followsBackends) this.#stale.background = true;
    // Somebody may have been ejected in the midst of playing: that has to be planned before the play goes on.
    this.engine.stop();
  }

  trafficChanged(): void {
    this.#stale.traffic = true;
    this.#stale.background = true;
  }

  /** Forgets the requests that wait or are served. */
  forgetRequests(): void {
    this.refresh();
    this.engine.forget();
  }

  /** A step begins: programs want what they want in it. */
  beginStep(): void {
    this.#applyBackground();
  }

  /** Takes over all that has changed. */
  refresh(): void {
    const { balancers, routes, traffic } = this.parts;
    const { parts, traffic: sources, background } = this.#stale;
    this.#stale = { parts: false, traffic: false, background: false };
    if (parts) this.network.setParts(balancers.all(), routes.all());
    if (sources) this.sources.layOut(traffic.all());
    else if (parts) this.sources.aim();
    if (background) this.#layOutBackground();
    this.network.follow();
  }

  /**
   * Plays everything before `timeMs`, world time; false when something has come about that may be due earlier.
   */
  playTo(timeMs: number): boolean {
    this.refresh();
    if (!this.engine.play(timeMs - this.originMs)) return false;
    if (timeMs === this.core.stepStartAt(timeMs)) this.windows.close(timeMs);
    return true;
  }

  /** The machines that want more memory than they have, by uid: the order in which they go down. */
  overfull(): readonly Machine[] {
    const full: Machine[] = [];
    for (const [uid, bytes] of this.#memory) {
      const machine = this.parts.machines.get(uid);
      if (machine !== undefined && bytes > machine.request.memoryBytes) full.push(machine);
    }
    return full.sort((a, b) => compareText(a.id, b.id));
  }

  /** Memory that the machine has in use, and CPU that it kept busy in the last whole step, millicores. */
  usage({ id, request }: Machine): { readonly usedBytes: number; readonly busyMillis: number } {
    const busyMillis = this.windows.machine(id).millis;
    const utilization = Math.min(1, busyMillis / request.cpuMillis);
    return { usedBytes: memoryInUse(request.memoryBytes, utilization, this.memoryWanted(id)), busyMillis };
  }

  /** CPU that the guests on a host kept busy in the last whole step, or that their programs want, millicores. */
  demandMillis(hostUid: string): number {
    let sum = 0;
    for (const machine of this.parts.machines.sortedOnHost(hostUid)) {
      if (machine.request.hostUid !== hostUid || !machine.works) continue;
      const wanted = (this.#cpuShares.get(machine.id) ?? 0) * machine.request.cpuMillis;
      sum += Math.max(wanted, this.windows.machine(machine.id).millis);
    }
    return sum;
  }

  /** Memory that traffic wants of a machine, bytes; 0: nothing tells. */
  memoryWanted(uid: string): number {
    return this.#memory.get(uid) ?? 0;
  }

  #layOutBackground(): void {
    const { traffic, routes, balancers } = this.parts;
    const behind = (name: string | undefined): readonly string[] =>
      (balancers.get(name ?? '')?.backends ?? [])
        .filter(({ draining }) => !draining)
        .map(({ machineUid }) => machineUid);
    this.#followsBackends = false;
    this.background.layOut(traffic.all(), ({ target }) => {
      if (target.type === 'Machines') return target.uids;
      this.#followsBackends = true;
      return behind(target.type === 'Route' ? routes.get(target.name)?.balancer : target.name);
    });
    this.#applyBackground();
  }

  /** Has guests want what they want from now to the end of the step. */
  #applyBackground(): void {
    const { core } = this;
    const before = new Set(this.#cpuShares.keys());
    this.#cpuShares.clear();
    this.#memory.clear();
    const toMs = core.stepStartAt(core.nowMs) + core.stepMs;
    for (const uid of this.background.uids) {
      const { cpuShare, memoryBytes } = this.background.wanted(uid, core.nowMs, toMs);
      if (cpuShare > 0) this.#cpuShares.set(uid, cpuShare);
      if (memoryBytes > 0) this.#memory.set(uid, memoryBytes);
      before.add(uid);
    }
    for (const uid of before) {
      const machine = this.parts.machines.get(uid);
      if (machine !== undefined) this.places.machineChanged(machine, false);
    }
  }

  #worldMs(engineMs: number): number {
    return this.originMs + Math.floor(engineMs);
  }
}
