/** Requests that come to nothing, or so many a second. */
export interface Lost {
  /** All of them, refused and timed out ones included. */
  readonly failing: number;
  /** Refused by full queues. */
  readonly refused: number;
  /** Given up after waiting. */
  readonly timedOut: number;
}

/** What a flow is made of at a time, requests a second. */
export interface FlowRates extends Lost {
  readonly offered: number;
}

/** What a flow has carried, as saved, and the time up to which it is counted. */
export type SavedTotals = readonly [
  requests: number,
  errors: number,
  sinceMs: number,
  refused: number,
  timedOut: number,
];

const nothing: FlowRates = { offered: 0, failing: 0, refused: 0, timedOut: 0 };

/**
 * Requests and errors of a flow since it came into being. Rates hold from one change to the next, and the sums are
 * made at changes alone: so they are exact, and the same whether or not the world was saved in between.
 */
export class Totals {
  /** The present rates. */
  rates: FlowRates = nothing;
  #requests = 0;
  #errors = 0;
  #refused = 0;
  #timedOut = 0;
  #sinceMs: number;
  /** A restored flow takes its first rates as those that have held since it was last counted. */
  #adopts = false;

  constructor(nowMs: number, saved?: SavedTotals) {
    this.#sinceMs = nowMs;
    if (saved === undefined) return;
    [this.#requests, this.#errors, this.#sinceMs, this.#refused, this.#timedOut] = saved;
    this.#adopts = true;
  }

  /** From `nowMs` on these are the rates; true when they were others before. */
  set(rates: FlowRates, nowMs: number): boolean {
    const changed = !this.#adopts && !isSame(rates, this.rates);
    if (changed) {
      this.#requests = this.requestsAt(nowMs);
      this.#errors = this.errorsAt(nowMs);
      this.#refused = this.refusedAt(nowMs);
      this.#timedOut = this.timedOutAt(nowMs);
      this.#sinceMs = nowMs;
    }
    this.#adopts = false;
    this.rates = rates;
    return changed;
  }

  /** Counts requests that were lost all at once. */
  add({ failing, refused, timedOut }: Lost): void {
    this.#errors += failing;
    this.#refused += refused;
    this.#timedOut += timedOut;
  }

  requestsAt(nowMs: number): number {
    return this.#requests + this.#since(this.rates.offered, nowMs);
  }

  errorsAt(nowMs: number): number {
    return this.#errors + this.#since(this.rates.failing, nowMs);
  }

  refusedAt(nowMs: number): number {
    return this.#refused + this.#since(this.rates.refused, nowMs);
  }

  timedOutAt(nowMs: number): number {
    return this.#timedOut + this.#since(this.rates.timedOut, nowMs);
  }

  save(): SavedTotals {
    return [this.#requests, this.#errors, this.#sinceMs, this.#refused, this.#timedOut];
  }

  #since(rate: number, nowMs: number): number {
    return (rate * (nowMs - this.#sinceMs)) / 1000;
  }
}

function isSame(a: FlowRates, b: FlowRates): boolean {
  return (
    a.offered === b.offered && a.failing === b.failing && a.refused === b.refused && a.timedOut === b.timedOut
  );
}
