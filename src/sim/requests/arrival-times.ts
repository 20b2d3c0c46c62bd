import { type Random } from '../../base/random.ts';
import { integralOf, pieceIntegral, whenIntegral, type Rate, type RatePiece } from './rate-pieces.ts';

/** So many pieces without a request are looked through at a time. */
const mostPieces = 1000;

/**
 * When the requests of a traffic come, one after the other, ms since its start. Exact: the integral of the rate from
 * one to the next is a draw from the exponential distribution of mean 1 (a Poisson process), or 1 where arrivals are
 * even; those begin at a half, so that whole numbers of requests come at whole integrals.
 *
 * Source: inversion of the integrated rate; Çinlar, Introduction to Stochastic Processes, 1975, 4.7.
 */
export class ArrivalTimes {
  #rate: Rate;
  #piece: RatePiece;
  /** The time from which the rest of the present gap counts, and that rest. */
  #fromMs: number;
  #gap: number;
  /** What `next` has found is a request. */
  #found = false;

  /** `random` draws the gaps; without one they are even. Nothing comes before `fromMs`. */
  constructor(
    rate: Rate,
    fromMs: number,
    private readonly random: Random | undefined,
  ) {
    this.#rate = rate;
    this.#fromMs = Math.max(0, fromMs);
    this.#piece = rate.pieceAt(this.#fromMs);
    this.#gap = random === undefined ? 0.5 : exponential(random);
  }

  /**
   * When to look next: mostly when the next request comes, but not later than a long search has got. Infinity when
   * nothing more will come.
   */
  next(): number {
    const { everFlows, pieceAt } = this.#rate;
    this.#found = false;
    if (!everFlows) return Infinity;
    for (let pieces = 0; pieces < mostPieces; pieces++) {
      const piece = this.#piece;
      // Only a flat piece goes on for ever.
      if (piece.untilMs === Infinity && piece.type === 'Flat' && piece.rate === 0) return Infinity;
      const left = pieceIntegral(piece, this.#fromMs, piece.untilMs);
      if (left >= this.#gap) {
        this.#found = true;
        return whenIntegral(piece, this.#fromMs, this.#gap);
      }
      this.#gap -= left;
      this.#fromMs = piece.untilMs;
      this.#piece = pieceAt(piece.untilMs);
    }
    return this.#fromMs;
  }

  /** The time that `next` gave has come; true when a request comes with it. */
  take(atMs: number): boolean {
    if (!this.#found) return false;
    this.#found = false;
    this.#fromMs = atMs;
    if (atMs >= this.#piece.untilMs) this.#piece = this.#rate.pieceAt(atMs);
    this.#gap = this.random === undefined ? 1 : exponential(this.random);
    return true;
  }

  /** From `atMs` on the rate is another; what has run up since the last request is kept. */
  change(rate: Rate, atMs: number): void {
    const nowMs = Math.max(0, atMs);
    // Times without requests may have been passed over already: then it is given back what they had come to.
    const passed = integralOf(this.#rate, this.#fromMs, nowMs) - integralOf(this.#rate, nowMs, this.#fromMs);
    this.#gap = Math.max(0, this.#gap - passed);
    this.#fromMs = nowMs;
    this.#rate = rate;
    this.#piece = rate.pieceAt(nowMs);
    this.#found = false;
  }
}

/** A draw of mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.next());
}
