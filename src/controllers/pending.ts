/**
 * The VMs that want a host, grouped by what they ask for: when one of a group is refused, the fleet refuses
 * all of it, so that a change of the fleet costs what it lets be placed and not what waits.
 */
import { Heap } from '../base/heap.ts';
import { compareText } from '../base/listing.ts';
import { type VirtualMachine } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';

interface Waiting {
  readonly key: string;
  readonly priority: number;
  readonly since: string;
}

interface Group {
  /** May hold keys that no longer wait, or wait in another group: they are passed over. */
  readonly queue: Heap<Waiting>;
  refused: boolean;
}

/** Higher priority first, then the older, then by key. */
function byUrgency(a: Waiting, b: Waiting): number {
  return b.priority - a.priority || compareText(a.since, b.since) || compareText(a.key, b.key);
}

export class PendingMachines {
  readonly #groups = new Map<string, Group>();
  /** Key of each VM that waits -> its group. */
  readonly #groupOf = new Map<string, string>();
  /** The spec and labels by which a waiting VM was last grouped, to notice a change cheaply. */
  readonly #seen = new Map<string, { spec: unknown; labels: unknown }>();

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
    this.#groupOf.set(key, name);
    let group = this.#groups.get(name);
    if (!group) this.#groups.set(name, (group = { queue: new Heap<Waiting>(byUrgency), refused: false }));
    group.queue.push({ key, priority: vm.spec.priority, since: vm.metadata.creationTimestamp ?? '' });
  }

  /** A VM waits no longer. */
  delete(key: string): void {
    this.#groupOf.delete(key);
    this.#seen.delete(key);
  }

  /** The fleet has changed for the better: everything may be tried again. */
  retry(): void {
    for (const group of this.#groups.values()) group.refused = false;
  }

  /** The key of the most urgent VM whose group has not been refused; undefined when there is none. */
  next(): string | undefined {
    let best: Waiting | undefined;
    for (const [name, group] of this.#groups) {
      const head = this.#head(name, group);
      if (!head) this.#groups.delete(name);
      else if (!group.refused && (!best || byUrgency(head, best) < 0)) best = head;
    }
    return best?.key;
  }

  /** The VM was refused, and so is every other that asks for the same. */
  refuse(key: string): void {
    const group = this.#groups.get(this.#groupOf.get(key) ?? '');
    if (group) group.refused = true;
  }

  #head(name: string, group: Group): Waiting | undefined {
    for (let head = group.queue.peek(); head; head = group.queue.peek()) {
      if (this.#groupOf.get(head.key) === name) return head;
      group.queue.pop();
    }
    return undefined;
  }
}

/** `namespace/name` of a VM. */
export function machineKey(vm: KubeObject): string {
  return `${vm.metadata.namespace ?? ''}/${vm.metadata.name}`;
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
