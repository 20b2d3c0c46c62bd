/** Whether a VM may leave its host without breaking what others demand of their neighbours. */
import { type Fleet } from './fleet.ts';
import { rulesOf, type Rule } from './rules.ts';
import { namespaceOf, type VmRequest } from './types.ts';

/** One must of VMs that are placed, and where those are. */
interface Bond {
  readonly rule: Rule;
  /** Slots of the hosts of all that hold it. */
  readonly slots: Set<number>;
}

/**
 * The affinities and spreads that placed VMs demand. Placement judges them when a VM comes; this judges them when a
 * neighbour goes. Made anew for each plan, since it looks at every VM once.
 */
export class Bonds {
  readonly #fleet: Fleet;
  readonly #bonds = new Map<string, Bond>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    for (const host of fleet.hostNames()) {
      const slot = fleet.table.slot(host);
      if (slot !== undefined) for (const vm of fleet.vmsOn(host)) this.#add(vm, slot);
    }
  }

  /** How far each bond that counts the VM is broken now: 0 is kept. Before and after a move, to be compared. */
  strain(vm: VmRequest): number {
    let strain = 0;
    for (const bond of this.#bonds.values()) {
      if (bond.rule.counter.counts(vm)) strain += this.#strainOf(bond);
    }
    return strain;
  }

  /** The first demand that counts the VM and is broken now. */
  broken(vm: VmRequest): string | undefined {
    for (const bond of this.#bonds.values()) {
      if (bond.rule.counter.counts(vm) && this.#strainOf(bond) > 0) return bond.rule.reason;
    }
    return undefined;
  }

  /** The VM holds its bonds from another host from now on. */
  moved(vm: VmRequest, to: string): void {
    const slot = this.#fleet.table.slot(to);
    // The old host is kept: others with the same demand may be there, and to look once too often only forgoes a move.
    if (slot !== undefined) this.#add(vm, slot);
  }

  #add(vm: VmRequest, slot: number): void {
    if (!vm.placement.affinity?.length && !vm.placement.topologySpread?.length) return;
    const { counters, rankings } = this.#fleet;
    for (const rule of rulesOf(vm, counters, rankings.eligibility(vm), { affinity: 0, spread: 0 })) {
      if (rule.type !== 'Affinity' && rule.type !== 'Spread') continue;
      const { type, counter, inclusion, maxSkew, self } = rule;
      const key = `${namespaceOf(vm.key)} ${type} ${counter.id}/${inclusion?.id ?? ''} ${maxSkew} ${self}`;
      const bond = this.#bonds.get(key);
      if (bond) bond.slots.add(slot);
      else this.#bonds.set(key, { rule, slots: new Set([slot]) });
    }
  }

  #strainOf({ rule, slots }: Bond): number {
    const { counter, maxSkew, self, type } = rule;
    const domains = new Set([...slots].map((slot) => counter.axis.domainOf(slot)));
    let strain = 0;
    if (type === 'Affinity') {
      // One that matches its own demand counts itself, and is content as the only one of all.
      if (self && counter.total <= 1) return 0;
      for (const domain of domains) if (counter.count(domain) <= (self ? 1 : 0)) strain++;
      return strain;
    }
    const eligible = rule.inclusion?.domains(counter.axis) ?? [];
    const least = Math.min(...eligible.map((domain) => counter.count(domain)));
    for (const domain of domains) {
      strain += Math.max(0, counter.count(domain) - (Number.isFinite(least) ? least : 0) - maxSkew);
    }
    return strain;
  }
}
