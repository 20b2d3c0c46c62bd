import { hash32 } from '../../base/random.ts';
import { EventHeap } from './event-heap.ts';

/**
 * What acts first when several things are due at the same moment: places become free, then requests give up waiting,
 * then new ones come.
 */
export type EventRank = 'Service' | 'Timeout' | 'Arrival';
const ranks: Readonly<Record<EventRank, number>> = { Service: 0, Timeout: 1, Arrival: 2 };

/** When each of several things acts next. Among equal times and ranks the order is that of a hash of their names. */
export class EventPlan<T> {
  readonly #heap = new EventHeap();
  readonly #things: (T | undefined)[] = [];

  /** When the first thing acts; Infinity when none does. */
  get firstAt(): number {
    return this.#heap.firstAt;
  }

  get first(): T | undefined {
    return this.#things[this.#heap.first];
  }

  /** Takes up a thing, which acts at no time yet; gives the number that it goes by here. */
  add(thing: T, rank: EventRank, name: string): number {
    const event = this.#heap.add(ranks[rank] + orderOf(name));
    this.#things[event] = thing;
    return event;
  }

  /** Lets a thing act at another time, or (Infinity) at none. */
  set(event: number, atMs: number): void {
    this.#heap.set(event, atMs);
  }

  remove(event: number): void {
    this.#heap.remove(event);
    this.#things[event] = undefined;
  }
}

/** A place in an order that depends on the name alone, 0..1. */
export function orderOf(name: string): number {
  return hash32(name) / 2 ** 32;
}
