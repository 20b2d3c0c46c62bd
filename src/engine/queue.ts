import { Heap } from '../base/heap.ts';

interface Delayed {
  readonly key: string;
  readonly atMs: number;
  readonly order: number;
}

/**
 * The keys that await a look, each at most once: those ready now in the order in which they came, and
 * those to be looked at later, at a world time. A key that is asked for at two times keeps the earlier.
 */
export class WorkQueue {
  #ready: string[] = [];
  #head = 0;
  readonly #readySet = new Set<string>();
  readonly #delayed = new Heap<Delayed>((a, b) => a.atMs - b.atMs || a.order - b.order);
  /** The time that counts for a delayed key; heap entries that say otherwise are stale. */
  readonly #dueAtMs = new Map<string, number>();
  #order = 0;

  /** Asks for a look now. A later appointment of the same key stays. */
  add(key: string): void {
    if (this.#readySet.has(key)) return;
    this.#readySet.add(key);
    this.#ready.push(key);
  }

  /** Asks for a look at `atMs`; a later appointment of the same key is replaced, an earlier one stays. */
  addAt(key: string, atMs: number): void {
    const due = this.#dueAtMs.get(key);
    if (due !== undefined && due <= atMs) return;
    this.#dueAtMs.set(key, atMs);
    this.#delayed.push({ key, atMs, order: this.#order++ });
  }

  /** Forgets the appointment of a key. */
  cancel(key: string): void {
    this.#dueAtMs.delete(key);
  }

  /** The next key to look at, those due at `nowMs` included; undefined when there is none. */
  pop(nowMs: number): string | undefined {
    for (let next = this.#delayed.peek(); next && next.atMs <= nowMs; next = this.#delayed.peek()) {
      this.#delayed.pop();
      if (this.#dueAtMs.get(next.key) !== next.atMs) continue;
      this.#dueAtMs.delete(next.key);
      this.add(next.key);
    }
    const key = this.#ready[this.#head];
    if (key === undefined) {
      this.#ready = [];
      this.#head = 0;
      return undefined;
    }
    this.#head++;
    this.#readySet.delete(key);
    return key;
  }

  /** The earliest appointment; undefined when there is none. */
  nextAtMs(): number | undefined {
    for (let next = this.#delayed.peek(); next; next = this.#delayed.peek()) {
      if (this.#dueAtMs.get(next.key) === next.atMs) return next.atMs;
      this.#delayed.pop();
    }
    return undefined;
  }

  /** True when a look now is asked for already. */
  isReady(key: string): boolean {
    return this.#readySet.has(key);
  }

  /** How many keys are ready now. */
  get readyCount(): number {
    return this.#readySet.size;
  }
}
