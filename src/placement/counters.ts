import { compareText } from '../base/listing.ts';
import { matchesSelector, type LabelSelector } from '../model/selectors.ts';
import { type HostTable } from './host-table.ts';
import { Counter } from './domain-counts.ts';
import { hostnameKey, namespaceOf, type AffinityTerm, type VmRequest } from './types.ts';

/** A VM on a host. */
export interface AssignedVm {
  readonly vm: VmRequest;
  readonly slot: number;
}

/** Which VMs a counter counts: those of the namespace that the selector matches. */
interface Group {
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** It counts none that is about to leave its host. */
  readonly isStaying: boolean;
  readonly counter: Counter;
}

/**
 * Counters of VMs by domain, made when a rule first asks for one. A VM finds the counters that count it by its
 * labels, so that what a placement costs does not grow with the number of other applications.
 */
export class Counters {
  /** Counters of VMs that a selector matches. */
  readonly #matching = new GroupIndex();
  /** Counters of VMs that themselves demand to be away from those that a selector matches. */
  readonly #owning = new GroupIndex();
  /** VMs by namespace and by each label, so that a new counter need not look at all of them. */
  readonly #vmsByLabel = new Map<string, Set<AssignedVm>>();
  readonly #vmsByNamespace = new Map<string, Set<AssignedVm>>();
  #nextId = 0;

  constructor(private readonly table: HostTable) {}

  /** Counts a VM (`sign` 1) or forgets it (-1). */
  count(assigned: AssignedVm, sign: 1 | -1): void {
    const { vm, slot } = assigned;
    this.#remember(assigned, sign);
    for (const group of this.#matching.groupsOf(vm)) this.#add(group.counter, slot, sign);
    for (const term of vm.placement.antiAffinity ?? []) {
      if (term.preferred === undefined) this.#add(this.#owner(vm, term), slot, sign);
    }
  }

  /**
   * The counter of the VMs in `namespace` that `selector` matches, by the domains of `topologyKey`: of all, or, as
   * spreads count, only of those that are not about to leave their hosts.
   */
  matching(
    namespace: string,
    selector: LabelSelector,
    topologyKey: string,
    whom: 'All' | 'Staying' = 'All',
  ): Counter {
    const isStaying = whom === 'Staying';
    const key = `${whom}${groupKey(namespace, selector, topologyKey)}`;
    const known = this.#matching.get(key);
    if (known) return known.counter;
    const counts = (vm: VmRequest): boolean =>
      namespaceOf(vm.key) === namespace &&
      matchesSelector(selector, vm.labels) &&
      !(isStaying && vm.going === true);
    const counter = new Counter(this.#nextId++, this.table.axis(topologyKey), counts);
    for (const { vm, slot } of this.#candidates(namespace, selector)) {
      if (counts(vm)) counter.add(slot, 1);
    }
    this.#matching.put(key, { namespace, selector, isStaying, counter });
    return counter;
  }

  /** The counters of VMs that demand to be away from `vm`. */
  repelling(vm: VmRequest): Counter[] {
    return this.#owning.groupsOf(vm).map((group) => group.counter);
  }

  #owner(vm: VmRequest, term: AffinityTerm): Counter {
    const namespace = namespaceOf(vm.key);
    const topologyKey = term.topologyKey ?? hostnameKey;
    const key = groupKey(namespace, term.selector, topologyKey);
    const known = this.#owning.get(key);
    if (known) return known.counter;
    const counts = (other: VmRequest): boolean => ownedGroups(other).includes(key);
    const counter = new Counter(this.#nextId++, this.table.axis(topologyKey), counts);
    this.#owning.put(key, { namespace, selector: term.selector, isStaying: false, counter });
    return counter;
  }

  #add(counter: Counter, slot: number, sign: 1 | -1): void {
    const { axis } = counter;
    const domain = axis.domainOf(slot);
    counter.add(slot, sign);
    const members = axis.isFine ? axis.members(domain) : undefined;
    // The host itself is marked by its change of use; rules of a coarse key are judged when asked.
    if (members && members.size > 1) for (const member of members) this.table.changes.mark(member);
  }

  #remember(assigned: AssignedVm, sign: 1 | -1): void {
    const namespace = namespaceOf(assigned.vm.key);
    enlist(this.#vmsByNamespace, namespace, assigned, sign);
    const { labels } = assigned.vm;
    for (const key in labels) {
      enlist(this.#vmsByLabel, labelKey(namespace, key, labels[key] ?? ''), assigned, sign);
    }
  }

  #candidates(namespace: string, selector: LabelSelector): Iterable<AssignedVm> {
    const pair = narrowestPair(selector);
    return pair === undefined
      ? (this.#vmsByNamespace.get(namespace) ?? [])
      : (this.#vmsByLabel.get(labelKey(namespace, ...pair)) ?? []);
  }
}

/** Groups that can be found by a label which every VM of theirs has. */
class GroupIndex {
  readonly #byKey = new Map<string, Group>();
  readonly #byLabel = new Map<string, Group[]>();
  /** Groups whose selector names no label value, by namespace. */
  readonly #general = new Map<string, Group[]>();

  get(key: string): Group | undefined {
    return this.#byKey.get(key);
  }

  put(key: string, group: Group): void {
    this.#byKey.set(key, group);
    const pair = narrowestPair(group.selector);
    const [index, place] =
      pair === undefined
        ? ([this.#general, group.namespace] as const)
        : ([this.#byLabel, labelKey(group.namespace, ...pair)] as const);
    const groups = index.get(place);
    if (groups) groups.push(group);
    else index.set(place, [group]);
  }

  /** The groups that `vm` belongs to, oldest first within each way to find them. */
  groupsOf(vm: VmRequest): Group[] {
    const found: Group[] = [];
    if (this.#byKey.size === 0) return found;
    const namespace = namespaceOf(vm.key);
    const take = (groups: readonly Group[] | undefined): void => {
      for (const group of groups ?? []) {
        if (group.isStaying && vm.going === true) continue;
        if (matchesSelector(group.selector, vm.labels)) found.push(group);
      }
    };
    take(this.#general.get(namespace));
    if (this.#byLabel.size > 0) {
      for (const key in vm.labels) take(this.#byLabel.get(labelKey(namespace, key, vm.labels[key] ?? '')));
    }
    return found;
  }
}

function enlist(index: Map<string, Set<AssignedVm>>, key: string, vm: AssignedVm, sign: 1 | -1): void {
  const set = index.get(key);
  if (sign === 1) {
    if (set) set.add(vm);
    else index.set(key, new Set([vm]));
  } else if (set?.delete(vm) === true && set.size === 0) index.delete(key);
}

/** A label that the selector demands, by which its VMs are found; the first by name. */
function narrowestPair(selector: LabelSelector): [string, string] | undefined {
  const key = Object.keys(selector.matchLabels ?? {}).sort()[0];
  return key === undefined ? undefined : [key, selector.matchLabels?.[key] ?? ''];
}

function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace}\n${key}\n${value}`;
}

/** The groups that a VM demands to be away from. */
function ownedGroups(vm: VmRequest): string[] {
  return (vm.placement.antiAffinity ?? [])
    .filter((term) => term.preferred === undefined)
    .map((term) => groupKey(namespaceOf(vm.key), term.selector, term.topologyKey ?? hostnameKey));
}

function groupKey(namespace: string, selector: LabelSelector, topologyKey: string): string {
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => compareText(a, b));
  return JSON.stringify([namespace, topologyKey, labels, selector.matchExpressions ?? []]);
}
