import { topologyValue, type HostView } from './types.ts';

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
