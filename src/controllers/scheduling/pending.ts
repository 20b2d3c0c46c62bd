/**
 * The VMs that want a host, grouped by what they ask for: when one of a group is refused, the fleet refuses
 * all of it, so that a change of the fleet costs what it lets be placed and not what waits. Among VMs of one priority
 * the party (the tenant) with the lowest share of the hosts goes first.
 */
import { Heap } from '../../base/heap.ts';
import { compareText } from '../../base/listing.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { FairShares } from '../../placement/fairness.ts';
import { machineKey } from '../machines/key.ts';
import { labels } from '../../model/annotations.ts';

interface Waiting {
  readonly key: string;
  readonly priority: number;
  readonly since: string;
}

interface Group {
  readonly party: string;
  /** May hold keys that no longer wait, or wait in another group: they are passed over. */
  readonly queue: Heap<Waiting>;
  refused: boolean;
}

/** A party's most urgent VM, as it stood at some time. */
interface Candidate extends Waiting {
  readonly party: string;
  readonly share: number;
  /** The party's `turn` when it was put down: another one is out of date. */
  readonly turn: number;
}

interface Party {
  readonly groups: Map<string, Group>;
  /** Counts the changes of what it would have placed next. */
  turn: number;
}

/** Higher priority first, then the older, then by key. */
function byUrgency(a: Waiting, b: Waiting): number {
  return b.priority - a.priority || compareText(a.since, b.since) || compareText(a.key, b.key);
}

/** As `byUrgency`, but of the same priority the party with the lower share goes before the older. */
function byFairness(a: Candidate, b: Candidate): number {
  return b.priority - a.priority || a.share - b.share || byUrgency(a, b);
}

export class PendingMachines {
  readonly #groups = new Map<string, Group>();
  /** Key of each VM that waits -> its group. */
  readonly #groupOf = new Map<string, string>();
  /** The spec and labels by which a waiting VM was last grouped, to notice a change cheaply. */
  readonly #seen = new Map<string, { spec: unknown; labels: unknown }>();
  readonly #parties = new Map<string, Party>();
  /** Parties whose candidate has to be found anew. */
  readonly #stale = new Set<string>();
  #candidates = new Heap<Candidate>(byFairness);
  /** The `version` of the shares by which the candidates are ordered. */
  #version = -1;

  constructor(private readonly shares = new FairShares()) {}

  get size(): number {
    return this.#groupOf.size;
  }

  /** Keys of all that wait, in order. */
  keys(): string[] {
    return [...this.#groupOf.keys()].sort(compareText);
  }

  /** A VM waits, or waits for something else than before. */
  put(vm: VirtualMachine): void {
    const key = machineKey(vm);
    const seen = this.#seen.get(key);
    if (seen?.spec === vm.spec && seen.labels === vm.metadata.labels) return;
    this.#seen.set(key, { spec: vm.spec, labels: vm.metadata.labels });
    const name = groupName(vm);
    if (this.#groupOf.get(key) === name) return;
    this.delete(key);
    this.#seen.set(key, { spec: vm.spec, labels: vm.metadata.labels });
    this.#groupOf.set(key, name);
    const group = this.#groups.get(name) ?? this.#open(name, partyOf(vm));
    group.queue.push({ key, priority: vm.spec.priority, since: vm.metadata.creationTimestamp ?? '' });
    this.#stale.add(group.party);
  }

  /** A VM waits no longer. */
  delete(key: string): void {
    const group = this.#groups.get(this.#groupOf.get(key) ?? '');
    if (group) this.#stale.add(group.party);
    this.#groupOf.delete(key);
    this.#seen.delete(key);
  }

  /** The fleet has changed for the better: everything may be tried again. */
  retry(): void {
    for (const group of this.#groups.values()) {
      if (group.refused) this.#stale.add(group.party);
      group.refused = false;
    }
  }

  /** The key of the VM that is next, of those whose group has not been refused; undefined when there is none. */
  next(): string | undefined {
    this.#refresh();
    for (let best = this.#candidates.peek(); best; best = this.#candidates.peek()) {
      if (this.#parties.get(best.party)?.turn === best.turn) return best.key;
      this.#candidates.pop();
    }
    return undefined;
  }

  /** The VM was refused, and so is every other that asks for the same. */
  refuse(key: string): void {
    const group = this.#groups.get(this.#groupOf.get(key) ?? '');
    if (!group) return;
    group.refused = true;
    this.#stale.add(group.party);
  }

  #open(name: string, party: string): Group {
    const group: Group = { party, queue: new Heap<Waiting>(byUrgency), refused: false };
    this.#groups.set(name, group);
    const known = this.#parties.get(party) ?? { groups: new Map<string, Group>(), turn: 0 };
    known.groups.set(name, group);
    this.#parties.set(party, known);
    return group;
  }

  /** Puts down the candidates of the parties for which anything has changed. */
  #refresh(): void {
    for (const party of this.shares.takeChanged()) this.#stale.add(party);
    if (this.#version !== this.shares.version) {
      this.#version = this.shares.version;
      this.#candidates = new Heap<Candidate>(byFairness);
      for (const party of this.#parties.keys()) this.#stale.add(party);
    }
    for (const name of this.#stale) {
      const party = this.#parties.get(name);
      if (!party) continue;
      const turn = ++party.turn;
      const best = this.#bestOf(party);
      if (party.groups.size === 0) this.#parties.delete(name);
      const share = this.shares.of(name).weighted;
      if (best) this.#candidates.push({ ...best, party: name, share, turn });
    }
    this.#stale.clear();
  }

  /** The most urgent of a party; forgets its groups in which nobody waits. */
  #bestOf(party: Party): Waiting | undefined {
    let best: Waiting | undefined;
    for (const [name, group] of party.groups) {
      const head = this.#head(name, group);
      if (!head) {
        this.#groups.delete(name);
        party.groups.delete(name);
      } else if (!group.refused && (!best || byUrgency(head, best) < 0)) best = head;
    }
    return best;
  }

  #head(name: string, group: Group): Waiting | undefined {
    for (let head = group.queue.peek(); head; head = group.queue.peek()) {
      if (this.#groupOf.get(head.key) === name) return head;
      group.queue.pop();
    }
    return undefined;
  }
}

/** Whose share of the hosts a VM counts to: `namespace/tenant`; '' for all VMs that no tenant has for itself. */
export function partyOf({ metadata }: KubeObject): string {
  const tenant = metadata.labels?.[labels.tenant];
  return tenant === undefined ? '' : `${metadata.namespace ?? ''}/${tenant}`;
}

/** All that placement and preemption look at: the fleet gives the same answer to VMs of the same group. */
function groupName(vm: VirtualMachine): string {
  const { spec, metadata } = vm;
  const { mode, guest, resources, placement, priority, preemption } = spec;
  return JSON.stringify([
    metadata.namespace,
    metadata.labels,
    [mode, guest.paravirtualized, resources.cpu, resources.memory, placement, priority, preemption],
  ]);
}
