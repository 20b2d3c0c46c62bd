import { type Clock } from '../../src/base/clock.ts';

/** A clock that stands still until it is moved. Time never goes backwards. */
export class VirtualClock implements Clock {
  #nowMs: number;
  constructor(startMs: number) {
    this.#nowMs = startMs;
  }
  now(): number {
    return this.#nowMs;
  }
  /** Moves to `timeMs`; an earlier time than now leaves the clock as it is. */
  moveTo(timeMs: number): void {
    if (timeMs > this.#nowMs) this.#nowMs = timeMs;
  }
}
