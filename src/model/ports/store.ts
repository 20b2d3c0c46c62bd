/** The port to what is wanted and what was seen. */
import { type ApiError } from '../../base/errors.ts';
import { type Propagation } from '../lifecycle.ts';
import { type KubeObject, type ObjectKey } from '../object.ts';
import { type LabelSelector } from '../selectors.ts';

/** One change to one object. The store carries the first three through the rules of `lifecycle.ts`. */
export type Write =
  | { readonly type: 'create'; readonly object: KubeObject }
  /** `metadata.resourceVersion` and `metadata.uid`, when present, are preconditions. */
  | { readonly type: 'update'; readonly object: KubeObject }
  | {
      readonly type: 'delete';
      readonly key: ObjectKey;
      readonly resourceVersion?: string;
      readonly uid?: string;
      readonly propagation?: Propagation;
    }
  /**
   * Already carried through the lifecycle by a writer that knows the whole state (the engine): stored with
   * the next revision as it is. Only allowed in a batch with `expectedRevision`.
   */
  | { readonly type: 'put'; readonly object: KubeObject }
  | { readonly type: 'remove'; readonly key: ObjectKey };

/** A private entry is state that is no API object: the simulated world, the seed, inventories. */
export interface PrivateEntry {
  readonly key: string;
  /** A plain JSON value; undefined deletes the entry. */
  readonly value: unknown;
}

/**
 * A condition on everything that a handle of a store writes, for a writer whose right to write may have gone to
 * another process while it did not run (M. Kleppmann, "How to do distributed locking", 2016: a fencing token).
 */
export interface Fence {
  /** The private entry that says whose the right is. Writes of that entry itself are let through. */
  readonly key: string;
  /** Throws when the entry says that the right is another's. */
  readonly verify: (value: unknown) => void;
}

/** Writes that happen together or not at all. Each write that changes something takes the next revision. */
export interface Batch {
  readonly writes: readonly Write[];
  readonly private?: readonly PrivateEntry[];
  /** When given and not the store's revision, the batch fails with Conflict and nothing is written. */
  readonly expectedRevision?: number;
  /** World time, for creation and deletion timestamps. Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

export interface Committed {
  /** The store's revision after the batch. */
  readonly revision: number;
  /** The outcome of each write, in order: `object` is as stored (or as it was, when removed). */
  readonly outcomes: readonly {
    readonly type: 'put' | 'remove' | 'unchanged';
    readonly object: KubeObject;
  }[];
}

/** A step of the store's history. `object` is the state after the change, or the last one before removal. */
export interface Change {
  readonly revision: number;
  readonly type: 'Added' | 'Modified' | 'Deleted';
  readonly object: KubeObject;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly selector?: LabelSelector;
}

export interface Listing {
  /** Ordered by namespace, then name, by code units. */
  readonly items: readonly KubeObject[];
  readonly revision: number;
}

/**
 * Versioned objects with one monotonic revision for the whole store. Conflicts, misses and duplicates are
 * `ApiError`s. Objects handed out are never mutated by the store and must not be by the caller; nor must
 * objects and private values once they were handed in.
 */
export interface Store {
  /** The revision of the newest write; 0 for a new store. */
  revision(): Promise<number>;
  get(key: ObjectKey): Promise<KubeObject | undefined>;
  list(kind: string, options?: ListOptions): Promise<Listing>;
  /** Atomic and visible to every reader once resolved; durable once `flush` resolves after it. */
  commit(batch: Batch): Promise<Committed>;
  /**
   * The changes after `revision`, oldest first, at most `limit`.
   * @throws ApiError Expired when the store no longer remembers that far back; Timeout when `revision` is
   * still to come.
   */
  changes(revision: number, limit?: number): Promise<readonly Change[]>;
  /**
   * Calls `listener` with each change after `revision`, in order, those already there first.
   * Changes made by other processes arrive too, within a second. The result ends the watch.
   *
   * A watch that falls so far behind that changes are forgotten before it saw them (another process wrote
   * very much at once) ends: `onEnd` is told, and the caller has to list again.
   * @throws ApiError Expired as `changes` does.
   */
  watch(
    revision: number,
    listener: (change: Change) => void,
    onEnd?: (error: ApiError) => void,
  ): Promise<() => void>;
  getPrivate(key: string): Promise<unknown>;
  /** Private entries whose key starts with `prefix`, in the order of their keys. */
  listPrivate(prefix: string): Promise<readonly PrivateEntry[]>;
  /**
   * Replaces one private entry by what `update` makes of it, with no other writer in between; undefined
   * deletes it, an `update` that throws leaves it. Resolves to the new value. Takes no revision.
   */
  transactPrivate(key: string, update: (current: unknown) => unknown): Promise<unknown>;
  /**
   * From now on each `commit` and `transactPrivate` of this handle asks the fence first, within its transaction: what
   * it throws is the outcome, and nothing is written. Undefined lifts it.
   */
  fence(fence: Fence | undefined): void;
  /** Resolves once all that was committed is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
