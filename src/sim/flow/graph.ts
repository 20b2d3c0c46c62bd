import { splitFlow, type FlowBackend } from '../../balancing/flow.ts';
import {
  isHashing,
  keyPopulation,
  movedShare,
  type KeyPopulation,
  type Owners,
} from '../../balancing/keys.ts';
import { compareText } from '../../base/listing.ts';
import { type BalancerRequest, type RouteRequest } from '../../model/ports.ts';
import { type Latency, type LatencyPart } from '../../performance/latency.ts';
import { type KnownFields } from '../../performance/waiting/unequal-backends.ts';
import { type Balancer } from '../balancers.ts';
import { type Columns } from '../columns.ts';
import { noBacklog, type Backlog } from './fluid-queue.ts';
import { nothing, type Offered } from './offered.ts';
import { choose, idleBackends, type Chosen } from './least-request.ts';
import { comingsOf, type Station } from './station.ts';
import { type Totals } from './totals.ts';

/** A balancer as the flow of requests sees it. */
export interface FlowNode {
  readonly balancer: Balancer;
  readonly totals: Totals;
  /** One for each of its backends, in their order. */
  stations: readonly Station[];
  /** Share of the requests that goes to each backend; 0 for all when none is to be had. */
  shares: Float64Array;
  /** The rate for which `shares` hold; NaN when they have to be worked out again. */
  sharesFor: number;
  /** What LeastRequest's shares were worked out from; undefined when they have to be, from the beginning. */
  chosen: Chosen | undefined;
  /** The clients that are kept together, as the request tells; undefined when it does not, or none are. */
  clients: KeyPopulation | undefined;
  /** What `clients` was made for. */
  clientsFor: BalancerRequest['affinity'];
  /** The backend of each client, while there was one. */
  owners: Owners | undefined;
  /** What its requests call next; an unknown balancer is undefined: such calls fail. */
  calls: readonly (FlowNode | undefined)[];
  /** Whose requests call it. */
  callers: readonly FlowNode[];
  /** The routes that lead here. */
  routes: readonly RouteFlow[];
  /** Requests a second that reach it on the mean: what queues and latencies come of. */
  inflow: number;
  /** The same as drawn: what is counted. */
  drawn: number;
  /** Requests a second that its own backends serve. */
  served: number;
  /** Requests a second that are lost here because a backend is gone, or all are. */
  gone: number;
  /** Requests a second that reach it and fail, here or at what it calls. */
  failing: number;
  /** The latency at its own backends as last worked out, and from what. */
  ownLatency: { readonly parts: readonly LatencyPart[]; readonly latency: Latency } | undefined;
  /** The latency of all tiers as last worked out, and from what. */
  allLatency: { readonly tiers: readonly Latency[]; readonly latency: Latency } | undefined;
}

/** A route as the flow of requests sees it. */
export interface RouteFlow {
  readonly request: RouteRequest;
  readonly totals: Totals;
  offered: Offered;
  /** What is left after the quota. */
  admitted: Offered;
  /** Of that, what is failed because the route asks for more than its share of a saturated balancer. */
  heldPerSecond: number;
  /** What becomes of what is admitted on the mean, requests a second. */
  failing: number;
  refused: number;
  timedOut: number;
  /** How much of its share of a saturated balancer it uses, 0..1; 1 without saturation. */
  shareUsed: number;
  /** Its part of what waits behind the route. */
  backlog: Backlog;
  /** How much longer than the mean of all its requests wait in the backlog. */
  waitFactor: number;
}

export function newRoute(request: RouteRequest, totals: Totals, backlog = noBacklog): RouteFlow {
  return {
    ...{ request, totals, offered: nothing, admitted: nothing, backlog, waitFactor: 1 },
    ...{ heldPerSecond: 0, failing: 0, refused: 0, timedOut: 0, shareUsed: 1 },
  };
}

export function newNode(balancer: Balancer, totals: Totals): FlowNode {
  return {
    ...{ balancer, totals, stations: [], shares: new Float64Array(0), sharesFor: NaN },
    chosen: undefined,
    ...{ clients: undefined, clientsFor: undefined, owners: undefined },
    ...{ calls: [], callers: [], routes: [], inflow: 0, drawn: 0, served: 0, gone: 0, failing: 0 },
    ...{ ownLatency: undefined, allLatency: undefined },
  };
}

/**
 * Links the nodes by their calls and returns them so that callers come before what they call. Where calls go round
 * in a circle, the one that would close it is left out.
 */
export function link(nodes: ReadonlyMap<string, FlowNode>): FlowNode[] {
  const done: FlowNode[] = [];
  const state = new Map<FlowNode, 'Open' | 'Done'>();
  const visit = (node: FlowNode): void => {
    state.set(node, 'Open');
    const calls: (FlowNode | undefined)[] = [];
    for (const name of node.balancer.request.calls) {
      const next = nodes.get(name);
      if (next !== undefined && state.get(next) === 'Open') continue;
      if (next !== undefined && state.get(next) === undefined) visit(next);
      calls.push(next);
    }
    node.calls = calls;
    state.set(node, 'Done');
    done.push(node);
  };
  const byName = [...nodes.values()].sort((a, b) =>
    compareText(a.balancer.request.name, b.balancer.request.name),
  );
  for (const node of byName) if (state.get(node) === undefined) visit(node);
  linkBack(done);
  return done.reverse();
}

function linkBack(nodes: readonly FlowNode[]): void {
  const callers = new Map<FlowNode, FlowNode[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) for (const next of new Set(node.calls)) if (next) callers.get(next)?.push(node);
  for (const node of nodes) node.callers = callers.get(node) ?? [];
}

/**
 * Works out the shares of the node's backends at `rate`, unless they are known. Gives the share of the requests whose
 * client got another backend by that, 0 when none did.
 */
export function updateShares(node: FlowNode, rate: number, columns: Columns, known: KnownFields): number {
  const { algorithm, panicThreshold } = node.balancer.request;
  if (node.sharesFor === rate) return 0;
  if (algorithm === 'LeastRequest') {
    node.chosen ??= idleBackends(node.balancer, node.stations, columns);
    const { shares, comes } = choose(node.balancer, node.chosen, rate, known);
    node.shares = shares;
    node.sharesFor = rate;
    node.stations.forEach((station, i) => (station.comes = comes(i)));
    return 0;
  }
  // None of these goes by the rate.
  if (!Number.isNaN(node.sharesFor)) return 0;
  const clients = clientsOf(node);
  const split = splitFlow(algorithm, flowBackends(node), { panicThreshold, keys: clients });
  node.shares = split.shares;
  node.sharesFor = rate;
  node.stations.forEach((station, i) => (station.comes = comingsOf(algorithm, node.shares[i] ?? 0)));
  return follow(node, clients, split.owners);
}

function flowBackends({ balancer: { backends }, stations }: FlowNode): readonly FlowBackend[] {
  return backends.map((backend, index) => ({
    // Another VM of the same name takes the place of the one before it.
    name: stations[index]?.machine?.request.name ?? backend.machineUid,
    weight: backend.request.weight,
    healthy: backend.fit,
    draining: backend.draining,
    isNew: backend.isNew,
  }));
}

/** Takes over where the clients go now, and tells how many have moved. */
function follow(node: FlowNode, clients: KeyPopulation | undefined, owners: Owners | undefined): number {
  const before = node.owners;
  // Nobody serves: they come back to where they were, unless that changes meanwhile.
  if (owners !== undefined && owners.every((owner) => owner === undefined)) return 0;
  node.owners = owners;
  return clients && before && owners ? movedShare(clients, before, owners) : 0;
}

function clientsOf(node: FlowNode): KeyPopulation | undefined {
  const { algorithm, affinity } = node.balancer.request;
  const wanted = isHashing(algorithm) ? affinity : undefined;
  if (node.clientsFor?.keys === wanted?.keys && node.clientsFor?.skew === wanted?.skew) return node.clients;
  node.clients = wanted && keyPopulation(wanted.keys, wanted.skew);
  node.clientsFor = wanted;
  node.owners = undefined;
  return node.clients;
}

/** What a route lets through: up to its quota, of the mean as of what is drawn. */
export function admit(
  { quotaRequestsPerSecond = Infinity }: RouteRequest,
  { mean, drawn }: Offered,
): Offered {
  return { mean: Math.min(mean, quotaRequestsPerSecond), drawn: Math.min(drawn, quotaRequestsPerSecond) };
}
