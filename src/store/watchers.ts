import { ApiError } from '../base/errors.ts';
import { type Change } from '../model/ports.ts';

interface Watcher {
  /** The newest revision that the listener was told of. */
  revision: number;
  readonly listener: (change: Change) => void;
  readonly onEnd?: (error: ApiError) => void;
}

/**
 * Tells each listener every change after its revision, once and in order, whoever made it. Listeners may
 * commit and stop watches; one that throws is a bug, which surfaces as an uncaught error.
 */
export class Watchers {
  readonly #watchers = new Set<Watcher>();
  readonly #read: (revision: number) => readonly Change[];

  /** `read` gives the changes after a revision, oldest first; it may throw ApiError Expired. */
  constructor(read: (revision: number) => readonly Change[]) {
    this.#read = read;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /**
   * Starts a watch, telling what is already there at once; the result ends it.
   * @throws ApiError as `read` does.
   */
  add(revision: number, listener: (change: Change) => void, onEnd?: (error: ApiError) => void): () => void {
    const watcher: Watcher = { revision, listener, onEnd };
    const past = this.#read(revision);
    this.#watchers.add(watcher);
    this.#tell(watcher, past);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Brings all up to date. `recent`, the changes just made, spares reading them for those that saw the rest.
   * A listener that commits gets here again: each watcher's own revision keeps order and count right.
   */
  notify(recent: readonly Change[] = []): void {
    for (const watcher of this.#watchers) this.#catchUp(watcher, recent);
  }

  clear(): void {
    this.#watchers.clear();
  }

  #catchUp(watcher: Watcher, recent: readonly Change[]): void {
    try {
      const isNext = recent[0]?.revision === watcher.revision + 1;
      this.#tell(watcher, isNext ? recent : this.#read(watcher.revision));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#watchers.delete(watcher);
      watcher.onEnd?.(error);
    }
  }

  #tell(watcher: Watcher, changes: readonly Change[]): void {
    for (const change of changes) {
      // Stopped by its own listener, or already told by a nested call.
      if (!this.#watchers.has(watcher)) return;
      if (change.revision <= watcher.revision) continue;
      watcher.revision = change.revision;
      try {
        watcher.listener(change);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
