import { fairShares } from '../../performance/contention.ts';
import { backlogAt, type Backlog } from './fluid-queue.ts';
import { type FlowNode, type RouteFlow } from './graph.ts';

/** What becomes of the requests that reach a node, there and at all that it calls, requests a second. */
interface Fate {
  /** Lost because queues are full or waiting takes too long. */
  readonly refused: number;
  readonly timedOut: number;
  /** Lost for other reasons: a backend is gone, and all lose alike. */
  readonly gone: number;
  /** By how much what waits grows. */
  readonly growth: number;
  /** Requests that wait. */
  readonly waiting: number;
  /** Some machine has more to do than it can. */
  readonly saturated: boolean;
}

/**
 * Decides whose requests wait and are lost at a balancer without capacity for all: by weighted max-min fairness among
 * its routes, so that one that asks for no more than its share neither waits behind those that flood it nor loses
 * anything to them. What comes past the routes is one more claimant, of weight 1. Requests that fail because a backend
 * is gone are lost to all alike.
 *
 * To be called once the flow is settled.
 */
export function shareOut(node: FlowNode, nowMs: number): void {
  if (node.routes.length === 0) return;
  const fate = fateOf(node);
  if (fate.saturated) shareFairly(node, fate, nowMs);
  else shareAlike(node, fate, nowMs);
}

/** Nobody is over its share: what is lost is lost by chance. */
function shareAlike(node: FlowNode, { refused, timedOut, gone }: Fate, nowMs: number): void {
  const { inflow, routes } = node;
  for (const route of routes) {
    const part = inflow > 0 ? route.admitted.mean / inflow : 0;
    route.refused = part * refused;
    route.timedOut = part * timedOut;
    route.failing = part * (refused + timedOut + gone);
    route.heldPerSecond = 0;
    route.shareUsed = 1;
    route.waitFactor = 1;
    carry(route, { amount: 0, growth: 0 }, nowMs);
  }
}

function shareFairly(node: FlowNode, fate: Fate, nowMs: number): void {
  const { inflow, routes } = node;
  const { refused, timedOut, gone, growth, waiting } = fate;
  const answered = inflow - refused - timedOut - gone - growth;
  const stays = inflow > 0 ? 1 - gone / inflow : 1;
  const asked = routes.map(({ admitted }) => admitted.mean * stays);
  const past = Math.max(0, inflow * stays - asked.reduce((sum, rate) => sum + rate, 0));
  const backlogs = routes.map(({ backlog }) => backlogAt(backlog, nowMs));
  const demands = [...asked.map((rate, i) => ((backlogs[i] ?? 0) > 0 ? Infinity : rate)), past];
  const weights = [...routes.map(({ request }) => request.weight ?? 1), 1];
  const shares = fairShares(Math.max(0, answered), demands, weights);
  let perWeight = 0;
  for (let i = 0; i < shares.length; i++) {
    perWeight = Math.max(perWeight, (shares[i] ?? 0) / (weights[i] ?? 1));
  }
  const excess = [...asked, past].map((rate, i) => Math.max(0, rate - (shares[i] ?? 0)));
  const beyond = excess.reduce((sum, rate) => sum + rate, 0);
  routes.forEach((route, i) => {
    const share = shares[i] ?? 0;
    const fair = perWeight * (weights[i] ?? 1);
    const part = beyond > 0 ? (excess[i] ?? 0) / beyond : 0;
    route.refused = part * refused;
    route.timedOut = part * timedOut;
    route.heldPerSecond = part * (refused + timedOut);
    route.failing = route.heldPerSecond + route.admitted.mean * (1 - stays);
    route.shareUsed = fair > 0 ? Math.min(1, share / fair) : 1;
    const amount = backlogs[i] ?? 0;
    route.waitFactor = share > 0 && waiting > 0 ? (amount / share / waiting) * answered : 1;
    carry(route, { amount, growth: (asked[i] ?? 0) - share - route.heldPerSecond }, nowMs);
  });
}

/** The very same backlog when it goes on as it did. */
function carry(route: RouteFlow, next: Pick<Backlog, 'amount' | 'growth'>, nowMs: number): void {
  const { backlog } = route;
  const same = next.growth === backlog.growth && next.amount === backlogAt(backlog, nowMs);
  if (!same) route.backlog = { ...next, most: Infinity, sinceMs: nowMs };
}

function fateOf(node: FlowNode): Fate {
  const { served, stations } = node;
  let [refused, timedOut, growth, waiting] = [0, 0, 0, 0];
  let saturated = false;
  for (const { flow, arrivals, capacity, waiting: here } of stations) {
    refused += flow.refused;
    timedOut += flow.timedOut;
    growth += flow.growth;
    waiting += here;
    saturated ||= here > 0 || arrivals > capacity;
  }
  let { gone } = node;
  let passing = served;
  for (const next of node.calls) {
    if (next === undefined) {
      gone += passing;
      passing = 0;
      continue;
    }
    const part = next.inflow > 0 ? served / next.inflow : 0;
    const behind = fateOf(next);
    refused += part * behind.refused;
    timedOut += part * behind.timedOut;
    gone += part * behind.gone;
    growth += part * behind.growth;
    waiting += part * behind.waiting;
    saturated ||= behind.saturated && part > 0;
  }
  return { refused, timedOut, gone, growth, waiting, saturated };
}
