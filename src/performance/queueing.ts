/** The queue at one backend: what becomes of the requests that it gets, and how long they take. */
import { type Arrivals } from './waiting/arrivals.ts';
import { type ResponseTime } from './waiting/response-time.ts';
import { type Service } from './waiting/service.ts';
import { saturation, stationaryState } from './waiting/stationary.ts';
import { noWait } from './waiting/wait.ts';

export { type Arrivals, everyOf } from './waiting/arrivals.ts';

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

const poisson: Arrivals = { kind: 'Poisson' };

/** A queue that nothing comes out of. */
const dead: ResponseTime = { service: { meanMs: Infinity, variation: 1 }, waitProbability: 0, wait: noWait };

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
  if (!(cores > 0)) return outcome(dead, 0, rate, rate > 0 ? 1 : 0, 0);
  const {
    serviceVariation: variation = 1,
    limit = Infinity,
    timeoutMs = Infinity,
    arrivals = poisson,
  } = options;
  // Less than a core is one core that is slower.
  const aloneMs = serviceMs / Math.min(1, cores);
  const servers = Math.max(1, cores);
  const offered = (rate / 1000) * (aloneMs / servers);
  const isUnbounded = limit === Infinity && timeoutMs === Infinity;
  const felt = isUnbounded && offered > saturation ? (saturation * servers) / aloneMs : rate / 1000;
  const queued = { rate: felt, serviceMs: aloneMs, variation, cores: servers, arrivals, limit, timeoutMs };
  const { waitProbability, wait, busy = 0, refused: full, timedOut } = stationaryState(queued);
  const refused = isUnbounded && offered > 1 ? 1 - 1 / offered : full;
  const used = offered * (1 - refused - timedOut);
  // While all are busy, those that have less than a core of their own take that much longer.
  const slower = used > 0 ? 1 + (busy * (Math.ceil(servers) - servers)) / (used * servers) : 1;
  const service: Service = { meanMs: aloneMs * slower, variation };
  return outcome({ service, waitProbability, wait }, Math.min(1, used), rate, refused, timedOut);
}

function outcome(
  time: ResponseTime,
  utilization: number,
  rate: number,
  refusedShare: number,
  timedOutShare: number,
): QueueOutcome {
  const errorRate = Math.min(1, refusedShare + timedOutShare);
  const servedPerSecond = rate * (1 - errorRate);
  return { time, utilization, servedPerSecond, refusedShare, timedOutShare, errorRate };
}
