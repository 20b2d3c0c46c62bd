/** The queues of requests in the guests of a host, as independent ones (M/M/c) of which the sum may be known. */

/** Guests that are alike. */
export interface Guests {
  readonly count: number;
  /** Cores that each would use at full speed. */
  readonly demand: number;
  readonly vcpus: number;
}

/** All queues while work takes `stretch` times as long as at full speed. */
export interface QueuesState {
  readonly stretch: number;
  /** Mean of the number of requests in all guests, and its variance: d number / d ln(stretch) as well. */
  readonly number: number;
  readonly variance: number;
  /** Variance of the number of busy virtual CPUs when the number of requests is known. */
  readonly busyVariance: number;
  /** Requests in one guest of each kind. */
  readonly perGuest: readonly number[];
}

/**
 * From `E[min(q, c) f(q)] = a E[f(q + 1)]`, a the load, which holds for M/M/c: the busy servers have the variance
 * a (1 - C), C the probability to wait, and the covariance a with the number q. Undefined where a queue would grow
 * without end.
 */
export function queuesAt(guests: readonly Guests[], stretch: number): QueuesState | undefined {
  let number = 0;
  let variance = 0;
  let busy = 0;
  let shared = 0;
  const perGuest: number[] = [];
  for (const { count, demand, vcpus: c } of guests) {
    const load = demand * stretch;
    const u = load / c;
    if (u >= 1) return undefined;
    const waiting = waitingShare(c, u);
    const queue = (waiting * u) / (1 - u);
    const queueVariance = (queue * (1 + u)) / (1 - u) - queue ** 2;
    const busyVariance = load * (1 - waiting);
    number += count * (load + queue);
    variance += count * (busyVariance + queueVariance + 2 * (c - load) * queue);
    busy += count * busyVariance;
    shared += count * load;
    perGuest.push(load + queue);
  }
  return { stretch, number, variance, busyVariance: Math.max(0, busy - shared ** 2 / variance), perGuest };
}

/** The state in which about so many requests are there. */
export function queuesWith(guests: readonly Guests[], number: number): QueuesState | undefined {
  const busiest = guests.reduce((most, { demand, vcpus }) => Math.max(most, demand / vcpus), 0);
  let low = 0;
  let high = 1 / busiest;
  for (let turn = 0; turn < 40; turn++) {
    const middle = (low + high) / 2;
    if ((queuesAt(guests, middle)?.number ?? Infinity) < number) low = middle;
    else high = middle;
  }
  return queuesAt(guests, low);
}

/** Erlang's C by Sakasegawa's approximation (1977): exact for one server, cheap, and smooth in the number of servers. */
function waitingShare(servers: number, utilization: number): number {
  return servers <= 1 ? utilization : utilization ** (Math.sqrt(2 * (servers + 1)) - 1);
}

/** Mean response time in a queue of its own, in service times at full speed, when all work takes `stretch` times as long. */
export function responseAt(servers: number, utilization: number, stretch = 1): number {
  const busy = utilization * stretch;
  return stretch * (1 + waitingShare(servers, busy) / (Math.max(1, servers) * (1 - busy)));
}

/** The inverse of `responseAt`: the stretch, at least 1, at which the mean response time is `mean`. */
export function stretchFor(servers: number, utilization: number, mean: number): number {
  if (servers <= 1) return Math.max(1, mean / (1 + utilization * mean));
  let low = 1;
  let high = 1 / utilization;
  for (let turn = 0; turn < 40; turn++) {
    const middle = (low + high) / 2;
    if (responseAt(servers, utilization, middle) < mean) low = middle;
    else high = middle;
  }
  return low;
}
