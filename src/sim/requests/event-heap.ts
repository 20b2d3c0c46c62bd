/**
 * A min-heap of things that each have at most one time, which may change at any moment. Things are small whole numbers;
 * everything about them is in typed arrays, so that moving one allocates nothing. Equal times come in the order that
 * was given to the things.
 */
export class EventHeap {
  #keys = new Float64Array(16);
  #orders = new Float64Array(16);
  /** Where each thing is in the heap; -1: it is not. */
  #places = new Int32Array(16).fill(-1);
  #heap = new Int32Array(16);
  #size = 0;
  #things = 0;
  readonly #free: number[] = [];

  /** A new thing without a time. Among equal times the lower `order` comes first. */
  add(order: number): number {
    const thing = this.#free.pop() ?? this.#things++;
    if (thing >= this.#keys.length) this.#grow();
    this.#orders[thing] = order;
    return thing;
  }

  /** Forgets a thing; its number goes to another. */
  remove(thing: number): void {
    this.set(thing, Infinity);
    this.#free.push(thing);
  }

  /** The first thing; -1 when none has a time. */
  get first(): number {
    return this.#size === 0 ? -1 : (this.#heap[0] as number);
  }

  /** When the first thing is; Infinity when none has a time. */
  get firstAt(): number {
    return this.#size === 0 ? Infinity : (this.#keys[this.#heap[0] as number] as number);
  }

  /** Gives a thing another time, or none (Infinity). */
  set(thing: number, key: number): void {
    const keys = this.#keys;
    const place = this.#places[thing] as number;
    if (place < 0) {
      if (key === Infinity) return;
      keys[thing] = key;
      this.#up(this.#size++, thing);
      return;
    }
    const before = keys[thing] as number;
    if (key === before) return;
    if (key === Infinity) {
      this.#takeOut(thing, place);
      return;
    }
    keys[thing] = key;
    if (key < before) this.#up(place, thing);
    else this.#down(place, thing);
  }

  #takeOut(thing: number, place: number): void {
    this.#places[thing] = -1;
    const last = this.#heap[--this.#size] as number;
    if (last === thing) return;
    this.#up(place, last);
    this.#down(this.#places[last] as number, last);
  }

  /** Moves a thing from a free place towards the top. */
  #up(from: number, thing: number): void {
    const heap = this.#heap;
    const keys = this.#keys;
    const places = this.#places;
    const key = keys[thing] as number;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = heap[above] as number;
      const otherKey = keys[other] as number;
      if (otherKey < key || (otherKey === key && !this.#precedes(thing, other))) break;
      heap[place] = other;
      places[other] = place;
      place = above;
    }
    heap[place] = thing;
    places[thing] = place;
  }

  #down(from: number, thing: number): void {
    const heap = this.#heap;
    const keys = this.#keys;
    const places = this.#places;
    const size = this.#size;
    const key = keys[thing] as number;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= size) break;
      let other = heap[below] as number;
      let otherKey = keys[other] as number;
      if (below + 1 < size) {
        const right = heap[below + 1] as number;
        const rightKey = keys[right] as number;
        if (rightKey < otherKey || (rightKey === otherKey && this.#precedes(right, other))) {
          below++;
          other = right;
          otherKey = rightKey;
        }
      }
      if (key < otherKey || (key === otherKey && this.#precedes(thing, other))) break;
      heap[place] = other;
      places[other] = place;
      place = below;
    }
    heap[place] = thing;
    places[thing] = place;
  }

  #precedes(a: number, b: number): boolean {
    return (this.#orders[a] as number) < (this.#orders[b] as number);
  }

  #grow(): void {
    const size = 2 * this.#keys.length;
    const keys = new Float64Array(size);
    keys.set(this.#keys);
    const orders = new Float64Array(size);
    orders.set(this.#orders);
    const places = new Int32Array(size).fill(-1);
    places.set(this.#places);
    const heap = new Int32Array(size);
    heap.set(this.#heap);
    this.#keys = keys;
    this.#orders = orders;
    this.#places = places;
    this.#heap = heap;
  }
}
