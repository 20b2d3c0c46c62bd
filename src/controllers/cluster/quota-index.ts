import { type CacheIndex, type IndexDefinition } from '../../engine/cache-index.ts';
import { compareText } from '../../base/listing.ts';
import { findCondition } from '../../model/conditions.ts';
import { type ResourceQuota, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { isTerminating, keyOf, type KubeObject, type ObjectKey } from '../../model/object.ts';
import { askedBy, type Figures, type Limit, limitsOf, plus, presentOf } from '../../model/quota.ts';

/** The condition of a pool that a quota keeps from making VMs. */
export const replicaFailure = 'ReplicaFailure';

interface Room {
  present: Figures;
  asked: Figures;
  readonly quotas: Map<string, ResourceQuota>;
  /** Pools that a quota keeps from making VMs, by name. */
  readonly held: Map<string, ObjectKey>;
}

/**
 * What the objects of each namespace take and ask for, counted as they change, and the quotas that limit it.
 */
class QuotaIndex implements CacheIndex {
  readonly #rooms = new Map<string, Room>();

  /** What the objects that are there take. */
  present(namespace: string): Figures {
    return this.#rooms.get(namespace)?.present ?? {};
  }

  /** What they ask for: a pool all of its VMs, whether they are there or not. */
  asked(namespace: string): Figures {
    return this.#rooms.get(namespace)?.asked ?? {};
  }

  /** The quotas of a namespace, ordered by name. */
  of(namespace: string): ResourceQuota[] {
    const quotas = this.#rooms.get(namespace)?.quotas;
    if (!quotas || quotas.size === 0) return [];
    return [...quotas.values()].sort((a, b) => compareText(a.metadata.name, b.metadata.name));
  }

  /** The limits in force in a namespace, by quota and constraint. */
  limits(namespace: string): Limit[] {
    return this.of(namespace).flatMap((quota) => (isTerminating(quota) ? [] : limitsOf(quota)));
  }

  /** The pools of a namespace that a quota keeps from making VMs, ordered by name. */
  held(namespace: string): ObjectKey[] {
    const held = this.#rooms.get(namespace)?.held.values() ?? [];
    return [...held].sort((a, b) => compareText(a.name, b.name));
  }

  /** Counts an object as it now is instead of as it was. */
  replace(object: KubeObject | undefined, old: KubeObject | undefined): void {
    const namespace = (object ?? old)?.metadata.namespace;
    if (namespace === undefined) return;
    const room = this.#roomOf(namespace);
    this.#note(room, object, old);
    // Neither a status nor labels take anything.
    const same = object && old?.spec === object.spec;
    if (same && old?.metadata.ownerReferences === object.metadata.ownerReferences) return;
    if (old) {
      room.present = plus(room.present, presentOf(old), -1);
      room.asked = plus(room.asked, askedBy(old), -1);
    }
    if (!object) return;
    room.present = plus(room.present, presentOf(object));
    room.asked = plus(room.asked, askedBy(object));
  }

  #note({ quotas, held }: Room, object: KubeObject | undefined, old: KubeObject | undefined): void {
    const one = object ?? old;
    if (one?.kind === 'ResourceQuota') {
      if (object) quotas.set(one.metadata.name, object as ResourceQuota);
      else quotas.delete(one.metadata.name);
    }
    if (one?.kind !== 'VirtualMachinePool') return;
    const { status } = (object ?? {}) as Partial<VirtualMachinePool>;
    const isHeld = findCondition(status?.conditions, replicaFailure)?.status === 'True';
    if (isHeld) held.set(one.metadata.name, keyOf(one));
    else held.delete(one.metadata.name);
  }

  #roomOf(namespace: string): Room {
    let room = this.#rooms.get(namespace);
    if (!room) {
      room = { present: {}, asked: {}, quotas: new Map(), held: new Map() };
      this.#rooms.set(namespace, room);
    }
    return room;
  }
}

/** What the objects of each namespace take of its quotas. */
export const quotas: IndexDefinition<QuotaIndex> = { make: () => new QuotaIndex() };
