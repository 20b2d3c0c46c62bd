/** What is waited for when more has come than could be served: a backlog, as a fluid that drains at capacity. */
import { type ResponseTime } from './response-time.ts';
import { type Wait, waitMoments } from './wait.ts';

/**
 * The response time of the requests that come in a stretch in which the time to work off the backlog before them goes
 * evenly from `fromMs` to `toMs` (of `n` requests: n over those served a ms). `time` is that of the queue without the
 * backlog; its wait comes on top of the backlog's, so that nothing jumps when the last of it is gone. Above capacity
 * there is no such queue: then give the service alone, or a queue at a lower utilization.
 */
export function behindBacklog(time: ResponseTime, fromMs: number, toMs: number): ResponseTime {
  const least = Math.min(fromMs, toMs);
  const most = Math.max(fromMs, toMs);
  if (!(most > 0)) return time;
  const { waitProbability: c, wait } = time;
  const own = c > 0 ? waitMoments(wait) : { meanMs: 0, varianceMs2: 0 };
  const ownMs = c * own.meanMs;
  const ownVariance = c * own.varianceMs2 + c * (1 - c) * own.meanMs ** 2;
  const backlogVariance = (most - least) ** 2 / 12;
  return { ...time, waitProbability: 1, wait: combined(least, most, ownMs, ownVariance, backlogVariance) };
}

/** By mean and variance: in the shape of the one that varies more. */
function combined(least: number, most: number, ownMs: number, own: number, backlog: number): Wait {
  const meanMs = (least + most) / 2 + ownMs;
  if (own > backlog) return { kind: 'Gamma', meanMs, variation: Math.sqrt(own + backlog) / meanMs };
  const reach = Math.min(meanMs, Math.sqrt(3 * (own + backlog)));
  return { kind: 'Between', fromMs: meanMs - reach, toMs: meanMs + reach, decay: 0 };
}
