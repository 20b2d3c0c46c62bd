/**
 * A live migration under way: rounds of copies over links that others may use as well. Plain values and pure steps.
 *
 * The rounds are those of `performance/migration.ts`, each as long as its link lets it: who comes to share the link
 * makes a round longer, and the guest writes more meanwhile that has to be sent again.
 */
import { type MigrationInput } from '../../performance/migration.ts';

/** What is saved of a migration under way. Times are ms of world time. */
export interface Move {
  readonly startedAtMs: number;
  /** The round under way, from 1 on. */
  readonly round: number;
  /** When it began. */
  readonly roundSinceMs: number;
  /** Sent up to `sinceMs`, in all rounds. */
  readonly sentBytes: number;
  /** What is left of this round. */
  readonly leftBytes: number;
  /** Bytes a second, above 0, since `sinceMs`. */
  readonly rate: number;
  readonly sinceMs: number;
  /** When the guest stopped for the last copy; absent: it still runs. */
  readonly pausedAtMs?: number;
  readonly guest: MovingGuest;
}

/** What the rounds hang on besides the link. */
export type MovingGuest = Required<Omit<MigrationInput, 'usedBytes' | 'bytesPerSecond'>>;

/** A move that begins at this rate: the first round sends all that is in use. */
export function beginMove(usedBytes: number, guest: MovingGuest, rate: number, nowMs: number): Move {
  const move: Move = {
    ...{ startedAtMs: nowMs, round: 1, roundSinceMs: nowMs, sentBytes: 0, leftBytes: usedBytes },
    ...{ rate, sinceMs: nowMs, guest },
  };
  return isLast(move) ? { ...move, pausedAtMs: nowMs } : move;
}

/** The move as it goes on from now on at another rate. */
export function atRate(move: Move, rate: number, nowMs: number): Move {
  const sent = Math.min(move.leftBytes, (move.rate * (nowMs - move.sinceMs)) / 1000);
  const { sentBytes, leftBytes } = move;
  return { ...move, sentBytes: sentBytes + sent, leftBytes: leftBytes - sent, rate, sinceMs: nowMs };
}

/** When the round under way ends, in whole ms; that of the last copy takes one at least. */
export function roundEndsAtMs({ leftBytes, rate, sinceMs, pausedAtMs }: Move): number {
  const ms = Math.round((leftBytes / rate) * 1000);
  return sinceMs + (pausedAtMs === undefined ? Math.max(0, ms) : Math.max(1, ms));
}

/** The next round, after one that has ended: it sends what was written meanwhile, and the guest stops for a last one. */
export function nextRound(move: Move, nowMs: number): Move {
  const { guest, round, roundSinceMs, sentBytes, leftBytes } = move;
  const written = (guest.dirtyBytesPerSecond * (nowMs - roundSinceMs)) / 1000;
  const next: Move = {
    ...move,
    ...{ round: round + 1, roundSinceMs: nowMs, sinceMs: nowMs, sentBytes: sentBytes + leftBytes },
    leftBytes: Math.min(guest.workingSetBytes, written),
  };
  return isLast(next) ? { ...next, pausedAtMs: nowMs } : next;
}

/** When all is through if nothing changes the rate. */
export function endsAtMs(move: Move): number {
  let last = move;
  while (last.pausedAtMs === undefined) last = nextRound(last, roundEndsAtMs(last));
  return roundEndsAtMs(last);
}

/** The round under way is the last one: short enough, or the last that is made. */
function isLast({ leftBytes, rate, round, guest }: Move): boolean {
  return leftBytes <= (rate * guest.downtimeGoalMs) / 1000 || round >= guest.maxRounds;
}
