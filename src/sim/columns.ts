const floats = [
  ...['vcpuMillis', 'inflation', 'stretch', 'directMillis', 'directRate', 'directNoise', 'directMemory'],
  ...['flowMillis', 'flowRate', 'flowServed', 'flowNoise', 'usedMillis', 'flowRoomMillis', 'served'],
  ...['sampleMillis', 'sampleRate', 'sampleMemory'],
] as const;
const bytes = ['serving', 'reachable', 'eager', 'moved'] as const;

/**
 * The numbers of all guests that the load needs, one typed array a figure, indexed by the guest's slot: a step
 * walks over them without touching the records and without allocating.
 */
export class Columns {
  /** Size, millicores. */
  vcpuMillis = new Float64Array(0);
  /** Time that work takes in the guest over that on a bare host of normal speed: slowdown / speed. */
  inflation = new Float64Array(0);
  /** How much longer work takes because other guests want the cores of the host, too; at least 1. */
  stretch = new Float64Array(0);
  /** 1 while the guest works on a host that is on, else 0. */
  serving = new Uint8Array(0);
  /** 1 while it serves and can be reached over the network, else 0. */
  reachable = new Uint8Array(0);
  /** CPU that loads straight to the machine want, millicores; may exceed its size. */
  directMillis = new Float64Array(0);
  /** Requests a second straight to the machine, as drawn. */
  directRate = new Float64Array(0);
  /** CPU by which those that were drawn differ from their mean, which `directMillis` goes by; millicores. */
  directNoise = new Float64Array(0);
  /** Memory that its programs want, bytes; may exceed its size. 0: nothing tells. */
  directMemory = new Float64Array(0);
  /** CPU that the requests of balancers want on the mean, millicores; may exceed its size. */
  flowMillis = new Float64Array(0);
  /** Requests a second from balancers, on the mean. */
  flowRate = new Float64Array(0);
  /** Of these the ones that are served, as drawn. */
  flowServed = new Float64Array(0);
  /** CPU by which those that were drawn differ from their mean, millicores. */
  flowNoise = new Float64Array(0);
  /** 1 while requests of balancers wait in it: they take all CPU that they can get. */
  eager = new Uint8Array(0);
  /** CPU that it gets, millicores. */
  usedMillis = new Float64Array(0);
  /** CPU that the requests of balancers could get if they wanted more, millicores. */
  flowRoomMillis = new Float64Array(0);
  /** Share of what is wanted of it directly that it does, 0..1. */
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
    const { directRate, flowServed, served, directNoise, flowNoise, vcpuMillis, sampleRate } = this;
    const { usedMillis, sampleMillis, moved } = this;
    for (let slot = 0; slot < this.#used; slot++) {
      // A full machine works no less when fewer requests come.
      const direct = (served[slot] ?? 0) < 1 ? 0 : (directNoise[slot] ?? 0);
      const noise = direct + (flowNoise[slot] ?? 0);
      const mean = usedMillis[slot] ?? 0;
      const used = noise === 0 ? mean : Math.max(0, Math.min(mean + noise, vcpuMillis[slot] ?? 0));
      if (sampleMillis[slot] === used) continue;
      sampleMillis[slot] = used;
      moved[slot] = 1;
    }
    this.sampleMemory.set(this.directMemory);
    for (let slot = 0; slot < this.#used; slot++) {
      sampleRate[slot] = (directRate[slot] ?? 0) * (served[slot] ?? 0) + (flowServed[slot] ?? 0);
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
    for (const name of floats) yield this[name];
    for (const name of bytes) yield this[name];
  }

  #grow(size: number): void {
    for (const name of floats) {
      const next = new Float64Array(size);
      next.set(this[name]);
      this[name] = next;
    }
    for (const name of bytes) {
      const next = new Uint8Array(size);
      next.set(this[name]);
      this[name] = next;
    }
  }
}
