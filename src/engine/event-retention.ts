/** Which events are forgotten. */
import { toTimestamp } from '../base/clock.ts';
import { compareText } from '../base/listing.ts';
import { type Event } from '../model/kinds/index.ts';
import { keyOf, keyText } from '../model/object.ts';

/** A week of world time: long enough to look back over an `advance`, short enough to bound a year. */
export const eventRetentionMs = 7 * 86_400_000;
/** However short the time was, no more than this many are kept. */
export const maxEvents = 50_000;

/**
 * The events in the order of their age. As they are written when they happen, each goes to the end, and asking for
 * the oldest costs no walk over all.
 */
export class EventAges {
  /** By key text, the oldest first unless `#isOrdered` says otherwise. */
  #events = new Map<string, Event>();
  #isOrdered = true;
  #latest = '';

  put(event: Event): void {
    const key = keyText(keyOf(event));
    const time = timeOf(event);
    const old = this.#events.get(key);
    if (old && timeOf(old) !== time) this.#events.delete(key);
    this.#events.set(key, event);
    if (old && timeOf(old) === time) return;
    if (time < this.#latest) this.#isOrdered = false;
    else this.#latest = time;
  }

  remove(event: Event): void {
    this.#events.delete(keyText(keyOf(event)));
  }

  /** The events to forget: those too old, and the oldest of too many; of the same age those first by name. */
  forgettable(nowMs: number): readonly Event[] {
    if (!this.#isOrdered) {
      this.#events = new Map([...this.#events].sort(([, a], [, b]) => compareText(timeOf(a), timeOf(b))));
      this.#isOrdered = true;
    }
    // Timestamps of one form compare as texts, which spares parsing thousands of them.
    const horizon = toTimestamp(nowMs - eventRetentionMs);
    const excess = this.#events.size - maxEvents;
    const oldest: Event[] = [];
    let old = 0;
    for (const event of this.#events.values()) {
      const last = oldest.at(-1);
      const isAsOld = last !== undefined && timeOf(last) === timeOf(event);
      if (timeOf(event) >= horizon && oldest.length >= excess && !(isAsOld && oldest.length > old)) break;
      if (timeOf(event) < horizon) old++;
      oldest.push(event);
    }
    return oldest.sort(byAge).slice(0, Math.max(old, excess));
  }
}

function byAge(a: Event, b: Event): number {
  return compareText(timeOf(a), timeOf(b)) || compareText(keyText(keyOf(a)), keyText(keyOf(b)));
}

function timeOf({ lastTimestamp = '' }: Event): string {
  return lastTimestamp;
}
