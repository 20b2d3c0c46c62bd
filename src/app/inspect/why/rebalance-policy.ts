/** What a rebalancing policy would move now, by the same plan as the loop's, and why no more. Pure. */
import { rebalanceInput, recentMoves, rivalOf } from '../../../controllers/scheduling/rebalance-input.ts';
import { reasonText } from '../../../controllers/scheduling/rebalance-policy.ts';
import { findCondition } from '../../../model/conditions.ts';
import { percent } from '../../../model/kinds/cells.ts';
import { type RebalancePolicy } from '../../../model/kinds/index.ts';
import { field, type DescribeNode } from '../../../output/describe.ts';
import { type RebalancePlan } from '../../../placement/rebalance.ts';
import { table } from '../describe/parts.ts';
import { type Explained, type WhyScene } from './explained.ts';

/** The measure beside its thresholds, the budget, and each move with its gain and cost. */
export function whyRebalancing(policy: RebalancePolicy, { snapshot, world }: WhyScene): Explained {
  const { spec, status } = policy;
  const { cache, nowMs, scheduler } = snapshot;
  const plan = scheduler.rebalance(rebalanceInput(policy, { cache, world, nowMs }));
  const rival = rivalOf(policy, cache);
  const held = heldBy(policy, rival);
  const planned = firstHeld(plan) ?? reasonText(spec, plan);
  const begins = `begins above ${percent(spec.threshold.start)}, stops at ${percent(spec.threshold.stop)}`;
  const rows = plan.moves.map(({ vm, from, to, gain, cost }) => [
    vm,
    from,
    to,
    hostHours(gain),
    hostHours(cost),
  ]);
  return {
    answer: held ?? planned,
    nodes: [
      field('Imbalance', `${percent(plan.imbalance)} over ${plan.hosts} hosts; ${begins}`),
      field('Begun', (status?.active ?? false) ? 'yes: it goes on down to the stop' : 'no'),
      field(
        'Churn budget',
        `${recentMoves(policy, nowMs).length} of ${spec.maxMovesPerHour} moves in the last hour`,
      ),
      field('Waiting VMs', `${scheduler.waiting}; while there are any, nothing moves`),
      field('Would do', held ?? planned),
      field('Last look', findCondition(status?.conditions, 'Rebalancing')?.message ?? ''),
      table('Plan', ['VM', 'From', 'To', '>Gain (host-hours)', '>Cost'], rows),
      ...heldBack(plan),
    ],
    data: { ...plan },
  };
}

/** The VMs that were looked at and stay, and what holds each. */
function heldBack({ held }: RebalancePlan): DescribeNode[] {
  if (held.length === 0) return [];
  const shown = held.slice(0, heldShown);
  const rows = shown.map(({ vm, from, to = '', why }) => [vm, from, to, why]);
  const more = held.length - shown.length;
  const rest = more > 0 ? [field('Not shown', `${more} more VMs`)] : [];
  return [table('Held back', ['VM', 'On', 'Would go to', 'Because of'], rows), ...rest];
}

/** Where nothing moves, what holds the first of those that were looked at. */
function firstHeld({ moves, held: [first] }: RebalancePlan): string | undefined {
  if (moves.length > 0 || first === undefined) return undefined;
  return `no VM moves; vm/${first.vm} stays on ${first.from} because of ${first.why}`;
}

const heldShown = 10;

/** What keeps the policy from doing anything, whatever it would plan. */
function heldBy({ spec }: RebalancePolicy, rival: RebalancePolicy | undefined): string | undefined {
  if (rival) return `the older RebalancePolicy/${rival.metadata.name} selects some of the same hosts`;
  if (spec.suspend) return 'spec.suspend is true: nothing is planned or moved';
  return undefined;
}

function hostHours(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}
