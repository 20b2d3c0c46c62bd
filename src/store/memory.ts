import { type ApiError } from '../base/errors.ts';
import { compareText } from '../base/listing.ts';
import { keyOf, type KubeObject, type ObjectKey } from '../model/object.ts';
import {
  type Batch,
  type Change,
  type Committed,
  type Fence,
  type ListOptions,
  type Listing,
  type PrivateEntry,
  type Store,
} from '../model/ports.ts';
import { matchesSelector } from '../model/selectors.ts';
import { checkReadable, compactionTarget, defaultHistoryLimit } from './history.ts';
import { planBatch, recentChanges, type StoredState } from './plan.ts';
import { Watchers } from './watchers.ts';

export interface MemoryStoreOptions {
  /** Of the uids of created objects. */
  readonly seed: number;
  /** @defaultValue defaultHistoryLimit */
  readonly historyLimit?: number;
}

/**
 * A store that lives and ends with the process; `flush` has nothing to do. It keeps references: objects and
 * private values must not be mutated once handed over.
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  return new MemoryStore(options.seed, options.historyLimit ?? defaultHistoryLimit);
}

/** The objects of one kind by namespace and name. */
interface KindTable {
  readonly objects: Map<string, KubeObject>;
  /** In listing order; absent after a write, until the next listing. */
  sorted?: readonly KubeObject[];
}

class MemoryStore implements Store {
  readonly #seed: number;
  readonly #historyLimit: number;
  readonly #kinds = new Map<string, KindTable>();
  readonly #private = new Map<string, unknown>();
  /** The changes after `#compacted`, without gaps: the one of revision r stands at r - #compacted - 1. */
  #history: Change[] = [];
  #compacted = 0;
  #revision = 0;
  #fence: Fence | undefined;
  readonly #watchers = new Watchers((revision) => this.#changesAfter(revision));

  constructor(seed: number, historyLimit: number) {
    this.#seed = seed;
    this.#historyLimit = historyLimit;
  }

  async revision(): Promise<number> {
    return this.#revision;
  }

  async get(key: ObjectKey): Promise<KubeObject | undefined> {
    return this.#find(key);
  }

  async list(kind: string, options: ListOptions = {}): Promise<Listing> {
    const { namespace, selector } = options;
    const items = this.#sorted(kind).filter(
      ({ metadata }) =>
        (namespace === undefined || (metadata.namespace ?? '') === namespace) &&
        (selector === undefined || matchesSelector(selector, metadata.labels)),
    );
    return { items, revision: this.#revision };
  }

  async commit(batch: Batch): Promise<Committed> {
    this.#verifyFence();
    const state: StoredState = {
      revision: this.#revision,
      get: (key) => this.#find(key),
      has: (key) => this.#find(key) !== undefined,
      recent: () => this.#history.slice(-recentChanges),
    };
    // From here on nothing can fail: what is planned happens as a whole.
    const plan = planBatch(batch, state, this.#seed);
    for (const change of plan.changes) this.#apply(change);
    for (const { key, value } of batch.private ?? []) this.#putPrivate(key, value);
    this.#forget();
    this.#watchers.notify(plan.changes);
    return { revision: plan.revision, outcomes: plan.outcomes };
  }

  async changes(revision: number, limit?: number): Promise<readonly Change[]> {
    return this.#changesAfter(revision, limit);
  }

  async watch(
    revision: number,
    listener: (change: Change) => void,
    onEnd?: (error: ApiError) => void,
  ): Promise<() => void> {
    return this.#watchers.add(revision, listener, onEnd);
  }

  async getPrivate(key: string): Promise<unknown> {
    return this.#private.get(key);
  }

  async listPrivate(prefix: string): Promise<readonly PrivateEntry[]> {
    return [...this.#private]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => compareText(a, b))
      .map(([key, value]) => ({ key, value }));
  }

  async transactPrivate(key: string, update: (current: unknown) => unknown): Promise<unknown> {
    if (key !== this.#fence?.key) this.#verifyFence();
    const value = update(this.#private.get(key));
    this.#putPrivate(key, value);
    return value;
  }

  fence(fence: Fence | undefined): void {
    this.#fence = fence;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.#watchers.clear();
  }

  #verifyFence(): void {
    this.#fence?.verify(this.#private.get(this.#fence.key));
  }

  #table(kind: string): KindTable {
    let table = this.#kinds.get(kind);
    if (!table) this.#kinds.set(kind, (table = { objects: new Map() }));
    return table;
  }

  #find(key: ObjectKey): KubeObject | undefined {
    return this.#kinds.get(key.kind)?.objects.get(`${key.namespace}/${key.name}`);
  }

  #sorted(kind: string): readonly KubeObject[] {
    const table = this.#kinds.get(kind);
    if (!table) return [];
    return (table.sorted ??= [...table.objects.values()].sort(
      (a, b) =>
        compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
        compareText(a.metadata.name, b.metadata.name),
    ));
  }

  #apply(change: Change): void {
    const { kind, namespace, name } = keyOf(change.object);
    const table = this.#table(kind);
    if (change.type === 'Deleted') table.objects.delete(`${namespace}/${name}`);
    else table.objects.set(`${namespace}/${name}`, change.object);
    table.sorted = undefined;
    this.#history.push(change);
    this.#revision = change.revision;
  }

  #putPrivate(key: string, value: unknown): void {
    if (value === undefined) this.#private.delete(key);
    else this.#private.set(key, value);
  }

  #changesAfter(revision: number, limit?: number): readonly Change[] {
    checkReadable(revision, this.#revision, this.#compacted);
    const start = revision - this.#compacted;
    return this.#history.slice(start, limit === undefined ? undefined : start + limit);
  }

  #forget(): void {
    const target = compactionTarget(this.#revision, this.#compacted, this.#historyLimit);
    if (target === this.#compacted) return;
    this.#history = this.#history.slice(target - this.#compacted);
    this.#compacted = target;
  }
}
