/**
 * The requests that are in the system, each a number that indexes the columns here. Numbers are used again, so that no
 * request costs memory once it has ended.
 */
export class RequestPool<Lane, Claimant> {
  /** When it came to its balancer, ms of engine time. */
  arrivedMs = new Float64Array(0);
  /** Its CPU time on a bare core, ms; in service, when its station's clock will have come to its end. */
  work = new Float64Array(0);
  /** The request that called it; -1: none, or that one has ended. */
  parent = new Int32Array(0);
  /** Which of its balancer's calls it makes next. */
  call = new Int32Array(0);
  /** Who waits in front of it and behind it in its line; -1: nobody. */
  previous = new Int32Array(0);
  next = new Int32Array(0);
  /** Where it is; undefined: no request has this number at present. */
  readonly lane: (Lane | undefined)[] = [];
  readonly claimant: (Claimant | undefined)[] = [];
  #live = 0;
  readonly #free: number[] = [];

  /** Requests in the system. */
  get live(): number {
    return this.#live;
  }

  /** A number for a new request; its columns hold what the last one left. */
  take(): number {
    this.#live++;
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const request = this.lane.length;
    if (request >= this.next.length) this.#grow();
    this.lane.push(undefined);
    this.claimant.push(undefined);
    return request;
  }

  release(request: number): void {
    this.#live--;
    this.lane[request] = undefined;
    this.#free.push(request);
  }

  #grow(): void {
    const size = Math.max(1024, 2 * this.next.length);
    this.arrivedMs = wider(this.arrivedMs, new Float64Array(size));
    this.work = wider(this.work, new Float64Array(size));
    this.parent = wider(this.parent, new Int32Array(size));
    this.call = wider(this.call, new Int32Array(size));
    this.previous = wider(this.previous, new Int32Array(size));
    this.next = wider(this.next, new Int32Array(size));
  }
}

function wider<T extends Float64Array | Int32Array>(column: T, next: T): T {
  next.set(column);
  return next;
}
