import { type HostClock } from './host-clock.ts';

/** What a guest can do at a time. */
export interface StationFacts {
  /** Its size, cores; need not be whole. */
  readonly cores: number;
  /** How much longer work takes in it than on a bare core of normal speed. */
  readonly inflation: number;
  /** CPU that its other programs want, cores. */
  readonly background: number;
  /** False while requests cannot get there. */
  readonly reachable: boolean;
  /** It is stopped for the moment and keeps what it has: nothing gets there, and nothing goes on. */
  readonly paused: boolean;
}

/**
 * Least share of a guest's CPU that requests get, whatever its other programs want: the guest's scheduler is fair to both
 * sides, so that who wants less than half gets it, and who wants more gets what is left.
 */
const leastShare = 0.5;

/**
 * A guest as a station of a queueing network: as many requests in service as it has vCPUs (those of fractional size
 * counted as a whole one), each at full speed while their number is within its capacity, and all others in a queue,
 * first come, first served.
 *
 * Its clock shows the work, ms on a bare core, that each request in service has had since it was last idle; requests
 * end when it shows their mark, whatever the speed was in between.
 */
export class Station<Lane> {
  host: HostClock<Station<Lane>> | undefined;
  /** Its number on its host. */
  thing = -1;
  facts: StationFacts = { cores: 0, inflation: 1, background: 0, reachable: false, paused: false };
  /** Requests that wait. */
  waiting = 0;
  /** Those whose requests come here, in the order of their names. */
  lanes: Lane[] = [];
  /** Core milliseconds that it has used. */
  usedMs = 0;
  /** Requests whose service has ended here. */
  served = 0;
  /** In service; the one that ends first comes last. */
  #serving = new Int32Array(4);
  #busy = 0;
  /** Cores for requests. */
  #capacity = 0;
  #slots = 0;
  #clockMs = 0;
  #hostClockMs = 0;
  /** Of each request in service, by the host's clock. */
  #speed = 0;
  #demand = 0;

  constructor(
    /** The guest's uid. */
    readonly id: string,
    /** Of those that are due at the same moment the lowest comes first. */
    private readonly order: number,
    /** What requests still need; see `RequestPool.work`. */
    private readonly pool: { readonly work: Float64Array },
  ) {}

  /** Requests in service. */
  get busy(): number {
    return this.#busy;
  }

  get hasRoom(): boolean {
    return this.#busy < this.#slots;
  }

  /** Lets its clock come up to its host's. To be called before anything about it changes. */
  advance(): void {
    if (this.host === undefined) return;
    const ms = this.host.clockMs - this.#hostClockMs;
    if (ms <= 0) return;
    this.#clockMs += ms * this.#speed;
    this.usedMs += ms * this.#demand;
    this.#hostClockMs = this.host.clockMs;
  }

  setFacts(facts: StationFacts): void {
    const { cores, background } = facts;
    this.facts = facts;
    this.#capacity = Math.max(cores - background, leastShare * cores);
    this.#slots = Math.ceil(this.#capacity - 1e-9);
  }

  /** Moves it to another host, or to none. Both hosts' clocks have come up to the present. */
  moveTo(host: HostClock<Station<Lane>> | undefined): void {
    const before = this.host;
    if (before !== undefined) {
      before.demand -= this.#demand;
      before.ends.remove(this.thing);
      before.stations[this.thing] = undefined;
    }
    this.#demand = 0;
    this.host = host;
    if (host === undefined) return;
    this.thing = host.ends.add(this.order);
    host.stations[this.thing] = this;
    this.#hostClockMs = host.clockMs;
  }

  /** Takes a request into service. Its work is what it still needs; precondition: `hasRoom`. */
  begin(request: number): void {
    const { work } = this.pool;
    if (this.#busy === 0) this.#clockMs = 0;
    if (this.#busy === this.#serving.length) this.#widen();
    const serving = this.#serving;
    const mark = this.#clockMs + (work[request] as number);
    work[request] = mark;
    let place = this.#busy++;
    // Of those that end at the same moment the one that came first ends first.
    while (place > 0 && (work[serving[place - 1] as number] as number) <= mark) {
      serving[place] = serving[place - 1] as number;
      place--;
    }
    serving[place] = request;
  }

  /** Takes out the request whose service ends now. */
  end(): number {
    const request = this.#serving[--this.#busy] as number;
    this.#clockMs = Math.max(this.#clockMs, this.pool.work[request] as number);
    this.served++;
    return request;
  }

  /** Forgets those in service: the guest has gone down. */
  clear(): void {
    this.#busy = 0;
  }

  /** Tells its host what it wants now and when its next service ends. To be called after each change. */
  settle(): void {
    const { host, facts } = this;
    if (host === undefined) return;
    const busy = this.#busy;
    const inUse = Math.min(busy, this.#capacity);
    const demand = Math.min(facts.cores, facts.background + inUse);
    host.demand += demand - this.#demand;
    this.#demand = demand;
    if (busy === 0 || inUse <= 0) {
      this.#speed = 0;
      host.ends.set(this.thing, Infinity);
      return;
    }
    this.#speed = inUse / busy / facts.inflation;
    const mark = this.pool.work[this.#serving[busy - 1] as number] as number;
    host.ends.set(this.thing, host.clockMs + Math.max(0, mark - this.#clockMs) / this.#speed);
  }

  #widen(): void {
    const wider = new Int32Array(2 * this.#serving.length);
    wider.set(this.#serving);
    this.#serving = wider;
  }
}
