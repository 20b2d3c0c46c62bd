/** A queue at one backend that goes on as it is: which formula holds for it, by how its requests come and what bounds it. */
import { assertNever } from '../../base/errors.ts';
import { type Arrivals } from './arrivals.ts';
import { boundedQueue, type QueueState } from './bounded.ts';
import { erlangB, erlangC } from './erlang.ts';
import { leastRequestQueue } from './least-request.ts';
import { regularDelay, regularLosses } from './regular.ts';
import { noWait, type Wait, waitMoments } from './wait.ts';

/** In the units of the theory: ms, and arrivals a ms. */
interface StationaryQueue {
  readonly rate: number;
  readonly serviceMs: number;
  /** Coefficient of variation of the service time. */
  readonly variation: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
  readonly arrivals: Arrivals;
  /** Most that wait. */
  readonly limit: number;
  readonly timeoutMs: number;
}

/**
 * Without bounds there is no stationary state at or above 1, and near it the queue takes ages to get there: up to here it
 * is worked out. At 0.99 and one core the mean is 100 service times.
 */
export const saturation = 0.99;

/** Up to this utilization nobody meets anybody. */
const idle = 1e-9;
/** A share of requests that is worth to be counted as lost. */
const noticeable = 1e-3;
/** A smaller share of requests than this, kept from waiting longer, changes nothing. */
const negligible = 1e-7;

/** Above `saturation` the queue needs a bound. */
export function stationaryState(queue: StationaryQueue): QueueState {
  const { arrivals } = queue;
  const utilization = utilizationOf(queue);
  if (!(utilization > idle)) return { refused: 0, timedOut: 0, waitProbability: 0, wait: noWait };
  const state =
    arrivals.kind === 'LeastRequest' && arrivals.among > 1
      ? fromField({ ...queue, among: arrivals.among, beside: arrivals.beside })
      : openOrBounded(queue);
  return utilization > 1 ? conserved(state, 1 - 1 / utilization) : state;
}

/** Approximations may lose a little too few; `excess` is what cannot be served. */
function conserved(state: QueueState, excess: number): QueueState {
  const { refused, timedOut } = state;
  const lost = refused + timedOut;
  if (lost >= excess || lost === 0) return state;
  return { ...state, refused: (refused * excess) / lost, timedOut: (timedOut * excess) / lost };
}

function fromField(queue: StationaryQueue & Parameters<typeof leastRequestQueue>[0]): QueueState {
  // Who gets more than it can serve, whatever the balancer does, has a queue of its own.
  const { beside } = queue;
  const isOverloaded = beside?.kind === 'Choices' && beside.swing.utilization > saturation;
  if (isOverloaded && utilizationOf(queue) > saturation)
    return boundedState(queue, openWait(queue), (1 + queue.variation ** 2) / 2);
  const field = leastRequestQueue(queue);
  if (field === undefined) return boundedState(queue, openWait(queue));
  if (queue.beside || utilizationOf(queue) < 0.9 || boundOf(queue) === Infinity) return field;
  // Near saturation all backends are full at the same times, of which the field knows nothing.
  const pooled = boundedState(queue, openWait(queue));
  return pooled.refused + pooled.timedOut > field.refused + field.timedOut + noticeable ? pooled : field;
}

function openOrBounded(queue: StationaryQueue): QueueState {
  const open = openWait(queue);
  const boundMs = boundOf(queue);
  if (boundMs < Infinity && (utilizationOf(queue) >= saturation || exceeds(open, boundMs) > negligible)) {
    return boundedState(queue, open);
  }
  return { refused: 0, timedOut: 0, waitProbability: open.waitProbability, wait: open.wait };
}

function utilizationOf({ rate, serviceMs, cores }: StationaryQueue): number {
  return (rate * serviceMs) / cores;
}

/** About the longest that can be waited, ms. */
function boundOf({ serviceMs, cores, limit, timeoutMs }: StationaryQueue): number {
  return Math.min(timeoutMs, (limit * serviceMs) / cores);
}

interface OpenWait {
  readonly waitProbability: number;
  readonly wait: Wait;
}

/** The wait in a queue without bound, at `saturation` at the most. */
function openWait({ rate, serviceMs, variation, cores, arrivals }: StationaryQueue): OpenWait {
  const felt = Math.min(rate, (saturation * cores) / serviceMs);
  const every = everyFor(arrivals);
  if (variation === 1 && every === 1) {
    const drainMs = 1 / (cores / serviceMs - felt);
    return exponentialWait(erlangC(cores, felt * serviceMs) * drainMs, 1 / drainMs);
  }
  const { meanMs, decay } = regularDelay({ rate: felt, serviceMs, variation, cores, every });
  return exponentialWait(meanMs, decay);
}

/** LeastRequest is asked for here only where so many wait that choices hardly matter. */
function everyFor(arrivals: Arrivals): number {
  return arrivals.kind === 'Regular' ? Math.max(1, arrivals.every) : 1;
}

/** A wait with this mean over all requests whose tail falls exponentially at this rate. */
function exponentialWait(meanMs: number, decay: number): OpenWait {
  const waitProbability = Math.min(1, meanMs * decay);
  if (!(waitProbability > 0)) return { waitProbability: 0, wait: noWait };
  return { waitProbability, wait: { kind: 'Gamma', meanMs: meanMs / waitProbability, variation: 1 } };
}

/** About the share that would wait longer than `ms`. */
function exceeds({ waitProbability, wait }: OpenWait, ms: number): number {
  return waitProbability === 0 ? 0 : waitProbability * Math.exp(-ms / waitMoments(wait).meanMs);
}

/** The state of a queue whose bounds count; `open` is the wait without them, at this utilization or at saturation. */
function boundedState(queue: StationaryQueue, open: OpenWait, spread = spreadOf(queue)): QueueState {
  const { rate, serviceMs, variation, cores, arrivals, limit, timeoutMs } = queue;
  const entry = entryOf(queue, open.waitProbability, spread);
  const bounds = { utilization: utilizationOf(queue), capacity: cores / serviceMs, spread, entry };
  const state = boundedQueue(bounds, limit, timeoutMs);
  if (arrivals.kind !== 'Regular' || variation !== 1 || timeoutMs < (limit * serviceMs) / cores) return state;
  const exact = regularLosses({ rate, serviceMs, variation, cores, every: everyFor(arrivals) }, limit);
  return exact ? { ...state, refused: exact.refused, waitProbability: exact.waits, busy: exact.busy } : state;
}

/** How often one waits for each time that none does, were there one place to wait. See `OpenQueue`. */
function entryOf(queue: StationaryQueue, waits: number, spread: number): number {
  const { rate, serviceMs, cores, arrivals } = queue;
  const utilization = utilizationOf(queue);
  if (arrivals.kind !== 'Regular') {
    // Without places to wait it makes no difference how services vary.
    const entry = utilization * erlangB(Math.ceil(cores) - 1, rate * serviceMs);
    return arrivals.kind === 'Poisson' ? entry / spread : entry;
  }
  // What makes the same share wait in a queue without bound; near saturation that hardly depends on the utilization.
  const c = Math.min(waits, 1 - 1e-3);
  return ((c / (1 - c)) * (1 - Math.min(utilization, saturation))) / spread;
}

/** How many times slower the tail of the wait falls than with Poisson arrivals and exponential service. */
function spreadOf({ variation, arrivals }: StationaryQueue): number {
  switch (arrivals.kind) {
    case 'Poisson':
      return (1 + variation ** 2) / 2;
    case 'Regular':
      return (1 / arrivals.every + variation ** 2) / 2;
    case 'LeastRequest':
      return (1 + variation ** 2) / 2 / arrivals.among;
    default:
      return assertNever(arrivals);
  }
}
