/** Everything in the state at one moment, indexed as the controllers have it, for commands that only read. */
import { compareText } from '../base/listing.ts';
import { fromTimestamp } from '../base/clock.ts';
import { ObjectCache } from '../engine/cache.ts';
import { indexes } from '../controllers/indexes.ts';
import { Scheduler } from '../controllers/scheduling/scheduler.ts';
import { type Event, kindNames } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type State, worldTime } from './state.ts';

export class Snapshot {
  #scheduler: Scheduler | undefined;

  constructor(
    /** All objects but events. */
    readonly cache: ObjectCache,
    /** The oldest first. */
    readonly events: readonly Event[],
    /** The present of the world, ms since the Unix epoch. */
    readonly nowMs: number,
  ) {}

  /** Reads all that there is. */
  static async read(state: State): Promise<Snapshot> {
    const cache = new ObjectCache(indexes);
    for (const kind of kindNames) {
      if (kind === 'Event') continue;
      for (const object of (await state.store.list(kind)).items) cache.put(object);
    }
    const { items } = await state.store.list('Event');
    return new Snapshot(cache, inTimeOrder(items as readonly Event[]), await worldTime(state));
  }

  /** Knows which host takes which VM; made when first asked for. */
  get scheduler(): Scheduler {
    if (!this.#scheduler) {
      this.#scheduler = new Scheduler(this.cache);
      for (const object of this.cache.all()) this.#scheduler.observe(object, undefined);
    }
    return this.#scheduler;
  }

  /** What happened to an object, the oldest first; not what happened to an earlier one of its name. */
  eventsOf(object: KubeObject): Event[] {
    return this.events.filter(({ involvedObject }) => involvedObject?.uid === object.metadata.uid);
  }
}

/** The events by the time when they last happened; within a second, by the order in which they were written. */
export function inTimeOrder(events: readonly Event[]): Event[] {
  const timeOf = (event: Event): number => fromTimestamp(event.lastTimestamp ?? '') || 0;
  const revisionOf = (event: Event): number => Number(event.metadata.resourceVersion ?? 0);
  return [...events].sort(
    (a, b) =>
      timeOf(a) - timeOf(b) || revisionOf(a) - revisionOf(b) || compareText(a.metadata.name, b.metadata.name),
  );
}
