import { assert } from '../../base/errors.ts';
import { hash32 } from '../../base/random.ts';
import { type PerformanceParameters } from '../../performance/parameters.ts';
import { type ArrivalTimes } from './arrival-times.ts';
import { Claimant } from './claimant.ts';
import { EventHeap } from './event-heap.ts';
import { HostClock } from './host-clock.ts';
import { Lane, type LaneHost, type LaneNode, type LaneStation } from './lane.ts';
import { RequestPool } from './request-pool.ts';
import { Station, type StationFacts } from './station.ts';
import { Tally, type Ending } from './tally.ts';

type Failure = Exclude<Ending, 'Answered'>;

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
}

/** What the engine asks and tells the world. */
export interface EngineSurroundings {
  /** Brings a node up to date that is stale. */
  update(node: LaneNode): void;
  /** A request to a backend was served, or was not. Only told of nodes that watch for outliers. */
  answered(lane: Lane, failed: boolean): void;
}

/** Ranks of what happens at the same moment: places become free, then requests give up, then new ones come. */
const ranks = { Host: 0, Timer: 1, Source: 2 };

/**
 * Plays requests one by one. Time is in ms since the engine began, as a fraction of which no rounding matters.
 *
 * A request comes to a node (a balancer), is sent to a guest, waits there for its turn, is served, calls the next
 * nodes one after the other, and is answered; or ends on the way. Nothing is allocated for one.
 */
export class RequestEngine {
  readonly pool = new RequestPool<Lane, Claimant>();
  /** Requests of all traffic but that straight to guests, each once. */
  readonly entries = new Tally();
  /** What comes past the routes. */
  readonly past = new Claimant('', undefined);
  nowMs = 0;
  readonly #events = new EventHeap();
  readonly #owners: (LaneHost | Lane | Source | undefined)[] = [];
  readonly #sources = new Map<Source, number>();
  #stopped = false;

  constructor(private readonly surroundings: EngineSurroundings) {}

  /** Lets everything before `untilMs` happen; false when it was stopped earlier, by `stop`. */
  play(untilMs: number): boolean {
    const events = this.#events;
    this.#stopped = false;
    while (events.firstAt < untilMs) {
      const event = events.first;
      this.nowMs = events.firstAt;
      const owner = this.#owners[event];
      if (owner instanceof HostClock) this.#complete(owner);
      else if (owner instanceof Lane) this.#expire(owner);
      else if (owner !== undefined) this.#arrive(owner, event);
      if (this.#stopped) return false;
    }
    this.nowMs = untilMs;
    return true;
  }

  /** Has `play` return after the event under way. */
  stop(): void {
    this.#stopped = true;
  }

  // Hosts and stations

  addHost(name: string, parameters: PerformanceParameters): LaneHost {
    const event = this.#events.add(orderOf(ranks.Host, name));
    const host: LaneHost = new HostClock(event, parameters, this.nowMs);
    this.#owners[event] = host;
    return host;
  }

  removeHost(host: LaneHost): void {
    this.#forget(host.event);
  }

  addStation(id: string, name: string): LaneStation {
    return new Station(id, orderOf(0, name), this.pool);
  }

  /** Lets `change` do something to a host. */
  changeHost(host: LaneHost, change: () => void): void {
    host.advance(this.nowMs);
    change();
    this.#replan(host);
  }

  /** The guest's size, speed or background load has changed, or where it is. */
  changeStation(station: LaneStation, host: LaneHost | undefined, facts: StationFacts): void {
    const before = station.host;
    before?.advance(this.nowMs);
    station.advance();
    host?.advance(this.nowMs);
    if (before !== host) station.moveTo(host);
    station.setFacts(facts);
    if (host === undefined || !facts.reachable) this.#failAll(station);
    while (station.waiting > 0 && station.hasRoom) this.#beginNext(station);
    station.settle();
    if (before !== undefined && before !== host) this.#replan(before);
    if (host !== undefined) this.#replan(host);
  }

  /** The guest is gone for good. */
  removeStation(station: LaneStation): void {
    this.changeStation(station, undefined, { ...station.facts, reachable: false });
    for (const lane of station.lanes) {
      lane.station = undefined;
      this.#setTimer(lane, Infinity);
    }
    station.lanes = [];
  }

  addLane(node: LaneNode, id: string, station: LaneStation | undefined): Lane {
    const lane = new Lane(node, id, this.pool);
    this.attach(lane, station);
    node.lanes.set(id, lane);
    return lane;
  }

  /** Tells a lane of the guest it leads to. */
  attach(lane: Lane, station: LaneStation | undefined): void {
    if (lane.station === station || station === undefined) return;
    lane.station = station;
    station.lanes = [...station.lanes, lane].sort((a, b) => (a.node.name < b.node.name ? -1 : 1));
  }

  // Traffic

  addSource(source: Source): void {
    const event = this.#events.add(orderOf(ranks.Source, source.name));
    this.#owners[event] = source;
    this.#sources.set(source, event);
    this.plan(source);
  }

  /** Plans the next arrival of a source, whose arrivals have changed. */
  plan(source: Source): void {
    const event = this.#sources.get(source);
    if (event !== undefined) this.#events.set(event, source.startMs + source.arrivals.next());
  }

  removeSource(source: Source): void {
    const event = this.#sources.get(source);
    if (event !== undefined) this.#forget(event);
    this.#sources.delete(source);
  }

  #forget(event: number): void {
    this.#events.remove(event);
    this.#owners[event] = undefined;
  }

  #arrive(source: Source, event: number): void {
    const { arrivals, startMs, claimant, node } = source;
    const comes = arrivals.take(this.nowMs - startMs);
    this.#events.set(event, Math.max(this.nowMs, startMs + arrivals.next()));
    if (!comes) return;
    source.arrived++;
    if (source.isCounted) this.entries.arrived++;
    claimant.tally.arrived++;
    if (claimant.quota?.take(this.nowMs) === false) this.#failEntry(claimant, source.isCounted, 'Throttled');
    else if (node === undefined) this.#failEntry(claimant, source.isCounted, 'Failed');
    else this.#enter(node, source.isCounted ? fromTraffic : straight, claimant);
  }

  // The way of a request

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
    node.active++;
    const chosen = node.choose();
    const lane = chosen ?? (node.nowhere ??= new Lane(node, '', pool));
    pool.lane[request] = lane;
    lane.active++;
    if (chosen === undefined) {
      this.#fail(request, 'Failed');
      return;
    }
    lane.picked++;
    const { station } = lane;
    if (station === undefined || !station.facts.reachable) this.#failOwn(request, lane, 'Failed');
    else if (station.hasRoom) this.#begin(station, request);
    else this.#wait(station, lane, request, claimant);
  }

  #begin(station: LaneStation, request: number): void {
    const { host } = station;
    assert(host, 'a reachable guest is on a host');
    host.advance(this.nowMs);
    station.advance();
    station.begin(request);
    station.settle();
    this.#replan(host);
  }

  #wait(station: LaneStation, lane: Lane, request: number, claimant: Claimant): void {
    const { limit, timeoutMs } = lane.node.facts.queue;
    if (lane.waiting >= limit) {
      const loser = limit > 0 ? lane.excess(claimant) : -1;
      if (lane.isShared) (loser < 0 ? claimant : (this.pool.claimant[loser] as Claimant)).held++;
      if (loser < 0) {
        this.#failOwn(request, lane, 'Refused');
        return;
      }
      lane.remove(loser);
      station.waiting--;
      this.#failOwn(loser, lane, 'Refused');
    }
    lane.push(request, claimant);
    station.waiting++;
    if (timeoutMs !== undefined && !lane.timerSet) this.#setTimer(lane, this.nowMs + timeoutMs);
  }

  /** The next service on a host has come to its end. */
  #complete(host: LaneHost): void {
    const station = host.takeFirst(this.nowMs);
    assert(station, 'a host whose turn it is has a request in service');
    station.advance();
    const request = station.end();
    if (station.waiting > 0 && station.hasRoom) this.#beginNext(station);
    station.settle();
    this.#replan(host);
    const lane = this.pool.lane[request];
    const claimant = this.pool.claimant[request];
    if (claimant !== this.past) claimant?.servedBy.add(station.id);
    if (lane?.backend?.outliers !== undefined) this.surroundings.answered(lane, false);
    this.#goOn(request);
  }

  /** Has the request begin whose turn it is: first come, first served among the lanes. */
  #beginNext(station: LaneStation): void {
    const { lanes } = station;
    let [chosen] = lanes;
    if (lanes.length > 1) {
      const { arrivedMs } = this.pool;
      let first = Infinity;
      for (const lane of lanes) {
        const request = lane.first;
        if (request < 0 || (arrivedMs[request] as number) >= first) continue;
        first = arrivedMs[request] as number;
        chosen = lane;
      }
    }
    const request = chosen?.shift() ?? -1;
    assert(request >= 0, 'a guest whose requests wait has one whose turn it is');
    station.waiting--;
    station.begin(request);
  }

  /** The request's own service is done: it makes its next call, or is answered. */
  #goOn(request: number): void {
    const { pool } = this;
    const node = (pool.lane[request] as Lane).node;
    const call = pool.call[request] as number;
    if (call >= node.calls.length) {
      this.#answer(request);
      return;
    }
    pool.call[request] = call + 1;
    const next = node.calls[call];
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
    if (parent >= 0) {
      this.#goOn(parent);
      return;
    }
    if (parent === orphan) return;
    claimant.tally.answer(latencyMs);
    if (parent === fromTraffic) this.entries.answer(latencyMs);
  }

  /** The backend itself has not served the request. */
  #failOwn(request: number, lane: Lane, why: Failure): void {
    if (lane.backend !== undefined) this.surroundings.answered(lane, true);
    this.#fail(request, why);
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
    const lane = this.pool.lane[request] as Lane;
    lane.active--;
    lane.node.active--;
    this.pool.release(request);
  }

  /** All requests at a guest end: it cannot be reached any more. What they have called goes on for nobody. */
  #failAll(station: LaneStation): void {
    const { pool } = this;
    if (!station.lanes.some(({ active }) => active > 0)) return;
    const lost: number[] = [];
    pool.lane.forEach((lane, request) => {
      if (lane?.station === station) lost.push(request);
    });
    const all = new Set(lost);
    pool.lane.forEach((lane, request) => {
      if (lane !== undefined && all.has(pool.parent[request] as number)) pool.parent[request] = orphan;
    });
    for (const lane of station.lanes) while (lane.shift() >= 0);
    station.waiting = 0;
    station.clear();
    for (const request of lost) this.#failOwn(request, pool.lane[request] as Lane, 'Failed');
  }

  /** Gives up those that have waited too long. */
  #expire(lane: Lane): void {
    const { pool } = this;
    const { timeoutMs = Infinity } = lane.node.facts.queue;
    lane.timerSet = false;
    for (;;) {
      const oldest = lane.oldest;
      const dueMs = oldest < 0 ? Infinity : (pool.arrivedMs[oldest] as number) + timeoutMs;
      if (dueMs > this.nowMs) {
        this.#setTimer(lane, dueMs);
        return;
      }
      lane.remove(oldest);
      if (lane.station !== undefined) lane.station.waiting--;
      this.#failOwn(oldest, lane, 'TimedOut');
    }
  }

  #setTimer(lane: Lane, atMs: number): void {
    if (lane.timer < 0) {
      if (atMs === Infinity) return;
      lane.timer = this.#events.add(orderOf(ranks.Timer, `${lane.node.name} ${lane.id}`));
      this.#owners[lane.timer] = lane;
    }
    lane.timerSet = atMs < Infinity;
    this.#events.set(lane.timer, atMs);
  }

  #replan(host: LaneHost): void {
    this.#events.set(host.event, host.replan());
  }
}

/** In the place of a caller: the request comes from a traffic, from one straight to guests, or its caller has ended. */
const fromTraffic = -1;
const straight = -2;
const orphan = -3;

/** The place of a thing among those that are due at the same moment: by rank, then by a hash of its name. */
function orderOf(rank: number, name: string): number {
  return rank + hash32(name) / 2 ** 32;
}
