/**
 * The queue at a backend as a fluid: what comes beyond the capacity is carried as a backlog, up to what the queue lets
 * wait, and drained when less comes. Pure.
 */
import { type RequestQueue } from '../../model/ports.ts';

/** Rates that hold for some time, requests a second. */
export interface QueueFlow {
  /** Those whose service ends. */
  readonly served: number;
  /** Refused because the queue is full. */
  readonly refused: number;
  /** Given up because they would wait too long; a fluid knows that when they come. */
  readonly timedOut: number;
  /** By how much the backlog grows; below 0 while it is drained. */
  readonly growth: number;
}

export const still: QueueFlow = { served: 0, refused: 0, timedOut: 0, growth: 0 };

/** A backlog at a time, and how it goes on. */
export interface Backlog {
  /** Requests at `sinceMs`. */
  readonly amount: number;
  /** Requests a second from then on, within 0 and `most`. */
  readonly growth: number;
  /** It grows no further. */
  readonly most: number;
  readonly sinceMs: number;
}

export const noBacklog: Backlog = { amount: 0, growth: 0, most: Infinity, sinceMs: 0 };

/** True when something waits, or is going to. */
export function isThere({ amount, growth }: Backlog): boolean {
  return amount > 0 || growth > 0;
}

/** True when they go on alike. */
export function sameBacklog(a: Backlog, b: Backlog): boolean {
  return (
    a === b ||
    (a.amount === b.amount && a.growth === b.growth && a.most === b.most && a.sinceMs === b.sinceMs)
  );
}

/** Less than this of a request is what rounding leaves of none. */
export const noRequest = 1e-6;

/** A queue that would be full within this time counts as full, ms: the world knows whole ones. */
const atOnceMs = 1;

/**
 * A queue of n places at the utilization u fills by its drift in n / (u - 1) services, and by chance in n² / 2: where
 * (u - 1) n is less than this, chance rules, and the queue is taken as stationary.
 */
const leastDrift = 2;

/** Requests that a backlog comes to at a time, not before `sinceMs`. */
export function backlogAt({ amount, growth, most, sinceMs }: Backlog, nowMs: number): number {
  const free = amount + (growth * (nowMs - sinceMs)) / 1000;
  if (growth < 0) return free < noRequest ? 0 : free;
  return growth > 0 ? Math.min(free, most) : amount;
}

/**
 * What a growing backlog had no room for until `nowMs`, requests: it was full before anybody looked.
 */
export function overflowAt(backlog: Backlog, nowMs: number): number {
  const { amount, growth, most, sinceMs } = backlog;
  if (growth <= 0) return 0;
  return Math.max(0, amount + (growth * (nowMs - sinceMs)) / 1000 - most);
}

/** When it runs empty or full, if nothing changes, ms after `sinceMs`; undefined: never. */
export function turnsAfterMs({ amount, growth, most }: Backlog): number | undefined {
  if (growth < 0) return (1000 * amount) / -growth;
  return growth > 0 && most < Infinity ? (1000 * Math.max(0, most - amount)) / growth : undefined;
}

/** Most of a backlog that a queue carries before `capacity` (requests a second): the limit, or what is served in time. */
export function mostBacklog({ limit, timeoutMs = Infinity }: RequestQueue, capacity: number): number {
  return timeoutMs === Infinity ? limit : Math.min(limit, (capacity * timeoutMs) / 1000);
}

/** What of the requests is lost in a queue that is stationary, shares of those that come. */
export interface Losses {
  readonly refused: number;
  readonly timedOut: number;
}

/**
 * What becomes of `arrivals` requests a second before `capacity`, with `amount` requests waiting already.
 *
 * While the backlog has room, what exceeds the capacity makes it grow and nothing is lost; without one, and when it is
 * full, the queue is stationary and loses what `stationary` says. More than the limit can only wait when that was
 * lowered: then nothing new gets in.
 */
export function flowThrough(
  arrivals: number,
  capacity: number,
  queue: RequestQueue,
  amount: number,
  stationary: () => Losses,
): QueueFlow {
  const growth = arrivals - capacity;
  if (amount > queue.limit) return { served: capacity, refused: arrivals, timedOut: 0, growth: -capacity };
  if (amount <= 0 && growth <= 0) return lossy(arrivals, capacity, stationary());
  const most = mostBacklog(queue, capacity);
  const isFull = (most - amount) * 1000 <= growth * atOnceMs;
  const isShort = growth * most <= leastDrift * capacity;
  if (growth >= 0 && (isFull || isShort)) return lossy(arrivals, capacity, stationary());
  return { served: capacity, refused: 0, timedOut: 0, growth };
}

/** Losses may be said a little too low for more than the capacity: no more is served than can be. */
function lossy(arrivals: number, capacity: number, { refused, timedOut }: Losses): QueueFlow {
  const served = Math.min(capacity, arrivals * (1 - refused - timedOut));
  const lost = refused + timedOut;
  const rest = arrivals - served;
  const late = lost > 0 ? timedOut / lost : 0;
  return { served, refused: rest * (1 - late), timedOut: rest * late, growth: 0 };
}
