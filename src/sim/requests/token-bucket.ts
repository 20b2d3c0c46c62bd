/**
 * Lets through so many requests a second: a bucket that is filled at that rate, holds what comes in within a second (or
 * one request, if that is more), and gives one away for each request. So a quota is not felt by who stays below it on
 * the mean of a second.
 * Source: Turner 1986; as Envoy's local rate limit with a fill interval of one second.
 */
export class TokenBucket {
  readonly #size: number;
  #tokens: number;
  #atMs: number;

  /** It begins full. */
  constructor(
    readonly perSecond: number,
    nowMs: number,
  ) {
    this.#size = Math.max(1, perSecond);
    this.#tokens = perSecond > 0 ? this.#size : 0;
    this.#atMs = nowMs;
  }

  /** True when a request may pass now. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + ((nowMs - this.#atMs) * this.perSecond) / 1000);
    this.#atMs = nowMs;
    // Rounding must not cost the request that just fits.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}
