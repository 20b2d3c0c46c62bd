import { type Backend } from '../health.ts';
import { type Claimant } from './claimant.ts';
import { type HostClock } from './host-clock.ts';
import { type RequestNode } from './request-node.ts';
import { type RequestPool } from './request-pool.ts';
import { type Station } from './station.ts';

/** The things that lanes connect. */
export type LaneNode = RequestNode<Lane>;
export type LaneStation = Station<Lane>;
export type LaneHost = HostClock<LaneStation>;

/** Requests of one claimant that wait in a lane, first come, first served. */
interface Line {
  readonly claimant: Claimant;
  head: number;
  tail: number;
  count: number;
  /** When the turn of its first one begins and when that of the last one that was served had ended, by the lane's clock. */
  startTag: number;
  finishTag: number;
}

/**
 * The requests of one balancer at one guest. Those that wait stand in a line for each claimant, and the claimants get
 * their turns by start-time fair queueing: with one, that is first come, first served. When the queue is full, the one
 * with the longest line for its weight loses the request that came last.
 *
 * Sources: Goyal, Vin and Cheng, SIGCOMM 1996 (start-time fair queueing); McKenney, INFOCOM 1990, and Suter et al.,
 * INFOCOM 1998 (dropping from the longest queue).
 */
export class Lane {
  station: LaneStation | undefined;
  /** As the balancer sees the guest; undefined for requests that come straight to it. */
  backend: Backend | undefined;
  /** Requests that it was sent and that have not ended. */
  active = 0;
  waiting = 0;
  /** Requests that it was sent in this step, and in the last whole one. */
  picked = 0;
  lastPicked = 0;
  /** The number of its timer in the plan of all events; -1: it has none. */
  timer = -1;
  timerSet = false;
  #lines: Line[] = [];
  #clock = 0;

  constructor(
    readonly node: LaneNode,
    /** The guest's uid. */
    readonly id: string,
    private readonly pool: RequestPool<Lane, Claimant>,
  ) {}

  /** Ends the step. */
  roll(): void {
    this.lastPicked = this.picked;
    this.picked = 0;
  }

  /** Has a request wait. */
  push(request: number, claimant: Claimant): void {
    const { next, previous } = this.pool;
    const line = this.#lineOf(claimant);
    next[request] = -1;
    previous[request] = line.tail;
    if (line.tail < 0) {
      line.head = request;
      line.startTag = Math.max(this.#clock, line.finishTag);
    } else next[line.tail] = request;
    line.tail = request;
    line.count++;
    this.waiting++;
    claimant.waiting++;
  }

  /** The request whose turn it is; -1: none waits. */
  get first(): number {
    return this.#firstLine()?.head ?? -1;
  }

  /** The one that has waited longest; -1: none waits. */
  get oldest(): number {
    const { arrivedMs } = this.pool;
    let oldest = -1;
    for (const { head } of this.#lines) {
      if (head < 0) continue;
      if (oldest < 0 || (arrivedMs[head] as number) < (arrivedMs[oldest] as number)) oldest = head;
    }
    return oldest;
  }

  /** The request whose turn it is begins its service. */
  shift(): number {
    const line = this.#firstLine();
    if (line === undefined) return -1;
    const request = line.head;
    this.#clock = line.startTag;
    line.finishTag = line.startTag + 1 / line.claimant.weight;
    line.startTag = line.finishTag;
    this.#takeOut(line, request);
    return request;
  }

  /** Takes out one that waits: it gives up its turn to who is behind it. */
  remove(request: number): void {
    const { claimant } = this.pool;
    const line = this.#lines.find((one) => one.claimant === claimant[request]);
    if (line !== undefined) this.#takeOut(line, request);
  }

  /**
   * Who must give way when one more of `claimant` comes and there is no place: the last one of the longest line for its
   * weight, or -1 for the newcomer itself, which loses a tie.
   */
  excess(claimant: Claimant): number {
    const own = this.#lines.find((one) => one.claimant === claimant);
    let longest = ((own?.count ?? 0) + 1) / claimant.weight;
    let last = -1;
    for (const line of this.#lines) {
      if (line === own || line.count / line.claimant.weight <= longest) continue;
      longest = line.count / line.claimant.weight;
      last = line.tail;
    }
    return last;
  }

  /** True when more than one claimant waits here or has waited. */
  get isShared(): boolean {
    return this.#lines.length > 1;
  }

  #firstLine(): Line | undefined {
    const { length } = this.#lines;
    let first = this.#lines[0];
    if (length === 1) return first === undefined || first.head < 0 ? undefined : first;
    first = undefined;
    for (const line of this.#lines) {
      if (line.head >= 0 && (first === undefined || line.startTag < first.startTag)) first = line;
    }
    return first;
  }

  #takeOut(line: Line, request: number): void {
    const { next, previous } = this.pool;
    const before = previous[request] as number;
    const after = next[request] as number;
    if (before < 0) line.head = after;
    else next[before] = after;
    if (after < 0) line.tail = before;
    else previous[after] = before;
    line.count--;
    this.waiting--;
    line.claimant.waiting--;
  }

  #lineOf(claimant: Claimant): Line {
    for (const line of this.#lines) if (line.claimant === claimant) return line;
    const line: Line = { claimant, head: -1, tail: -1, count: 0, startTag: 0, finishTag: 0 };
    this.#lines.push(line);
    return line;
  }
}
