import { compareText } from '../base/listing.ts';
import { type Operation, type PrivateEntry, type WorldChange } from '../model/ports.ts';

/** What happened in the world and was not taken yet: each thing once, in the order of its first change. */
export class ChangeLog {
  #changes = new Map<string, WorldChange>();

  add(change: WorldChange): void {
    const namespace = change.type === 'Machine' ? change.namespace : '';
    this.#changes.set(`${change.type}/${namespace}/${change.name}`, change);
  }

  take(): readonly WorldChange[] {
    if (this.#changes.size === 0) return [];
    const taken = [...this.#changes.values()];
    this.#changes = new Map();
    return taken;
  }
}

/**
 * Which saved entries are out of date. The value is made when the entries are taken, not at each change, so
 * that many changes in one turn cost one write.
 */
export class DirtyEntries {
  #entries = new Map<string, () => unknown>();

  /** `save` gives a plain JSON value that nobody changes afterwards. */
  mark(key: string, save: () => unknown): void {
    this.#entries.set(key, save);
  }

  remove(key: string): void {
    this.#entries.set(key, () => undefined);
  }

  /** In the order of their keys. */
  take(): readonly PrivateEntry[] {
    if (this.#entries.size === 0) return [];
    const taken = [...this.#entries].map(([key, save]) => ({ key, value: save() }));
    this.#entries = new Map();
    return taken.sort((a, b) => compareText(a.key, b.key));
  }
}

/** Something that may have an operation under way. */
export interface Busy {
  operation(): Operation;
}

/** The operations that convergence waits for. */
export class OperationSet {
  readonly #busy = new Set<Busy>();

  get count(): number {
    return this.#busy.size;
  }

  set(thing: Busy, busy: boolean): void {
    if (busy) this.#busy.add(thing);
    else this.#busy.delete(thing);
  }

  /** The one that ends last first; ties by subject, then activity. */
  list(): readonly Operation[] {
    return [...this.#busy]
      .map((thing) => thing.operation())
      .sort(
        (a, b) =>
          b.endsAtMs - a.endsAtMs || compareText(a.subject, b.subject) || compareText(a.activity, b.activity),
      );
  }
}
