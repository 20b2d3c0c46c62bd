/**
 * The shares of LeastRequest's backends. They go by how fast each works its requests off, and that by what else its host and
 * its VM do, which in turn goes by the shares: so they are worked out anew while the flows are, until both agree.
 */
import { eligibility } from '../../balancing/flow.ts';
import { type Arrivals } from '../../performance/queueing.ts';
import {
  type ChosenBackend,
  type Choice,
  type KnownFields,
  leastRequestChoices,
} from '../../performance/waiting/unequal-backends.ts';
import { type Balancer } from '../balancers.ts';
import { type Columns } from '../columns.ts';
import { capacityAt, serviceMs, type Station } from './station.ts';

/** Changes of a backend's speed below this, as a share, are none to its balancer. */
const noticeable = 0.005;

/** The backends of one balancer as last looked at. */
export interface Chosen {
  /** Of all backends, in their order, those that can be chosen. */
  readonly indices: readonly number[];
  readonly backends: readonly ChosenBackend[];
}

/** As they are before any requests come: nothing of the flows before. */
export function idleBackends(balancer: Balancer, stations: readonly Station[], columns: Columns): Chosen {
  return chosenFrom(balancer, stations, (station, slot) => {
    const vcpus = columns.vcpuMillis[slot] ?? 0;
    const room = Math.max(vcpus - (columns.directMillis[slot] ?? 0), vcpus / 2);
    return { ms: serviceMs(balancer.request, slot, columns), cores: room / 1000 };
  });
}

/** As they are with the CPU that they get. */
export function busyBackends(balancer: Balancer, stations: readonly Station[], columns: Columns): Chosen {
  return chosenFrom(balancer, stations, (station, slot) => {
    const aloneMs = serviceMs(balancer.request, slot, columns);
    // One that cannot be reached gets no CPU; its balancer counts on it until it notices.
    if (!columns.reachable[slot]) return { ms: aloneMs, cores: (columns.vcpuMillis[slot] ?? 0) / 1000 };
    const stretchedMs = aloneMs * (columns.stretch[slot] ?? 1);
    return { ms: stretchedMs, cores: (capacityAt(station, columns) * stretchedMs) / 1000 };
  });
}

function chosenFrom(
  balancer: Balancer,
  stations: readonly Station[],
  work: (station: Station, slot: number) => { readonly ms: number; readonly cores: number },
): Chosen {
  const eligible = eligibleOf(balancer);
  const indices: number[] = [];
  const able: ChosenBackend[] = [];
  stations.forEach((station, index) => {
    const { weight } = station.backend.request;
    if (eligible[index] !== true || weight <= 0) return;
    const { ms, cores } = work(station, station.machine?.slot ?? -1);
    // Without CPU it holds on to what it was given and gets nothing more.
    if (!(cores > 0 && ms > 0)) return;
    indices.push(index);
    const { limit } = balancer.request.queue;
    able.push({
      // Less than a core is one core that is slower.
      serviceMs: ms / Math.min(1, cores),
      cores: Math.max(1, cores),
      ...{ weight, limit, waiting: station.waiting },
    });
  });
  return { indices, backends: able };
}

interface Outcome {
  /** Of all backends, in their order: they add up to 1, or are all 0 when nobody can take requests. */
  readonly shares: Float64Array;
  /** How requests come to the backend of that index. */
  readonly comes: (index: number) => Arrivals;
}

/** What becomes of `rate` requests a second. */
export function choose(
  balancer: Balancer,
  { indices, backends }: Chosen,
  rate: number,
  known: KnownFields,
): Outcome {
  const shares = new Float64Array(balancer.backends.length);
  const evenly: Arrivals = { kind: 'LeastRequest', among: Math.max(1, indices.length) };
  if (indices.length === 0) return { shares: byWeight(balancer), comes: () => evenly };
  const choices = leastRequestChoices(backends, rate / 1000, known);
  const of = new Map<number, Choice>();
  choices.forEach((choice, i) => {
    const index = indices[i] ?? -1;
    of.set(index, choice);
    shares[index] = choice.share;
  });
  return { shares, comes: (index) => of.get(index)?.arrivals ?? evenly };
}

/** Where none of them has any CPU. */
function byWeight(balancer: Balancer): Float64Array {
  const eligible = eligibleOf(balancer);
  const weights = balancer.backends.map(({ request: { weight } }, i) => (eligible[i] === true ? weight : 0));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from(weights, (weight) => (all > 0 ? weight / all : 0));
}

function eligibleOf({ backends, request }: Balancer): readonly boolean[] {
  const seen = backends.map(({ fit, draining, isNew }) => ({ healthy: fit, draining, isNew }));
  return eligibility(seen, request.panicThreshold);
}

/**
 * Half way from one to the other, so that what is slower because more comes to it, and gets less because it is slower,
 * comes to rest.
 */
export function midway(a: Chosen, b: Chosen): Chosen {
  if (a.backends.length !== b.backends.length) return b;
  const backends = b.backends.map((one, i) => {
    const other = a.backends[i] ?? one;
    const serviceMs = Math.sqrt(one.serviceMs * other.serviceMs);
    return { ...one, serviceMs, cores: Math.sqrt(one.cores * other.cores) };
  });
  return { ...b, backends };
}

/** True when the balancer would not tell one from the other. */
export function areAlike(a: Chosen, b: Chosen): boolean {
  if (a.indices.length !== b.indices.length) return false;
  return a.backends.every((one, i) => {
    const other = b.backends[i];
    return (
      other !== undefined &&
      a.indices[i] === b.indices[i] &&
      isClose(one.serviceMs, other.serviceMs) &&
      isClose(one.cores, other.cores) &&
      one.waiting > 0 === other.waiting > 0
    );
  });
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= noticeable * a;
}
