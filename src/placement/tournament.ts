/**
 * A tournament over a row of places: each has a score, -1 when it is out. The highest score wins, ties
 * go to the place furthest left. Changing one score costs O(log n), asking for the winner O(log n).
 */
export class Tournament {
  readonly #leaves: number;
  /**
   * A complete binary tree in an array: node `i` has the children `2i` and `2i + 1`; the root is 1. Scores are
   * multiples of 1/128 below 2^17, which it holds exactly.
   */
  readonly #best: Float32Array;

  constructor(places: number) {
    let leaves = 1;
    while (leaves < places) leaves *= 2;
    this.#leaves = leaves;
    this.#best = new Float32Array(2 * leaves).fill(-1);
  }

  /** The highest score; -1 when every place is out. */
  get best(): number {
    return this.#best[1] ?? -1;
  }

  score(place: number): number {
    return this.#best[this.#leaves + place] ?? -1;
  }

  /** Sets a score without telling the tree: call `build` after the last one. */
  fill(place: number, score: number): void {
    this.#best[this.#leaves + place] = score;
  }

  build(): void {
    const best = this.#best;
    for (let node = this.#leaves - 1; node > 0; node--) {
      best[node] = Math.max(best[2 * node] ?? -1, best[2 * node + 1] ?? -1);
    }
  }

  set(place: number, score: number): void {
    const best = this.#best;
    let node = this.#leaves + place;
    best[node] = score;
    while (node > 1) {
      node >>= 1;
      const higher = Math.max(best[2 * node] ?? -1, best[2 * node + 1] ?? -1);
      if (best[node] === higher) return;
      best[node] = higher;
    }
  }

  /** The winner's place. Meaningless while `best` is -1. */
  winner(): number {
    return this.#descend(1);
  }

  /** The best place besides `place`, by the same rule; undefined when all others are out. */
  runnerUp(place: number): number | undefined {
    const best = this.#best;
    let chosen = 0;
    for (let node = this.#leaves + place; node > 1; node >>= 1) {
      const sibling = node ^ 1;
      const score = best[sibling] ?? -1;
      if (score < 0) continue;
      const rival = chosen === 0 ? -1 : (best[chosen] ?? -1);
      // Higher siblings lie further out: on the left they are left of all seen so far, on the right, right.
      if (score > rival || (score === rival && sibling < node)) chosen = sibling;
    }
    return chosen === 0 ? undefined : this.#descend(chosen);
  }

  #descend(from: number): number {
    const best = this.#best;
    let node = from;
    while (node < this.#leaves) node = best[2 * node] === best[node] ? 2 * node : 2 * node + 1;
    return node - this.#leaves;
  }
}
