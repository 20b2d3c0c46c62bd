/** Who waits for others to make room, and who gives up room: what the fleet keeps for the former. */
import { compareText } from '../../base/listing.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type Fleet } from '../../placement/fleet.ts';
import { type Placement, place, reasonsOn } from '../../placement/place.ts';
import { type Preemption } from '../../placement/preemption.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { findPreemption, nomination } from './preempting.ts';
import { requestOf, scoringOf } from './requests.ts';
import { machineKey } from '../machines/key.ts';
import { amountOf } from '../../model/amount.ts';
import { isGivingUp, nominatedHostOf } from '../machines/preemption.ts';

export class Nominations {
  readonly #fleet: Fleet;
  readonly #cache: ObjectCache;
  /** Keys of VMs that others make room for. */
  readonly #nominated = new Set<string>();
  /** Keys of VMs that give up their room by themselves. */
  readonly #givingUp = new Set<string>();

  constructor(fleet: Fleet, cache: ObjectCache) {
    this.#fleet = fleet;
    this.#cache = cache;
  }

  /** Notes a VM as it is, or that it is gone. */
  observe(key: string, vm: VirtualMachine | undefined): void {
    if (nominatedHostOf(vm) === undefined) this.#nominated.delete(key);
    else this.#nominated.add(key);
  }

  /** How many VMs others make room for. */
  get size(): number {
    return this.#nominated.size;
  }

  /** True when others make room for the VM. */
  has(key: string): boolean {
    return this.#nominated.has(key);
  }

  /**
   * Brings the fleet up to date. Answers whether room that was kept is kept no longer, or room that was to come
   * free is not.
   */
  sync(key: string, vm: VirtualMachine | undefined): boolean {
    const own = key + nomination;
    const before = this.#fleet.hostOf(own);
    const host = nominatedHostOf(vm);
    if (vm && host !== undefined) {
      this.#fleet.assign({ ...requestOf(vm, amountOf(vm.spec.resources)), key: own }, host);
    } else if (before !== undefined) this.#fleet.unassign(own);
    const wasGivingUp = this.#givingUp.has(key);
    const givesUp = isGivingUp(vm);
    if (givesUp) this.#givingUp.add(key);
    else this.#givingUp.delete(key);
    return (before !== undefined && before !== host) || (wasGivingUp && !givesUp);
  }

  /** The fleet's keys of the room that is kept on a host. */
  keptOn(host: string): string[] {
    return [...this.#nominated]
      .map((key) => key + nomination)
      .filter((key) => this.#fleet.hostOf(key) === host);
  }

  /** The VMs that others make room for: higher priority first, then the older, then by key. */
  inOrder(machine: (key: string) => VirtualMachine | undefined): VirtualMachine[] {
    return [...this.#nominated].flatMap((key) => machine(key) ?? []).sort(byUrgency);
  }

  /** A host that takes the VM now, its own room on `host` included; taken, that room is kept no longer. */
  claim(vm: VirtualMachine): Placement {
    const own = machineKey(vm) + nomination;
    const request = requestOf(vm, amountOf(vm.spec.resources));
    const result = this.#fleet.without([own], () => place(request, this.#fleet, scoringOf(vm)));
    if (result.type === 'placed') this.#fleet.unassign(own);
    return result;
  }

  /** Why `host` would not take the VM even once all have gone who give up their room; empty: it would. */
  obstacles(vm: VirtualMachine, host: string): readonly string[] {
    const request = requestOf(vm, amountOf(vm.spec.resources));
    return this.#fleet.without([machineKey(vm) + nomination, ...this.#givingUp], () =>
      reasonsOn(request, this.#fleet, host, scoringOf(vm)),
    );
  }

  /** Who could make room for a VM that no host takes, if that helps. */
  find(vm: VirtualMachine): Preemption | undefined {
    return findPreemption(vm, requestOf(vm, amountOf(vm.spec.resources)), {
      fleet: this.#fleet,
      cache: this.#cache,
      givingUp: this.#givingUp,
      scoring: scoringOf(vm),
    });
  }
}

function byUrgency(a: VirtualMachine, b: VirtualMachine): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return (
    b.spec.priority - a.spec.priority || compareText(left, right) || compareText(machineKey(a), machineKey(b))
  );
}
