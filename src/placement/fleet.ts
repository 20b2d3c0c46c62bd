import { compareText } from '../base/listing.ts';
import { assert } from '../base/errors.ts';
import { deepEqual } from '../base/deep.ts';
import { Counters, type AssignedVm } from './counters.ts';
import { FairShares } from './fairness.ts';
import { HostTable } from './host-table.ts';
import { RankingCache } from './ranking-cache.ts';
import { type HostView, type VmRequest } from './types.ts';

/**
 * The hosts and the VMs assigned to each, indexed so that `place` looks at few hosts.
 *
 * Adding and taking off a VM costs O(log hosts) at the next question; a host that comes, goes or changes its
 * labels or hypervisor costs O(hosts) at the next question. `HostView`s and `VmRequest`s are kept, not copied.
 */
export class Fleet {
  /** Columns of host figures; for the modules of this folder. */
  readonly table = new HostTable();
  /** Counters of VMs by domain; for the modules of this folder. */
  readonly counters = new Counters(this.table);
  /** Answers that are remembered; for the modules of this folder. */
  readonly rankings = new RankingCache(this.table, this.counters);
  /** What each party has of all hosts. */
  readonly shares = new FairShares();
  readonly #vms = new Map<string, AssignedVm>();
  readonly #vmsOn = new Map<number, Map<string, VmRequest>>();
  /** How many VMs have each priority. */
  readonly #priorities = new Map<number, number>();

  get hostCount(): number {
    return this.table.size;
  }

  get vmCount(): number {
    return this.#vms.size;
  }

  /** How often hosts were scored since the fleet came into being: what its placements have cost. */
  get scans(): number {
    return this.rankings.statistics.scans;
  }

  host(name: string): HostView | undefined {
    const slot = this.table.slot(name);
    return slot === undefined ? undefined : this.table.hosts[slot];
  }

  /** Names of all hosts, in order. */
  hostNames(): string[] {
    return this.table.ordered().map((slot) => this.table.hosts[slot]?.name ?? '');
  }

  /** Adds a host or replaces what is known of it; its VMs stay. */
  putHost(host: HostView): void {
    const slot = this.table.slot(host.name);
    const before = slot === undefined ? undefined : this.table.hosts[slot];
    const residents = slot === undefined ? undefined : this.#vmsOn.get(slot);
    // A host that changes its domains takes its VMs along to the counters of the new ones; under another hypervisor they
    // have another overhead.
    const moves = before !== undefined && residents !== undefined && !deepEqual(before.labels, host.labels);
    if (moves) this.#recount(residents, -1);
    const weighs = before !== undefined && before.memoryOverhead !== host.memoryOverhead;
    if (weighs) for (const vm of residents?.values() ?? []) this.table.use(slot ?? -1, vm, -1);
    if (before) this.shares.countTotal(before.allocatable, -1);
    this.shares.countTotal(host.allocatable, 1);
    this.table.put(host);
    if (weighs) for (const vm of residents?.values() ?? []) this.table.use(slot ?? -1, vm, 1);
    if (moves) this.#recount(residents, 1);
  }

  /** Removes a host and what was assigned to it; answers with those VMs, in the order of their keys. */
  removeHost(name: string): VmRequest[] {
    const vms = this.vmsOn(name);
    for (const vm of vms) this.unassign(vm.key);
    const host = this.host(name);
    if (host) this.shares.countTotal(host.allocatable, -1);
    this.table.remove(name);
    return vms;
  }

  /**
   * Puts a VM on a host, from wherever it was, whether or not it fits: what is so is so.
   * False, and nothing changes, when the fleet has no such host.
   */
  assign(vm: VmRequest, hostName: string): boolean {
    const slot = this.table.slot(hostName);
    if (slot === undefined) return false;
    this.unassign(vm.key);
    const assigned = { vm, slot };
    this.#vms.set(vm.key, assigned);
    const residents = this.#vmsOn.get(slot);
    if (residents) residents.set(vm.key, vm);
    else this.#vmsOn.set(slot, new Map([[vm.key, vm]]));
    this.#account(assigned, 1);
    return true;
  }

  /** Takes a VM off its host; false when it was on none. */
  unassign(key: string): boolean {
    const assigned = this.#vms.get(key);
    if (assigned === undefined) return false;
    this.#vms.delete(key);
    this.#vmsOn.get(assigned.slot)?.delete(key);
    this.#account(assigned, -1);
    return true;
  }

  /** What `ask` answers when these VMs are on no host. They are back on theirs when it returns. */
  without<T>(keys: readonly string[], ask: () => T): T {
    const taken = keys.flatMap((key) => this.#vms.get(key) ?? []);
    for (const { vm } of taken) this.unassign(vm.key);
    try {
      return ask();
    } finally {
      for (const { vm, slot } of taken) this.assign(vm, this.table.hosts[slot]?.name ?? '');
    }
  }

  /** The name of the host that a VM is assigned to. */
  hostOf(key: string): string | undefined {
    const assigned = this.#vms.get(key);
    return assigned && this.table.hosts[assigned.slot]?.name;
  }

  /** The VMs assigned to a host, in the order of their keys. */
  vmsOn(hostName: string): VmRequest[] {
    const slot = this.table.slot(hostName);
    const residents = slot === undefined ? undefined : this.#vmsOn.get(slot);
    return [...(residents?.values() ?? [])].sort((a, b) => compareText(a.key, b.key));
  }

  /** What the VMs of a host take, each one's overhead included. */
  allocated(hostName: string): { readonly cpuMillis: number; readonly memoryBytes: number } {
    const slot = this.table.slot(hostName) ?? -1;
    return { cpuMillis: this.table.usedCpu[slot] ?? 0, memoryBytes: this.table.usedMemory[slot] ?? 0 };
  }

  /** True when some assigned VM has a lower priority. */
  hasBelow(priority: number): boolean {
    for (const known of this.#priorities.keys()) if (known < priority) return true;
    return false;
  }

  #account(assigned: AssignedVm, sign: 1 | -1): void {
    const { vm, slot } = assigned;
    this.table.use(slot, vm, sign);
    this.counters.count(assigned, sign);
    this.shares.count(vm.party ?? '', vm, sign);
    const priority = vm.priority ?? 0;
    const count = (this.#priorities.get(priority) ?? 0) + sign;
    if (count === 0) this.#priorities.delete(priority);
    else this.#priorities.set(priority, count);
  }

  #recount(residents: ReadonlyMap<string, VmRequest>, sign: 1 | -1): void {
    for (const key of residents.keys()) {
      const assigned = this.#vms.get(key);
      assert(assigned, `VM ${key} is on a host but has no assignment`);
      this.counters.count(assigned, sign);
    }
  }
}
