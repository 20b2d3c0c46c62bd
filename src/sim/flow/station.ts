/** The requests of one balancer at one of its backends: where they queue and are served. */
import { fairShares } from '../../performance/contention.ts';
import { type Arrivals, everyOf, queue, type QueueOutcome } from '../../performance/queueing.ts';
import { mixedService, type Service } from '../../performance/waiting/service.ts';
import { type BalancerRequest, type BalancingAlgorithm } from '../../model/ports.ts';
import { type Columns } from '../columns.ts';
import { type Backlog, type Losses, noBacklog, type QueueFlow, still } from './fluid-queue.ts';
import { type Backend } from '../health.ts';
import { type Machine } from '../machine.ts';

/** Only `Flows` changes one. */
export interface Station {
  readonly backend: Backend;
  /** What the balancer was last asked for. */
  request: BalancerRequest;
  /** Undefined where there is none. */
  machine: Machine | undefined;
  /** The stations of all balancers at the machine, this one included. */
  peers: readonly Station[];
  /** How its requests come: by the balancer's algorithm and its share. */
  comes: Arrivals;
  /** Requests a second that come, on the mean; 0 while it cannot be reached. */
  arrivals: number;
  /** Time of one request on a vCPU of the machine that is not kept waiting by the host's others, ms. */
  serviceMs: number;
  /** Requests that wait when the flows are worked out. */
  waiting: number;
  /** Share of what comes that is served sooner or later, as last worked out, 0..1. */
  accepts: number;
  /** It uses all CPU that it can get. */
  eager: boolean;
  /** Requests a second that it can serve beside its peers. */
  capacity: number;
  flow: QueueFlow;
  backlog: Backlog;
}

const poisson: Arrivals = { kind: 'Poisson' };
const none: Losses = { refused: 0, timedOut: 0 };

export function newStation(backend: Backend, request: BalancerRequest, backlog = noBacklog): Station {
  return {
    ...{ backend, request, machine: undefined, peers: [], comes: poisson, arrivals: 0, serviceMs: 0 },
    ...{ waiting: 0, accepts: 1, eager: false, capacity: 0, flow: still, backlog },
  };
}

/** What comes to a station by its balancer's algorithm, when it has this share of the requests, 0..1. */
export function comingsOf(algorithm: Exclude<BalancingAlgorithm, 'LeastRequest'>, share: number): Arrivals {
  switch (algorithm) {
    case 'RoundRobin':
    case 'WeightedRoundRobin':
      return { kind: 'Regular', every: everyOf(share) };
    case 'RingHash':
    case 'Maglev':
    case 'Random':
      return poisson;
  }
}

/** CPU time that one request of a balancer takes at a machine, ms. */
export function serviceMs(request: BalancerRequest, slot: number, { inflation }: Columns): number {
  return request.serviceTimeMs * (inflation[slot] ?? 1);
}

/** Weight of a peer that nothing comes to any more, as a part of the whole machine: what waits there is drained. */
const drainingWeight = 0.1;

/**
 * Requests a second that the machine can serve of this station's: what its peers leave, and when there is not enough
 * for all, a part of the CPU as large as that of the CPU time that comes.
 */
export function capacityAt(station: Station, { flowRoomMillis }: Columns): number {
  const { machine, peers, serviceMs } = station;
  const room = flowRoomMillis[machine?.slot ?? -1] ?? 0;
  if (peers.length < 2) return room / serviceMs;
  const wanted = peers.map((peer) => peer.arrivals * peer.accepts * peer.serviceMs);
  const demands = peers.map((peer, i) => (peer.waiting > 0 ? Infinity : (wanted[i] ?? 0)));
  const weights = wanted.map((millis) => (millis > 0 ? millis : drainingWeight * room));
  const shares = fairShares(room, demands, weights);
  const left = room - shares.reduce((sum, share) => sum + share, 0);
  return ((shares[peers.indexOf(station)] ?? 0) + left) / serviceMs;
}

/** The exponent from which on what is lost is less than one in a hundred million. */
const farFromLosing = 20;

/** True when the queue is so far from its bounds that nothing is lost while it is stationary. */
export function losesNothing({ request, arrivals, capacity, peers }: Station): boolean {
  const { queue: bounds, serviceVariation } = request;
  // By how much fewer requests find one more waiting, at least. Beside others the queue is longer than its own.
  const perPlace = (2 * (1 - arrivals / capacity)) / (1 + serviceVariation ** 2) / peers.length;
  const places = bounds.timeoutMs === undefined ? Infinity : (capacity * bounds.timeoutMs) / 1000;
  return perPlace * Math.min(bounds.limit, places) > farFromLosing;
}

/** What the queue would lose if it stayed as it is. */
export function lossesOf(station: Station, columns: Columns): Losses {
  const outcome = stationary(station, columns, station.arrivals);
  if (outcome === undefined) return none;
  return { refused: outcome.refusedShare, timedOut: outcome.timedOutShare };
}

/**
 * The queue at the station as if it stayed as it is, beside those of its peers, with `arrivals` requests a second of its
 * own and no more than `most` waiting; undefined when nothing comes.
 */
export function stationary(
  station: Station,
  columns: Columns,
  arrivals: number,
  most = Infinity,
): QueueOutcome | undefined {
  const { machine, request, comes, peers } = station;
  const slot = machine?.slot ?? -1;
  const stretch = columns.stretch[slot] ?? 1;
  const cores = ((columns.flowRoomMillis[slot] ?? 0) * stretch) / 1000;
  const own: Service = { meanMs: station.serviceMs * stretch, variation: request.serviceVariation };
  const { limit, timeoutMs = Infinity } = request.queue;
  const others = peers.filter((peer) => peer !== station && peer.arrivals > 0);
  if (others.length === 0) {
    const options = {
      arrivals: comes,
      serviceVariation: own.variation,
      limit: Math.min(most, limit),
      timeoutMs,
    };
    return queue(arrivals, own.meanMs, cores, options);
  }
  const kinds = others.map((peer) => ({
    rate: peer.arrivals * peer.accepts,
    meanMs: peer.serviceMs * stretch,
    variation: peer.request.serviceVariation,
  }));
  const mixed = mixedService([{ rate: arrivals, ...own }, ...kinds]);
  if (mixed === undefined) return undefined;
  const total = kinds.reduce((sum, { rate }) => sum + rate, arrivals);
  const outcome = queue(total, mixed.meanMs, cores, {
    serviceVariation: mixed.variation,
    // The others' requests wait as well, and this one's limit is for its own part of all.
    limit: Math.min(most, arrivals > 0 ? (limit * total) / arrivals : limit),
    timeoutMs,
  });
  // All wait alike, and then each takes its own time: on less than a core as much longer as the mixture.
  const slower = outcome.time.service.meanMs / mixed.meanMs;
  return { ...outcome, time: { ...outcome.time, service: { ...own, meanMs: own.meanMs * slower } } };
}
