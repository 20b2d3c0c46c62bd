/** Another count for a pool in the middle of an update: each of its revisions takes its share. */
import { type VirtualMachinePool } from '../../model/kinds/index.ts';
import { labels } from '../../model/annotations.ts';
import { leastWorth } from './choice.ts';
import { createMembers } from './members.ts';
import { type Allowance } from './quota.ts';
import { withTemplate } from './rollout.ts';
import { tallyOf } from './status.ts';
import { isRescaled, type RolloutRecord } from '../../rollout/revisions.ts';
import { type Limits } from '../../rollout/plan.ts';
import { sparing, spread } from '../../rollout/progress.ts';
import { type Turn } from '../../engine/turn.ts';
import { machineGroups } from '../machines/groups.ts';

/**
 * Brings a pool to its count without bringing its update any further, each revision by its share. To another count than
 * before it goes with the surge, as long as there are VMs of several revisions; else it only makes up for what is
 * missing. VMs whose template is not known any more are left as they are.
 *
 * @returns how many VMs were made (positive) or removed (negative), and why no more
 */
export function scaleInShares(
  pool: VirtualMachinePool,
  record: RolloutRecord,
  limits: Limits,
  turn: Turn,
): Allowance {
  const groups = turn.cache.index(machineGroups).ofOwner(pool.metadata.uid ?? '');
  const sets = record.revisions
    .map(({ hash, template }) => ({
      template,
      groups: groups.filter((group) => group.labels[labels.revision] === hash),
    }))
    .filter((set, index, all) => set.groups.length > 0 || index === all.length - 1);
  const { replicas } = pool.spec;
  const tallies = sets.map((set) => tallyOf(set.groups));
  const counts = tallies.map((tally) => tally.count);
  const { count } = tallyOf(groups);
  const known = counts.reduce((sum, one) => sum + one, 0);
  const isShared = counts.filter((one) => one > 0).length > 1;
  const most = replicas === 0 || !isShared ? replicas : replicas + limits.surge;
  const to = isRescaled(record, replicas) ? most : Math.min(Math.max(count, replicas), most);
  const from = isRescaled(record, replicas) ? (record.scale?.most ?? known) : known;
  const change = to - count;
  const shares = spread(counts, isShared ? from : known, known + change);
  const changes = sparing(tallies, shares, replicas - limits.unavailable);
  let made = 0;
  let refusal: string | undefined;
  sets.forEach((set, index) => {
    const share = changes[index] ?? 0;
    if (share > 0) {
      const allowance = createMembers(withTemplate(pool, set.template), share, turn);
      made += allowance.count;
      refusal ??= allowance.refusal;
    }
    for (const vm of leastWorth(set.groups, Math.max(0, -share))) turn.delete(vm);
  });
  return { count: change > 0 ? made : change, ...(refusal === undefined ? {} : { refusal }) };
}
