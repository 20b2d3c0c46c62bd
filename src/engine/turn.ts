/**
 * What controllers read and write by: reads go to the cache, writes show there at once and are gathered, one
 * an object, for a single transaction at the end of the turn, or of a few turns in a row. Nothing here waits.
 */
import { toTimestamp } from '../base/clock.ts';
import { deepEqual } from '../base/deep.ts';
import { hash32, identityUuid } from '../base/random.ts';
import { type ConditionInput, type Condition, setConditions } from '../model/conditions.ts';
import { withDefaults } from '../model/defaults.ts';
import { type Kind, type KindMap } from '../model/kinds/index.ts';
import * as lifecycle from '../model/lifecycle.ts';
import { type KubeObject, keyOf, keyText, parseKeyText } from '../model/object.ts';
import { type Infrastructure, type Metrics, type PrivateEntry, type Write } from '../model/ports.ts';
import { trackManager } from './ownership.ts';
import { type ObjectCache } from './cache.ts';
import { type Notes } from './notes.ts';
import { type PlacementQueries } from './placement-queries.ts';

export interface TurnOptions {
  readonly cache: ObjectCache;
  readonly world: Infrastructure & Metrics;
  readonly placer: PlacementQueries;
  readonly notes: Notes;
  readonly seed: number;
  /** The store's revision before the transaction. */
  readonly revision: number;
  /** Called for each object that this turn changes; `object` is undefined when it was removed. */
  readonly onChange: (object: KubeObject | undefined, old: KubeObject | undefined) => void;
}

interface StatusLike {
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
}

export class Turn {
  readonly cache: ObjectCache;
  readonly world: Infrastructure & Metrics;
  readonly placer: PlacementQueries;
  readonly seed: number;
  /** World time of the present turn, ms since the Unix epoch. */
  nowMs = 0;
  /** True in the turn that closes a run: measured figures are brought up to date in statuses. */
  figures = false;
  readonly #options: TurnOptions;
  /** Key text -> the object's final state in this turn; undefined when it goes. */
  readonly #written = new Map<string, KubeObject | undefined>();
  /** Key texts of the objects that the store holds and that this turn removes or replaces. */
  readonly #created = new Set<string>();
  readonly #private = new Map<string, unknown>();

  constructor(options: TurnOptions) {
    this.#options = options;
    this.cache = options.cache;
    this.world = options.world;
    this.placer = options.placer;
    this.seed = options.seed;
  }

  /** Makes an object, its defaults filled in. One of the same name must not be there. */
  create<K extends Kind>(kind: K, object: Omit<KindMap[K], 'status'>): KindMap[K] {
    const text = keyText(keyOf(object));
    const uid = identityUuid(this.seed, `${text}/${this.nowMs}`);
    const made = lifecycle.create(withDefaults(kind, object), uid, this.nowMs);
    if (!this.#written.has(text)) this.#created.add(text);
    this.#put(made);
    return made as KindMap[K];
  }

  /**
   * Replaces an object's metadata and spec. With a manager, the changed fields become that manager's, so
   * that a later `apply` knows who set them. Gives the object as it now stands.
   */
  update<T extends KubeObject>(next: T, manager?: string): T {
    const old = this.cache.find(keyOf(next));
    if (!old) return next;
    const tracked = manager === undefined ? next : trackManager(old, next, manager, this.nowMs);
    return this.#apply(lifecycle.update(old, tracked)) as T;
  }

  /** Replaces the status, if it says anything new, and marks the present generation as observed. */
  updateStatus<T extends KubeObject>(
    object: T,
    status: Partial<T['status']> & object,
    conditions: readonly ConditionInput[] = [],
  ): T {
    const old = this.cache.find(keyOf(object));
    if (!old) return object;
    const before = (old.status ?? {}) as StatusLike;
    const after: Record<string, unknown> = {
      ...before,
      ...status,
      observedGeneration: old.metadata.generation,
      conditions: setConditions(before.conditions, conditions, this.nowMs),
    };
    for (const field in after) if (after[field] === undefined) delete after[field];
    if (deepEqual(before, after)) return old as T;
    const next = { ...old, status: after };
    this.#put(next);
    return next as unknown as T;
  }

  /** Asks for deletion. */
  delete(object: KubeObject, propagation: lifecycle.Propagation = 'Background'): void {
    const old = this.cache.find(keyOf(object));
    if (old) this.#apply(lifecycle.remove(old, this.nowMs, propagation));
  }

  /** Adds a finalizer, so that the object cannot go before its controller has cleaned up. */
  addFinalizer<T extends KubeObject>(object: T, finalizer: string): T {
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(finalizer) || object.metadata.deletionTimestamp !== undefined) return object;
    return this.update({
      ...object,
      metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] },
    });
  }

  /** Takes a finalizer away; a terminating object goes with its last one. */
  removeFinalizer(object: KubeObject, finalizer: string): void {
    const old = this.cache.find(keyOf(object));
    if (!old?.metadata.finalizers?.includes(finalizer)) return;
    const finalizers = old.metadata.finalizers.filter((f) => f !== finalizer);
    this.#apply(lifecycle.update(old, { ...old, metadata: { ...old.metadata, finalizers } }));
  }

  /**
   * Tells what happened to an object. The same reason and message again count up the same event.
   */
  event(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { name, namespace = 'default', uid } = object.metadata;
    const digest = hash32(`${uid}/${reason}/${message}`).toString(16).padStart(8, '0');
    const key = { kind: 'Event', namespace, name: `${name}.${digest}` } as const;
    const old = this.cache.get('Event', namespace, key.name);
    const lastTimestamp = toTimestamp(this.nowMs);
    if (old) {
      this.#put({ ...old, count: (old.count ?? 1) + 1, lastTimestamp } as KubeObject);
      return;
    }
    this.create('Event', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: key.name, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        namespace: object.metadata.namespace,
        name,
        uid,
      },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: lastTimestamp,
      lastTimestamp,
      source: { component: `${object.kind.toLowerCase()}-controller` },
    });
  }

  /** What was remembered under this key, in this process or by the last that saved it. */
  getPrivate(key: string): unknown {
    return this.#options.notes.get(key);
  }

  /** Remembers something that is no API object for as long as this process runs. */
  keepPrivate(key: string, value: unknown): void {
    this.#options.notes.keep(key, value);
  }

  /** Remembers something that is no API object, for other processes too; undefined forgets it. */
  setPrivate(key: string, value: unknown): void {
    if (this.#options.notes.save(key, value)) this.#private.set(key, value);
  }

  get isEmpty(): boolean {
    return this.#written.size === 0 && this.#private.size === 0;
  }

  /** The outcome for the store, one write an object, ordered by key. */
  writes(): readonly Write[] {
    const texts = [...this.#written.keys()].sort();
    return texts.flatMap((text): Write[] => {
      const object = this.#written.get(text);
      if (object) return [{ type: 'put', object }];
      return this.#created.has(text) ? [] : [{ type: 'remove', key: parseKeyText(text) }];
    });
  }

  privateEntries(): readonly PrivateEntry[] {
    return [...this.#private.entries()].sort().map(([key, value]) => ({ key, value }));
  }

  #apply(transition: lifecycle.Transition): KubeObject {
    switch (transition.type) {
      case 'unchanged':
        return transition.object;
      case 'put':
        this.#put(transition.object);
        return transition.object;
      case 'remove':
        this.#remove(transition.object);
        return transition.object;
    }
  }

  #put(object: KubeObject): void {
    const old = this.cache.put(object);
    this.#written.set(keyText(keyOf(object)), object);
    this.#options.onChange(object, old);
  }

  #remove(object: KubeObject): void {
    const key = keyOf(object);
    const old = this.cache.remove(key);
    this.#written.set(keyText(key), undefined);
    this.#options.onChange(undefined, old);
  }
}
