/** A live migration under way: bytes over links that others may use as well. Plain values and pure steps. */
import { type Migration } from '../../performance/migration.ts';

/** What is saved of a migration under way. Times are ms of world time. */
export interface Move {
  readonly startedAtMs: number;
  readonly rounds: number;
  /** All that is sent, the last copy included. */
  readonly sentBytes: number;
  /** The last copy, for which the guest stops. */
  readonly lastBytes: number;
  /** What is left to send before the guest stops or, once it has, before it runs on the target. */
  readonly leftBytes: number;
  /** Bytes a second, above 0, since `sinceMs`. */
  readonly rate: number;
  readonly sinceMs: number;
  /** When the guest stopped; absent: it still runs. */
  readonly pausedAtMs?: number;
}

/** A move that begins, of a migration that was worked out for this rate. */
export function beginMove({ rounds, sentBytes, downtimeMs }: Migration, rate: number, nowMs: number): Move {
  const lastBytes = (downtimeMs * rate) / 1000;
  return {
    ...{ startedAtMs: nowMs, rounds, sentBytes, lastBytes, rate },
    ...{ leftBytes: sentBytes - lastBytes, sinceMs: nowMs },
  };
}

/** The move as it goes on from now on at another rate. */
export function atRate(move: Move, rate: number, nowMs: number): Move {
  const sent = (move.rate * (nowMs - move.sinceMs)) / 1000;
  return { ...move, leftBytes: Math.max(0, move.leftBytes - sent), rate, sinceMs: nowMs };
}

/** The guest stops, for the last copy. */
export function pause(move: Move, nowMs: number): Move {
  return { ...move, leftBytes: move.lastBytes, sinceMs: nowMs, pausedAtMs: nowMs };
}

/** When the guest stops or, once it has, runs on the target, in whole ms; a pause takes one at least. */
export function nextAtMs({ leftBytes, rate, sinceMs, pausedAtMs }: Move): number {
  const ms = Math.round((leftBytes / rate) * 1000);
  return sinceMs + (pausedAtMs === undefined ? Math.max(0, ms) : Math.max(1, ms));
}

/** When all is through if nothing changes the rate. */
export function endsAtMs(move: Move): number {
  const nextMs = nextAtMs(move);
  return move.pausedAtMs === undefined ? nextAtMs(pause(move, nextMs)) : nextMs;
}
