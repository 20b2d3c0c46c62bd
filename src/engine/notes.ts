import { type PrivateEntry } from '../model/ports.ts';

/**
 * What controllers remember beside the objects, as plain JSON by key. A note may change with every look; it
 * reaches the store only when a controller says so, because most of what it holds can be measured again.
 */
export class Notes {
  readonly #values = new Map<string, unknown>();
  /** The values that the store has, or gets with the transaction under way. */
  readonly #saved = new Map<string, unknown>();

  constructor(entries: readonly PrivateEntry[] = []) {
    for (const { key, value } of entries) {
      this.#values.set(key, value);
      this.#saved.set(key, value);
    }
  }

  get(key: string): unknown {
    return this.#values.get(key);
  }

  /** The keys that begin so, in order. */
  keys(prefix: string): readonly string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** Replaces the note in memory; undefined forgets it. */
  keep(key: string, value: unknown): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  /** Replaces the note and answers whether the store has to be told. */
  save(key: string, value: unknown): boolean {
    this.keep(key, value);
    if (this.#saved.get(key) === value) return false;
    if (value === undefined) this.#saved.delete(key);
    else this.#saved.set(key, value);
    return true;
  }
}
