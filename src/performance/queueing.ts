import { quantileOf } from './quantile.ts';

/**
 * Distribution of the response time of an M/M/c queue: with probability `waitProbability` an exponential wait at
 * rate `drainRate`, then an exponential service at `serviceRate`. Rates per ms.
 */
export interface ResponseTime {
  readonly serviceRate: number;
  /** c * serviceRate - arrivals: how fast a queue shrinks. */
  readonly drainRate: number;
  readonly waitProbability: number;
}

/** A queue in a step of the fluid model, and what it does to the requests offered to it. */
export interface QueueOutcome {
  readonly time: ResponseTime;
  /** Cores in use over cores there, 0..1. */
  readonly utilization: number;
  /** Requests a second that are answered: the offered ones up to the capacity. */
  readonly servedPerSecond: number;
  /** Share of the offered requests that cannot be served, 0..1. */
  readonly errorRate: number;
}

/**
 * The latency of a saturated queue is that of one at this utilization: queues are bounded in practice, and what
 * is beyond them is refused. At 0.99 and one core the mean is 100 service times.
 */
export const saturation = 0.99;

/**
 * Erlang's C: the probability that an arrival to M/M/c has to wait. `load` is arrivals * service time (Erlangs).
 * 1 from `load >= servers` on. Exact; by the recursion for 1/B, which is stable for hundreds of servers.
 * Source: A. K. Erlang 1917; Jagers and Van Doorn 1986 for the recursion.
 */
export function erlangC(servers: number, load: number): number {
  if (load <= 0) return 0;
  if (load >= servers) return 1;
  let inverseB = 1;
  for (let k = 1; k <= servers; k++) inverseB = 1 + (inverseB * k) / load;
  const b = 1 / inverseB;
  return b / (1 - (load / servers) * (1 - b));
}

/**
 * The queue at a machine with `cores` (what the hypervisor lets it have: may be a fraction) and a request that
 * takes `serviceMs` of one core, offered `ratePerSecond`.
 *
 * A fraction of a core is a slower one: 2.5 cores are three at 5/6 of the speed. At or above capacity the fluid
 * model serves what it can, counts the rest as errors, and caps the latency (see `saturation`). Without any core
 * everything fails, and the response time is that of a queue that serves nothing: infinite.
 *
 * Mean and waiting are those of first come, first served; processor sharing with at most a core a request has the
 * same number in the system, hence the same mean (Kleinrock, Queueing Systems, vol. 2).
 */
export function queue(ratePerSecond: number, serviceMs: number, cores: number): QueueOutcome {
  if (!(cores > 0)) {
    const time = { serviceRate: 0, drainRate: 0, waitProbability: 1 };
    return { time, utilization: 0, servedPerSecond: 0, errorRate: ratePerSecond > 0 ? 1 : 0 };
  }
  const servers = Math.ceil(cores);
  const serviceRate = cores / servers / serviceMs;
  const capacityPerSecond = (cores * 1000) / serviceMs;
  const utilization = Math.min(1, Math.max(0, ratePerSecond) / capacityPerSecond);
  const busy = Math.min(utilization, saturation);
  const servedPerSecond = Math.min(ratePerSecond, capacityPerSecond);
  return {
    time: {
      serviceRate,
      drainRate: servers * serviceRate * (1 - busy),
      waitProbability: erlangC(servers, servers * busy),
    },
    utilization,
    servedPerSecond,
    errorRate: ratePerSecond > servedPerSecond ? 1 - servedPerSecond / ratePerSecond : 0,
  };
}

/** Mean response time, ms. */
export function meanMs({ serviceRate, drainRate, waitProbability }: ResponseTime): number {
  return 1 / serviceRate + (waitProbability > 0 ? waitProbability / drainRate : 0);
}

/** Variance of the response time, ms². */
export function varianceMs2({ serviceRate, drainRate, waitProbability: c }: ResponseTime): number {
  return 1 / serviceRate ** 2 + (c > 0 ? (c * (2 - c)) / drainRate ** 2 : 0);
}

/**
 * Probability that a response takes longer than `ms`. Exact for first come, first served:
 * `(1 - C) e^-mt + C (m e^-dt - d e^-mt) / (m - d)`, m the service rate, d the drain rate.
 */
export function survival(
  { serviceRate: m, drainRate: d, waitProbability: c }: ResponseTime,
  ms: number,
): number {
  if (!(m > 0)) return 1;
  const service = Math.exp(-m * ms);
  if (c === 0) return service;
  // (e^-dt - e^-mt) / (m - d), written so that it stays exact when both rates meet.
  const gap = Math.abs(m - d);
  const slower = Math.exp(-Math.min(m, d) * ms);
  const both = gap === 0 ? slower * ms : (slower * -Math.expm1(-gap * ms)) / gap;
  return service + c * m * both;
}

/** The `p`-quantile of the response time, ms, 0 < p < 1. Infinite when nothing is served. */
export function percentileMs(time: ResponseTime, p: number): number {
  if (!(time.serviceRate > 0)) return Infinity;
  // With no wait, and with a wait of every request after which the slower of the two rates decides.
  const tail = -Math.log(1 - p);
  const least = tail / time.serviceRate;
  if (time.waitProbability < 1e-12) return least;
  return quantileOf((ms) => survival(time, ms), 1 - p, least, meanMs(time));
}
