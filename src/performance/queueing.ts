/** The queue at one backend: what becomes of the requests that it gets, and how long they take. */
import { assertNever } from '../base/errors.ts';
import { boundedQueue, type OpenQueue } from './waiting/bounded.ts';
import { erlangB, erlangC } from './waiting/erlang.ts';
import { leastRequestWait } from './waiting/least-request.ts';
import { regularDelay } from './waiting/regular.ts';
import { type ResponseTime } from './waiting/response-time.ts';
import { type Service } from './waiting/service.ts';
import { waitMoments } from './waiting/wait.ts';

/** How the requests of one backend come. The balancer in front gets them as a Poisson stream. */
export type Arrivals =
  /** Each request goes here by chance: Random, RingHash, Maglev, or no balancer. */
  | { readonly kind: 'Poisson' }
  /**
   * RoundRobin, with weights or without: every so many-th request comes here, at least 1; for a backend with the share p
   * of all requests that is `everyOf(p)`.
   */
  | { readonly kind: 'Regular'; readonly every: number }
  /** The less busy of two at random of this many backends, all about as busy as this one; at least 1. */
  | { readonly kind: 'LeastRequest'; readonly among: number };

export interface QueueOptions {
  /** @defaultValue Poisson */
  readonly arrivals?: Arrivals;
  /** Coefficient of variation of the service time. @defaultValue 1, exponential */
  readonly serviceVariation?: number;
  /**
   * Most that wait. @defaultValue Infinity, and then nothing is known of the wait at or above capacity: it is that at
   * `saturation`
   */
  readonly limit?: number;
  /** A request that has waited so long is given up, ms. @defaultValue Infinity */
  readonly timeoutMs?: number;
}

/** A queue in its stationary state, and what it does to the requests offered to it. */
export interface QueueOutcome {
  readonly time: ResponseTime;
  /** Cores in use over cores there, 0..1. */
  readonly utilization: number;
  /** Requests a second that are answered. */
  readonly servedPerSecond: number;
  /** Share of the offered requests that finds the queue full, 0..1. */
  readonly refusedShare: number;
  /** Share of the offered requests that waits too long, 0..1. */
  readonly timedOutShare: number;
  /** Share of the offered requests that is not answered, 0..1. */
  readonly errorRate: number;
}

/**
 * The wait in a queue without any limit is that of one at this utilization where there is more to do: a stationary one
 * there is not. At 0.99 and one core the mean is 100 service times.
 */
export const saturation = 0.99;

const poisson: Arrivals = { kind: 'Poisson' };

/** A queue that nothing comes out of. */
const dead: ResponseTime = {
  service: { meanMs: Infinity, variation: 1 },
  waitProbability: 0,
  wait: { kind: 'Gamma', meanMs: 0, variation: 1 },
};

/**
 * Every how many-th request of the balancer comes to a backend with this share of all of them under (weighted) round
 * robin. Where 1 / share is no whole number the gaps alternate, which makes them a little less regular.
 */
export function everyOf(share: number): number {
  const gap = 1 / Math.min(1, share);
  const odd = gap - Math.floor(gap);
  return Math.max(1, 1 / (1 / gap + (odd * (1 - odd)) / gap ** 2));
}

/**
 * The queue at a machine with `cores` (what it has for these requests: may be a fraction) and requests that take
 * `serviceMs` of one core on the mean, offered `ratePerSecond` on the mean.
 *
 * Requests are served first come, first served; each runs on one core at full speed, and all together get no more than
 * `cores`. So below one core a request takes `serviceMs / cores`, and above, latency never grows with a part of a core
 * more. Mean and waiting are also those of processor sharing with at most a core a request when service times are
 * exponential (Kleinrock, Queueing Systems, vol. 2). Without any core everything fails, and the response time is
 * infinite.
 *
 * Errors against simulation stand in docs/model.md.
 */
export function queue(
  ratePerSecond: number,
  serviceMs: number,
  cores: number,
  options: QueueOptions = {},
): QueueOutcome {
  const rate = Math.max(0, ratePerSecond);
  if (!(cores > 0)) return outcome(dead, 0, rate, { refused: rate > 0 ? 1 : 0, timedOut: 0 });
  const { serviceVariation = 1, limit = Infinity, timeoutMs = Infinity } = options;
  // Less than a core is one core that is slower.
  const service: Service = { meanMs: serviceMs / Math.min(1, cores), variation: serviceVariation };
  const servers = Math.max(1, cores);
  const offered = (rate / 1000) * (service.meanMs / servers);
  const arrivals = options.arrivals ?? poisson;
  const open = openWait(Math.min(offered, saturation), service, servers, arrivals);
  const isUnbounded = limit === Infinity && timeoutMs === Infinity;
  const boundMs = Math.min(timeoutMs, (limit * service.meanMs) / servers);
  if (isUnbounded || (offered < saturation && exceeds(open, boundMs) < 1e-7)) {
    const lost = offered > 1 ? 1 - 1 / offered : 0;
    return outcome({ service, ...open }, Math.min(1, offered), rate, { refused: lost, timedOut: 0 });
  }
  const { refused, timedOut, ...waiting } = boundedQueue(
    openQueue(offered, service, servers, arrivals, open),
    limit,
    timeoutMs,
  );
  const utilization = offered * (1 - refused - timedOut);
  return outcome({ service, ...waiting }, Math.min(1, utilization), rate, { refused, timedOut });
}

function outcome(
  time: ResponseTime,
  utilization: number,
  rate: number,
  { refused, timedOut }: { readonly refused: number; readonly timedOut: number },
): QueueOutcome {
  const errorRate = Math.min(1, refused + timedOut);
  return {
    ...{ time, utilization, errorRate, refusedShare: refused, timedOutShare: timedOut },
    servedPerSecond: rate * (1 - errorRate),
  };
}

type OpenWait = Pick<ResponseTime, 'waitProbability' | 'wait'>;

/** The wait in a queue without bound, at a utilization below 1. */
function openWait(utilization: number, service: Service, cores: number, arrivals: Arrivals): OpenWait {
  const { meanMs: serviceMs, variation } = service;
  const rate = (utilization * cores) / serviceMs;
  if (!(rate > 0)) return { waitProbability: 0, wait: dead.wait };
  switch (arrivals.kind) {
    case 'Poisson':
      if (variation === 1) {
        const drainMs = serviceMs / (cores * (1 - utilization));
        return exponentialWait(erlangC(cores, utilization * cores) * drainMs, 1 / drainMs);
      }
      return regularWait(rate, service, cores, 1);
    case 'Regular':
      return regularWait(rate, service, cores, arrivals.every);
    case 'LeastRequest': {
      const {
        probability,
        meanMs,
        variation: ofWait,
      } = leastRequestWait({
        ...{ rate, serviceMs, cores, among: arrivals.among },
      });
      const scale = (1 + variation ** 2) / 2;
      return {
        waitProbability: probability,
        wait: { kind: 'Gamma', meanMs: meanMs * scale, variation: ofWait },
      };
    }
    default:
      return assertNever(arrivals);
  }
}

function regularWait(
  rate: number,
  { meanMs: serviceMs, variation }: Service,
  cores: number,
  every: number,
): OpenWait {
  const { meanMs, decay } = regularDelay({ rate, serviceMs, variation, cores, every });
  return exponentialWait(meanMs, decay);
}

/** A wait with this mean over all requests whose tail falls exponentially at this rate. */
function exponentialWait(meanMs: number, decay: number): OpenWait {
  const waitProbability = Math.min(1, meanMs * decay);
  if (!(waitProbability > 0)) return { waitProbability: 0, wait: dead.wait };
  return { waitProbability, wait: { kind: 'Gamma', meanMs: meanMs / waitProbability, variation: 1 } };
}

/** About the share that would wait longer than `ms`. */
function exceeds({ waitProbability, wait }: OpenWait, ms: number): number {
  if (ms === Infinity || waitProbability === 0) return 0;
  return waitProbability * Math.exp(-ms / waitMoments(wait).meanMs);
}

/** The queue as its bounds see it. */
function openQueue(
  offered: number,
  service: Service,
  cores: number,
  arrivals: Arrivals,
  open: OpenWait,
): OpenQueue {
  const { meanMs: serviceMs, variation } = service;
  const capacity = cores / serviceMs;
  const spread = spreadOf(service, arrivals);
  if (arrivals.kind === 'Poisson' && variation === 1) {
    const servers = Math.ceil(cores);
    return { utilization: offered, capacity, spread, entry: offered * erlangB(servers - 1, offered * cores) };
  }
  // What makes the same share wait in a queue without bound; near saturation that hardly depends on the utilization.
  const known = Math.min(offered, saturation);
  const c = open.waitProbability;
  const entry = c < 1 ? (c / (1 - c)) * ((1 - known) / spread) : (1 - known) / spread / 1e-3;
  return { utilization: offered, capacity, spread, entry };
}

/** How many times slower the tail of the wait falls than with Poisson arrivals and exponential service. */
function spreadOf({ variation }: Service, arrivals: Arrivals): number {
  const square = variation ** 2;
  switch (arrivals.kind) {
    case 'Poisson':
      return (1 + square) / 2;
    case 'Regular':
      return (1 / arrivals.every + square) / 2;
    case 'LeastRequest':
      return (1 + square) / 2 / arrivals.among;
    default:
      return assertNever(arrivals);
  }
}
