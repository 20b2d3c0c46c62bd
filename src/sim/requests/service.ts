import { assert } from '../../base/errors.ts';
import { type PerformanceParameters } from '../../performance/parameters.ts';
import { type Claimant } from './claimant.ts';
import { orderOf, type EventPlan } from './event-plan.ts';
import { HostClock } from './host-clock.ts';
import { Lane, type LaneHost, type LaneNode, type LaneStation } from './lane.ts';
import { type RequestPool } from './request-pool.ts';
import { Station, type StationFacts } from './station.ts';
import { type Failure } from './tally.ts';

/** What `Service` tells of the requests that it was given. */
export interface ServiceListener {
  /** Its own service at a guest is done. */
  served(request: number, station: LaneStation): void;
  /** The guest does not serve it. */
  unserved(request: number, why: Failure): void;
  /** What these have called goes on for nobody: they are about to end. */
  abandoned(requests: readonly number[]): void;
}

/** Hosts, guests, and the requests that wait and are served there. Times are engine time, ms. */
export class Service {
  nowMs = 0;

  constructor(
    private readonly pool: RequestPool<Lane, Claimant>,
    private readonly plan: EventPlan<LaneHost | Lane | object>,
    private readonly listener: ServiceListener,
  ) {}

  addHost(name: string, parameters: PerformanceParameters): LaneHost {
    const host: LaneHost = new HostClock(parameters, this.nowMs);
    host.event = this.plan.add(host, 'Service', name);
    return host;
  }

  removeHost(host: LaneHost): void {
    this.plan.remove(host.event);
  }

  /** Lets `change` do something to a host. */
  changeHost(host: LaneHost, change: () => void): void {
    host.advance(this.nowMs);
    change();
    this.#replan(host);
  }

  addStation(id: string, name: string): LaneStation {
    return new Station(id, orderOf(name), this.pool);
  }

  /** The guest's size, speed or background load has changed, or where it is. */
  changeStation(station: LaneStation, host: LaneHost | undefined, facts: StationFacts): void {
    const before = station.host;
    before?.advance(this.nowMs);
    station.advance();
    host?.advance(this.nowMs);
    if (before !== host) station.moveTo(host);
    station.setFacts(facts);
    if (!facts.reachable && !facts.paused) this.#failAll(station);
    while (station.waiting > 0 && station.hasRoom) this.#beginNext(station);
    station.settle();
    if (before !== undefined && before !== host) this.#replan(before);
    if (host !== undefined) this.#replan(host);
  }

  /** The guest is gone for good. */
  removeStation(station: LaneStation): void {
    this.changeStation(station, undefined, { ...station.facts, reachable: false, paused: false });
    for (const lane of station.lanes) this.#detach(lane);
    station.lanes = [];
  }

  addLane(node: LaneNode, id: string, station: LaneStation | undefined): Lane {
    const lane = new Lane(node, id, this.pool);
    node.lanes.set(id, lane);
    this.attach(lane, station);
    return lane;
  }

  /** Tells a lane of the guest it leads to. Those that lead there no more and are empty are forgotten. */
  attach(lane: Lane, station: LaneStation | undefined): void {
    if (lane.station === station || station === undefined) return;
    lane.station = station;
    const left = station.lanes.filter(({ active, node, id }, i) => {
      return active > 0 || node.lanes.get(id) === station.lanes[i];
    });
    for (const other of station.lanes) if (!left.includes(other)) this.#detach(other);
    station.lanes = [...left, lane].sort((a, b) => (a.node.name < b.node.name ? -1 : 1));
  }

  /** Whoever waits or is served at a guest is there no more, and nobody is told. */
  empty(station: LaneStation): void {
    const { host } = station;
    host?.advance(this.nowMs);
    station.advance();
    this.#clear(station);
    station.settle();
    if (host !== undefined) this.#replan(host);
  }

  /** The queue of a node has another timeout: it holds for those that wait, too. */
  retime(node: LaneNode): void {
    for (const lane of node.lanes.values()) if (lane.waiting > 0) this.expire(lane);
  }

  /** A request comes to a guest: it is served, waits, or is told of as unserved. */
  accept(request: number, lane: Lane): void {
    const { station } = lane;
    if (station === undefined || !station.facts.reachable) this.listener.unserved(request, 'Failed');
    else if (station.hasRoom) this.#begin(station, request);
    else this.#wait(station, lane, request);
  }

  /** The next service on a host has come to its end. */
  complete(host: LaneHost): void {
    const station = host.takeFirst(this.nowMs);
    assert(station, 'a host whose turn it is has a request in service');
    station.advance();
    const request = station.end();
    if (station.waiting > 0 && station.hasRoom) this.#beginNext(station);
    station.settle();
    this.#replan(host);
    this.listener.served(request, station);
  }

  /** Gives up those of a lane that have waited too long. */
  expire(lane: Lane): void {
    const { timeoutMs = Infinity } = lane.node.facts.queue;
    lane.timerSet = false;
    for (;;) {
      const oldest = lane.oldest;
      const dueMs = oldest < 0 ? Infinity : (this.pool.arrivedMs[oldest] as number) + timeoutMs;
      if (dueMs > this.nowMs) {
        this.#setTimer(lane, dueMs);
        return;
      }
      this.#leave(oldest, lane);
      this.listener.unserved(oldest, 'TimedOut');
    }
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

  #wait(station: LaneStation, lane: Lane, request: number): void {
    const { limit, timeoutMs } = lane.node.facts.queue;
    const claimant = this.pool.claimant[request] as Claimant;
    if (lane.waiting >= limit) {
      const loser = limit > 0 ? lane.excess(claimant) : -1;
      if (lane.isShared) (loser < 0 ? claimant : (this.pool.claimant[loser] as Claimant)).held++;
      if (loser >= 0) this.#leave(loser, lane);
      this.listener.unserved(loser < 0 ? request : loser, 'Refused');
      if (loser < 0) return;
    }
    lane.push(request, claimant);
    station.waiting++;
    if (timeoutMs !== undefined && !lane.timerSet) this.#setTimer(lane, this.nowMs + timeoutMs);
  }

  /** One that waits does so no more. */
  #leave(request: number, lane: Lane): void {
    lane.remove(request);
    if (lane.station !== undefined) lane.station.waiting--;
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

  /** All requests at a guest end: it cannot be reached any more. */
  #failAll(station: LaneStation): void {
    if (!station.lanes.some(({ active }) => active > 0)) return;
    const lost: number[] = [];
    this.pool.lane.forEach((lane, request) => {
      if (lane?.station === station) lost.push(request);
    });
    this.listener.abandoned(lost);
    this.#clear(station);
    for (const request of lost) this.listener.unserved(request, 'Failed');
  }

  #clear(station: LaneStation): void {
    for (const lane of station.lanes) while (lane.shift() >= 0);
    station.waiting = 0;
    station.clear();
  }

  #detach(lane: Lane): void {
    lane.station = undefined;
    if (lane.timer >= 0) this.plan.remove(lane.timer);
    lane.timer = -1;
    lane.timerSet = false;
  }

  #setTimer(lane: Lane, atMs: number): void {
    if (lane.timer < 0) {
      if (atMs === Infinity) return;
      lane.timer = this.plan.add(lane, 'Timeout', `${lane.node.name} ${lane.id}`);
    }
    lane.timerSet = atMs < Infinity;
    this.plan.set(lane.timer, atMs);
  }

  #replan(host: LaneHost): void {
    this.plan.set(host.event, host.replan());
  }
}
