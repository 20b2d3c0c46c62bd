/** Which events are forgotten. Pure. */
import { toTimestamp } from '../base/clock.ts';
import { compareText } from '../base/listing.ts';
import { type Event } from '../model/kinds/index.ts';

/** A week of world time: long enough to look back over an `advance`, short enough to bound a year. */
export const eventRetentionMs = 7 * 86_400_000;
/** However short the time was, no more than this many are kept. */
export const maxEvents = 50_000;

/** The events to forget: those too old, and the oldest of too many. */
export function forgettable(events: readonly Event[], nowMs: number): readonly Event[] {
  // Timestamps of one form compare as texts, which spares parsing thousands of them.
  const horizon = toTimestamp(nowMs - eventRetentionMs);
  const old = events.filter(({ lastTimestamp = '' }) => lastTimestamp < horizon);
  if (events.length - old.length <= maxEvents) return old;
  return [...events]
    .sort((a, b) => compareText(a.lastTimestamp ?? '', b.lastTimestamp ?? ''))
    .slice(0, events.length - maxEvents);
}
