/** How many VMs are in each domain: of all, and as a spread counts them. */
import { type Inclusion } from './inclusion.ts';
import { type Axis } from './topology.ts';
import { type VmRequest } from './types.ts';

/** How many VMs of one kind are in each domain of an axis: what a rule goes by. */
export interface DomainCounts {
  /** Distinguishes the counters of a fleet. */
  readonly id: number;
  readonly axis: Axis;
  /** VMs in all domains; of a spread, with those on hosts that it leaves out. */
  readonly total: number;
  /** True for a VM of the kind that is counted. */
  counts(vm: VmRequest): boolean;
  count(domain: number): number;
}

/** How many VMs of one kind are in each domain of an axis, and on each host. */
export class Counter implements DomainCounts {
  readonly #counts: number[] = [];
  readonly #onSlot: number[] = [];
  #total = 0;

  constructor(
    readonly id: number,
    readonly axis: Axis,
    readonly counts: (vm: VmRequest) => boolean,
  ) {}

  /** VMs in all domains; those on hosts without the label are in none. */
  get total(): number {
    return this.#total;
  }

  count(domain: number): number {
    return this.#counts[domain] ?? 0;
  }

  /** VMs on the host of a slot. */
  on(slot: number): number {
    return this.#onSlot[slot] ?? 0;
  }

  /** Counts more (or fewer) VMs on the host of a slot, in the domain that it lies in now. */
  add(slot: number, difference: number): void {
    const domain = this.axis.domainOf(slot);
    if (domain < 0) return;
    this.#counts[domain] = this.count(domain) + difference;
    this.#onSlot[slot] = this.on(slot) + difference;
    this.#total += difference;
  }
}

/** A counter as a spread reads it: without the hosts that it leaves out. */
export class IncludedCounts implements DomainCounts {
  constructor(
    private readonly of: Counter,
    private readonly inclusion: Inclusion,
  ) {}

  get id(): number {
    return this.of.id;
  }

  get axis(): Axis {
    return this.of.axis;
  }

  get total(): number {
    return this.of.total;
  }

  counts(vm: VmRequest): boolean {
    return this.of.counts(vm);
  }

  count(domain: number): number {
    let count = this.of.count(domain);
    for (const slot of this.inclusion.excluded(this.axis, domain) ?? []) count -= this.of.on(slot);
    return count;
  }
}

/** The smallest and the largest count among the domains that a spread goes by, kept up to date domain by domain. */
export class DomainBounds {
  /** By domain: the count last seen; absent for a domain that does not take part. */
  readonly #seen = new Map<number, number>();
  /** By count: how many domains have it. */
  readonly #histogram: number[] = [];
  #min = 0;
  #max = 0;

  constructor(
    private readonly counter: DomainCounts,
    private readonly inclusion: Inclusion,
  ) {
    for (const domain of inclusion.domains(counter.axis)) this.#enter(domain, counter.count(domain));
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
    const { axis } = this.counter;
    const seen = this.#seen.get(domain);
    const count = this.inclusion.has(axis, domain) ? this.counter.count(domain) : undefined;
    if (seen === count) return false;
    const { min, max } = this;
    if (seen !== undefined) this.#histogram[seen] = (this.#histogram[seen] ?? 0) - 1;
    if (count === undefined) this.#seen.delete(domain);
    else this.#enter(domain, count);
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
    if (this.#seen.size === 0) this.#min = this.#max = 0;
    while (this.#min < this.#max && !this.#histogram[this.#min]) this.#min++;
    while (this.#max > this.#min && !this.#histogram[this.#max]) this.#max--;
  }
}
