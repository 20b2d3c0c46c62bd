/** What a round came to for one Sync, and how a failure is told. */
import { ExitCode, type UserError } from '../../base/errors.ts';
import { SourceError } from '../../gitops/source-error.ts';
import { findCondition } from '../../model/conditions.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type Sync, type SyncStatus } from '../../model/kinds/index.ts';
import { type AppliedObject } from '../apply/apply.ts';
import { type Drift } from './drift.ts';
import { type Kept } from './status.ts';
import { syncName } from './names.ts';
import { type RecordContext, recordStatus } from './record.ts';

export interface SyncResult {
  /** `default/shop` */
  readonly sync: string;
  readonly revision?: string;
  /** `Waiting`: for another Sync, or for objects to become ready. */
  readonly outcome: 'Unchanged' | 'Applied' | 'PartlyApplied' | 'Failed' | 'Waiting';
  /** That of the Ready condition. */
  readonly reason: string;
  readonly message: string;
  /** What was made, changed or deleted; the unchanged are not among them. */
  readonly objects: readonly AppliedObject[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  readonly drift: readonly Drift[];
  /** What was not deleted although the repository has it no more, and why. */
  readonly kept: readonly Kept[];
  readonly exitCode: ExitCode;
  readonly nextSteps?: readonly string[];
  /** As it was written; absent when nothing was. */
  readonly status?: SyncStatus;
}

const nothing = { objects: [], diagnostics: [], sources: new Map<string, string>(), drift: [], kept: [] };

/** Nothing is new, neither there nor here. */
export function unchangedResult(sync: Sync, revision: string): SyncResult {
  const ready = findCondition(sync.status?.conditions, 'Ready');
  const { reason = 'UpToDate', message = '' } = ready ?? {};
  const exitCode = ready?.status === 'False' ? ExitCode.Failure : ExitCode.Done;
  return { ...nothing, sync: syncName(sync), revision, outcome: 'Unchanged', reason, message, exitCode };
}

/** The revision could not be had: that is noted, and all else stays as it is. */
export async function failedResult(
  context: RecordContext,
  sync: Sync,
  error: UserError,
): Promise<SyncResult> {
  const reason = error instanceof SourceError ? error.reason : 'Failed';
  const { message, exitCode, nextSteps } = error;
  const status = await recordStatus(context, sync, {
    change: { verdict: { ready: 'False', reason, message, stalled: reason !== 'FetchFailed' } },
    news: [{ type: 'Warning', reason, message }],
  });
  return {
    ...nothing,
    sync: syncName(sync),
    outcome: 'Failed',
    reason,
    message,
    exitCode,
    nextSteps,
    status,
  };
}
