/** An update of a pool beyond single VMs: which template is in effect, whether it comes further, and the way back. */
import { fromTimestamp, toTimestamp } from '../../base/clock.ts';
import { durationMs } from '../../base/duration.ts';
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type VirtualMachinePool } from '../../model/kinds/index.ts';
import { keyOf, keyText, type ObjectKey } from '../../model/object.ts';
import { annotations, labels, withAnnotation } from '../../model/annotations.ts';
import { isSizeScaled, managers } from '../../engine/ownership.ts';
import { revisionOf } from './members.ts';
import { limitsOf } from '../../rollout/plan.ts';
import { hasProgressed, type Hold, progressCondition, rolledBackCondition } from '../../rollout/progress.ts';
import {
  advance,
  complete,
  fallback,
  isFailed,
  newRecord,
  present,
  prune,
  rescale,
} from '../../rollout/revisions.ts';
import { recordPrefix, type Revision, type RolloutRecord, type Template } from '../../rollout/revisions.ts';
import { type Turn } from '../../engine/turn.ts';
import { machineGroups } from '../machines/groups.ts';

/** How long an update may go without progress where the pool does not say, ms; Kubernetes' own. */
const defaultDeadlineMs = 600_000;

/** An update at the beginning of a look. */
export interface PoolUpdate {
  readonly record: RolloutRecord;
  /** Why the spec's template is not carried out; undefined when it is. */
  readonly hold: Hold | undefined;
  /** The pool with the template that its VMs are to have; undefined when it was held back from its first day. */
  readonly effective: VirtualMachinePool | undefined;
  /** True when this look begins with another revision. */
  readonly begins: boolean;
}

/** What the VMs have come to at the end of a look. */
export interface Outcome {
  readonly complete: boolean;
  readonly replicas: number;
  readonly ready: number;
  /** VMs of the template in effect. */
  readonly updated: number;
  /** The figures in words. */
  readonly text: string;
}

/** What the end of a look says. */
export interface UpdateReport {
  readonly status: Pick<
    NonNullable<VirtualMachinePool['status']>,
    'revision' | 'revisions' | 'lastProgressTime' | 'updatedReplicas'
  >;
  /** In place of others of the same type. */
  readonly conditions: readonly ConditionInput[];
  readonly requeueAtMs?: number;
  /** True while the pool will go back by itself, be it now or at its deadline. */
  readonly goesOn: boolean;
  /** To be carried out after the status is written: the pool as it was before its update failed. */
  readonly goBack?: () => void;
}

/** Where the record of a pool is kept. */
export function recordKey(pool: ObjectKey): string {
  return `${recordPrefix}${keyText(pool)}`;
}

/** Forgets a pool that is gone. */
export function forgetRecord(pool: ObjectKey, turn: Turn): void {
  if (turn.getPrivate(recordKey(pool)) !== undefined) turn.setPrivate(recordKey(pool), undefined);
}

/** Finds out which template is in effect; a new one takes effect here unless something holds it back. */
export function beginUpdate(pool: VirtualMachinePool, turn: Turn): PoolUpdate {
  const { uid = '', annotations: notes } = pool.metadata;
  const hash = revisionOf(pool.spec.template);
  const kept = turn.getPrivate(recordKey(keyOf(pool))) as RolloutRecord | undefined;
  const record = kept?.uid === uid ? kept : newRecord(uid);
  const hold = holdOf(pool, record, hash);
  const last = present(record);
  // VMs of which no record tells were there before records were: they count as made from the present template.
  const isOld = last === undefined && turn.cache.index(machineGroups).ofOwner(uid).length > 0;
  if (hold === undefined || isOld) {
    const proposal = {
      hash,
      template: pool.spec.template,
      changeCause: notes?.[annotations.changeCause],
    };
    const next = advance(record, proposal);
    return { record: next, hold, effective: pool, begins: present(next)?.number !== last?.number };
  }
  const effective = last?.hash === hash ? pool : last && withTemplate(pool, last.template);
  return { record, hold, effective, begins: false };
}

function holdOf({ spec }: VirtualMachinePool, record: RolloutRecord, hash: string): Hold | undefined {
  if (spec.paused) return 'Paused';
  return spec.rollback === 'Automatic' && isFailed(record, hash) ? 'RevisionRefused' : undefined;
}

/** The pool with another template, in the size that it has now if an autoscaler has set that. */
export function withTemplate(pool: VirtualMachinePool, template: Template): VirtualMachinePool {
  const { resources } = pool.spec.template.spec;
  const sized = isSizeScaled(pool) ? { ...template, spec: { ...template.spec, resources } } : template;
  return { ...pool, spec: { ...pool.spec, template: sized } };
}

/** What a look at the VMs means for the update; keeps the record. */
export function endUpdate(
  pool: VirtualMachinePool,
  update: PoolUpdate,
  outcome: Outcome,
  turn: Turn,
): UpdateReport {
  const record = keep(pool, update, outcome, turn);
  const deadlineMs = durationMs(pool.spec.progressDeadline, defaultDeadlineMs);
  const lastProgressTime = progressTime(pool, update, record, outcome, turn.nowMs);
  const counts = record.underWay && update.hold === undefined;
  const dueAtMs = lastProgressTime === undefined ? Infinity : fromTimestamp(lastProgressTime) + deadlineMs;
  const exceeded = counts && turn.nowMs >= dueAtMs;
  const automatic = pool.spec.rollback === 'Automatic';
  const way = automatic && counts ? fallback(record) : undefined;
  const hash = revisionOf(pool.spec.template);
  const waits = present(record)?.hash !== hash;
  const standing = {
    ...{ hold: update.hold, exceeded, deadlineMs, automatic, waits },
    ...{ present: present(record), failed: record.failed, fallback: way },
  };
  const progress = progressCondition(standing, outcome.text);
  const rolledBack = rolledBackCondition(standing, conditionOf(pool, 'RolledBack') !== undefined);
  if (exceeded && progress && conditionOf(pool, 'Progressing')?.reason !== progress.reason) {
    turn.event(pool, 'Warning', progress.reason, progress.message);
  }
  return {
    status: {
      revision: hash,
      revisions: record.revisions.map(summaryOf),
      lastProgressTime,
      updatedReplicas: waits ? countOf(pool, hash, turn) : outcome.updated,
    },
    conditions: [readyWhilePaused(pool, update, outcome), progress, rolledBack].filter(
      (condition) => condition !== undefined,
    ),
    ...(counts && !exceeded ? { requeueAtMs: dueAtMs } : {}),
    goesOn: way !== undefined,
    ...(exceeded && way ? { goBack: () => goBack(pool, record, way, turn) } : {}),
  };
}

/** An update that rests in its middle is no fault as long as there are enough VMs. */
function readyWhilePaused(
  { spec }: VirtualMachinePool,
  { hold, effective }: PoolUpdate,
  { ready, text }: Outcome,
): ConditionInput | undefined {
  if (hold !== 'Paused' || !effective || ready < spec.replicas) return undefined;
  return { type: 'Ready', status: 'True', reason: 'Ready', message: text };
}

/** The record after this look, stored if it is another. */
function keep(pool: VirtualMachinePool, update: PoolUpdate, outcome: Outcome, turn: Turn): RolloutRecord {
  const { effective } = update;
  let record = update.record;
  if (outcome.complete && effective) record = complete(record, effective.spec.template, turn.nowMs);
  record = rescale(record, pool.spec.replicas, limitsOf(pool.spec.replicas, pool.spec.strategy).surge);
  if (record.revisions.length > 1) {
    const groups = turn.cache.index(machineGroups).ofOwner(pool.metadata.uid ?? '');
    const inUse = new Set(groups.map((group) => group.labels[labels.revision] ?? ''));
    record = prune(record, pool.spec.revisionHistoryLimit, inUse);
  }
  const key = recordKey(keyOf(pool));
  if (record.revisions.length > 0 && record !== turn.getPrivate(key)) turn.setPrivate(key, record);
  return record;
}

/** When the update last came further. One that is held back does not, and its time begins anew once it goes on. */
function progressTime(
  pool: VirtualMachinePool,
  { begins, hold }: PoolUpdate,
  { underWay }: RolloutRecord,
  outcome: Outcome,
  nowMs: number,
): string | undefined {
  const { lastProgressTime, replicas = 0, availableReplicas = 0, updatedReplicas = 0 } = pool.status ?? {};
  if (!underWay || hold !== undefined) return lastProgressTime;
  const before = { replicas, ready: availableReplicas, updated: updatedReplicas };
  const wasHeld = conditionOf(pool, 'Progressing')?.reason === 'Paused';
  const fresh = begins || wasHeld || lastProgressTime === undefined || hasProgressed(before, outcome);
  return fresh ? toTimestamp(nowMs) : lastProgressTime;
}

function conditionOf({ status }: VirtualMachinePool, type: string): ConditionInput | undefined {
  return findCondition(status?.conditions, type);
}

function countOf({ metadata }: VirtualMachinePool, hash: string, turn: Turn): number {
  const groups = turn.cache.index(machineGroups).ofOwner(metadata.uid ?? '');
  return groups.reduce(
    (sum, group) => sum + (group.labels[labels.revision] === hash ? group.members.size : 0),
    0,
  );
}

function summaryOf({ number, hash, completedAt }: Revision) {
  return { number, revision: hash, ...(completedAt === undefined ? {} : { completedAt }) };
}

/** Sets the last template that was complete again, and remembers the one that was not. */
function goBack(pool: VirtualMachinePool, record: RolloutRecord, to: Revision, turn: Turn): void {
  const failed = present(record);
  const now = turn.cache.find(keyOf(pool)) as VirtualMachinePool | undefined;
  if (!failed || !now) return;
  turn.setPrivate(recordKey(keyOf(pool)), {
    ...record,
    failed: { hash: failed.hash, number: failed.number, to: to.hash },
  });
  const metadata = withAnnotation(now.metadata, annotations.changeCause, to.changeCause);
  turn.event(
    pool,
    'Warning',
    'RolledBack',
    `revision ${failed.number} made no progress: back to revision ${to.number}`,
  );
  turn.update({ ...withTemplate(now, to.template), metadata }, managers.pool);
}
