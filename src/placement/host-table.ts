import { deepEqual } from '../base/deep.ts';
import { compareText } from '../base/listing.ts';
import { type Amount } from '../model/amount.ts';
import { ChangeLog } from './change-log.ts';
import { Axis } from './topology.ts';
import { type HostView } from './types.ts';

/**
 * The hosts of a fleet as columns, a slot a host, with what is used of each.
 *
 * A change of use, readiness, cordon, taints or capacity is told slot by slot in `changes`. Any other change
 * (a host comes or goes, its labels or its hypervisor change) makes a new `structure`, and readers start anew.
 */
export class HostTable {
  /** By slot; undefined for a free slot. */
  readonly hosts: (HostView | undefined)[] = [];
  readonly allocatableCpu: number[] = [];
  readonly allocatableMemory: number[] = [];
  readonly usedCpu: number[] = [];
  /** With each guest's overhead. */
  readonly usedMemory: number[] = [];
  readonly changes = new ChangeLog();
  /** Slots whose readiness, cordon, taints or capacity changed: a part of `changes`. */
  readonly factChanges = new ChangeLog();
  readonly #slotOf = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #axes = new Map<string, Axis>();
  #structure = 0;
  #ordered: readonly number[] | undefined;

  get structure(): number {
    return this.#structure;
  }

  get size(): number {
    return this.#slotOf.size;
  }

  slot(name: string): number | undefined {
    return this.#slotOf.get(name);
  }

  /** The slots in the order of their hosts' names. */
  ordered(): readonly number[] {
    this.#ordered ??= [...this.#slotOf.entries()]
      .sort(([a], [b]) => compareText(a, b))
      .map(([, slot]) => slot);
    return this.#ordered;
  }

  /** The axis of a topology key, made when first asked for. */
  axis(key: string): Axis {
    let axis = this.#axes.get(key);
    if (axis === undefined) {
      axis = new Axis(key);
      for (const slot of this.#slotOf.values()) axis.put(slot, this.hosts[slot]);
      this.#axes.set(key, axis);
    }
    return axis;
  }

  /** Adds a host or replaces what is known of it. Its VMs stay, with the overhead that they were added with. */
  put(host: HostView): number {
    const known = this.#slotOf.get(host.name);
    const slot = known ?? this.#free.pop() ?? this.hosts.length;
    const before = this.hosts[slot];
    if (known === undefined) {
      this.#slotOf.set(host.name, slot);
      this.#ordered = undefined;
      this.usedCpu[slot] = this.usedMemory[slot] = 0;
    }
    this.hosts[slot] = host;
    this.allocatableCpu[slot] = host.allocatable.cpuMillis;
    this.allocatableMemory[slot] = host.allocatable.memoryBytes;
    if (before === undefined || hasNewStructure(before, host)) {
      this.#structure++;
      for (const axis of this.#axes.values()) axis.put(slot, host);
    }
    this.changes.mark(slot);
    this.factChanges.mark(slot);
    return slot;
  }

  /** Forgets a host. Its VMs must have been taken off before. */
  remove(name: string): void {
    const slot = this.#slotOf.get(name);
    if (slot === undefined) return;
    for (const axis of this.#axes.values()) axis.put(slot, undefined);
    this.#slotOf.delete(name);
    this.#free.push(slot);
    this.hosts[slot] = undefined;
    this.#ordered = undefined;
    this.#structure++;
  }

  /** Adds (`sign` 1) or takes off (-1) one guest. */
  use(slot: number, guest: Amount, sign: 1 | -1): void {
    this.usedCpu[slot] = (this.usedCpu[slot] ?? 0) + sign * guest.cpuMillis;
    this.usedMemory[slot] = (this.usedMemory[slot] ?? 0) + sign * this.memoryNeed(slot, guest);
    this.changes.mark(slot);
  }

  /** Millicores that no guest has; negative on a host that shrank under its guests. */
  freeCpu(slot: number): number {
    return (this.allocatableCpu[slot] ?? 0) - (this.usedCpu[slot] ?? 0);
  }

  /** What a guest takes of a host's memory: its own, and what the VMM needs for it, bytes. */
  memoryNeed(slot: number, guest: Amount): number {
    return guest.memoryBytes + this.overhead(slot, guest);
  }

  /** What the VMM needs for a guest, bytes. */
  overhead(slot: number, guest: Amount): number {
    return this.hosts[slot]?.memoryOverhead(guest) ?? 0;
  }

  /** Bytes that this guest could have for itself, its overhead set aside. */
  freeMemory(slot: number, guest: Amount): number {
    const left = (this.allocatableMemory[slot] ?? 0) - (this.usedMemory[slot] ?? 0);
    return left - this.overhead(slot, guest);
  }

  /**
   * True when one more guest would need more CPU than is free once guests have given back `freed` millicores.
   * As in Kubernetes, a host lacks nothing of what a guest does not need, even when it is overfull.
   * Source: kubernetes/kubernetes pkg/scheduler/framework/plugins/noderesources/fit.go
   */
  lacksCpu(slot: number, cpuMillis: number, freed = 0): boolean {
    return cpuMillis > 0 && cpuMillis > this.freeCpu(slot) + freed;
  }

  /**
   * The same for memory. What the VMM takes for a guest is a part of the guest's need, as the overhead of a pod
   * is: a guest without memory of its own may need some.
   */
  lacksMemory(slot: number, guest: Amount, freed = 0): boolean {
    const need = this.memoryNeed(slot, guest);
    return need > 0 && need > (this.allocatableMemory[slot] ?? 0) - (this.usedMemory[slot] ?? 0) + freed;
  }
}

function hasNewStructure(before: HostView, after: HostView): boolean {
  return (
    before.hardwareAssist !== after.hardwareAssist ||
    !deepEqual(before.labels, after.labels) ||
    !deepEqual(before.hypervisor, after.hypervisor)
  );
}
