/**
 * Which running VMs should move so that hosts are filled more evenly, or fewer of them are needed. Pure: the fleet is
 * as before when a plan is made; whoever carries it out asks again later.
 */
import { type Fleet } from './fleet.ts';
import { hostGroups, imbalance, type HostGroup, type RebalanceStrategy } from './balance.ts';
import { consolidate, spread } from './rebalance-moves.ts';
import { type HeldMove, type PlannedMove, type RebalanceInput, Trial } from './rebalance-trial.ts';

/** Why a plan has the moves that it has, or none. */
export type RebalanceReason =
  'Moving' | 'MachinesWaiting' | 'BudgetUsed' | 'WithinThreshold' | 'Balanced' | 'NothingGains' | 'NoHosts';

export interface RebalancePlan {
  readonly reason: RebalanceReason;
  readonly hosts: number;
  /** The largest of the groups', before and (were all moves done) after. */
  readonly imbalance: number;
  readonly projected: number;
  /** Not done: the next plan goes on down to `stop`. */
  readonly active: boolean;
  /** In the order in which they are to be made. */
  readonly moves: readonly PlannedMove[];
  /** The VMs that were looked at and do not move, and why: of the best sources, not of all hosts. */
  readonly held: readonly HeldMove[];
}

const hourMs = 3_600_000;

/**
 * Plans moves, at most as many as the churn budget has left. Same inputs, same plan.
 *
 * Each move lowers (Spread) or raises (Consolidate) the sum of the squares of the hosts' fill and gains more than it
 * costs, so that no later plan takes it back while nothing else changes. A VM that has moved within the last hour
 * stays. What VMs demand of hosts and of each other is kept, what they wish is fulfilled no less than before; but a spread
 * that nobody asked for gives way when a host is saved.
 */
export function planRebalance(fleet: Fleet, input: RebalanceInput): RebalancePlan {
  const { rules, active, nowMs } = input;
  const groups = hostGroups(fleet, rules.hostSelector).filter(({ hosts }) => hosts.length > 1);
  const before = worst(fleet, groups, rules.strategy);
  const hosts = groups.reduce((sum, group) => sum + group.hosts.length, 0);
  const recent = input.history.filter(({ atMs }) => nowMs - atMs < hourMs);
  const left = rules.maxMovesPerHour - recent.length;
  const goal = active ? rules.stop : rules.start;
  const idle = (reason: RebalanceReason, goesOn: boolean): RebalancePlan => {
    return { reason, hosts, imbalance: before, projected: before, active: goesOn, moves: [], held: [] };
  };
  if (groups.length === 0) return idle('NoHosts', false);
  if (before <= goal) return idle(before <= rules.stop ? 'Balanced' : 'WithinThreshold', false);
  if (input.waiting > 0) return idle('MachinesWaiting', active);
  if (left <= 0) return idle('BudgetUsed', true);
  const { moves, held, projected } = search(fleet, groups, input, new Set(recent.map(({ vm }) => vm)), left);
  if (moves.length === 0) return { ...idle('NothingGains', active), held };
  return {
    reason: 'Moving',
    hosts,
    imbalance: before,
    projected,
    active: projected > rules.stop,
    moves,
    held,
  };
}

/** Plays moves on the fleet, group by group, and takes them all back. */
function search(
  fleet: Fleet,
  groups: readonly HostGroup[],
  input: RebalanceInput,
  resting: ReadonlySet<string>,
  left: number,
): Pick<RebalancePlan, 'moves' | 'held' | 'projected'> {
  const { rules, active } = input;
  const trial = new Trial(fleet, input, resting);
  const find = rules.strategy === 'Spread' ? spread : consolidate;
  const goal = active ? rules.stop : rules.start;
  try {
    for (const group of groups) {
      if (imbalance(fleet, group, rules.strategy) <= goal) continue;
      while (trial.moves.length < left && imbalance(fleet, group, rules.strategy) > rules.stop) {
        if (!find(trial, group, left - trial.moves.length)) break;
      }
    }
    const held = [...trial.held.values()];
    return { moves: [...trial.moves], held, projected: worst(fleet, groups, rules.strategy) };
  } finally {
    trial.undo(0);
  }
}

function worst(fleet: Fleet, groups: readonly HostGroup[], strategy: RebalanceStrategy): number {
  return groups.reduce((most, group) => Math.max(most, imbalance(fleet, group, strategy)), 0);
}
