import { compareText } from '../base/listing.ts';
import { type TrafficRequest, type RouteRequest } from '../model/ports.ts';
import { type Balancers } from './balancers.ts';
import { BacklogTurn } from './flow/backlog-turn.ts';
import { Columns } from './columns.ts';
import { contend, inflationOf, join, leave, newHostLoad, type HostLoad } from './contention.ts';
import { type Core } from './core.ts';
import { DirectLoads } from './direct-loads.ts';
import { Flows } from './flow/flows.ts';
import { type Host, type Hosts } from './hosts.ts';
import { type Machine } from './machine.ts';
import { type Machines } from './machines.ts';
import { type Step } from './flow/offered.ts';
import { Offers } from './flow/offers.ts';
import { type Registry } from './registry.ts';

export interface LoadParts {
  readonly hosts: Hosts;
  readonly machines: Machines;
  readonly balancers: Balancers;
  readonly routes: Registry<RouteRequest>;
  readonly traffic: Registry<TrafficRequest>;
}

/**
 * The load as a fluid: at each time every traffic has one rate, and from these follow all other figures. They hold
 * until something changes (a step begins, a machine comes or goes, a health check turns) and are then worked out
 * again, once for all changes of the same time, and no further than the changes reach. Everything here can be
 * derived from the other parts at any time: only totals and samples are saved.
 */
export class Load {
  readonly columns = new Columns();
  readonly flows: Flows;
  readonly offers: Offers;
  readonly #direct: DirectLoads;
  readonly #hostLoads = new Map<string, HostLoad>();
  readonly #machineAt: (Machine | undefined)[] = [];
  /** Those that have come to use more or less CPU since that was last asked for. */
  #movedHosts = new Set<HostLoad>();
  /** By slot: the host on which the machine works. */
  readonly #placeOf: (HostLoad | undefined)[] = [];
  #dirtyHosts: HostLoad[] = [];
  /** Those with machines that have a load of their own; undefined: to be found again. */
  #directHosts: readonly HostLoad[] | undefined;
  #dirtyMachines = new Set<Machine>();
  readonly #turn = new BacklogTurn(() => this.#mark('flows'));
  #stale = { parts: true, layout: true, direct: true, flows: true };
  #fresh = false;
  /** No requests were on their way, and none waited, when the flows were last worked out. */
  #idle = false;

  constructor(
    private readonly core: Core,
    private readonly parts: LoadParts,
  ) {
    this.offers = new Offers(core, parts.traffic);
    this.#direct = new DirectLoads(core.seed, this.columns);
    this.flows = new Flows(this.columns, {
      machine: (uid) => parts.machines.get(uid),
      touch: (machine) => this.#touch(this.#placeOf[machine.slot]),
      contend: () => this.#contend(),
      observe: (balancer, backend, rate, failing) =>
        parts.balancers.observe(balancer, backend, rate, failing),
      moved: (balancer, share) => parts.balancers.moved(balancer, share),
      turnsAt: (timeMs) => core.queue.schedule(this.#turn, timeMs),
    });
  }

  machineChanged(machine: Machine, gone: boolean): void {
    if (gone) {
      this.#unplace(machine);
      this.columns.release(machine.slot);
      this.#machineAt[machine.slot] = undefined;
      machine.slot = -1;
      if (this.#direct.has(machine)) this.#mark('layout');
      return;
    }
    if (machine.slot < 0) {
      machine.slot = this.columns.take();
      this.#machineAt[machine.slot] = machine;
      if (this.offers.target(machine.id)) this.#mark('layout');
    }
    this.#place(machine);
  }

  hostChanged(host: Host): void {
    for (const machine of this.parts.machines.onHost(host.id)) this.#place(machine);
    const load = this.#hostLoads.get(host.id);
    if (load === undefined) return;
    if (this.parts.hosts.get(host.id) === undefined) this.#hostLoads.delete(host.id);
    load.capacityMillis = capacityOf(host);
    this.#touch(load);
  }

  /** A balancer or a route has come, changed or gone. */
  partsChanged(): void {
    this.#mark('parts');
    if (this.offers.followsParts) this.#mark('layout');
  }

  /** The health of a backend has turned, or which backends there are. */
  healthChanged(balancer: string): void {
    this.flows.forget(balancer);
    this.#mark('flows');
    if (this.offers.followsParts) this.#mark('layout');
  }

  trafficChanged(): void {
    this.#mark('layout');
  }

  /** Forgets the requests that wait. */
  forgetRequests(): void {
    this.refresh();
    this.flows.forgetWaiting();
    this.#mark('flows');
  }

  /** A step begins: what was used becomes the sample, and the traffic takes its next values. */
  beginStep(): void {
    this.columns.sample();
    const changed = this.offers.revalue(this.step);
    if (changed.flows) this.#mark('flows');
    if (changed.direct) this.#mark('direct');
  }

  /** Has all figures hold for the present. To be called before time moves on and before they are read. */
  refresh(): void {
    if (this.#fresh) return;
    const { balancers, routes } = this.parts;
    const step = this.step;
    if (this.#stale.parts) this.flows.setParts(balancers.all(), routes.all(), this.core.nowMs);
    if (this.#stale.layout) this.#layOut(step);
    this.#applyDirect(step);
    if (this.#stale.parts || this.#stale.layout || this.#stale.flows || this.#flowsFeel()) this.#flow();
    this.flows.follow();
    this.#contend();
    this.#stale = { parts: false, layout: false, direct: false, flows: false };
    this.#fresh = true;
  }

  /** The machines that want more memory than they have, by uid: the order in which they go down. */
  overfull(): readonly Machine[] {
    this.refresh();
    return [...this.#direct.overfull()].sort((a, b) => compareText(a.id, b.id));
  }

  /** Uids of the machines and hosts that use more or less CPU than when this was last asked for. */
  takeMoved(): { readonly machines: readonly string[]; readonly hosts: readonly string[] } {
    this.refresh();
    const machines = this.columns.takeMoved().flatMap((slot) => this.#machineAt[slot]?.id ?? []);
    const hosts = [...this.#movedHosts].flatMap(({ host }) => host?.id ?? []);
    this.#movedHosts = new Set();
    return { machines, hosts };
  }

  /** CPU used on the host, millicores. */
  hostUsedMillis(uid: string): number {
    return this.#hostLoads.get(uid)?.usedMillis ?? 0;
  }

  /** CPU that the guests on the host would use if there were enough, millicores. */
  hostWantedMillis(uid: string): number {
    return this.#hostLoads.get(uid)?.wantedMillis ?? 0;
  }

  /** The load step under way. */
  get step(): Step {
    const lengthMs = this.core.stepMs;
    return { startMs: Math.floor(this.core.nowMs / lengthMs) * lengthMs, lengthMs };
  }

  #mark(part: 'parts' | 'layout' | 'direct' | 'flows'): void {
    this.#stale[part] = true;
    this.#fresh = false;
  }

  #layOut(step: Step): void {
    const { balancers, routes, machines } = this.parts;
    // Machines that a traffic no longer names must lose its load.
    for (const machine of this.#direct.machines()) this.#dirtyMachines.add(machine);
    this.offers.layOut(step, (name, type) => {
      const balancer = type === 'Route' ? routes.get(name)?.balancer : name;
      const backends = balancer === undefined ? undefined : balancers.get(balancer)?.backends;
      return (backends ?? [])
        .filter((backend) => !backend.request.draining)
        .map(({ machineUid }) => machineUid);
    });
    this.#direct.layOut(this.offers.direct, (uid) => machines.get(uid));
    this.#directHosts = undefined;
    this.#stale.direct = true;
  }

  #hostsOf(slots: Int32Array): readonly HostLoad[] {
    const hosts = new Set<HostLoad>();
    for (const slot of slots) {
      const host = this.#placeOf[slot];
      if (host !== undefined) hosts.add(host);
    }
    return [...hosts];
  }

  #applyDirect(step: Step): void {
    if (this.#stale.direct) {
      this.#direct.setOffered(this.offers.direct.map(({ offered }) => offered));
      this.#direct.applyAll(step);
      this.#directHosts ??= this.#hostsOf(this.#direct.slots);
      for (const host of this.#directHosts) this.#touch(host);
    }
    for (const machine of this.#dirtyMachines) {
      this.#direct.apply(machine, step);
      this.#touch(this.#placeOf[machine.slot]);
    }
    this.#dirtyMachines = new Set();
  }

  /** True when a host that is looked at again has machines which requests go to. */
  #flowsFeel(): boolean {
    if (this.#idle) return false;
    return this.#dirtyHosts.some((load) => load.members.some((machine) => this.flows.feeds(machine)));
  }

  #flow(): void {
    const { toBalancers, toRoutes } = this.offers.rates();
    const idle = toBalancers.size === 0 && toRoutes.size === 0;
    if (idle && this.#idle) return;
    this.flows.evaluate(toBalancers, toRoutes, this.core.nowMs);
    this.#idle = idle && !this.flows.waiting;
  }

  #touch(load: HostLoad | undefined): void {
    if (load === undefined || load.dirty) return;
    load.dirty = true;
    this.#dirtyHosts.push(load);
    this.#fresh = false;
  }

  #contend(): void {
    for (const load of this.#dirtyHosts) {
      load.dirty = false;
      const before = load.usedMillis;
      contend(load, this.columns);
      if (load.usedMillis !== before) this.#movedHosts.add(load);
    }
    this.#dirtyHosts = [];
  }

  /** Takes over size, place and reach of a machine; does nothing when they are as they were. */
  #place(machine: Machine): void {
    const { columns } = this;
    const { slot, request } = machine;
    const host = this.parts.hosts.get(request.hostUid);
    const serving = host?.state === 'On' && machine.works ? host : undefined;
    const reachable = serving !== undefined && !serving.networkLost ? 1 : 0;
    // Known for those that do not work, too: a balancer that has yet to notice counts on them.
    const inflation = host === undefined ? 1 : inflationOf(machine, host);
    const load = serving && this.#hostLoad(serving);
    const same =
      this.#placeOf[slot] === load &&
      columns.reachable[slot] === reachable &&
      columns.inflation[slot] === inflation &&
      columns.vcpuMillis[slot] === request.cpuMillis;
    if (same) return;
    if (this.#placeOf[slot] !== load) {
      this.#unplace(machine);
      if (load !== undefined) join(load, machine);
      this.#placeOf[slot] = load;
      this.#directHosts = undefined;
    }
    columns.serving[slot] = load === undefined ? 0 : 1;
    columns.reachable[slot] = reachable;
    columns.inflation[slot] = inflation;
    columns.vcpuMillis[slot] = request.cpuMillis;
    this.#touch(load);
    this.#feel(machine);
  }

  #unplace(machine: Machine): void {
    const load = this.#placeOf[machine.slot];
    if (load !== undefined) {
      leave(load, machine);
      this.#touch(load);
    }
    this.#placeOf[machine.slot] = undefined;
    this.#directHosts = undefined;
    this.columns.usedMillis[machine.slot] = 0;
    this.columns.served[machine.slot] = 0;
    this.#feel(machine);
  }

  /** What goes to the machine has to be worked out again. */
  #feel(machine: Machine): void {
    if (this.#direct.has(machine)) this.#dirtyMachines.add(machine);
    for (const balancer of this.parts.balancers.inFrontOf(machine.id)) this.healthChanged(balancer);
    this.#fresh = false;
  }

  #hostLoad(host: Host): HostLoad {
    const known = this.#hostLoads.get(host.id) ?? newHostLoad();
    this.#hostLoads.set(host.id, known);
    known.host = host;
    known.capacityMillis = capacityOf(host);
    return known;
  }
}

/** CPU of a host for its guests, millicores. */
export function capacityOf({ request }: Host): number {
  return Math.max(0, request.cpuMillis - request.reservedCpuMillis);
}
