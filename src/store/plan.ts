/** What a batch of writes does to the stored state, decided without touching it. Pure. */
import { ApiError, assert, assertNever } from '../base/errors.ts';
import { identityUuid } from '../base/random.ts';
import { checkPreconditions, create, remove, update, type Transition } from '../model/lifecycle.ts';
import { keyOf, keyText, type KubeObject, type ObjectKey } from '../model/object.ts';
import { type Batch, type Change, type Committed, type Write } from '../model/ports.ts';

/** The state that a batch meets. */
export interface StoredState {
  readonly revision: number;
  get(key: ObjectKey): KubeObject | undefined;
  /** As `get(key) !== undefined`, but without having to read the object. */
  has(key: ObjectKey): boolean;
  /** The last changes, the newest last: at most `recentChanges`. */
  recent(): Iterable<Change>;
}

/** So many changes back it is looked for an object of the same name that was removed at the same moment. */
export const recentChanges = 1000;

/** To be written as it is: every change in order, together or not at all. */
export interface Plan extends Committed {
  /** One a taken revision, without gaps, from the state's revision + 1 to `revision`. */
  readonly changes: readonly Change[];
}

type Outcome = Committed['outcomes'][number];

/**
 * Decides a whole batch; later writes see the earlier ones of the same batch.
 *
 * @throws ApiError Conflict, NotFound, AlreadyExists or Invalid at the first write that cannot be done.
 */
export function planBatch(batch: Batch, state: StoredState, seed: number): Plan {
  if (batch.expectedRevision !== undefined && batch.expectedRevision !== state.revision) {
    throw new ApiError(
      'Conflict',
      `the state was changed meanwhile (revision ${state.revision}, not ${batch.expectedRevision})`,
    );
  }
  const planner = new Planner(batch, state, seed);
  const outcomes = batch.writes.map((write) => planner.decide(write));
  return { revision: planner.revision, changes: planner.changes, outcomes };
}

/** The state as it is after the writes decided so far. */
class Planner {
  readonly changes: Change[] = [];
  readonly #written = new Map<string, KubeObject | undefined>();
  readonly #batch: Batch;
  readonly #state: StoredState;
  readonly #seed: number;
  /** Uids of objects that are gone; found when first asked for. */
  #removed: ReadonlySet<string> | undefined;

  constructor(batch: Batch, state: StoredState, seed: number) {
    this.#batch = batch;
    this.#state = state;
    this.#seed = seed;
  }

  get revision(): number {
    return this.#state.revision + this.changes.length;
  }

  decide(write: Write): Outcome {
    switch (write.type) {
      case 'create': {
        const key = keyOf(write.object);
        this.#refuseDuplicate(key);
        const uid = write.object.metadata.uid ?? this.#freshUid(key);
        return this.#store(key, create(write.object, uid, this.#batch.nowMs), 'Added');
      }
      case 'update': {
        const key = keyOf(write.object);
        return this.#follow(key, update(this.#require(key), write.object));
      }
      case 'delete': {
        const old = this.#require(write.key);
        checkPreconditions(old, write.resourceVersion, write.uid);
        return this.#follow(write.key, remove(old, this.#batch.nowMs, write.propagation));
      }
      case 'put': {
        this.#requireExpectedRevision();
        const key = keyOf(write.object);
        return this.#store(key, write.object, this.#has(key) ? 'Modified' : 'Added');
      }
      case 'remove':
        this.#requireExpectedRevision();
        return this.#erase(write.key, this.#require(write.key));
      default:
        return assertNever(write);
    }
  }

  /**
   * By what and when, not by what came before: the order of writes shall not matter to anything. Only one of the same
   * name that was removed at this very moment makes a difference.
   */
  #freshUid(key: ObjectKey): string {
    this.#removed ??= removedUids(this.#state.recent());
    for (let count = 0; ; count++) {
      const again = count === 0 ? '' : `/${count}`;
      const uid = identityUuid(this.#seed, `${keyText(key)}/${this.#batch.nowMs}${again}`);
      if (!this.#removed.has(uid)) return uid;
    }
  }

  #follow(key: ObjectKey, transition: Transition): Outcome {
    switch (transition.type) {
      case 'put':
        return this.#store(key, transition.object, 'Modified');
      case 'remove':
        return this.#erase(key, transition.object);
      case 'unchanged':
        return transition;
    }
  }

  #store(key: ObjectKey, next: KubeObject, type: 'Added' | 'Modified'): Outcome {
    const revision = this.revision + 1;
    const object = { ...next, metadata: { ...next.metadata, resourceVersion: String(revision) } };
    this.changes.push({ revision, type, object });
    this.#written.set(keyText(key), object);
    return { type: 'put', object };
  }

  #erase(key: ObjectKey, object: KubeObject): Outcome {
    this.changes.push({ revision: this.revision + 1, type: 'Deleted', object });
    this.#written.set(keyText(key), undefined);
    return { type: 'remove', object };
  }

  #get(key: ObjectKey): KubeObject | undefined {
    const text = keyText(key);
    return this.#written.has(text) ? this.#written.get(text) : this.#state.get(key);
  }

  #has(key: ObjectKey): boolean {
    const text = keyText(key);
    return this.#written.has(text) ? this.#written.get(text) !== undefined : this.#state.has(key);
  }

  #require(key: ObjectKey): KubeObject {
    const object = this.#get(key);
    if (!object) throw new ApiError('NotFound', `${keyText(key)} not found`);
    return object;
  }

  #refuseDuplicate(key: ObjectKey): void {
    const old = this.#get(key);
    if (!old) return;
    const reason = old.metadata.deletionTimestamp === undefined ? 'already exists' : 'is still being deleted';
    throw new ApiError('AlreadyExists', `${keyText(key)} ${reason}`);
  }

  #requireExpectedRevision(): void {
    // Without it a writer that believes to know the whole state could overwrite what it never saw.
    assert(this.#batch.expectedRevision !== undefined, 'put and remove need the expected revision');
  }
}

function removedUids(changes: Iterable<Change>): ReadonlySet<string> {
  const uids = new Set<string>();
  for (const { type, object } of changes) if (type === 'Deleted') uids.add(object.metadata.uid ?? '');
  return uids;
}
