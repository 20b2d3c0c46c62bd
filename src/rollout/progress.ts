/**
 * Whether an update comes further, and what is said of it. Pure.
 * Source: Kubernetes' Deployment, pkg/controller/deployment/util/deployment_util.go (DeploymentProgressing,
 * DeploymentTimedOut).
 */
import { formatDuration } from '../base/duration.ts';
import { type ConditionInput } from '../model/conditions.ts';
import { type Failed, type Revision } from './revisions.ts';
import { type Tally } from './plan.ts';

/** How many VMs of which kind there were at a look. */
export interface Figures {
  readonly replicas: number;
  readonly ready: number;
  readonly updated: number;
}

/** True when more VMs are up to date or ready, or fewer are outdated. */
export function hasProgressed(before: Figures, after: Figures): boolean {
  return (
    after.updated > before.updated ||
    after.ready > before.ready ||
    after.replicas - after.updated < before.replicas - before.updated
  );
}

/** Why a new template is not carried out. */
export type Hold = 'Paused' | 'RevisionRefused';

/** How an update stands. */
export interface UpdateStanding {
  readonly hold: Hold | undefined;
  /** No progress for longer than the deadline. */
  readonly exceeded: boolean;
  readonly deadlineMs: number;
  readonly automatic: boolean;
  /** The revision in effect; undefined before the first. */
  readonly present: Revision | undefined;
  /** True when the spec's template is another than that of the revision in effect. */
  readonly waits: boolean;
  readonly failed: Failed | undefined;
  /** What a failed update goes back to by itself. */
  readonly fallback: Revision | undefined;
}

/** The condition Progressing where an update has more to say about it than the VMs; else undefined. */
export function progressCondition(update: UpdateStanding, figures: string): ConditionInput | undefined {
  const type = 'Progressing';
  const { hold, present, failed } = update;
  if (hold === 'Paused') {
    const what = update.waits ? 'a new template waits' : figures;
    return { type, status: 'Unknown', reason: hold, message: `spec.paused is true: ${what}` };
  }
  if (hold === 'RevisionRefused') {
    const message = `the template is that of revision ${failed?.number}, which has failed: change it, or set spec.rollback to Manual to try it again`;
    return { type, status: 'False', reason: hold, message };
  }
  if (!update.exceeded) return undefined;
  const after = `no progress for ${formatDuration(update.deadlineMs)} with revision ${present?.number}: ${figures}`;
  const reason = 'ProgressDeadlineExceeded';
  return { type, status: 'False', reason, message: `${after}${outlook(update)}` };
}

function outlook({ automatic, fallback, present, failed }: UpdateStanding): string {
  if (!automatic) return '';
  if (fallback) return `; back to revision ${fallback.number}`;
  const isReturn = present !== undefined && failed?.to === present.hash;
  return isReturn ? '; it is itself a return' : '; there is no complete revision to go back to';
}

/**
 * The condition RolledBack: True while the pool is as an earlier revision has it because a later one has failed.
 * Undefined for pools that never went back.
 */
export function rolledBackCondition(update: UpdateStanding, known: boolean): ConditionInput | undefined {
  const { failed, present } = update;
  const type = 'RolledBack';
  if (failed && present?.hash === failed.to) {
    const message = `revision ${failed.number} made no progress: revision ${present.number} has the last template that was complete`;
    return { type, status: 'True', reason: 'ProgressDeadlineExceeded', message };
  }
  if (!known) return undefined;
  const message = 'another template was set since';
  return { type, status: 'False', reason: 'Superseded', message };
}

/**
 * How many VMs each set of a pool gets more or fewer when its size changes in the middle of an update. `sizes` are
 * given oldest first; `from` and `to` are what all of them may come to, surge included, before and after. Each set goes
 * with `to / from`, its new size rounded half up; what is left over goes to the largest; of equal ones to the newest
 * when growing and to the oldest when shrinking. The answers add up to what `to` differs from the present total, or to
 * all that there is.
 * Source: Kubernetes' Deployment, pkg/controller/deployment/sync.go (scale) and util/deployment_util.go
 * (GetReplicaSetProportion).
 */
export function spread(sizes: readonly number[], from: number, to: number): number[] {
  const change = Math.max(0, to) - sizes.reduce((sum, size) => sum + size, 0);
  const sign = Math.sign(change);
  const sets = sizes
    .map((size, index) => ({ size, index, share: 0 }))
    .sort((a, b) => b.size - a.size || sign * (b.index - a.index));
  let left = Math.abs(change);
  const give = (set: { size: number; share: number }, wanted: number): void => {
    const room = sign < 0 ? set.size - set.share : left;
    const amount = Math.max(0, Math.min(wanted, room, left));
    set.share += amount;
    left -= amount;
  };
  for (const set of sets) {
    const size = from > 0 ? Math.round((set.size * to) / from) : set.size;
    give(set, sign * (size - set.size));
  }
  // The largest first; when it has none left to give, those after it.
  for (const set of sets) give(set, left);
  return sets.sort((a, b) => a.index - b.index).map(({ share }) => (share === 0 ? 0 : sign * share));
}

/**
 * The same changes, except that unavailable VMs of other sets go in the place of available ones, as far as `least`
 * available ones are to stay. In each set the unavailable go first.
 */
export function sparing(sets: readonly Tally[], changes: readonly number[], least: number): number[] {
  const next = [...changes];
  const idle = sets.map(({ count, ready }) => count - ready);
  const lost = (index: number): number => Math.max(0, -(next[index] ?? 0) - (idle[index] ?? 0));
  const spareIdle = (index: number): number =>
    Math.max(0, (idle[index] ?? 0) + Math.min(0, next[index] ?? 0));
  let missing = least - sets.reduce((sum, { ready }, index) => sum + ready - lost(index), 0);
  for (const from of sets.keys()) {
    for (const to of sets.keys()) {
      const moved = Math.max(0, Math.min(missing, lost(from), spareIdle(to)));
      next[from] = (next[from] ?? 0) + moved;
      next[to] = (next[to] ?? 0) - moved;
      missing -= moved;
    }
  }
  return next;
}
