/**
 * What the controllers read: every object, in memory, with the indexes that keep the cost of a change
 * proportional to the change. Filled from the store, kept current by the turns' own writes.
 */
import { assert } from '../base/errors.ts';
import { compareText } from '../base/listing.ts';
import { type Kind, type KindMap } from '../model/kinds/index.ts';
import { type KubeObject, type ObjectKey } from '../model/object.ts';
import { Bucket } from './bucket.ts';
import { type CacheIndex, type IndexDefinition } from './cache-index.ts';
import { EventAges } from './event-retention.ts';

export class ObjectCache {
  /** kind -> namespace -> name -> object. */
  readonly #objects = new Map<string, Map<string, Bucket>>();
  readonly #byUid = new Map<string, KubeObject>();
  /** uid of an owner -> the objects that name it, by uid. */
  readonly #dependents = new Map<string, Bucket>();
  readonly #indexes = new Map<IndexDefinition, CacheIndex>();
  /** kind -> the indexes that are fed its changes; '' -> those fed all. */
  readonly #fed = new Map<string, CacheIndex[]>();

  /** Events by age. */
  readonly events = new EventAges();

  constructor(indexes: readonly IndexDefinition[] = []) {
    for (const definition of indexes) {
      const index = definition.make();
      this.#indexes.set(definition, index);
      for (const kind of definition.kinds ?? ['']) {
        const fed = this.#fed.get(kind);
        if (fed) fed.push(index);
        else this.#fed.set(kind, [index]);
      }
    }
  }

  /** One of the indexes that the cache was made with. */
  index<T extends CacheIndex>(definition: IndexDefinition<T>): T {
    const index = this.#indexes.get(definition);
    assert(index, 'the cache was made without this index');
    return index as T;
  }

  get<K extends Kind>(kind: K, namespace: string, name: string): KindMap[K] | undefined {
    return this.#objects.get(kind)?.get(namespace)?.get(name) as KindMap[K] | undefined;
  }

  find(key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(key.kind)?.get(key.namespace)?.get(key.name);
  }

  byUid(uid: string): KubeObject | undefined {
    return this.#byUid.get(uid);
  }

  /** Objects of a kind, of one namespace or of all, ordered by namespace and name. */
  list<K extends Kind>(kind: K, namespace?: string): KindMap[K][] {
    const spaces = this.#objects.get(kind);
    if (!spaces) return [];
    const names = namespace === undefined ? [...spaces.keys()].sort(compareText) : [namespace];
    return names.flatMap((space) => spaces.get(space)?.sorted() ?? []) as unknown as KindMap[K][];
  }

  /** Objects that name this uid as an owner, in a stable order. */
  dependents(ownerUid: string): KubeObject[] {
    return this.#dependents.get(ownerUid)?.sorted() ?? [];
  }

  /** Every object; the order is that of insertion. */
  *all(): Iterable<KubeObject> {
    yield* this.#byUid.values();
  }

  /** How many objects of a kind there are, in one namespace or in all. */
  count(kind: Kind, namespace?: string): number {
    const spaces = this.#objects.get(kind);
    if (namespace !== undefined) return spaces?.get(namespace)?.size ?? 0;
    let count = 0;
    for (const space of spaces?.values() ?? []) count += space.size;
    return count;
  }

  get size(): number {
    return this.#byUid.size;
  }

  /** Stores a new or changed object; gives the one that it replaces. */
  put(object: KubeObject): KubeObject | undefined {
    const namespace = object.metadata.namespace ?? '';
    const old = this.find({ kind: object.kind, namespace, name: object.metadata.name });
    let spaces = this.#objects.get(object.kind);
    if (!spaces) this.#objects.set(object.kind, (spaces = new Map<string, Bucket>()));
    bucketOf(spaces, namespace).set(object.metadata.name, object);
    this.#byUid.set(object.metadata.uid ?? '', object);
    if (object.kind === 'Event') this.events.put(object as KindMap['Event']);
    this.#follow(object, old);
    return old;
  }

  /** Forgets an object; gives it if it was there. */
  remove(key: ObjectKey): KubeObject | undefined {
    const old = this.find(key);
    if (!old) return undefined;
    this.#objects.get(key.kind)?.get(key.namespace)?.delete(key.name);
    this.#byUid.delete(old.metadata.uid ?? '');
    if (old.kind === 'Event') this.events.remove(old as KindMap['Event']);
    this.#follow(undefined, old);
    return old;
  }

  /** Tells the indexes. */
  #follow(object: KubeObject | undefined, old: KubeObject | undefined): void {
    const before = old?.metadata.ownerReferences ?? [];
    for (const { uid } of before) this.#dependents.get(uid)?.delete(old?.metadata.uid ?? '');
    for (const { uid } of object?.metadata.ownerReferences ?? []) {
      if (object) bucketOf(this.#dependents, uid).set(object.metadata.uid ?? '', object);
    }
    for (const index of this.#fed.get((object ?? old)?.kind ?? '') ?? []) index.replace(object, old);
    for (const index of this.#fed.get('') ?? []) index.replace(object, old);
  }
}

function bucketOf(map: Map<string, Bucket>, key: string): Bucket {
  let bucket = map.get(key);
  if (!bucket) map.set(key, (bucket = new Bucket()));
  return bucket;
}
