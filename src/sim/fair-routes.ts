import { fairShares } from '../performance/contention.ts';
import { type Columns } from './columns.ts';
import { type FlowNode } from './flow-graph.ts';

/** Below this part of what could be served at best, a balancer counts as saturated: above it is rounding. */
const saturatedBelow = 1 - 1e-9;

/**
 * Decides whose requests a balancer without capacity for all fails: by weighted max-min fairness among its routes,
 * so that one that asks for no more than its share loses none to those that flood it. What comes past the routes is
 * one more claimant, of weight 1. Requests that fail because a backend is gone are lost to all alike.
 *
 * To be called once the flow is settled and `success` of the node is known.
 */
export function shareOut(node: FlowNode, columns: Columns): void {
  const { routes, success, inflow } = node;
  for (const route of routes) {
    route.heldPerSecond = 0;
    route.success = success;
    route.shareUsed = 1;
  }
  if (routes.length === 0 || success <= 0) return;
  const reach = reachOf(node, columns);
  if (success >= reach * saturatedBelow) return;
  let past = inflow;
  for (const { admitted } of routes) past -= admitted;
  const demands = [...routes.map(({ admitted }) => admitted), Math.max(0, past)];
  const weights = [...routes.map(({ request }) => request.weight ?? 1), 1];
  const shares = fairShares((inflow * success) / reach, demands, weights);
  let perWeight = 0;
  for (let i = 0; i < shares.length; i++) {
    perWeight = Math.max(perWeight, (shares[i] ?? 0) / (weights[i] ?? 1));
  }
  routes.forEach((route, i) => {
    const share = shares[i] ?? 0;
    const fair = perWeight * (weights[i] ?? 1);
    const { admitted } = route;
    route.heldPerSecond = admitted - share;
    route.success = admitted > 0 ? (reach * share) / admitted : reach;
    route.shareUsed = fair > 0 ? Math.min(1, share / fair) : 1;
  });
}

/** Share of a node's requests that would succeed if every machine had capacity enough, 0..1. */
function reachOf(node: FlowNode, columns: Columns): number {
  let reach = 0;
  for (let i = 0; i < node.shares.length; i++) {
    if (columns.reachable[node.machines[i]?.slot ?? -1]) reach += node.shares[i] ?? 0;
  }
  for (const next of node.calls)
    reach *= next === undefined ? 0 : next.inflow > 0 ? reachOf(next, columns) : 1;
  return Math.min(1, reach);
}
