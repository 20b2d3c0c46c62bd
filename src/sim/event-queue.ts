import { Heap } from '../base/heap.ts';
import { compareText } from '../base/listing.ts';

/** Which kind of thing acts first when several are due in the same millisecond. */
export const Rank = { Host: 0, Machine: 1, Health: 2, Outlier: 3, Backlog: 4, Step: 5 } as const;
export type Rank = (typeof Rank)[keyof typeof Rank];

/**
 * Something that acts by itself at a time. It has at most one pending event: `token` names the one in
 * force, and events that carry an older one are stale.
 */
export interface Due {
  readonly rank: Rank;
  /** Distinct among the things of one rank. */
  readonly id: string;
  token: number;
}

interface Event<T> {
  readonly timeMs: number;
  readonly due: T;
  readonly token: number;
}

/**
 * Events in the order of time, then rank, then id: a total order that does not depend on when an event was
 * entered, so that a queue rebuilt from saved state runs exactly as the one it replaces.
 */
export class EventQueue<T extends Due> {
  readonly #heap = new Heap<Event<T>>(
    (a, b) =>
      a.timeMs - b.timeMs || a.due.rank - b.due.rank || compareText(a.due.id, b.due.id) || a.token - b.token,
  );

  /** Lets `due` act at `timeMs` instead of whatever was planned for it; undefined plans nothing. */
  schedule(due: T, timeMs: number | undefined): void {
    due.token++;
    if (timeMs !== undefined) this.#heap.push({ timeMs, due, token: due.token });
  }

  /** When the next event is, ms of world time; undefined when there is none. */
  nextAtMs(): number | undefined {
    for (;;) {
      const top = this.#heap.peek();
      if (top === undefined) return undefined;
      if (top.token === top.due.token) return top.timeMs;
      this.#heap.pop();
    }
  }

  /** Takes out the next event, if it is due at or before `timeMs`. */
  takeUntil(timeMs: number): T | undefined {
    const nextMs = this.nextAtMs();
    if (nextMs === undefined || nextMs > timeMs) return undefined;
    const due = this.#heap.pop()?.due;
    if (due !== undefined) due.token++;
    return due;
  }
}
