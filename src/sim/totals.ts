/** What a flow has carried, as saved: requests, errors, and the time up to which they are counted. */
export type SavedTotals = readonly [requests: number, errors: number, sinceMs: number];

/**
 * Requests and errors of a flow since it came into being. Rates hold from one change to the next, and the sums are
 * made at changes alone: so they are exact, and the same whether or not the world was saved in between.
 */
export class Totals {
  /** Requests a second offered at present. */
  rate = 0;
  /** Requests a second that fail at present, refused ones included. */
  errorRate = 0;
  #requests = 0;
  #errors = 0;
  #sinceMs: number;
  /** A restored flow takes its first rates as those that have held since it was last counted. */
  #adopts = false;

  constructor(nowMs: number, saved?: SavedTotals) {
    this.#sinceMs = nowMs;
    if (saved === undefined) return;
    [this.#requests, this.#errors, this.#sinceMs] = saved;
    this.#adopts = true;
  }

  /** From `nowMs` on these are the rates; true when they were others before. */
  set(rate: number, errorRate: number, nowMs: number): boolean {
    const changed = !this.#adopts && (rate !== this.rate || errorRate !== this.errorRate);
    if (changed) {
      this.#requests = this.requestsAt(nowMs);
      this.#errors = this.errorsAt(nowMs);
      this.#sinceMs = nowMs;
    }
    this.#adopts = false;
    this.rate = rate;
    this.errorRate = errorRate;
    return changed;
  }

  requestsAt(nowMs: number): number {
    return this.#requests + (this.rate * (nowMs - this.#sinceMs)) / 1000;
  }

  errorsAt(nowMs: number): number {
    return this.#errors + (this.errorRate * (nowMs - this.#sinceMs)) / 1000;
  }

  save(): SavedTotals {
    return [this.#requests, this.#errors, this.#sinceMs];
  }
}
