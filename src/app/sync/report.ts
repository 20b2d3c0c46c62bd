/** From what an attempt did to what is said of it: the verdict, the status, the events. Pure. */
import { ExitCode } from '../../base/errors.ts';
import { type PrunePlan } from '../../gitops/prune.ts';
import { nameOf } from '../../gitops/plan.ts';
import { isTrue } from '../../model/conditions.ts';
import { shortRevision } from '../../model/kinds/sync.ts';
import {
  isKind,
  qualifiedName,
  type Sync,
  type SyncedObject,
  type SyncStatus,
} from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type AppliedObject } from '../apply/apply.ts';
import { shortName } from '../inspect/summary.ts';
import { type ApplySet } from './apply-set.ts';
import { type Desired } from './desired.ts';
import { type Drift, driftText } from './drift.ts';
import { isWell } from './health.ts';
import { type Merge } from './merge-set.ts';
import { pinAnnotations, syncName } from './names.ts';
import { type Kept, type StatusChange, type Verdict } from './status.ts';
import { type SyncEvent } from './sync-events.ts';
import { type SyncResult } from './result.ts';
import { type Look } from './worker.ts';

export interface Report {
  readonly verdict: Verdict;
  readonly outcome: SyncResult['outcome'];
  readonly objects: readonly AppliedObject[];
  readonly drift: readonly Drift[];
  /** What was not deleted although the repository has it no more, and whether it is still owned. */
  readonly kept: readonly Kept[];
  readonly exitCode?: ExitCode;
  readonly change?: StatusChange;
  readonly events?: readonly Omit<SyncEvent, 'about'>[];
  readonly news?: readonly Omit<SyncEvent, 'about'>[];
}

export interface ReportInput {
  readonly sync: Sync;
  readonly look: Look;
  readonly set: ApplySet;
  readonly written: readonly Merge[];
  readonly drifted: readonly Merge[];
  readonly inventory: readonly SyncedObject[];
  readonly prune: PrunePlan;
}

/** More objects than this are counted and not named. */
const named = 5;

export function makeReport(input: ReportInput): Report {
  const { sync, look, set, written, inventory, prune } = input;
  const { revision } = look.desired;
  const { verdict, exitCode } = verdictOf(input);
  const drift = driftAfter(input);
  const objects = [
    ...written.filter(({ action }) => action !== 'unchanged').map(appliedObject),
    ...prune.prune.map(prunedObject),
  ];
  const count = (action: AppliedObject['action']): number =>
    objects.filter((one) => one.action === action).length;
  const outcome = outcomeOf(input, exitCode);
  const isHeld = sync.metadata.annotations?.[pinAnnotations.commit] === revision.commit;
  const counts = { created: count('created'), configured: count('configured'), pruned: count('pruned') };
  const isWhole = exitCode === ExitCode.Done && set.waiting.length === 0;
  return {
    ...{ verdict, exitCode, objects, drift },
    kept: [...keptIn(prune.kept), ...keptIn(prune.released.filter(({ isGone }) => !isGone))],
    outcome:
      outcome !== 'Applied' ? outcome : isNothingNew(input, objects) ? 'Unchanged' : waitingOr(outcome, set),
    change: {
      ...{ verdict, inventory, drift, kept: keptIn(prune.kept), attempted: revision.text },
      ...(isWhole ? { applied: { revision: revision.text, tree: revision.tree } } : {}),
      entry: {
        ...{ revision: revision.text, subject: revision.subject, author: revision.author, ...counts },
        outcome: outcome === 'Applied' && isHeld ? 'RolledBack' : outcome,
        ...(exitCode === ExitCode.Done ? {} : { message: verdict.message }),
      },
    },
    events: eventsOf(input, counts),
    news: newsOf(input, verdict, exitCode),
  };
}

function keptIn(entries: PrunePlan['kept']): Kept[] {
  return entries.map(({ entry, why }) => ({ object: nameOf(entry), why }));
}

/** The revision was applied before, and nothing of it had to be done again. */
function isNothingNew({ sync, look, set }: ReportInput, objects: readonly AppliedObject[]): boolean {
  const { lastAppliedRevision, observedGeneration } = sync.status ?? {};
  const isSame = lastAppliedRevision === look.desired.revision.text;
  const isSeen = observedGeneration === sync.metadata.generation;
  const isReady = isTrue(sync.status?.conditions, 'Ready');
  return isSame && isSeen && isReady && objects.length === 0 && set.waiting.length === 0;
}

function waitingOr(outcome: 'Applied', { waiting }: ApplySet): 'Applied' | 'Waiting' {
  return waiting.length > 0 ? 'Waiting' : outcome;
}

function verdictOf(input: ReportInput): { verdict: Verdict; exitCode: ExitCode } {
  const { look, set, sync, inventory, prune } = input;
  const { desired } = look;
  const errors = desired.diagnostics.filter(({ severity }) => severity === 'error');
  const failed = set.merges.filter(({ action }) => action === 'failed');
  const bad = (
    reason: string,
    message: string,
    exitCode: ExitCode,
  ): { verdict: Verdict; exitCode: ExitCode } => ({
    verdict: { ready: 'False', reason, message, stalled: true },
    exitCode,
  });
  const [error] = errors;
  const [failure] = failed;
  const isPartly = !sync.spec.atomic && set.merges.length > failed.length;
  if (error) {
    const place = error.file === undefined ? '' : `${error.file}:${error.line ?? 1}:${error.column ?? 1}: `;
    const reason = errors.some(({ code }) => code === 'DEPENDENCY_CYCLE') ? 'DependencyCycle' : 'BuildFailed';
    return bad(
      reason,
      `${place}${error.message}${more(errors.length)}`,
      isPartly ? ExitCode.PartlyApplied : ExitCode.Usage,
    );
  }
  if (failure) {
    const code = isPartly ? ExitCode.PartlyApplied : ExitCode.Conflict;
    return bad('ApplyFailed', `${failure.error ?? 'it failed'}${more(failed.length)}`, code);
  }
  if (prune.refused !== undefined) {
    return bad('PruneRefused', `nothing was deleted: ${prune.refused}`, ExitCode.Refused);
  }
  return { verdict: goodVerdict(look, set, sync, inventory), exitCode: ExitCode.Done };
}

function goodVerdict(look: Look, set: ApplySet, sync: Sync, inventory: readonly SyncedObject[]): Verdict {
  const [first] = set.waiting;
  if (first) {
    const message = `${set.waiting.length} objects wait for ${nameOf(first.on)} to be ready`;
    return { ready: 'Unknown', reason: 'Progressing', message };
  }
  const unwell = inventory.filter((entry) => !isWell(entry));
  if (sync.spec.wait && unwell.length > 0) {
    return { ready: 'Unknown', reason: 'Progressing', message: progressText(unwell) };
  }
  return appliedVerdict(look.desired.revision.text, look.pinNote);
}

/** All is as the revision says. */
export function appliedVerdict(revision: string, pinNote?: string): Verdict {
  const note = pinNote === undefined ? '' : `; held there: ${pinNote}`;
  return { ready: 'True', reason: 'Applied', message: `applied ${shortRevision(revision)}${note}` };
}

/** `3 objects are on their way: vm/a, vm/b, vm/c`. */
export function progressText(unwell: readonly SyncedObject[]): string {
  const names = unwell
    .slice(0, named)
    .map(({ kind, namespace, name }) => [kind, namespace, name].filter(Boolean).join('/'));
  const rest = unwell.length > named ? ', …' : '';
  return `${unwell.length} ${unwell.length === 1 ? 'object is' : 'objects are'} not ready yet: ${names.join(', ')}${rest}`;
}

function outcomeOf(
  { set, sync, written }: ReportInput,
  exitCode: ExitCode,
): 'Applied' | 'PartlyApplied' | 'Failed' {
  if (exitCode === ExitCode.Done) return 'Applied';
  const isPartly = written.length > 0 || set.merges.some(({ action }) => action !== 'failed');
  return isPartly && !sync.spec.atomic ? 'PartlyApplied' : 'Failed';
}

/** What was seen before of objects that were not looked at now, and what is seen now and was not set back. */
function driftAfter({ sync, set, drifted, written }: ReportInput): Drift[] {
  const looked = new Set(
    set.merges
      .flatMap(({ before, after }) => [before, after])
      .filter(isThere)
      .map(shortName),
  );
  const healed = new Set(written);
  const old = (sync.status?.drift ?? []).filter(({ object }) => !looked.has(object));
  const now = drifted.filter((merge) => !healed.has(merge)).flatMap(({ drift }) => drift());
  return [...old, ...now];
}

function eventsOf(
  { sync, look, drifted, written, prune }: ReportInput,
  counts: { readonly created: number; readonly configured: number; readonly pruned: number },
): Omit<SyncEvent, 'about'>[] {
  const events: Omit<SyncEvent, 'about'>[] = [];
  const revision = shortRevision(look.desired.revision.text);
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string): void => {
    events.push({ type, reason, message });
  };
  if (look.rewritten)
    tell('Warning', 'HistoryRewritten', `${revision} does not descend from the revision before it`);
  const healed = new Set(written);
  for (const merge of drifted) {
    const text = driftText(merge.drift());
    if (healed.has(merge)) tell('Warning', 'SelfHealed', `${text}; set back to what ${revision} says`);
    else if (!isKnownDrift(sync, merge))
      tell('Warning', 'DriftDetected', `${text}; the repository says otherwise`);
  }
  if (counts.created + counts.configured > 0) {
    tell('Normal', 'Applied', `${revision}: ${counts.created} created, ${counts.configured} configured`);
  }
  if (counts.pruned > 0) {
    const names = prune.prune.slice(0, named).map(shortName).join(', ');
    tell(
      'Normal',
      'Pruned',
      `${names}${counts.pruned > named ? `, … (${counts.pruned})` : ''}: not in ${revision} any more`,
    );
  }
  return events;
}

/** How things stand, which is told once and not at every attempt. */
function newsOf(
  { sync, prune }: ReportInput,
  { ready, reason, message }: Verdict,
  exitCode: ExitCode,
): Omit<SyncEvent, 'about'>[] {
  const isKept = prune.refused === undefined && sync.spec.prune;
  const kept = isKept ? prune.kept.map(({ entry, why }) => `${nameOf(entry)} is kept: ${why}`) : [];
  return [
    ...kept.map((text) => ({ type: 'Warning', reason: 'PruneSkipped', message: text }) as const),
    ...(exitCode === ExitCode.Done ? [] : [{ type: 'Warning', reason, message } as const]),
    ...(ready === 'True' ? [{ type: 'Normal', reason: 'Ready', message } as const] : []),
  ];
}

function isKnownDrift({ status }: Sync, merge: Merge): boolean {
  const known = status?.drift ?? [];
  return merge
    .drift()
    .every((one) => known.some(({ object, field }) => object === one.object && field === one.field));
}

function appliedObject({ node, action, before, after }: Merge): AppliedObject {
  const { kind, namespace, name } = node.key;
  return {
    name: isKind(kind) ? qualifiedName(kind, name) : name,
    ...(namespace === '' ? {} : { namespace }),
    action: action === 'created' ? 'created' : 'configured',
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  };
}

function prunedObject(object: KubeObject): AppliedObject {
  const { kind, metadata } = object;
  return {
    name: isKind(kind) ? qualifiedName(kind, metadata.name) : metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    action: 'pruned',
    before: object,
  };
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function more(count: number): string {
  return count > 1 ? ` (and ${count - 1} more)` : '';
}

/** What an attempt came to, from its report and the status that was written. */
export function reportOf(
  sync: Sync,
  desired: Desired,
  { verdict, outcome, objects, drift, kept, exitCode = ExitCode.Done }: Report,
  status: SyncStatus,
): SyncResult {
  const { diagnostics, sources, revision } = desired;
  const { reason, message } = verdict;
  return {
    ...{ sync: syncName(sync), revision: revision.text, outcome, reason, message },
    ...{ objects, diagnostics, sources, drift, kept, exitCode, status },
  };
}
