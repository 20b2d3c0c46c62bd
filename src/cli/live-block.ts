/** A few lines at the foot of a terminal that are drawn anew in place, with a log that scrolls above them. */
const eraseBelow = '\u001b[0J';

export class LiveBlock {
  /** Lines that are on the screen now. */
  #drawn: readonly string[] = [];

  /** `columns` is asked at each drawing: people resize their terminals. */
  constructor(
    private readonly write: (text: string) => void,
    private readonly columns: () => number,
  ) {}

  /** Draws these lines instead of the last ones; nothing when they are the same. */
  draw(lines: readonly string[]): void {
    // A line that wraps would be two on the screen, and the next drawing would start too low.
    const cut = lines.map((line) => line.slice(0, Math.max(1, this.columns() - 1)));
    if (cut.join('\n') === this.#drawn.join('\n')) return;
    this.write(this.#back() + cut.map((line) => `${line}\n`).join(''));
    this.#drawn = cut;
  }

  /** Lets `print` write whole lines above the block. */
  above(print: () => void): void {
    const lines = this.#drawn;
    this.clear();
    print();
    this.draw(lines);
  }

  /** Takes the block away. */
  clear(): void {
    if (this.#drawn.length > 0) this.write(this.#back());
    this.#drawn = [];
  }

  #back(): string {
    return this.#drawn.length === 0 ? '' : `\r\u001b[${this.#drawn.length}A${eraseBelow}`;
  }
}
