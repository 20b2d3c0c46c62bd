/** How the flows look from outside: the observations of balancers and routes, made when they are asked for. */
import { compareText } from '../base/listing.ts';
import { type BalancerObservation, type FlowObservation, type RouteObservation } from '../model/ports.ts';
import { inSequence, mixture, type Latency, type LatencyPart } from '../performance/latency.ts';
import { queue } from '../performance/queueing.ts';
import { isSame } from '../performance/waiting/response-time.ts';
import { type Columns } from './columns.ts';
import { serviceMs, type FlowNode, type RouteFlow } from './flow-graph.ts';
import { type Totals } from './totals.ts';

/** A balancer at `nowMs`; `shares` are its backends' in their order. */
export function observeBalancer(
  node: FlowNode,
  shares: Float64Array,
  columns: Columns,
  nowMs: number,
): BalancerObservation {
  return {
    ...balancerFlow(node, columns, nowMs),
    movedKeys: node.balancer.movedKeys,
    backends: node.balancer.backends.map((backend, index) => ({
      machineUid: backend.machineUid,
      healthy: backend.healthy,
      share: shares[index] ?? 0,
    })),
  };
}

/** The requests of a balancer at `nowMs`. */
export function balancerFlow(node: FlowNode, columns: Columns, nowMs: number): FlowObservation {
  return observeFlow(node.totals, 0, latencyOf(node, columns, 1), nowMs);
}

/** A route at `nowMs`; `node` is the balancer behind it, if there is one. */
export function observeRoute(
  route: RouteFlow,
  node: FlowNode | undefined,
  columns: Columns,
  nowMs: number,
): RouteObservation {
  const front = frontOf(route, node);
  const machines = front ? serversOf(front, columns) : new Set<string>();
  return {
    ...routeFlow(route, node, columns, nowMs),
    heldPerSecond: front ? route.heldPerSecond : 0,
    servedBy: [...machines].sort(compareText),
  };
}

/** The requests of a route at `nowMs`. */
export function routeFlow(
  route: RouteFlow,
  node: FlowNode | undefined,
  columns: Columns,
  nowMs: number,
): FlowObservation {
  const { totals, offered, admitted, shareUsed } = route;
  const front = frontOf(route, node);
  const latency = front ? latencyOf(front, columns, shareUsed) : inSequence([]);
  return observeFlow(totals, offered - admitted, latency, nowMs);
}

/** The balancer that serves the route; none while nothing is let through to it. */
function frontOf({ admitted }: RouteFlow, node: FlowNode | undefined): FlowNode | undefined {
  return admitted > 0 ? node : undefined;
}

function observeFlow(totals: Totals, throttled: number, latency: Latency, nowMs: number): FlowObservation {
  const { meanMs, p50Ms, p95Ms, p99Ms } = latency;
  const { offered, failing, refused, timedOut } = totals.rates;
  return {
    requestsPerSecond: offered,
    errorRate: offered > 0 ? Math.max(0, Math.min(1, failing / offered)) : 0,
    throttledPerSecond: throttled,
    refusedPerSecond: refused,
    timedOutPerSecond: timedOut,
    latency: { meanMs, p50Ms, p95Ms, p99Ms },
    totalRequests: totals.requestsAt(nowMs),
    totalErrors: totals.errorsAt(nowMs),
    totalRefused: totals.refusedAt(nowMs),
    totalTimedOut: totals.timedOutAt(nowMs),
    backlog: 0,
  };
}

/**
 * The latency through the node and all tiers that its requests call, of requests that use this much of their share of
 * what is saturated. Percentiles are dear, and balancers, their routes and who calls them have tiers in common: each
 * node keeps what it came to last, for as long as it is asked of the same.
 */
function latencyOf(node: FlowNode, columns: Columns, shareUsed: number): Latency {
  const tiers = tiersOf(node, columns, shareUsed);
  const known = node.allLatency;
  if (known !== undefined && sameTiers(known.tiers, tiers)) return known.latency;
  const latency = inSequence(tiers);
  node.allLatency = { tiers, latency };
  return latency;
}

function sameTiers(a: readonly Latency[], b: readonly Latency[]): boolean {
  return a.length === b.length && a.every((tier, index) => tier === b[index]);
}

/** The node's own latency, then that of each tier that its requests call, one after the other. */
function tiersOf(node: FlowNode, columns: Columns, shareUsed: number): readonly Latency[] {
  const calls = node.calls.filter((next) => next !== undefined);
  return [
    ownLatency(node, columns, shareUsed),
    ...calls.flatMap((next) => tiersOf(next, columns, shareUsed)),
  ];
}

function ownLatency(node: FlowNode, columns: Columns, shareUsed: number): Latency {
  const parts = partsOf(node, columns, shareUsed);
  const known = node.ownLatency;
  if (known !== undefined && sameParts(known.parts, parts)) return known.latency;
  const latency = mixture(parts);
  node.ownLatency = { parts, latency };
  return latency;
}

function sameParts(a: readonly LatencyPart[], b: readonly LatencyPart[]): boolean {
  return a.length === b.length && a.every((part, index) => samePart(part, b[index]));
}

function samePart({ share, time }: LatencyPart, other: LatencyPart | undefined): boolean {
  return other !== undefined && share === other.share && isSame(time, other.time);
}

/**
 * The queue at each machine that serves requests of the node. At one that is saturated, who stays within the own
 * share waits behind the own requests only, as in a queue that is loaded as far as the share is used.
 */
function partsOf(node: FlowNode, columns: Columns, shareUsed: number): readonly LatencyPart[] {
  const parts: LatencyPart[] = [];
  node.shares.forEach((share, index) => {
    const slot = node.machines[index]?.slot ?? -1;
    const rate = node.inflow * share;
    const served = columns.served[slot] ?? 0;
    if (rate <= 0 || !columns.reachable[slot] || served <= 0) return;
    const perRequestMs = serviceMs(node, slot, columns);
    // What others use of the machine is not there for these requests.
    const othersMillis = (columns.usedMillis[slot] ?? 0) - rate * served * perRequestMs;
    const cores = ((columns.roomMillis[slot] ?? 0) - Math.max(0, othersMillis)) / 1000;
    const felt = served < 1 && shareUsed < 1 ? rate * served * shareUsed : rate;
    parts.push({ share: share * served, time: queue(felt, Math.max(perRequestMs, 1e-9), cores).time });
  });
  return parts;
}

/** Uids of the machines of all tiers that serve requests of the node. */
function serversOf(node: FlowNode, columns: Columns, found = new Set<string>()): Set<string> {
  node.machines.forEach((machine, index) => {
    const slot = machine?.slot ?? -1;
    if (machine === undefined || !columns.reachable[slot]) return;
    if ((node.shares[index] ?? 0) > 0 && (columns.served[slot] ?? 0) > 0) found.add(machine.id);
  });
  if (node.served > 0) for (const next of node.calls) if (next !== undefined) serversOf(next, columns, found);
  return found;
}
