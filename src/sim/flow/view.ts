/** How the flows look from outside: the observations of balancers and routes, made when they are asked for. */
import { compareText } from '../../base/listing.ts';
import { type BalancerObservation, type FlowObservation, type RouteObservation } from '../../model/ports.ts';
import { inSequence, mixture, type Latency, type LatencyPart } from '../../performance/latency.ts';
import { isSame, type ResponseTime } from '../../performance/waiting/response-time.ts';
import { type Columns } from '../columns.ts';
import { type FlowNode, type RouteFlow } from './graph.ts';
import { backlogAt, sameBacklog, type Backlog } from './fluid-queue.ts';
import { responseTime, standing, type Moment } from './response.ts';
import { type Station } from './station.ts';
import { type Totals } from './totals.ts';

/** When, and of which part of the requests. */
interface Look extends Moment {
  /** How much of its share of what is saturated is used, 0..1. */
  readonly shareUsed: number;
}

const ofAll = { shareUsed: 1, waitFactor: 1 };

/** A balancer at a moment; `shares` are its backends' in their order. */
export function observeBalancer(
  node: FlowNode,
  shares: Float64Array,
  columns: Columns,
  moment: Moment,
): BalancerObservation {
  return {
    ...balancerFlow(node, columns, moment),
    movedKeys: node.balancer.movedKeys,
    backends: node.balancer.backends.map((backend, index) => ({
      machineUid: backend.machineUid,
      healthy: backend.healthy,
      share: shares[index] ?? 0,
    })),
  };
}

/** The requests of a balancer at a moment. */
export function balancerFlow(node: FlowNode, columns: Columns, moment: Moment): FlowObservation {
  const { nowMs } = moment;
  const waits = waitsOf(node.stations, nowMs);
  const latency = latencyOf(node, columns, { ...moment, ...ofAll });
  return observeFlow(node.totals, { throttled: 0, ...waits }, latency, nowMs);
}

/** A route at a moment; `node` is the balancer behind it, if there is one. */
export function observeRoute(
  route: RouteFlow,
  node: FlowNode | undefined,
  columns: Columns,
  moment: Moment,
): RouteObservation {
  const front = frontOf(route, node);
  const machines = front ? serversOf(front) : new Set<string>();
  return {
    ...routeFlow(route, node, columns, moment),
    heldPerSecond: front ? route.heldPerSecond : 0,
    servedBy: [...machines].sort(compareText),
  };
}

/** The requests of a route at a moment. */
export function routeFlow(
  route: RouteFlow,
  node: FlowNode | undefined,
  columns: Columns,
  moment: Moment,
): FlowObservation {
  const { totals, offered, admitted, shareUsed, waitFactor } = route;
  const front = frontOf(route, node);
  const latency = front ? latencyOf(front, columns, { ...moment, shareUsed, waitFactor }) : inSequence([]);
  const { nowMs } = moment;
  const throttled = offered.drawn - admitted.drawn;
  return observeFlow(totals, { throttled, ...waitsOf([route], nowMs) }, latency, nowMs);
}

/** The balancer that serves the route; none while nothing is let through to it. */
function frontOf({ admitted, backlog }: RouteFlow, node: FlowNode | undefined): FlowNode | undefined {
  return admitted.mean > 0 || backlog.amount > 0 ? node : undefined;
}

interface Waits {
  readonly backlog: number;
  readonly backlogGrowth: number;
}

function waitsOf(parts: readonly { readonly backlog: Backlog }[], nowMs: number): Waits {
  let [backlog, backlogGrowth] = [0, 0];
  for (const part of parts) {
    const amount = backlogAt(part.backlog, nowMs);
    backlog += amount;
    if (amount > 0 || part.backlog.growth > 0) backlogGrowth += part.backlog.growth;
  }
  return { backlog, backlogGrowth };
}

function observeFlow(
  totals: Totals,
  { throttled, ...waits }: Waits & { readonly throttled: number },
  latency: Latency,
  nowMs: number,
): FlowObservation {
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
    ...waits,
  };
}

/**
 * The latency through the node and all tiers that its requests call, of the requests that are looked at. Percentiles are dear, and balancers, their routes and who calls them have tiers in common: each
 * node keeps what it came to last, for as long as it is asked of the same.
 */
function latencyOf(node: FlowNode, columns: Columns, look: Look): Latency {
  const tiers = tiersOf(node, columns, look);
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
function tiersOf(node: FlowNode, columns: Columns, look: Look): readonly Latency[] {
  const calls = node.calls.filter((next) => next !== undefined);
  return [ownLatency(node, columns, look), ...calls.flatMap((next) => tiersOf(next, columns, look))];
}

function ownLatency(node: FlowNode, columns: Columns, look: Look): Latency {
  const parts = partsOf(node, columns, look);
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
 * share waits behind the own requests only, as in a queue that is loaded as far as the share is used; who is over it
 * waits longer than the mean of all.
 */
function partsOf(node: FlowNode, columns: Columns, look: Look): readonly LatencyPart[] {
  const parts: LatencyPart[] = [];
  let last: { readonly station: Station; readonly time: ResponseTime } | undefined;
  for (const station of node.stations) {
    if (station.flow.served <= 0) continue;
    // Most backends of a balancer are like the one before.
    const time = last && isAlike(last.station, station, columns) ? last.time : timeAt(station, columns, look);
    if (time === undefined) continue;
    last = { station, time };
    parts.push({ share: node.inflow > 0 ? accepted(station) : station.flow.served, time });
  }
  return parts;
}

/** Of those that come, requests a second that are answered sooner or later. */
function accepted({ arrivals, flow }: Station): number {
  return arrivals - flow.refused - flow.timedOut;
}

function timeAt(station: Station, columns: Columns, look: Look): ResponseTime | undefined {
  const { waiting, arrivals, capacity } = station;
  if (look.shareUsed < 1 && (waiting > 0 || arrivals > capacity)) {
    return standing(station, columns, capacity * look.shareUsed);
  }
  return responseTime(station, columns, look);
}

/** True when both are at machines of which all figures are the same, and alone there. */
function isAlike(a: Station, b: Station, { flowRoomMillis, stretch }: Columns): boolean {
  const [first, second] = [a.machine?.slot ?? -1, b.machine?.slot ?? -1];
  return (
    a.peers.length === 1 &&
    b.peers.length === 1 &&
    a.arrivals === b.arrivals &&
    a.serviceMs === b.serviceMs &&
    a.waiting === b.waiting &&
    sameBacklog(a.backlog, b.backlog) &&
    flowRoomMillis[first] === flowRoomMillis[second] &&
    stretch[first] === stretch[second]
  );
}

/** Uids of the machines of all tiers that serve requests of the node. */
function serversOf(node: FlowNode, found = new Set<string>()): Set<string> {
  for (const { machine, flow } of node.stations) if (machine && flow.served > 0) found.add(machine.id);
  if (node.served > 0) for (const next of node.calls) if (next !== undefined) serversOf(next, found);
  return found;
}
