import { type RouteRequest } from '../../model/ports.ts';
import { carryOn, lookBack, loseAll, turnOf } from './backlogs.ts';
import { type Balancer } from '../balancers.ts';
import { count, countRoute } from './counts.ts';
import { type Columns } from '../columns.ts';
import { shareOut } from './fair-routes.ts';
import { admit, link, newNode, newRoute, updateShares, type FlowNode, type RouteFlow } from './graph.ts';
import { flowThrough, isThere, noBacklog, still, type Losses } from './fluid-queue.ts';
import { type Backend } from '../health.ts';
import { type Machine } from '../machine.ts';
import { type KnownFields } from '../../performance/waiting/unequal-backends.ts';
import { nothing, type Offered } from './offered.ts';
import { areAlike, busyBackends, midway } from './least-request.ts';
import { capacityAt, losesNothing, lossesOf, serviceMs, type Station } from './station.ts';
import {
  restoreBacklog,
  saveBacklog,
  saveBacklogs,
  Stations,
  type SavedBacklog,
  type SavedBacklogs,
} from './stations.ts';
import { Totals, type SavedTotals } from './totals.ts';

/** What is saved of the flows: what has been carried and what waits. */
export interface SavedFlows {
  readonly totals: Readonly<Record<string, SavedTotals>>;
  readonly backlogs: SavedBacklogs;
  /** By the names of routes: of what waits, what came by them. */
  readonly routes: Readonly<Record<string, SavedBacklog>>;
}

/**
 * Tiers feed each other by what they serve, which hangs on what they get: so many times it is gone round at the most. Two
 * tiers on one machine that is full come closer by more than half each time; most flows are settled by the second.
 */
const maxPasses = 24;

/** So often backends are chosen anew by how busy they have become: each time closer by half, mostly by much more. */
const maxChoices = 12;

/** What `Flows` asks the load for. */
export interface FlowSurroundings {
  machine(uid: string): Machine | undefined;
  /** Has the CPU of the machine's host divided anew by the next `contend`. */
  touch(machine: Machine): void;
  contend(): void;
  /** What becomes of the requests to a backend: `rate` a second, of which the share `failing` fails. */
  observe(balancer: Balancer, backend: Backend, rate: number, failing: number): void;
  /** The clients of this share of the requests have got another backend. */
  moved(balancer: Balancer, share: number): void;
  /** When flows have to be worked out again though nothing else changes: a backlog runs empty or full. */
  turnsAt(timeMs: number | undefined): void;
}

/** A smaller share of failing requests is what rounding leaves of none. */
const noFailures = 1e-9;

/** Requests from where they come in, through routes and balancers, to the machines that serve them. */
export class Flows {
  #nodes = new Map<string, FlowNode>();
  #routes = new Map<string, RouteFlow>();
  /** Callers before what they call. */
  #order: readonly FlowNode[] = [];
  /** Machines that got requests when it was last worked out. */
  #fed: Machine[] = [];
  #linked = false;
  /** Requests wait somewhere. */
  #waiting = false;
  readonly #stations: Stations;
  /** Those that are no longer there, with what waited at them. */
  #left: { readonly node: FlowNode; readonly station: Station }[] = [];
  /** Those whose shares have to be worked out again. */
  readonly #stale = new Set<FlowNode>();
  readonly #restored = new Map<string, SavedTotals>();
  #restoredRoutes: SavedFlows['routes'] = {};
  readonly #fields: KnownFields = new Map();
  /** Grows whenever something has changed of what `save` gives. */
  version = 0;

  constructor(
    private readonly columns: Columns,
    private readonly surroundings: FlowSurroundings,
  ) {
    this.#stations = new Stations((uid) => surroundings.machine(uid));
  }

  node(name: string): FlowNode | undefined {
    return this.#nodes.get(name);
  }

  route(name: string): RouteFlow | undefined {
    return this.#routes.get(name);
  }

  /** True when a machine gets requests from balancers, or has some that wait. */
  feeds(machine: Machine): boolean {
    const { flowRate, eager } = this.columns;
    return (flowRate[machine.slot] ?? 0) > 0 || eager[machine.slot] === 1;
  }

  /** True while requests wait because more came than could be served. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Takes over which balancers and routes there are. Those that stay keep their totals. */
  setParts(balancers: Iterable<Balancer>, routes: Iterable<RouteRequest>, nowMs: number): void {
    const nodes = new Map<string, FlowNode>();
    for (const balancer of balancers) {
      const { name } = balancer.request;
      const known = this.#nodes.get(name);
      const stays = known?.balancer === balancer ? known : undefined;
      nodes.set(name, stays ?? newNode(balancer, this.#totals(`balancer/${name}`, nowMs)));
    }
    const flows = new Map<string, RouteFlow>();
    for (const request of routes) {
      const { name } = request;
      const known = this.#routes.get(name);
      const totals = known?.totals ?? this.#totals(`route/${name}`, nowMs);
      const saved = this.#restoredRoutes[name];
      flows.set(name, newRoute(request, totals, known?.backlog ?? (saved && restoreBacklog(saved))));
    }
    const before = this.#nodes;
    this.#nodes = nodes;
    this.#routes = flows;
    this.#linked = false;
    this.#restored.clear();
    this.#restoredRoutes = {};
    this.version++;
    for (const [name, node] of before) if (nodes.get(name) !== node) this.#stations.leave(node);
    for (const [name, node] of nodes) if (before.get(name) !== node) this.forget(name);
  }

  /** Has the shares of a balancer worked out again: its backends or their health have changed. */
  forget(balancer: string): void {
    const node = this.#nodes.get(balancer);
    if (node === undefined) return;
    this.#stale.add(node);
  }

  /** Forgets what waits, without counting it. */
  forgetWaiting(): void {
    for (const node of this.#nodes.values()) for (const station of node.stations) station.backlog = noBacklog;
    for (const route of this.#routes.values()) route.backlog = noBacklog;
    this.version++;
  }

  /** Looks who stands behind the balancers that have changed, so that moves of clients are seen as they happen. */
  follow(): void {
    for (const node of this.#stale) {
      for (const station of this.#stations.follow(node)) this.#left.push({ node, station });
      node.sharesFor = NaN;
      node.chosen = undefined;
      if (node.balancer.request.affinity) this.#split(node);
    }
    this.#stale.clear();
    this.#stations.forget();
  }

  /** The shares at the present rate, of a balancer that may not have been worked out since its last change. */
  shares(node: FlowNode): Float64Array {
    this.#split(node);
    return node.shares;
  }

  #split(node: FlowNode): void {
    const moved = updateShares(node, node.inflow, this.columns, this.#fields);
    if (moved > 0) this.surroundings.moved(node.balancer, moved);
  }

  /**
   * Works out all flows: `toBalancers` and `toRoutes` are requests a second by name. Totals go over to the new
   * rates at `nowMs`.
   */
  evaluate(
    toBalancers: ReadonlyMap<string, Offered>,
    toRoutes: ReadonlyMap<string, Offered>,
    nowMs: number,
  ): void {
    this.follow();
    if (!this.#linked) this.#link();
    for (const route of this.#routes.values()) {
      route.offered = toRoutes.get(route.request.name) ?? nothing;
      route.admitted = admit(route.request, route.offered);
    }
    this.#lookBack(nowMs);
    for (const machine of this.#fed) this.#starve(machine);
    for (const node of this.#order) {
      node.served = NaN;
      if (node.balancer.request.algorithm !== 'LeastRequest') continue;
      node.sharesFor = NaN;
      node.chosen = undefined;
    }
    for (let pass = 0; pass < maxPasses; pass++) {
      this.#clearFed();
      this.#enter(toBalancers);
      for (const node of this.#order) this.#spread(node);
      this.surroundings.contend();
      const isSettled = this.#isSettled();
      if (!this.#chooseAgain(pass) && isSettled) break;
    }
    this.#carryOn(nowMs);
    this.#judge(nowMs);
    for (const node of this.#order) if (node.balancer.request.outlierDetection) this.#report(node);
  }

  #link(): void {
    this.#order = link(this.#nodes);
    const routes = new Map<string, RouteFlow[]>();
    for (const route of this.#routes.values()) {
      const { balancer = '' } = route.request;
      const known = routes.get(balancer);
      if (known === undefined) routes.set(balancer, [route]);
      else known.push(route);
    }
    for (const [name, node] of this.#nodes) node.routes = routes.get(name) ?? [];
    this.#linked = true;
  }

  save(): SavedFlows {
    const totals: Record<string, SavedTotals> = {};
    const routes: Record<string, SavedBacklog> = {};
    for (const [name, node] of this.#nodes) totals[`balancer/${name}`] = node.totals.save();
    for (const [name, route] of this.#routes) {
      totals[`route/${name}`] = route.totals.save();
      if (isThere(route.backlog)) routes[name] = saveBacklog(route.backlog);
    }
    return { totals, backlogs: saveBacklogs(this.#nodes.values()), routes };
  }

  restore({ totals, backlogs, routes }: SavedFlows): void {
    for (const [key, saved] of Object.entries(totals)) this.#restored.set(key, saved);
    this.#stations.restore(backlogs);
    this.#restoredRoutes = routes;
  }

  #totals(key: string, nowMs: number): Totals {
    return new Totals(nowMs, this.#restored.get(key));
  }

  /** Finds what waits by now, and counts what was lost of it unseen. */
  #lookBack(nowMs: number): void {
    for (const { node, station } of this.#left) loseAll(node, station, nowMs);
    this.#left = [];
    for (const node of this.#order) {
      for (const station of node.stations) lookBack(node, station, this.columns, nowMs);
    }
  }

  /** Takes over how backlogs go on, and plans when the first of them turns. */
  #carryOn(nowMs: number): void {
    let turnsAtMs = Infinity;
    this.#waiting = false;
    for (const node of this.#order) {
      for (const station of node.stations) {
        if (carryOn(node, station, nowMs)) this.version++;
        if (!isThere(station.backlog)) continue;
        this.#waiting = true;
        turnsAtMs = Math.min(turnsAtMs, turnOf(station, nowMs));
      }
    }
    this.surroundings.turnsAt(turnsAtMs < Infinity ? turnsAtMs : undefined);
  }

  #starve(machine: Machine): void {
    if (machine.slot < 0) return;
    const { columns } = this;
    columns.served[machine.slot] = 1;
    this.#clear(machine.slot);
    this.surroundings.touch(machine);
  }

  #clear(slot: number): void {
    const { flowMillis, flowRate, flowServed, flowNoise, eager } = this.columns;
    flowMillis[slot] = 0;
    flowRate[slot] = 0;
    flowServed[slot] = 0;
    flowNoise[slot] = 0;
    eager[slot] = 0;
  }

  #clearFed(): void {
    for (const { slot } of this.#fed) if (slot >= 0) this.#clear(slot);
    this.#fed = [];
  }

  #enter(toBalancers: ReadonlyMap<string, Offered>): void {
    for (const [name, node] of this.#nodes) {
      const { mean, drawn } = toBalancers.get(name) ?? nothing;
      node.inflow = mean;
      node.drawn = drawn;
    }
    for (const { request, admitted } of this.#routes.values()) {
      const node = request.balancer === undefined ? undefined : this.#nodes.get(request.balancer);
      if (node === undefined) continue;
      node.inflow += admitted.mean;
      node.drawn += admitted.drawn;
    }
  }

  /** Sends the node's requests to its machines, and what they serve on to what it calls. */
  #spread(node: FlowNode): void {
    const { columns } = this;
    if (node.inflow > 0) this.#split(node);
    let served = 0;
    for (let i = 0; i < node.stations.length; i++) {
      const station = node.stations[i];
      if (station === undefined) continue;
      const { machine } = station;
      const slot = machine?.slot ?? -1;
      station.arrivals = columns.reachable[slot] ? node.inflow * (node.shares[i] ?? 0) : 0;
      const { arrivals, accepts, eager } = station;
      if (machine === undefined || (arrivals <= 0 && !eager)) continue;
      served += arrivals;
      station.serviceMs = serviceMs(node.balancer.request, slot, columns);
      columns.flowRate[slot] = (columns.flowRate[slot] ?? 0) + arrivals;
      columns.flowMillis[slot] = (columns.flowMillis[slot] ?? 0) + arrivals * accepts * station.serviceMs;
      if (eager) columns.eager[slot] = 1;
      this.#fed.push(machine);
      this.surroundings.touch(machine);
    }
    // In the first pass everything that arrives is taken to be served, so that the outcome hangs on nothing past.
    if (Number.isNaN(node.served)) node.served = served;
    const counted = node.inflow > 0 ? node.served * (node.drawn / node.inflow) : node.served;
    for (const next of node.calls) {
      if (next === undefined) continue;
      next.inflow += node.served;
      next.drawn += counted;
    }
  }

  /** Compares what was assumed to be served with what is, and takes that over; true when they agree. */
  #isSettled(): boolean {
    let settled = true;
    for (const node of this.#order) {
      let served = 0;
      for (const station of node.stations) {
        const { accepts } = station;
        this.#serve(station);
        served += station.flow.served;
        if (Math.abs(station.accepts - accepts) > 1e-9) settled = false;
      }
      const feedsOthers = node.calls.length > 0;
      if (feedsOthers && Math.abs(served - node.served) > 1e-9 * Math.max(node.inflow, served))
        settled = false;
      node.served = served;
    }
    return settled;
  }

  /** Has LeastRequest choose by the CPU that its backends get; true when that makes a difference. */
  #chooseAgain(pass: number): boolean {
    if (pass >= maxChoices) return false;
    let differs = false;
    for (const node of this.#order) {
      const { balancer, stations, chosen, inflow } = node;
      if (chosen === undefined || chosen.backends.length < 2 || inflow <= 0) continue;
      const now = busyBackends(balancer, stations, this.columns);
      if (areAlike(chosen, now)) continue;
      node.chosen = pass === 0 ? now : midway(chosen, now);
      node.sharesFor = NaN;
      differs = true;
    }
    return differs;
  }

  /** What becomes of the requests at a station with the CPU that its machine gets. */
  #serve(station: Station): void {
    const { arrivals, waiting } = station;
    if (arrivals <= 0 && waiting <= 0) {
      station.flow = still;
      return;
    }
    const { queue } = station.request;
    station.capacity = capacityAt(station, this.columns);
    const { capacity } = station;
    if (waiting <= 0 && arrivals <= capacity && losesNothing(station)) {
      station.flow = { ...still, served: arrivals };
      station.accepts = 1;
      return;
    }
    const losses = (): Losses => lossesOf(station, this.columns);
    station.flow = flowThrough(arrivals, capacity, queue, waiting, losses);
    const { growth, refused, timedOut } = station.flow;
    station.accepts = growth === 0 && arrivals > 0 ? 1 - (refused + timedOut) / arrivals : 1;
  }

  /** Tells how each backend does with what it gets. */
  #report(node: FlowNode): void {
    const { balancer, stations, shares, inflow } = node;
    stations.forEach(({ backend, machine, arrivals, flow }, i) => {
      const reachable = this.columns.reachable[machine?.slot ?? -1] === 1;
      const failing = !reachable ? 1 : arrivals > 0 ? (flow.refused + flow.timedOut) / arrivals : 0;
      const rate = inflow * (shares[i] ?? 0);
      this.surroundings.observe(balancer, backend, rate, rate > 0 && failing > noFailures ? failing : 0);
    });
  }

  /** What becomes of requests in the end: from the last tier back to the first, then the routes. */
  #judge(nowMs: number): void {
    for (let i = this.#order.length - 1; i >= 0; i--) {
      const node = this.#order[i];
      if (node === undefined) continue;
      if (count(node, this.columns, nowMs)) this.version++;
      shareOut(node, nowMs);
    }
    for (const route of this.#routes.values()) {
      if (countRoute(route, this.#behind(route), nowMs)) this.version++;
    }
  }

  #behind({ request: { balancer } }: RouteFlow): FlowNode | undefined {
    return balancer === undefined ? undefined : this.#nodes.get(balancer);
  }
}
