import { type RouteRequest } from '../model/ports.ts';
import { type Balancer } from './balancers.ts';
import { type Columns } from './columns.ts';
import {
  admit,
  link,
  newNode,
  newRoute,
  serviceMs,
  updateShares,
  type FlowNode,
  type RouteFlow,
} from './flow-graph.ts';
import { shareOut } from './fair-routes.ts';
import { type Backend } from './health.ts';
import { type Machine } from './machine.ts';
import { Totals, type SavedTotals } from './totals.ts';

/** Tiers feed each other by what they serve, which hangs on what they get: so many times it is gone round. */
const maxPasses = 8;

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
  /** Those whose shares have to be worked out again. */
  readonly #stale = new Set<FlowNode>();
  readonly #restored = new Map<string, SavedTotals>();
  /** Grows whenever something has changed of what `save` gives. */
  version = 0;

  constructor(
    private readonly columns: Columns,
    private readonly surroundings: FlowSurroundings,
  ) {}

  node(name: string): FlowNode | undefined {
    return this.#nodes.get(name);
  }

  route(name: string): RouteFlow | undefined {
    return this.#routes.get(name);
  }

  /** True when a machine gets requests from balancers. */
  feeds(machine: Machine): boolean {
    return (this.columns.flowRate[machine.slot] ?? 0) > 0;
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
      const totals = this.#routes.get(request.name)?.totals ?? this.#totals(`route/${request.name}`, nowMs);
      flows.set(request.name, newRoute(request, totals));
    }
    const before = this.#nodes;
    this.#nodes = nodes;
    this.#routes = flows;
    this.#linked = false;
    this.#restored.clear();
    this.version++;
    for (const [name, node] of nodes) if (before.get(name) !== node) this.forget(name);
  }

  /** Has the shares of a balancer worked out again: its backends or their health have changed. */
  forget(balancer: string): void {
    const node = this.#nodes.get(balancer);
    if (node === undefined) return;
    this.#stale.add(node);
  }

  /** Looks who stands behind the balancers that have changed, so that moves of clients are seen as they happen. */
  follow(): void {
    for (const node of this.#stale) {
      node.machines = node.balancer.backends.map((backend) => this.surroundings.machine(backend.machineUid));
      node.sharesFor = NaN;
      if (node.balancer.request.affinity) this.#split(node);
    }
    this.#stale.clear();
  }

  /** The shares at the present rate, of a balancer that may not have been worked out since its last change. */
  shares(node: FlowNode): Float64Array {
    this.#split(node);
    return node.shares;
  }

  #split(node: FlowNode): void {
    const moved = updateShares(node, node.inflow, this.columns);
    if (moved > 0) this.surroundings.moved(node.balancer, moved);
  }

  /**
   * Works out all flows: `toBalancers` and `toRoutes` are requests a second by name. Totals go over to the new
   * rates at `nowMs`.
   */
  evaluate(
    toBalancers: ReadonlyMap<string, number>,
    toRoutes: ReadonlyMap<string, number>,
    nowMs: number,
  ): void {
    this.follow();
    if (!this.#linked) this.#link();
    for (const route of this.#routes.values()) {
      route.offered = toRoutes.get(route.request.name) ?? 0;
      route.admitted = admit(route.request, route.offered);
    }
    for (const machine of this.#fed) this.#starve(machine);
    for (const node of this.#order) node.served = NaN;
    for (let pass = 0; pass < maxPasses; pass++) {
      this.#clearFed();
      this.#enter(toBalancers);
      for (const node of this.#order) this.#spread(node);
      this.surroundings.contend();
      if (this.#isSettled()) break;
    }
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

  save(): Record<string, SavedTotals> {
    const saved: Record<string, SavedTotals> = {};
    for (const [name, { totals }] of this.#nodes) saved[`balancer/${name}`] = totals.save();
    for (const [name, { totals }] of this.#routes) saved[`route/${name}`] = totals.save();
    return saved;
  }

  restore(saved: Readonly<Record<string, SavedTotals>>): void {
    for (const [key, totals] of Object.entries(saved)) this.#restored.set(key, totals);
  }

  #totals(key: string, nowMs: number): Totals {
    return new Totals(nowMs, this.#restored.get(key));
  }

  #starve(machine: Machine): void {
    if (machine.slot < 0) return;
    this.columns.flowMillis[machine.slot] = 0;
    this.columns.flowRate[machine.slot] = 0;
    this.columns.served[machine.slot] = 1;
    this.surroundings.touch(machine);
  }

  #clearFed(): void {
    for (const { slot } of this.#fed) {
      if (slot < 0) continue;
      this.columns.flowMillis[slot] = 0;
      this.columns.flowRate[slot] = 0;
    }
    this.#fed = [];
  }

  #enter(toBalancers: ReadonlyMap<string, number>): void {
    for (const [name, node] of this.#nodes) node.inflow = toBalancers.get(name) ?? 0;
    for (const { request, admitted } of this.#routes.values()) {
      const node = request.balancer === undefined ? undefined : this.#nodes.get(request.balancer);
      if (node !== undefined) node.inflow += admitted;
    }
  }

  /** Sends the node's requests to its machines, and what they serve on to what it calls. */
  #spread(node: FlowNode): void {
    const { columns } = this;
    if (node.inflow <= 0) {
      node.served = 0;
      return;
    }
    this.#split(node);
    for (let i = 0; i < node.shares.length; i++) {
      const rate = node.inflow * (node.shares[i] ?? 0);
      const machine = node.machines[i];
      if (rate <= 0 || machine === undefined || !columns.reachable[machine.slot]) continue;
      const { slot } = machine;
      columns.flowRate[slot] = (columns.flowRate[slot] ?? 0) + rate;
      columns.flowMillis[slot] = (columns.flowMillis[slot] ?? 0) + rate * serviceMs(node, slot, columns);
      this.#fed.push(machine);
      this.surroundings.touch(machine);
    }
    // In the first pass everything that arrives is taken to be served, so that the outcome hangs on nothing past.
    if (Number.isNaN(node.served)) node.served = node.inflow * this.#reachableShare(node);
    for (const next of node.calls) if (next !== undefined) next.inflow += node.served;
  }

  #reachableShare(node: FlowNode): number {
    let sum = 0;
    node.shares.forEach((share, i) => {
      const slot = node.machines[i]?.slot ?? -1;
      if (this.columns.reachable[slot]) sum += share;
    });
    return sum;
  }

  /** Compares what was assumed to be served with what is, and takes that over; true when they agree. */
  #isSettled(): boolean {
    let settled = true;
    for (const node of this.#order) {
      const served = node.inflow > 0 ? node.inflow * this.#servedShare(node) : 0;
      const feedsOthers = node.calls.length > 0;
      if (feedsOthers && Math.abs(served - node.served) > 1e-9 * node.inflow) settled = false;
      node.served = served;
    }
    return settled;
  }

  #servedShare(node: FlowNode): number {
    let sum = 0;
    for (let i = 0; i < node.shares.length; i++) {
      const slot = node.machines[i]?.slot ?? -1;
      if (this.columns.reachable[slot]) sum += (node.shares[i] ?? 0) * (this.columns.served[slot] ?? 0);
    }
    return Math.min(1, sum);
  }

  /** Tells how each backend does with what it gets. */
  #report(node: FlowNode): void {
    const { balancer, machines, shares, inflow } = node;
    balancer.backends.forEach((backend, i) => {
      const slot = machines[i]?.slot ?? -1;
      const failing = this.columns.reachable[slot] ? 1 - (this.columns.served[slot] ?? 0) : 1;
      const rate = inflow * (shares[i] ?? 0);
      this.surroundings.observe(balancer, backend, rate, rate > 0 && failing > noFailures ? failing : 0);
    });
  }

  /** What becomes of requests in the end: from the last tier back to the first, then the routes. */
  #judge(nowMs: number): void {
    for (let i = this.#order.length - 1; i >= 0; i--) {
      const node = this.#order[i];
      if (node === undefined) continue;
      node.success = node.inflow > 0 ? node.served / node.inflow : 0;
      for (const next of node.calls) node.success *= next?.success ?? 0;
      shareOut(node, this.columns);
      const { inflow, served, success } = node;
      // What exceeds the capacity of backends that can be reached.
      const refused = Math.max(0, inflow * this.#reachableShare(node) - served);
      const rates = { offered: inflow, failing: inflow * (1 - success), refused, timedOut: 0 };
      if (node.totals.set(rates, nowMs)) this.version++;
    }
    for (const { request, totals, offered, admitted, success } of this.#routes.values()) {
      const front =
        request.balancer === undefined ? undefined : this.#nodes.get(request.balancer)?.totals.rates;
      const refused = front && front.offered > 0 ? (front.refused / front.offered) * admitted : 0;
      const rates = { offered, failing: offered - admitted * success, refused, timedOut: 0 };
      if (totals.set(rates, nowMs)) this.version++;
    }
  }
}
