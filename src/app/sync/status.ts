/** What a Sync says about itself after an attempt. Pure. */
import { toTimestamp } from '../../base/clock.ts';
import { type ConditionInput, setConditions } from '../../model/conditions.ts';
import {
  type Sync,
  type SyncedObject,
  type SyncedRevision,
  type SyncStatus,
} from '../../model/kinds/index.ts';
import { type Drift, driftText } from './drift.ts';
import { isWell } from './health.ts';

/** So many revisions are remembered. */
const keptRevisions = 10;
/** So many drifted fields are named; the condition counts all. */
const namedDrift = 50;

/** How an attempt ended, for the Ready condition. */
export interface Verdict {
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** A person has to do something: trying again changes nothing. */
  readonly stalled?: boolean;
}

/** An object that is declared no more and stays, and why. */
export type Kept = NonNullable<SyncStatus['kept']>[number];

export interface StatusChange {
  readonly verdict: Verdict;
  readonly attempted?: string;
  readonly applied?: { readonly revision: string; readonly tree: string };
  readonly inventory?: readonly SyncedObject[];
  readonly drift?: readonly Drift[];
  readonly kept?: readonly Kept[];
  /** Entered into the history: in place of the newest when that is of the same revision. */
  readonly entry?: Omit<SyncedRevision, 'time'>;
}

/** The status with an attempt's outcome in it; equal to the old one when there is nothing new to say. */
export function statusAfter(sync: Sync, change: StatusChange, nowMs: number): SyncStatus {
  const old = sync.status ?? {};
  const inventory = change.inventory ?? old.inventory ?? [];
  const drift = change.drift ?? old.drift ?? [];
  const { kept: keptBefore = [], ...before } = old;
  const kept = change.kept ?? keptBefore;
  return {
    ...before,
    observedGeneration: sync.metadata.generation,
    conditions: setConditions(old.conditions, conditionsOf(change.verdict, drift), nowMs),
    ...(change.attempted === undefined ? {} : { lastAttemptedRevision: change.attempted }),
    ...(change.applied === undefined
      ? {}
      : { lastAppliedRevision: change.applied.revision, lastAppliedTree: change.applied.tree }),
    inventory,
    health: tally(inventory),
    ...(kept.length === 0 ? {} : { kept }),
    drift: drift.slice(0, namedDrift),
    history: change.entry ? withEntry(old.history ?? [], change.entry, nowMs) : (old.history ?? []),
  };
}

/** As kstatus and Flux have them: Reconciling and Stalled are there to be True only while that is so. */
function conditionsOf(
  { ready, reason, message, stalled = false }: Verdict,
  drift: readonly Drift[],
): ConditionInput[] {
  const isBusy = ready === 'Unknown';
  return [
    { type: 'Ready', status: ready, reason, message },
    { type: 'Reconciling', status: isBusy ? 'True' : 'False', reason, message: isBusy ? message : '' },
    { type: 'Stalled', status: stalled ? 'True' : 'False', reason, message: stalled ? message : '' },
    drift.length === 0
      ? {
          type: 'Drifted',
          status: 'False',
          reason: 'AsDeclared',
          message: 'every field is as the repository says',
        }
      : {
          type: 'Drifted',
          status: 'True',
          reason: 'ChangedElsewhere',
          message: `${driftText(drift.filter(({ object }) => object === drift[0]?.object))}${drift.length > 1 ? ` (${drift.length} fields in all)` : ''}`,
        },
  ];
}

function withEntry(
  history: readonly SyncedRevision[],
  entry: Omit<SyncedRevision, 'time'>,
  nowMs: number,
): readonly SyncedRevision[] {
  const [newest, ...older] = history;
  const made = { ...entry, time: toTimestamp(nowMs) };
  if (newest?.revision !== entry.revision) return [made, ...history].slice(0, keptRevisions);
  const { created = 0, configured = 0, pruned = 0 } = entry;
  // The same revision tried again: what it did is added up, and how it stands is how it ended last.
  const total = {
    created: created + (newest.created ?? 0),
    configured: configured + (newest.configured ?? 0),
    pruned: pruned + (newest.pruned ?? 0),
  };
  const { message: _old, ...rest } = newest;
  const isSame =
    created + configured + pruned === 0 &&
    newest.outcome === entry.outcome &&
    newest.message === entry.message;
  return isSame ? history : [{ ...rest, ...made, ...total }, ...older];
}

/** How many of the objects are how. */
export function tally(inventory: readonly SyncedObject[]): NonNullable<SyncStatus['health']> {
  const healthy = inventory.filter(isWell).length;
  const degraded = inventory.filter(({ health }) => health === 'Degraded' || health === 'Missing').length;
  return { total: inventory.length, healthy, degraded, progressing: inventory.length - healthy - degraded };
}
