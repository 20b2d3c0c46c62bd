/** What is counted of requests once the flows are worked out: as they were drawn, where queues go by the mean. */
import { type Columns } from '../columns.ts';
import { type FlowNode, type RouteFlow } from './graph.ts';

/** Judges what becomes of a node's requests, those that it calls being judged, and counts it; true when that is new. */
export function count(node: FlowNode, columns: Columns, nowMs: number): boolean {
  const { inflow, drawn, served, stations, shares } = node;
  const noise = inflow > 0 ? drawn / inflow : 1;
  let [sent, refused, timedOut] = [0, 0, 0];
  node.gone = 0;
  stations.forEach(({ machine, flow, waiting, serviceMs }, i) => {
    const share = shares[i] ?? 0;
    sent += share;
    const slot = machine?.slot ?? -1;
    if (!columns.reachable[slot]) node.gone += inflow * share;
    refused += flow.refused;
    timedOut += flow.timedOut;
    if (flow.served <= 0) return;
    // What a full machine serves does not hang on who comes just now.
    const counted = waiting > 0 || flow.growth > 0 ? flow.served : flow.served * noise;
    columns.flowServed[slot] = (columns.flowServed[slot] ?? 0) + counted;
    columns.flowNoise[slot] = (columns.flowNoise[slot] ?? 0) + (counted - flow.served) * serviceMs;
  });
  if (sent <= 0) node.gone = inflow;
  let success = 1;
  for (const next of node.calls) success *= next === undefined ? 0 : 1 - failingShare(next);
  node.failing = node.gone + refused + timedOut + served * (1 - success);
  const lost = { failing: node.failing * noise, refused: refused * noise, timedOut: timedOut * noise };
  return node.totals.set({ offered: drawn, ...lost }, nowMs);
}

/** Of the requests that reach a node, 0..1. */
function failingShare({ inflow, failing }: FlowNode): number {
  return inflow > 0 ? Math.min(1, failing / inflow) : 0;
}

/** Counts a route, the balancer behind it being judged and shared out; true when that is new. */
export function countRoute(route: RouteFlow, behind: FlowNode | undefined, nowMs: number): boolean {
  const { totals, offered, admitted, failing, refused, timedOut } = route;
  if (behind === undefined) {
    return totals.set({ offered: offered.drawn, failing: offered.drawn, refused: 0, timedOut: 0 }, nowMs);
  }
  const noise = admitted.mean > 0 ? admitted.drawn / admitted.mean : 1;
  const lost = { failing: failing * noise, refused: refused * noise, timedOut: timedOut * noise };
  const throttled = offered.drawn - admitted.drawn;
  return totals.set({ offered: offered.drawn, ...lost, failing: throttled + lost.failing }, nowMs);
}
