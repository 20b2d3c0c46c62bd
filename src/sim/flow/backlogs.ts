/** What waits at stations, from one time at which the flows are worked out to the next. */
import { type Columns } from '../columns.ts';
import { type FlowNode } from './graph.ts';
import {
  backlogAt,
  isThere,
  mostBacklog,
  noBacklog,
  noRequest,
  overflowAt,
  turnsAfterMs,
} from './fluid-queue.ts';
import { type Station } from './station.ts';
import { type Lost } from './totals.ts';

/** Finds what waits at a station by now, before the flows are worked out, and counts what was lost of it since then. */
export function lookBack(node: FlowNode, station: Station, columns: Columns, nowMs: number): void {
  const { backlog, machine, request } = station;
  station.waiting = backlogAt(backlog, nowMs);
  station.accepts = 1;
  const beyond = overflowAt(backlog, nowMs);
  if (beyond > 0) {
    const isLate = backlog.most < request.queue.limit;
    lose(node, { failing: beyond, refused: isLate ? 0 : beyond, timedOut: isLate ? beyond : 0 }, nowMs);
  }
  // What waits in a machine that is gone goes with it.
  const isGone = !columns.reachable[machine?.slot ?? -1] && machine?.isPaused !== true;
  if (station.waiting > 0 && isGone) loseAll(node, station, nowMs);
  station.eager = station.waiting > 0;
}

/** What waits at a station fails. */
export function loseAll(node: FlowNode, station: Station, nowMs: number): void {
  lose(node, { failing: backlogAt(station.backlog, nowMs), refused: 0, timedOut: 0 }, nowMs);
  station.waiting = 0;
  station.backlog = noBacklog;
}

/** Takes over how a backlog goes on once the flows are worked out; true when that is not as before. */
export function carryOn(node: FlowNode, station: Station, nowMs: number): boolean {
  const { backlog, flow, capacity, request } = station;
  if (!isThere(backlog) && flow.growth <= 0) return false;
  const bound = mostBacklog(request.queue, capacity);
  // The machine has become slower: who would now wait too long gives up.
  const late = request.queue.timeoutMs === undefined ? 0 : station.waiting - bound;
  if (late > noRequest && station.waiting <= request.queue.limit) {
    lose(node, { failing: late, refused: 0, timedOut: late }, nowMs);
    station.waiting = bound;
  }
  const amount = station.waiting;
  const { growth } = flow;
  const most = growth > 0 ? bound : Infinity;
  const goesOn = growth === backlog.growth && most === backlog.most && amount === backlogAt(backlog, nowMs);
  if (!goesOn) station.backlog = { amount, growth, most, sinceMs: nowMs };
  return !goesOn;
}

/** When a backlog runs empty or full, or comes down to a limit that was lowered: a whole ms after `nowMs`; Infinity: never. */
export function turnOf({ backlog, waiting, request, capacity }: Station, nowMs: number): number {
  const over = waiting - request.queue.limit;
  if (over > 0) return nowMs + Math.ceil((1000 * over) / capacity);
  const afterMs = turnsAfterMs(backlog);
  return afterMs === undefined ? Infinity : Math.max(nowMs + 1, Math.ceil(backlog.sinceMs + afterMs));
}

/**
 * Counts requests that waited at a node and are lost all at once, for the routes that lead there, too, by what waits of
 * each, and for those who call it, by what each sends.
 */
function lose(node: FlowNode, lost: Lost, nowMs: number): void {
  if (lost.failing <= 0) return;
  node.totals.add(lost);
  const waiting = node.routes.map(({ backlog }) => backlogAt(backlog, nowMs));
  const all = waiting.reduce((sum, amount) => sum + amount, 0);
  node.routes.forEach((route, i) => {
    const amount = waiting[i] ?? 0;
    if (amount <= 0) return;
    const part = scaled(lost, amount / all);
    route.totals.add(part);
    route.backlog = { ...route.backlog, amount: Math.max(0, amount - part.failing), sinceMs: nowMs };
  });
  // That queues behind them were full is nothing that theirs have refused.
  const sent = node.callers.reduce((sum, { served }) => sum + served, 0);
  const failing = sent > 0 ? lost.failing / sent : 0;
  for (const caller of node.callers) {
    lose(caller, { failing: failing * caller.served, refused: 0, timedOut: 0 }, nowMs);
  }
}

function scaled({ failing, refused, timedOut }: Lost, factor: number): Lost {
  return { failing: failing * factor, refused: refused * factor, timedOut: timedOut * factor };
}
