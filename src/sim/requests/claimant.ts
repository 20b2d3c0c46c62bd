import { type RouteRequest } from '../../model/ports.ts';
import { Tally } from './tally.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * Whose a request is, in whatever tier it is: a route's, or (one for all) of what comes past the routes. Where capacity
 * is short, claimants share it by their weights.
 */
export class Claimant {
  readonly tally = new Tally();
  /** Refused because others had a better claim to the places in a queue. */
  held = 0;
  weight = 1;
  /** Requests of it that wait, in any tier. */
  waiting = 0;
  quota: TokenBucket | undefined;
  /** Uids of the guests that have served its requests in this window, and in the last whole one. */
  servedBy = new Set<string>();
  lastServedBy = new Set<string>();
  #heldBefore = 0;
  /** Of the last whole window. */
  lastHeld = 0;

  constructor(
    readonly name: string,
    /** Undefined for what comes past the routes. */
    public request: RouteRequest | undefined,
  ) {}

  /** Takes over what is asked for of the route. */
  update(request: RouteRequest, nowMs: number): void {
    this.request = request;
    this.weight = request.weight ?? 1;
    const limit = request.quotaRequestsPerSecond;
    if (limit !== this.quota?.perSecond)
      this.quota = limit === undefined ? undefined : new TokenBucket(limit, nowMs);
  }

  roll(): void {
    this.tally.roll();
    this.lastHeld = this.held - this.#heldBefore;
    this.#heldBefore = this.held;
    const last = this.lastServedBy;
    last.clear();
    this.lastServedBy = this.servedBy;
    this.servedBy = last;
  }
}
