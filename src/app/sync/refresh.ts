/** How the objects of a Sync are by now, and whether that makes it ready. */
import { ExitCode } from '../../base/errors.ts';
import { type Manager } from '../../engine/manager.ts';
import { findCondition } from '../../model/conditions.ts';
import { type Sync, type SyncedObject } from '../../model/kinds/index.ts';
import { keyOf, keyText } from '../../model/object.ts';
import { type State } from '../state.ts';
import { healthOf, isWell } from './health.ts';
import { syncName } from './names.ts';
import { type Notifier } from './notifier.ts';
import { recordStatus } from './record.ts';
import { appliedVerdict, progressText } from './report.ts';
import { type SyncResult } from './result.ts';
import { type Memory } from './memory.ts';
import { type Verdict } from './status.ts';

export interface RefreshInput {
  readonly state: State;
  readonly manager: Manager;
  readonly sync: Sync;
  readonly memory: Memory;
  readonly notifier?: Notifier;
  /** Nothing moves any more: what is not ready has failed. */
  readonly final: boolean;
}

/** Reasons that depend on nothing but the objects' health; any other stays until the next attempt. */
const byHealth = ['Applied', 'Progressing', 'HealthCheckFailed'];

/** Brings the status up to date; gives the outcome when the Sync has become ready, or has failed to. */
export async function refreshHealth(input: RefreshInput): Promise<SyncResult | undefined> {
  const { state, manager, sync, memory } = input;
  const ready = findCondition(sync.status?.conditions, 'Ready');
  const isDue = input.final || (memory.deadlineMs !== undefined && manager.nowMs >= memory.deadlineMs);
  if (!ready || (memory.seenWrites === manager.counts.writes && !(isDue && ready.status === 'Unknown')))
    return undefined;
  // The engine has not seen yet what was written last: it is asked again once it has.
  const fresh = await state.store.get(keyOf(sync));
  if (fresh?.metadata.resourceVersion !== sync.metadata.resourceVersion) return undefined;
  memory.seenWrites = manager.counts.writes;
  const inventory = inventoryNow(sync, manager);
  const verdict = verdictNow(sync, ready, inventory, memory, isDue);
  const status = await recordStatus({ ...input, state, nowMs: manager.nowMs }, sync, {
    change: { verdict, inventory },
    exact: true,
    news:
      verdict.ready === 'Unknown'
        ? []
        : [
            {
              type: verdict.ready === 'True' ? 'Normal' : 'Warning',
              reason: verdict.reason === 'Applied' ? 'Ready' : verdict.reason,
              message: verdict.message,
            },
          ],
  });
  const stored = findCondition(status.conditions, 'Ready');
  const isTold =
    verdict.ready === ready.status || verdict.ready === 'Unknown' || stored?.status !== verdict.ready;
  if (isTold) return undefined;
  const isGood = verdict.ready === 'True';
  return {
    ...{ sync: syncName(sync), reason: verdict.reason, message: verdict.message, status },
    revision: sync.status?.lastAttemptedRevision ?? '',
    outcome: isGood ? 'Applied' : 'Failed',
    ...{ objects: [], diagnostics: [], sources: new Map(), drift: [], kept: [] },
    exitCode: isGood ? ExitCode.Done : ExitCode.Failure,
  };
}

function inventoryNow(sync: Sync, manager: Manager): readonly SyncedObject[] {
  const unsettled = new Set(manager.unsettled().map((text) => text.split(' ')[0] ?? ''));
  return (sync.status?.inventory ?? []).map((entry) => {
    const { kind, namespace = '', name, uid } = entry;
    const now = healthOf(manager.cache.byUid(uid), unsettled.has(keyText({ kind, namespace, name })));
    if (entry.health === now.health && entry.message === now.message) return entry;
    const { message: _old, ...rest } = entry;
    return { ...rest, ...now };
  });
}

function verdictNow(
  sync: Sync,
  ready: { readonly status: Verdict['ready']; readonly reason: string; readonly message: string },
  inventory: readonly SyncedObject[],
  memory: Memory,
  isDue: boolean,
): Verdict {
  const stalled = findCondition(sync.status?.conditions, 'Stalled')?.status === 'True';
  const same: Verdict = { ready: ready.status, reason: ready.reason, message: ready.message, stalled };
  if (!sync.spec.wait || !byHealth.includes(ready.reason)) return same;
  const unwell = inventory.filter((entry) => !isWell(entry));
  if (memory.waiting.size > 0) return isDue ? failed(ready.message) : same;
  if (unwell.length === 0) {
    return ready.status === 'True' ? same : appliedVerdict(sync.status?.lastAttemptedRevision ?? '');
  }
  // One that is on its way again, as after a crash, is no failure before its time is up.
  const isMoving = unwell.some(({ health }) => health === 'Progressing');
  if (ready.status === 'True' && isMoving) return same;
  if (isMoving && !isDue) return { ready: 'Unknown', reason: 'Progressing', message: progressText(unwell) };
  const failing = unwell.filter(({ health }) => isDue || health !== 'Progressing');
  const why = failing[0]?.message;
  return failed(`${progressText(failing)}${why === undefined ? '' : `: ${why}`}`);
}

function failed(message: string): Verdict {
  return { ready: 'False', reason: 'HealthCheckFailed', message, stalled: false };
}
