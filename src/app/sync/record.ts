/** Writes what a Sync came to: its status, events, and what goes along with them in one transaction. */
import { deepEqual } from '../../base/deep.ts';
import { ApiError } from '../../base/errors.ts';
import { trackManager } from '../../engine/ownership.ts';
import { findCondition } from '../../model/conditions.ts';
import { type Sync, type SyncStatus } from '../../model/kinds/index.ts';
import { keyOf } from '../../model/object.ts';
import { type Write } from '../../model/ports.ts';
import { withAnnotations } from '../apply/act.ts';
import { type State } from '../state.ts';
import { pinAnnotations, syncManager } from './names.ts';
import { type Notifier } from './notifier.ts';
import { type StatusChange, statusAfter } from './status.ts';
import { eventWrites, type SyncEvent } from './sync-events.ts';

export interface RecordContext {
  readonly state: State;
  /** World time, ms. */
  readonly nowMs: number;
  readonly notifier?: Notifier;
}

export interface Record {
  readonly change: StatusChange;
  /** What was done; always told. */
  readonly events?: readonly Omit<SyncEvent, 'about'>[];
  /** How it stands; told when the Ready condition says something new. */
  readonly news?: readonly Omit<SyncEvent, 'about'>[];
  /** Deletions. */
  readonly writes?: readonly Write[];
  /** What is recorded was worked out from this very `sync`: it says nothing about one that has changed since. */
  readonly exact?: boolean;
  /** The Sync is held at a revision no longer. */
  readonly unpinned?: boolean;
}

/** Lost races against others who change the Sync itself. */
const attempts = 20;

/**
 * The status as it is now stored. A second record of the same, when nothing was done, writes nothing.
 */
export async function recordStatus(context: RecordContext, sync: Sync, record: Record): Promise<SyncStatus> {
  const { state, nowMs } = context;
  const { change, events = [], news = [], writes = [], unpinned = false } = record;
  for (let left = attempts; ; left--) {
    const stored = (await state.store.get(keyOf(sync))) as Sync | undefined;
    if (!stored || stored.metadata.uid !== sync.metadata.uid) return sync.status ?? {};
    if (record.exact && stored.metadata.resourceVersion !== sync.metadata.resourceVersion)
      return stored.status ?? {};
    const status = statusAfter(stored, change, nowMs);
    const isNews = !sameReady(stored.status, status);
    const told = [...events, ...(isNews ? news : [])].map((event) => ({ ...event, about: stored }));
    const isSame = deepEqual(stored.status, status) && !unpinned;
    if (isSame && writes.length === 0 && told.length === 0) return status;
    const next: Sync = { ...(unpinned ? withoutPin(stored, nowMs) : stored), status };
    try {
      const all = [...writes, ...(isSame ? [] : [{ type: 'update', object: next } as const])];
      await state.store.commit({ writes: [...all, ...(await eventWrites(state.store, told, nowMs))], nowMs });
      await state.store.flush();
      context.notifier?.tell(stored, status, change.entry);
      return status;
    } catch (error) {
      const isRace = error instanceof ApiError && error.reason === 'Conflict';
      if (!isRace || left === 0) throw error;
    }
  }
}

function sameReady(a: SyncStatus | undefined, b: SyncStatus): boolean {
  const [old, now] = [a, b].map((status) => findCondition(status?.conditions, 'Ready'));
  return old?.status === now?.status && old?.reason === now?.reason && old?.message === now?.message;
}

function withoutPin(sync: Sync, nowMs: number): Sync {
  const next = withAnnotations(sync, {
    [pinAnnotations.commit]: undefined,
    [pinAnnotations.pastTree]: undefined,
  });
  return trackManager(sync, next, syncManager(sync), nowMs) as Sync;
}
