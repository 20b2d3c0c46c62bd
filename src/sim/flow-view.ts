/** How the flows look from outside: the observations of balancers and routes, made when they are asked for. */
import { compareText } from '../base/listing.ts';
import { type BalancerObservation, type FlowObservation, type RouteObservation } from '../model/ports.ts';
import { inSequence, mixture, type Latency, type LatencyPart } from '../performance/latency.ts';
import { queue } from '../performance/queueing.ts';
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
    ...observeFlow(node.totals, 0, inSequence(tiersOf(node, columns)), nowMs),
    movedKeys: node.balancer.movedKeys,
    backends: node.balancer.backends.map((backend, index) => ({
      machineUid: backend.machineUid,
      healthy: backend.healthy,
      share: shares[index] ?? 0,
    })),
  };
}

/** A route at `nowMs`; `node` is the balancer behind it, if there is one. */
export function observeRoute(
  { totals, offered, admitted, heldPerSecond, shareUsed }: RouteFlow,
  node: FlowNode | undefined,
  columns: Columns,
  nowMs: number,
): RouteObservation {
  const served = node !== undefined && admitted > 0;
  const latency = inSequence(served ? tiersOf(node, columns, shareUsed) : []);
  const machines = served ? serversOf(node, columns) : new Set<string>();
  return {
    ...observeFlow(totals, offered - admitted, latency, nowMs),
    heldPerSecond: served ? heldPerSecond : 0,
    servedBy: [...machines].sort(compareText),
  };
}

function observeFlow(totals: Totals, throttled: number, latency: Latency, nowMs: number): FlowObservation {
  const { meanMs, p50Ms, p95Ms, p99Ms } = latency;
  return {
    requestsPerSecond: totals.rate,
    errorRate: totals.rate > 0 ? Math.max(0, Math.min(1, totals.errorRate / totals.rate)) : 0,
    throttledPerSecond: throttled,
    latency: { meanMs, p50Ms, p95Ms, p99Ms },
    totalRequests: totals.requestsAt(nowMs),
    totalErrors: totals.errorsAt(nowMs),
  };
}

/**
 * The node's own latency, then that of each tier that its requests call, one after the other; of requests that use
 * this much of their share of what is saturated.
 */
function tiersOf(node: FlowNode, columns: Columns, shareUsed = 1): readonly Latency[] {
  const calls = node.calls.filter((next) => next !== undefined);
  return [
    mixture(partsOf(node, columns, shareUsed)),
    ...calls.flatMap((next) => tiersOf(next, columns, shareUsed)),
  ];
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
