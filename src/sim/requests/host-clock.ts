import { schedulingEfficiency } from '../../performance/contention.ts';
import { type PerformanceParameters } from '../../performance/parameters.ts';
import { EventHeap } from './event-heap.ts';

/**
 * The cores of a host, shared by the vCPUs that are busy at the moment: with N of them on P cores each runs at
 * min(1, P / N), less what switching between them costs. All of them slow down alike, so the host has a clock of its
 * own, which goes that much slower, and on which the end of a service does not move when somebody else's begins.
 */
export class HostClock<Station> {
  /** Time on this clock, ms. */
  clockMs = 0;
  /** Core milliseconds that its guests have had in use, with what switching between them costs. */
  usedMs = 0;
  /** Cores for guests. */
  cores = 0;
  /** vCPUs that are busy. */
  demand = 0;
  /** When the next service of each guest ends, on this clock. */
  readonly ends = new EventHeap();
  readonly stations: (Station | undefined)[] = [];
  #atMs: number;
  #speed = 1;

  /** Its number in the plan of all events. */
  event = -1;

  constructor(
    public parameters: PerformanceParameters,
    nowMs: number,
  ) {
    this.#atMs = nowMs;
  }

  /** Lets its clock come up to the present. To be called before anything about its guests changes. */
  advance(nowMs: number): void {
    const ms = nowMs - this.#atMs;
    if (ms <= 0) return;
    this.clockMs += ms * this.#speed;
    this.usedMs += ms * Math.min(this.demand, this.cores);
    this.#atMs = nowMs;
  }

  /** Takes over what its guests want now; gives the time at which the first service ends, ms. */
  replan(): number {
    const { demand, cores } = this;
    // Sums of many demands are not exact.
    const contended = demand > cores * (1 + 1e-9);
    this.#speed = contended ? (cores / demand) * schedulingEfficiency(demand, cores, this.parameters) : 1;
    const firstMs = this.ends.firstAt;
    if (firstMs === Infinity || this.#speed <= 0) return Infinity;
    return this.#atMs + Math.max(0, firstMs - this.clockMs) / this.#speed;
  }

  /** The guest whose service ends first, its clock put to that very moment. */
  takeFirst(nowMs: number): Station | undefined {
    this.advance(nowMs);
    const { first, firstAt } = this.ends;
    if (firstAt < Infinity && firstAt > this.clockMs) this.clockMs = firstAt;
    return this.stations[first];
  }
}
