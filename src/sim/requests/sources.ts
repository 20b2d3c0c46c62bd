import { deepEqual } from '../../base/deep.ts';
import { compareText } from '../../base/listing.ts';
import { randomStream } from '../../base/random.ts';
import { type RequestQueue, type TrafficRequest } from '../../model/ports.ts';
import { ArrivalTimes } from './arrival-times.ts';
import { isPerTarget, targetPhase } from './background.ts';
import { chosenBy } from './choice.ts';
import { type RequestEngine, type Source } from './engine.ts';
import { type Network } from './network.ts';
import { rateOf, type Rate } from './rate-pieces.ts';
import { RequestNode } from './request-node.ts';
import { serviceTimes } from './service-times.ts';
import { type LaneStation } from './lane.ts';

/** The queue of requests that come straight to a guest, of which nothing is declared: as a balancer's by default. */
const straightQueue: RequestQueue = { limit: 1024 };

/** A part of a traffic whose requests come by a rate of their own: mostly all of it. */
interface Part {
  /** Distinct within the traffic. */
  readonly name: string;
  readonly rate: Rate;
  /** The guests that it goes straight to; undefined: it goes to a balancer or a route. */
  readonly uids: readonly string[] | undefined;
}

/** A traffic as it was last laid out. */
interface Laid {
  readonly request: TrafficRequest;
  /** By the names of its parts. */
  readonly sources: ReadonlyMap<string, Source>;
}

export interface SourceSurroundings {
  station(uid: string): LaneStation | undefined;
  /** The name of a guest, distinct in its namespace. */
  nameOf(uid: string): string;
}

/** The traffic that sends requests, and where they come in. */
export class Sources {
  #laid = new Map<string, Laid>();
  /** How often a traffic has begun: each time it draws anew. */
  readonly #begun = new Map<string, number>();

  constructor(
    private readonly seed: number,
    /** World time at which the engine began, ms. */
    private readonly originMs: number,
    private readonly engine: RequestEngine,
    private readonly network: Network,
    private readonly surroundings: SourceSurroundings,
  ) {}

  /** Requests of a traffic that have come; undefined when it sends none. */
  arrived(name: string): number | undefined {
    const laid = this.#laid.get(name);
    if (laid === undefined) return undefined;
    let sum = 0;
    for (const { arrived } of laid.sources.values()) sum += arrived;
    return sum;
  }

  names(): Iterable<string> {
    return this.#laid.keys();
  }

  /** Takes over which traffic there is. A traffic whose rate alone has changed keeps what has run up to now. */
  layOut(requests: Iterable<TrafficRequest>): void {
    const before = this.#laid;
    this.#laid = new Map();
    const sending = [...requests].filter(({ unit }) => unit === 'Requests');
    for (const request of sending.sort((a, b) => compareText(a.name, b.name))) {
      const known = before.get(request.name);
      before.delete(request.name);
      const same = known !== undefined && isSameClock(known.request, request) ? known : undefined;
      for (const source of (same === undefined ? known : undefined)?.sources.values() ?? []) {
        this.engine.removeSource(source);
      }
      this.#laid.set(request.name, { request, sources: this.#layOutParts(request, same) });
    }
    for (const { sources } of before.values()) {
      for (const source of sources.values()) this.engine.removeSource(source);
    }
  }

  /** Balancers and routes have come or gone: requests enter at those that are there now. */
  aim(): void {
    for (const { request, sources } of this.#laid.values()) {
      for (const source of sources.values()) if (source.isCounted) this.#aimSource(source, request);
    }
  }

  #layOutParts(request: TrafficRequest, known: Laid | undefined): ReadonlyMap<string, Source> {
    const sources = new Map<string, Source>();
    const samePattern = known !== undefined && deepEqual(known.request.pattern, request.pattern);
    for (const part of this.#partsOf(request)) {
      let source = known?.sources.get(part.name);
      if (source === undefined) source = this.#begin(request, part);
      // The parts of a traffic by guests share it, so their rates change with the number of guests, too.
      else if (!samePattern || part.name !== '') {
        source.arrivals.change(part.rate, this.engine.nowMs - source.startMs);
        this.engine.planArrival(source);
      }
      if (part.uids === undefined) this.#aimSource(source, request);
      else this.#aimAtGuests(source, request, part.uids);
      sources.set(part.name, source);
    }
    for (const [name, source] of known?.sources ?? []) {
      if (!sources.has(name)) this.engine.removeSource(source);
    }
    return sources;
  }

  #partsOf(request: TrafficRequest): Part[] {
    const { target, pattern, startMs, name } = request;
    if (target.type !== 'Machines') return [{ name: '', rate: rateOf(pattern, startMs), uids: undefined }];
    const { uids } = target;
    if (pattern.type !== 'Sine' || !isPerTarget(request)) {
      return [{ name: '', rate: rateOf(pattern, startMs), uids }];
    }
    const { mean, amplitude } = pattern;
    const share = { ...pattern, mean: mean / uids.length, amplitude: amplitude / uids.length };
    return uids.map((uid) => {
      const rate = rateOf(share, startMs, targetPhase(this.seed, name, uid));
      return { name: this.surroundings.nameOf(uid), rate, uids: [uid] };
    });
  }

  #begin(request: TrafficRequest, { name: part, rate }: Part): Source {
    const name = `${request.name} ${part}`;
    const begun = this.#begun.get(name) ?? 0;
    this.#begun.set(name, begun + 1);
    const startMs = request.startMs - this.originMs;
    const random = request.poisson ? randomStream(this.seed, `requests/arrivals/${name}`, begun) : undefined;
    const source: Source = {
      name,
      arrivals: new ArrivalTimes(rate, this.engine.nowMs - startMs, random),
      startMs,
      claimant: this.engine.past,
      node: undefined,
      isCounted: request.target.type !== 'Machines',
      arrived: 0,
      event: -1,
    };
    this.engine.addSource(source);
    return source;
  }

  #aimSource(source: Source, { target }: TrafficRequest): void {
    const { network, engine } = this;
    const route = target.type === 'Route' ? network.route(target.name) : undefined;
    source.isCounted = true;
    source.claimant = route ?? engine.past;
    if (target.type === 'Balancer') source.node = network.node(target.name);
    else source.node = network.node(route?.request?.balancer);
  }

  /** Straight to guests: to each as many on the mean, or in turn when there is no noise. */
  #aimAtGuests(source: Source, { name, poisson, target }: TrafficRequest, uids: readonly string[]): void {
    if (target.type !== 'Machines') return;
    const draws = (what: string): ReturnType<typeof randomStream> =>
      randomStream(this.seed, `requests/${what}/${source.name}`);
    const node = source.isCounted ? undefined : source.node;
    const straight = node ?? new RequestNode(`${name} (straight)`, draws('pick'), draws('service'));
    if (node === undefined) straight.serviceTime = serviceTimes(1, straight.services);
    straight.facts = { serviceTimeMs: target.serviceTimeMs, serviceVariation: 1, queue: straightQueue };
    straight.isStale = false;
    const lanes = uids.map((uid) => {
      const station = this.surroundings.station(uid);
      const lane = straight.lanes.get(uid) ?? this.engine.service.addLane(straight, uid, station);
      this.engine.service.attach(lane, station);
      return lane;
    });
    for (const uid of straight.lanes.keys()) if (!uids.includes(uid)) straight.lanes.delete(uid);
    const candidates = lanes.map((lane) => ({ lane, weight: 1, name: lane.id }));
    const algorithm = poisson ? 'Random' : 'RoundRobin';
    straight.choose = chosenBy(algorithm, candidates, undefined, straight.picks).choose;
    source.isCounted = false;
    source.claimant = this.engine.past;
    source.node = straight;
  }
}

/** True when a traffic only changes its rate or its target: its arrivals go on. */
function isSameClock(before: TrafficRequest, after: TrafficRequest): boolean {
  const straight = (request: TrafficRequest): boolean => request.target.type === 'Machines';
  return (
    before.poisson === after.poisson &&
    before.startMs === after.startMs &&
    straight(before) === straight(after)
  );
}
