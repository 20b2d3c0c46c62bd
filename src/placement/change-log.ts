/** How much is remembered: a reader further behind than this rebuilds, which is cheaper than replaying. */
const remembered = 1 << 15;

/**
 * Which slots have changed since a reader last looked. Readers keep a cursor each; the log knows none of them.
 * A slot that changed often is told once.
 */
export class ChangeLog {
  #entries: number[] = [];
  /** Sequence number of `#entries[0]`. */
  #first = 0;
  /** By slot: the sequence number of its newest entry. */
  readonly #newest: number[] = [];

  /** The cursor of a reader that has seen everything. */
  get head(): number {
    return this.#first + this.#entries.length;
  }

  mark(slot: number): void {
    this.#newest[slot] = this.head;
    this.#entries.push(slot);
    if (this.#entries.length > 2 * remembered) {
      this.#entries = this.#entries.slice(remembered);
      this.#first += remembered;
    }
  }

  /**
   * The slots marked since `cursor`, each once; undefined when that is no longer known or there are more than
   * `limit` entries, so that the reader had better start anew.
   */
  since(cursor: number, limit: number): number[] | undefined {
    if (cursor < this.#first || this.head - cursor > limit) return undefined;
    const slots: number[] = [];
    for (let sequence = cursor; sequence < this.head; sequence++) {
      const slot = this.#entries[sequence - this.#first];
      if (slot !== undefined && this.#newest[slot] === sequence) slots.push(slot);
    }
    return slots;
  }
}
