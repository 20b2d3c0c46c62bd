import { type ArrivalTimes } from './arrival-times.ts';
import { Claimant } from './claimant.ts';
import { EventPlan } from './event-plan.ts';
import { HostClock } from './host-clock.ts';
import { Lane, type LaneHost, type LaneNode, type LaneStation } from './lane.ts';
import { RequestPool } from './request-pool.ts';
import { Service } from './service.ts';
import { Tally, type Failure } from './tally.ts';

/** Requests of a traffic, which come at one place. */
export interface Source {
  readonly name: string;
  arrivals: ArrivalTimes;
  /** Engine time of the arrivals' time zero, ms. */
  startMs: number;
  /** Whose its requests are. */
  claimant: Claimant;
  /** Where they go; undefined: nowhere, and they fail. */
  node: LaneNode | undefined;
  /** They are counted among the requests of all traffic: they do not go straight to guests. */
  isCounted: boolean;
  /** Requests that have come. */
  arrived: number;
  /** Its number in the plan of all events. */
  event: number;
}

/** What the engine asks and tells the world. */
export interface EngineSurroundings {
  /** Brings a node up to date that is stale. */
  update(node: LaneNode): void;
  /** A request to a backend was served, or was not. Only told of nodes that watch for outliers. */
  answered(lane: Lane, failed: boolean): void;
}

/** In the place of a caller: the request comes from a traffic, from one straight to guests, or its caller has ended. */
const fromTraffic = -1;
const straight = -2;
const orphan = -3;

/**
 * Plays requests one by one. Time is in ms since the engine began, as a fraction of which no rounding matters.
 *
 * A request comes to a node (a balancer), is sent to a guest, waits there for its turn, is served, calls the next
 * nodes one after the other, and is answered; or ends on the way. Nothing is allocated for one.
 */
export class RequestEngine {
  readonly pool = new RequestPool<Lane, Claimant>();
  readonly service: Service;
  /** Requests of all traffic but that straight to guests, each once. */
  readonly entries = new Tally();
  /** What comes past the routes. */
  readonly past = new Claimant('', undefined);
  readonly #plan = new EventPlan<LaneHost | Lane | Source>();
  #stopped = false;

  constructor(private readonly surroundings: EngineSurroundings) {
    this.service = new Service(this.pool, this.#plan, {
      served: (request, station) => this.#served(request, station),
      unserved: (request, why) => this.#unserved(request, why),
      abandoned: (requests) => this.#orphan(requests),
    });
  }

  get nowMs(): number {
    return this.service.nowMs;
  }

  /** Lets everything before `untilMs` happen; false when it was stopped earlier, by `stop`. */
  play(untilMs: number): boolean {
    const { service } = this;
    const plan = this.#plan;
    this.#stopped = false;
    for (let atMs = plan.firstAt; atMs < untilMs; atMs = plan.firstAt) {
      service.nowMs = atMs;
      const { first } = plan;
      if (first instanceof HostClock) service.complete(first);
      else if (first instanceof Lane) service.expire(first);
      else if (first !== undefined) this.#arrive(first);
      if (this.#stopped) return false;
    }
    service.nowMs = untilMs;
    return true;
  }

  /** Has `play` return after the event under way. */
  stop(): void {
    this.#stopped = true;
  }

  addSource(source: Source): void {
    source.event = this.#plan.add(source, 'Arrival', source.name);
    this.planArrival(source);
  }

  /** Plans the next arrival of a source, whose arrivals have changed. */
  planArrival({ event, startMs, arrivals }: Source): void {
    this.#plan.set(event, Math.max(this.nowMs, startMs + arrivals.next()));
  }

  removeSource(source: Source): void {
    this.#plan.remove(source.event);
  }

  /** Forgets all requests in the system: nobody counts what would have become of them. */
  forget(): void {
    const { pool } = this;
    const stations = new Set<LaneStation>();
    pool.lane.forEach((lane, request) => {
      if (lane === undefined) return;
      if (lane.station !== undefined) stations.add(lane.station);
      this.#release(request);
    });
    for (const station of stations) this.service.empty(station);
  }

  #arrive(source: Source): void {
    const { arrivals, startMs, claimant, node, isCounted } = source;
    const comes = arrivals.take(this.nowMs - startMs);
    this.planArrival(source);
    if (!comes) return;
    source.arrived++;
    if (isCounted) this.entries.arrived++;
    claimant.tally.arrived++;
    if (claimant.quota?.take(this.nowMs) === false) this.#failEntry(claimant, isCounted, 'Throttled');
    else if (node === undefined) this.#failEntry(claimant, isCounted, 'Failed');
    else this.#enter(node, isCounted ? fromTraffic : straight, claimant);
  }

  /** A request comes to a node: from a traffic, or called by another request (`parent`). */
  #enter(node: LaneNode, parent: number, claimant: Claimant): void {
    if (node.isStale) this.surroundings.update(node);
    const { pool } = this;
    const request = pool.take();
    pool.arrivedMs[request] = this.nowMs;
    // Drawn here, whatever becomes of it: so it is as long wherever it goes.
    pool.work[request] = node.serviceTime() * node.facts.serviceTimeMs;
    pool.parent[request] = parent;
    pool.call[request] = 0;
    pool.claimant[request] = claimant;
    node.tally.arrived++;
    const chosen = node.choose();
    const lane = chosen ?? (node.nowhere ??= new Lane(node, '', pool));
    pool.lane[request] = lane;
    lane.active++;
    if (chosen === undefined) {
      this.#fail(request, 'Failed');
      return;
    }
    lane.picked++;
    this.service.accept(request, lane);
  }

  #served(request: number, station: LaneStation): void {
    const claimant = this.pool.claimant[request] as Claimant;
    if (claimant !== this.past) claimant.servedBy.add(station.id);
    const lane = this.pool.lane[request] as Lane;
    if (lane.backend?.outliers !== undefined) this.surroundings.answered(lane, false);
    this.#goOn(request);
  }

  #unserved(request: number, why: Failure): void {
    const lane = this.pool.lane[request] as Lane;
    if (lane.backend !== undefined) this.surroundings.answered(lane, true);
    this.#fail(request, why);
  }

  /** The request's own service is done, or a call of it: it makes its next call, or is answered. */
  #goOn(request: number): void {
    const { pool } = this;
    const { calls } = (pool.lane[request] as Lane).node;
    const call = pool.call[request] as number;
    if (call >= calls.length) {
      this.#answer(request);
      return;
    }
    pool.call[request] = call + 1;
    const next = calls[call];
    if (next === undefined) this.#fail(request, 'Failed');
    else this.#enter(next, request, pool.claimant[request] as Claimant);
  }

  #answer(request: number): void {
    const { pool } = this;
    const latencyMs = this.nowMs - (pool.arrivedMs[request] as number);
    const parent = pool.parent[request] as number;
    const claimant = pool.claimant[request] as Claimant;
    (pool.lane[request] as Lane).node.tally.answer(latencyMs);
    this.#release(request);
    if (parent >= 0) this.#goOn(parent);
    else if (parent !== orphan) {
      claimant.tally.answer(latencyMs);
      if (parent === fromTraffic) this.entries.answer(latencyMs);
    }
  }

  /** The request ends without an answer, and so does whoever called it. */
  #fail(request: number, why: Failure): void {
    const { pool } = this;
    const parent = pool.parent[request] as number;
    const claimant = pool.claimant[request] as Claimant;
    (pool.lane[request] as Lane).node.tally.fail(why);
    this.#release(request);
    if (parent >= 0) this.#fail(parent, why);
    else if (parent !== orphan) this.#failEntry(claimant, parent === fromTraffic, why);
  }

  #failEntry(claimant: Claimant, isCounted: boolean, why: Failure): void {
    claimant.tally.fail(why);
    if (isCounted) this.entries.fail(why);
  }

  #release(request: number): void {
    (this.pool.lane[request] as Lane).active--;
    this.pool.release(request);
  }

  /** What these have called goes on for nobody. */
  #orphan(requests: readonly number[]): void {
    const { pool } = this;
    const ending = new Set(requests);
    pool.lane.forEach((lane, request) => {
      if (lane !== undefined && ending.has(pool.parent[request] as number)) pool.parent[request] = orphan;
    });
  }
}
