/**
 * The numbers of all guests that the load needs, one typed array a figure, indexed by the guest's slot: a step
 * walks over them without touching the records and without allocating.
 */
export class Columns {
  /** Size, millicores. */
  vcpuMillis = new Float64Array(0);
  /** Time that work takes in the guest over that on a bare host of normal speed: slowdown / speed. */
  inflation = new Float64Array(0);
  /** 1 while the guest works on a host that is on, else 0. */
  serving = new Uint8Array(0);
  /** 1 while it serves and can be reached over the network, else 0. */
  reachable = new Uint8Array(0);
  /** CPU that loads straight to the machine want, millicores; may exceed its size. */
  directMillis = new Float64Array(0);
  /** Requests a second straight to the machine. */
  directRate = new Float64Array(0);
  /** Memory that its programs want, bytes; may exceed its size. 0: nothing tells. */
  directMemory = new Float64Array(0);
  /** CPU that the requests of balancers want, millicores; may exceed its size. */
  flowMillis = new Float64Array(0);
  /** Requests a second from balancers. */
  flowRate = new Float64Array(0);
  /** CPU that it gets, millicores. */
  usedMillis = new Float64Array(0);
  /** CPU that it could get if it wanted more, millicores: its size, or its fair share of a full host. */
  roomMillis = new Float64Array(0);
  /** Share of what is wanted of it that it does, 0..1. */
  served = new Float64Array(0);
  /** CPU used at the end of the last step, millicores. */
  sampleMillis = new Float64Array(0);
  /** Requests a second served at the end of the last step. */
  sampleRate = new Float64Array(0);
  /** Memory that its programs wanted at the end of the last step, bytes; 0: nothing tells. */
  sampleMemory = new Float64Array(0);
  /** 1 when the CPU of the sample has changed since that was last asked for. */
  moved = new Uint8Array(0);

  #used = 0;
  readonly #free: number[] = [];

  /** A slot with all figures 0. */
  take(): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.vcpuMillis.length) this.#grow(Math.max(64, 2 * slot));
    return slot;
  }

  release(slot: number): void {
    for (const column of this.#all()) column[slot] = 0;
    this.#free.push(slot);
  }

  /** Makes what is used now the sample of the step that ends. */
  sample(): void {
    const { directRate, flowRate, served, sampleRate } = this;
    const { usedMillis, sampleMillis, moved } = this;
    for (let slot = 0; slot < this.#used; slot++) {
      if (sampleMillis[slot] === usedMillis[slot]) continue;
      sampleMillis[slot] = usedMillis[slot] ?? 0;
      moved[slot] = 1;
    }
    this.sampleMemory.set(this.directMemory);
    for (let slot = 0; slot < this.#used; slot++) {
      const rate = (directRate[slot] ?? 0) + (flowRate[slot] ?? 0);
      sampleRate[slot] = rate * (served[slot] ?? 0);
    }
  }

  /** The slots whose CPU samples have changed since the last call. */
  takeMoved(): number[] {
    const slots: number[] = [];
    for (let slot = this.moved.indexOf(1); slot >= 0; slot = this.moved.indexOf(1, slot + 1))
      slots.push(slot);
    this.moved.fill(0);
    return slots;
  }

  *#all(): Iterable<Float64Array | Uint8Array> {
    yield* [this.vcpuMillis, this.inflation, this.serving, this.reachable, this.directMillis];
    yield* [this.directRate, this.flowMillis, this.flowRate, this.usedMillis, this.roomMillis];
    yield* [this.served, this.sampleMillis, this.sampleRate, this.directMemory, this.sampleMemory];
    yield this.moved;
  }

  #grow(size: number): void {
    const floats = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(size);
      next.set(old);
      return next;
    };
    const bytes = (old: Uint8Array): Uint8Array<ArrayBuffer> => {
      const next = new Uint8Array(size);
      next.set(old);
      return next;
    };
    this.vcpuMillis = floats(this.vcpuMillis);
    this.inflation = floats(this.inflation);
    this.serving = bytes(this.serving);
    this.reachable = bytes(this.reachable);
    this.directMillis = floats(this.directMillis);
    this.directRate = floats(this.directRate);
    this.flowMillis = floats(this.flowMillis);
    this.flowRate = floats(this.flowRate);
    this.usedMillis = floats(this.usedMillis);
    this.roomMillis = floats(this.roomMillis);
    this.served = floats(this.served);
    this.sampleMillis = floats(this.sampleMillis);
    this.sampleRate = floats(this.sampleRate);
    this.directMemory = floats(this.directMemory);
    this.sampleMemory = floats(this.sampleMemory);
    this.moved = bytes(this.moved);
  }
}
