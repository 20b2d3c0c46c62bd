import { toTimestamp } from '../../base/clock.ts';
import { durationMs } from '../../base/duration.ts';
import { type ConditionInput } from '../../model/conditions.ts';
import { type RebalancePolicy } from '../../model/kinds/index.ts';
import { isTerminating, keyOf } from '../../model/object.ts';
import { type PlannedMove } from '../../placement/rebalance-trial.ts';
import { type RebalancePlan } from '../../placement/rebalance.ts';
import { annotations, withAnnotation } from '../../model/annotations.ts';
import { controller } from '../../engine/controller.ts';
import { shownShare } from '../../engine/figures.ts';
import { machineOf, type Move, rebalanceInput, recentMoves, rivalOf } from './rebalance-input.ts';
import { type Turn } from '../../engine/turn.ts';

type Status = NonNullable<RebalancePolicy['status']>;

/** The last look that planned: one a period and generation of the spec. */
interface Note {
  readonly period: number;
  readonly generation: number | undefined;
}

/** Moves running VMs, a few an hour, by the way that `vctl migrate` goes: the VM is told, and moves by itself. */
export const rebalancePolicyController = controller<'RebalancePolicy'>({
  kind: 'RebalancePolicy',
  watches: {
    // One that goes makes way for a younger one.
    RebalancePolicy: (_policy, cache, other) => (other ? [] : cache.list('RebalancePolicy').map(keyOf)),
  },
  reconcile(policy, turn) {
    if (isTerminating(policy)) return {};
    const intervalMs = Math.max(1000, durationMs(policy.spec.interval));
    const period = Math.floor(turn.nowMs / intervalMs);
    const { generation } = policy.metadata;
    const key = `rebalance/${policy.metadata.uid}`;
    const before = turn.getPrivate(key) as Note | undefined;
    if (!before || before.period !== period || before.generation !== generation) {
      turn.keepPrivate(key, { period, generation });
      look(policy, turn);
    }
    return { requeueAtMs: (period + 1) * intervalMs };
  },
});

function look(policy: RebalancePolicy, turn: Turn): void {
  withdrawStale(policy, turn);
  const kept = recentMoves(policy, turn.nowMs);
  const rival = rivalOf(policy, turn.cache);
  if (rival || policy.spec.suspend) {
    const plan = { imbalance: undefined, active: undefined, plan: undefined, planTime: undefined };
    report(policy, { ...plan, hosts: undefined }, kept, idleConditions(policy, rival), turn);
    return;
  }
  const plan = turn.placer.rebalance(rebalanceInput(policy, turn));
  const moves = plan.moves.map((move) => moveOf(move, turn.nowMs));
  const { dryRun } = policy.spec;
  if (!dryRun) for (const move of moves) ask(policy, move, turn);
  report(
    policy,
    statusOf(policy, plan, moves),
    dryRun ? kept : [...kept, ...moves],
    conditionsOf(policy, plan),
    turn,
  );
}

/** Has the VM move, as a command would, and tells of it. */
function ask(policy: RebalancePolicy, move: Move, turn: Turn): void {
  const vm = machineOf(move.vm, turn.cache);
  if (!vm) return;
  const leaving = withAnnotation(vm.metadata, annotations.moveFrom, move.from);
  turn.update({ ...vm, metadata: withAnnotation(leaving, annotations.moveTo, move.to) });
  turn.event(policy, 'Normal', 'Moving', `vm/${move.vm} ${move.from} → ${move.to}: ${worthText(move)}`);
}

/** What was asked for and has not begun by the next look is not wanted any more: the room may be needed. */
function withdrawStale(policy: RebalancePolicy, turn: Turn): void {
  for (const move of policy.status?.moves ?? []) {
    const vm = machineOf(move.vm, turn.cache);
    const asked = vm?.metadata.annotations ?? {};
    const same = asked[annotations.moveFrom] === move.from && asked[annotations.moveTo] === move.to;
    if (!vm || !same || vm.status?.host !== move.from || vm.status.migrationTarget !== undefined) continue;
    const staying = withAnnotation(vm.metadata, annotations.moveFrom, undefined);
    turn.update({ ...vm, metadata: withAnnotation(staying, annotations.moveTo, undefined) });
    turn.event(
      policy,
      'Normal',
      'MoveCancelled',
      `vm/${move.vm} stays on ${move.from}: it could not begin to move`,
    );
  }
}

function statusOf(policy: RebalancePolicy, plan: RebalancePlan, moves: readonly Move[]): Partial<Status> {
  const before = policy.status?.plan;
  const same = before !== undefined && moves.length > 0 && routeText(before) === routeText(moves);
  const made = moves.length === 0 || same ? {} : { plan: [...moves], planTime: moves[0]?.time };
  // A dry run shows what would move now, not what would have moved once.
  const none = policy.spec.dryRun && moves.length === 0 ? { plan: undefined, planTime: undefined } : {};
  return {
    hosts: plan.hosts,
    imbalance: shownShare(plan.imbalance),
    active: plan.active ? true : undefined,
    ...none,
    ...made,
  };
}

function routeText(moves: readonly Move[]): string {
  return moves.map(({ vm, from, to }) => `${vm} ${from} ${to}`).join('\n');
}

/** With its time rounded up, so that no hour ever holds more than the budget. */
function moveOf({ vm, from, to, gain, cost }: PlannedMove, nowMs: number): Move {
  const time = toTimestamp(Math.ceil(nowMs / 1000) * 1000);
  return { vm, from, to, time, gain: rounded(gain), cost: rounded(cost) };
}

function rounded(hostHours: number): number {
  return Math.round(hostHours * 1e6) / 1e6;
}

/** `gains 0.0312 host-hours, costs 0.000004`. */
export function worthText({ gain = 0, cost = 0 }: Pick<Move, 'gain' | 'cost'>): string {
  return `gains ${gain} host-hours, costs ${cost}`;
}

function report(
  policy: RebalancePolicy,
  status: Partial<Status>,
  moves: readonly Move[],
  conditions: readonly ConditionInput[],
  turn: Turn,
): void {
  turn.updateStatus(policy, { ...status, moves: [...moves], movesLastHour: moves.length }, conditions);
}

function idleConditions({ spec }: RebalancePolicy, rival: RebalancePolicy | undefined): ConditionInput[] {
  if (!rival) {
    const message = `spec.suspend is ${spec.suspend}: nothing is planned or moved`;
    return [
      { type: 'Ready', status: 'True', reason: 'Suspended', message },
      { type: 'Rebalancing', status: 'False', reason: 'Suspended', message },
    ];
  }
  const message = `the older RebalancePolicy/${rival.metadata.name} selects some of the same hosts: change a hostSelector or delete one of the two`;
  return [
    { type: 'Ready', status: 'False', reason: 'HostConflict', message },
    { type: 'Rebalancing', status: 'False', reason: 'HostConflict', message },
  ];
}

function conditionsOf({ spec }: RebalancePolicy, plan: RebalancePlan): ConditionInput[] {
  const moving = plan.reason === 'Moving';
  const dry = moving && spec.dryRun;
  return [
    { type: 'Ready', status: 'True', reason: 'Watching', message: `it looks every ${spec.interval}` },
    {
      type: 'Rebalancing',
      status: moving && !dry ? 'True' : 'False',
      reason: dry ? 'DryRun' : plan.reason,
      message: dry ? `${plan.moves.length} VMs would move: see status.plan` : reasonText(spec, plan),
    },
  ];
}

/** Why VMs move, or none does. Without figures that change with every look. */
export function reasonText(
  { threshold, maxMovesPerHour }: RebalancePolicy['spec'],
  plan: RebalancePlan,
): string {
  const { start, stop } = threshold;
  switch (plan.reason) {
    case 'Moving':
      return `${plan.moves.length} of the VMs move; the imbalance goes from ${text(plan.imbalance)} to ${text(plan.projected)}`;
    case 'MachinesWaiting':
      return 'VMs wait for a host or are on their way to one: nothing else moves until they are there';
    case 'BudgetUsed':
      return `${maxMovesPerHour} VMs have moved within the last hour, as many as spec.maxMovesPerHour allows`;
    case 'WithinThreshold':
      return `the imbalance is not above threshold.start ${start}`;
    case 'Balanced':
      return `the imbalance is not above threshold.stop ${stop}`;
    case 'NothingGains':
      return 'no VM moves: it would gain less than its migration costs, or something holds it';
    case 'NoHosts':
      return 'there are no two ready hosts between which VMs could move: same hypervisor, same taints, not cordoned';
  }
}

function text(share: number): string {
  return String(shownShare(share));
}
