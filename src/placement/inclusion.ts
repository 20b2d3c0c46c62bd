/** Which hosts a topology spread goes by, and which domains those make. */
import { type HostTable } from './host-table.ts';
import { type Axis } from './topology.ts';
import { type InclusionPolicy } from './types.ts';

/** What a spread says of the hosts that the VM could not go to. */
export interface InclusionPolicies {
  /** Honor: hosts that the VM's own selectors or its mode exclude are left out. */
  readonly affinity: InclusionPolicy;
  /** Honor: hosts that are cordoned, not ready or have a taint which the VM does not tolerate are left out. */
  readonly taints: InclusionPolicy;
}

/** The hosts of one key's domains, parted. */
interface Census {
  /** By domain: how many of its hosts are included. */
  readonly included: number[];
  /** By domain: the slots that are left out; absent where there is none. */
  readonly excluded: Map<number, Set<number>>;
  /** The domains with a host that is included, ascending; undefined until somebody asks. */
  listed: readonly number[] | undefined;
}

/**
 * The hosts that a spread goes by. As in Kubernetes, a host that is left out makes no domain, and the VMs on it count
 * in none. Valid for one structure of the table.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export class Inclusion {
  /** By slot. */
  readonly #isIncluded: boolean[] = [];
  readonly #censuses = new Map<Axis, Census>();

  constructor(
    /** Tells the inclusions of one demand apart. */
    readonly id: number,
    private readonly table: HostTable,
    includes: (slot: number) => boolean,
  ) {
    for (const slot of table.ordered()) this.#isIncluded[slot] = includes(slot);
  }

  /** A host's facts have changed. */
  put(slot: number, isIncluded: boolean): void {
    if (this.#isIncluded[slot] === isIncluded) return;
    this.#isIncluded[slot] = isIncluded;
    for (const [axis, census] of this.#censuses) {
      const domain = axis.domainOf(slot);
      if (domain < 0) continue;
      if (!isIncluded) census.included[domain] = (census.included[domain] ?? 0) - 1;
      enter(census, domain, slot, isIncluded);
      census.listed = undefined;
      // What the domain counts is another figure for all of its hosts; those of a coarse key are judged when asked.
      const members = axis.isFine ? axis.members(domain) : undefined;
      if (members && members.size > 1) for (const member of members) this.table.changes.mark(member);
    }
  }

  /** The domains with a host that is included, ascending. They set the level that a spread is measured from. */
  domains(axis: Axis): readonly number[] {
    const census = this.#census(axis);
    census.listed ??= census.included.flatMap((count, domain) => (count > 0 ? [domain] : []));
    return census.listed;
  }

  /** True when the domain has a host that is included. */
  has(axis: Axis, domain: number): boolean {
    return (this.#census(axis).included[domain] ?? 0) > 0;
  }

  /** The slots of the domain that are left out; undefined when there is none. */
  excluded(axis: Axis, domain: number): ReadonlySet<number> | undefined {
    return this.#census(axis).excluded.get(domain);
  }

  #census(axis: Axis): Census {
    let census = this.#censuses.get(axis);
    if (census === undefined) {
      census = { included: [], excluded: new Map(), listed: undefined };
      for (let domain = 0; domain < axis.size; domain++) census.included[domain] = 0;
      for (const slot of this.table.ordered()) {
        const domain = axis.domainOf(slot);
        if (domain >= 0) enter(census, domain, slot, this.#isIncluded[slot] ?? false);
      }
      this.#censuses.set(axis, census);
    }
    return census;
  }
}

function enter({ included, excluded }: Census, domain: number, slot: number, isIncluded: boolean): void {
  const out = excluded.get(domain);
  if (isIncluded) {
    included[domain] = (included[domain] ?? 0) + 1;
    if (out?.delete(slot) === true && out.size === 0) excluded.delete(domain);
  } else if (out) out.add(slot);
  else excluded.set(domain, new Set([slot]));
}
