import { sleep } from '../base/clock.ts';
import { assert, type ApiError } from '../base/errors.ts';
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
import { createAbsentStore } from './absent.ts';
import {
  decodeChange,
  decodeObject,
  decodeValue,
  encodeChange,
  encodeKey,
  encodeValue,
  keyRange,
  objectOf,
} from './encoding.ts';
import { explainFailure, isReadOnly } from './failure.ts';
import { checkReadable, compactionTarget, defaultHistoryLimit } from './history.ts';
import { openStateFiles, readHead, writeHead, type Head, type StateFiles } from './lmdb-files.ts';
import { stateExists } from './lmdb-header.ts';
import { planBatch, type Plan, recentChanges, type StoredState } from './plan.ts';
import { Watchers } from './watchers.ts';

export interface LmdbStoreOptions {
  /** The state folder. */
  readonly path: string;
  /** Of the uids of created objects. */
  readonly seed: number;
  /** @defaultValue defaultHistoryLimit */
  readonly historyLimit?: number;
  /**
   * Make the folder when there is no state in it. Without it a missing state reads as empty and refuses
   * writes, and nothing is made.
   * @defaultValue false
   */
  readonly create?: boolean;
}

/** How soon changes by other processes are seen, ms: well below the second that the port promises. */
const pollMs = 250;

/**
 * The embedded store: a folder that several processes may use at once, and that a crash of any of them, or
 * of the machine, leaves as of a whole commit. A commit that was resolved is on the disk.
 *
 * @throws UserError when the state was written by a newer vctl, is damaged, or may not be read or written.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  try {
    if (options.create !== true && !stateExists(options.path)) return createAbsentStore(options.path);
    return new LmdbStore(await openFiles(options), options);
  } catch (error) {
    throw explainFailure(options.path, error);
  }
}

/** Where nothing may be written (a mounted backup, another's state) what is there can be read all the same. */
async function openFiles({ path, create = false }: LmdbStoreOptions): Promise<StateFiles> {
  try {
    return await openStateFiles(path);
  } catch (error) {
    if (create || !isReadOnly(error)) throw error;
    return openStateFiles(path, true);
  }
}

interface PendingCommit {
  readonly batch: Batch;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of one pending commit inside the transaction. */
type Decision =
  { readonly type: 'Planned'; readonly plan: Plan } | { readonly type: 'Refused'; readonly error: unknown };

class LmdbStore implements Store {
  readonly #files: StateFiles;
  readonly #path: string;
  readonly #seed: number;
  readonly #historyLimit: number;
  readonly #watchers = new Watchers((revision) => this.#changesAfter(revision));
  #pending: PendingCommit[] = [];
  #fence: Fence | undefined;
  /** Ends the polling for changes by others; absent while nobody watches. */
  #polling: AbortController | undefined;
  #closed = false;

  constructor(files: StateFiles, options: LmdbStoreOptions) {
    this.#files = files;
    this.#path = options.path;
    this.#seed = options.seed;
    this.#historyLimit = options.historyLimit ?? defaultHistoryLimit;
  }

  async revision(): Promise<number> {
    return this.#read(() => readHead(this.#files).revision);
  }

  async get(key: ObjectKey): Promise<KubeObject | undefined> {
    return this.#read(() => this.#find(key));
  }

  async list(kind: string, options: ListOptions = {}): Promise<Listing> {
    return this.#read(() => {
      const items: KubeObject[] = [];
      for (const { value } of this.#files.objects.getRange(keyRange(kind, options.namespace))) {
        const object = decodeObject(value);
        if (options.selector && !matchesSelector(options.selector, object.metadata.labels)) continue;
        items.push(object);
      }
      return { items, revision: readHead(this.#files).revision };
    });
  }

  /** Commits started in the same turn of the event loop share one transaction and one wait for the disk. */
  commit(batch: Batch): Promise<Committed> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) queueMicrotask(() => this.#commitPending());
      this.#pending.push({ batch, resolve, reject });
    });
  }

  async changes(revision: number, limit?: number): Promise<readonly Change[]> {
    return this.#changesAfter(revision, limit);
  }

  async watch(
    revision: number,
    listener: (change: Change) => void,
    onEnd?: (error: ApiError) => void,
  ): Promise<() => void> {
    const stop = this.#watchers.add(revision, listener, onEnd);
    if (!this.#polling) void this.#poll();
    return () => {
      stop();
      if (this.#watchers.size === 0) this.#stopPolling();
    };
  }

  async getPrivate(key: string): Promise<unknown> {
    return this.#read(() => this.#findPrivate(key));
  }

  async listPrivate(prefix: string): Promise<readonly PrivateEntry[]> {
    return this.#read(() => {
      const entries: PrivateEntry[] = [];
      for (const { key, value } of this.#files.privates.getRange({ start: prefix })) {
        if (!key.startsWith(prefix)) break;
        entries.push({ key, value: decodeValue(value) });
      }
      // The file's order is that of UTF-8, which differs from ours beyond the basic plane.
      return entries.sort((a, b) => compareText(a.key, b.key));
    });
  }

  async transactPrivate(key: string, update: (current: unknown) => unknown): Promise<unknown> {
    this.#commitPending();
    return this.#transact(() => {
      if (key !== this.#fence?.key) this.#verifyFence();
      const current = this.#findPrivate(key);
      const value = update(current);
      if (value !== current) this.#putPrivate({ key, value });
      return value;
    });
  }

  fence(fence: Fence | undefined): void {
    // What was handed in before is not under the new one.
    this.#commitPending();
    this.#fence = fence;
  }

  async flush(): Promise<void> {
    // What was committed is on the disk already: see "Durability" in the README.
    this.#commitPending();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#commitPending();
    this.#closed = true;
    this.#watchers.clear();
    this.#stopPolling();
    await this.#files.root.close();
  }

  /** Only inside a transaction. */
  #verifyFence(): void {
    this.#fence?.verify(this.#findPrivate(this.#fence.key));
  }

  #commitPending(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    let decisions: readonly Decision[];
    try {
      decisions = this.#transact(() => {
        this.#verifyFence();
        return pending.map(({ batch }) => this.#decideAndWrite(batch));
      });
    } catch (error) {
      for (const { reject } of pending) reject(error);
      return;
    }
    const changes: Change[] = [];
    pending.forEach(({ resolve, reject }, i) => {
      const decision = decisions[i];
      if (decision?.type === 'Planned') {
        resolve({ revision: decision.plan.revision, outcomes: decision.plan.outcomes });
        for (const change of decision.plan.changes) changes.push(change);
      } else reject(decision?.error);
    });
    this.#watchers.notify(changes);
  }

  /** A batch that is refused has written nothing yet; a failure to write fails the whole transaction. */
  #decideAndWrite(batch: Batch): Decision {
    const head = readHead(this.#files);
    const state: StoredState = {
      revision: head.revision,
      get: (key) => this.#find(key),
      has: (key) => this.#files.objects.doesExist(encodeKey(key)),
      recent: () => this.#recent(head.revision),
    };
    let plan: Plan;
    try {
      plan = planBatch(batch, state, this.#seed);
    } catch (error) {
      return { type: 'Refused', error };
    }
    this.#writeChanges(head, plan);
    for (const entry of batch.private ?? []) this.#putPrivate(entry);
    return { type: 'Planned', plan };
  }

  #writeChanges(head: Head, plan: Plan): void {
    if (plan.changes.length === 0) return;
    const { objects, history } = this.#files;
    const compacted = compactionTarget(plan.revision, head.compacted, this.#historyLimit);
    if (compacted > head.compacted) {
      for (const revision of [...history.getKeys({ end: compacted + 1 })]) void history.remove(revision);
    }
    for (const change of plan.changes) {
      const bytes = encodeChange(change);
      const key = encodeKey(keyOf(change.object));
      if (change.type === 'Deleted') void objects.remove(key);
      else void objects.put(key, objectOf(bytes));
      // A batch larger than the history would only be forgotten at once.
      if (change.revision > compacted) void history.put(change.revision, bytes);
    }
    writeHead(this.#files, { ...head, revision: plan.revision, compacted });
  }

  #find(key: ObjectKey): KubeObject | undefined {
    const bytes = this.#files.objects.get(encodeKey(key));
    return bytes && decodeObject(bytes);
  }

  #findPrivate(key: string): unknown {
    const bytes = this.#files.privates.get(key);
    return bytes && decodeValue(bytes);
  }

  #putPrivate({ key, value }: PrivateEntry): void {
    if (value === undefined) void this.#files.privates.remove(key);
    else void this.#files.privates.put(key, encodeValue(value));
  }

  *#recent(revision: number): Iterable<Change> {
    const start = Math.max(1, revision - recentChanges + 1);
    for (const { key, value } of this.#files.history.getRange({ start })) yield decodeChange(key, value);
  }

  #changesAfter(from: number, limit?: number): readonly Change[] {
    return this.#read(() => {
      const { revision, compacted } = readHead(this.#files);
      checkReadable(from, revision, compacted);
      const changes: Change[] = [];
      if (from === revision) return changes;
      for (const { key, value } of this.#files.history.getRange({ start: from + 1, limit })) {
        changes.push(decodeChange(key, value));
      }
      return changes;
    });
  }

  /** Runs `action` on one snapshot, the newest; it must not wait for anything. */
  #read<T>(action: () => T): T {
    assert(!this.#closed, 'the store is closed');
    try {
      this.#files.root.resetReadTxn();
      return action();
    } catch (error) {
      throw explainFailure(this.#path, error);
    }
  }

  /** Runs `action` as the only writer of all processes; what it wrote is on the disk, or undone if it throws. */
  #transact<T>(action: () => T): T {
    assert(!this.#closed, 'the store is closed');
    try {
      return this.#files.root.transactionSync(action);
    } catch (error) {
      throw explainFailure(this.#path, error);
    }
  }

  /** Looks for changes by other processes as long as somebody watches. */
  async #poll(): Promise<void> {
    const { signal } = (this.#polling = new AbortController());
    while (!signal.aborted) {
      await sleep(pollMs, signal).catch(() => undefined);
      if (!signal.aborted) this.#watchers.notify();
    }
  }

  /** Ends the timer too, which would keep the process alive. */
  #stopPolling(): void {
    this.#polling?.abort();
    this.#polling = undefined;
  }
}
