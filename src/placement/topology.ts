import { topologyValue, type HostView, type VmRequest } from './types.ts';

/** Up to this many domains a rule is judged once a domain; above, host by host (see README). */
const coarseLimit = 64;

/** The domains of one topology key. A value keeps its number for the axis's life. */
export class Axis {
  readonly #idOf = new Map<string, number>();
  readonly #values: string[] = [];
  /** By slot; -1 for a host that lacks the label. */
  readonly #domainOf: number[] = [];
  /** By domain: the slots in it. */
  readonly #members: Set<number>[] = [];
  #populated = 0;

  constructor(readonly key: string) {}

  /** Number of domains ever seen: every domain is below it. */
  get size(): number {
    return this.#values.length;
  }

  get isFine(): boolean {
    return this.#populated > coarseLimit;
  }

  domainOf(slot: number): number {
    return this.#domainOf[slot] ?? -1;
  }

  valueOf(domain: number): string | undefined {
    return this.#values[domain];
  }

  members(domain: number): ReadonlySet<number> | undefined {
    return this.#members[domain];
  }

  /** Moves a slot to the domain of its host; without a host, out of all. */
  put(slot: number, host: HostView | undefined): void {
    const value = host && topologyValue(host, this.key);
    const domain = value === undefined ? -1 : this.#domain(value);
    const before = this.domainOf(slot);
    if (before === domain) return;
    const left = this.#members[before];
    if (left?.delete(slot) === true && left.size === 0) this.#populated--;
    const joined = this.#members[domain];
    if (joined?.add(slot).size === 1) this.#populated++;
    this.#domainOf[slot] = domain;
  }

  #domain(value: string): number {
    const known = this.#idOf.get(value);
    if (known !== undefined) return known;
    const domain = this.#values.push(value) - 1;
    this.#idOf.set(value, domain);
    this.#members.push(new Set());
    return domain;
  }
}

/** How many VMs of one kind are in each domain of an axis. */
export class Counter {
  readonly #counts: number[] = [];
  #total = 0;

  constructor(
    /** Distinguishes the counters of a fleet. */
    readonly id: number,
    readonly axis: Axis,
    /** True for a VM of the kind that is counted. */
    readonly counts: (vm: VmRequest) => boolean,
  ) {}

  /** VMs in all domains; those on hosts without the label are in none. */
  get total(): number {
    return this.#total;
  }

  count(domain: number): number {
    return this.#counts[domain] ?? 0;
  }

  add(domain: number, difference: number): void {
    if (domain < 0) return;
    this.#counts[domain] = this.count(domain) + difference;
    this.#total += difference;
  }
}

/** The smallest and the largest count among some domains of a counter, kept up to date domain by domain. */
export class DomainBounds {
  /** By domain: the count last seen; absent for a domain that does not take part. */
  readonly #seen = new Map<number, number>();
  /** By count: how many domains have it. */
  readonly #histogram: number[] = [];
  #min = 0;
  #max = 0;

  constructor(
    private readonly counter: Counter,
    domains: Iterable<number>,
  ) {
    for (const domain of domains) this.#enter(domain, counter.count(domain));
    this.#settle();
  }

  /** 0 when no domain takes part. */
  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** Looks again at one domain; true when the bounds have moved. */
  refresh(domain: number): boolean {
    const seen = this.#seen.get(domain);
    const count = this.counter.count(domain);
    if (seen === undefined || seen === count) return false;
    this.#histogram[seen] = (this.#histogram[seen] ?? 0) - 1;
    const { min, max } = this;
    this.#enter(domain, count);
    this.#settle();
    return min !== this.#min || max !== this.#max;
  }

  #enter(domain: number, count: number): void {
    if (this.#seen.size === 0) this.#min = this.#max = count;
    this.#seen.set(domain, count);
    this.#histogram[count] = (this.#histogram[count] ?? 0) + 1;
    this.#min = Math.min(this.#min, count);
    this.#max = Math.max(this.#max, count);
  }

  /** Draws the bounds in to counts that some domain still has. */
  #settle(): void {
    while (this.#min < this.#max && !this.#histogram[this.#min]) this.#min++;
    while (this.#max > this.#min && !this.#histogram[this.#max]) this.#max--;
  }
}
