/** How the update of a VM pool stands, and what it waits for. Pure. */
import { budgetStanding } from '../../../controllers/pools/disruption-budget.ts';
import { labels } from '../../../model/annotations.ts';
import { findCondition, isTrue } from '../../../model/conditions.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../../../model/kinds/index.ts';
import { matchesSelector } from '../../../model/selectors.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { table } from '../describe/parts.ts';
import { policiesOf, poolMachines } from '../relations.ts';
import { rolloutStanding } from '../rollout-standing.ts';
import { type Snapshot } from '../../snapshot.ts';
import { type Explained, listedAtMost, someOf, type WhyScene } from './explained.ts';

/** The counts, what the strategy allows, and each VM that is not as it should be. */
export function whyPool(pool: VirtualMachinePool, { snapshot, all }: WhyScene): Explained {
  const { metadata, spec, status } = pool;
  const machines = poolMachines(snapshot.cache, pool);
  const waiting = machines.filter((vm) => !isTrue(vm.status?.conditions, 'Ready'));
  const ready = findCondition(status?.conditions, 'Ready');
  const failure = findCondition(status?.conditions, 'ReplicaFailure');
  const standing = rolloutStanding(pool);
  return {
    answer: `${standing.text}${ready && ready.status !== 'True' && !standing.text.includes(ready.message) ? `; ${ready.message}` : ''}`,
    nodes: [
      field(
        'Update',
        failure?.status === 'True'
          ? 'held by a quota: raise it, or free some of it'
          : stateText(pool, standing.state),
      ),
      field(
        'Replicas',
        `${spec.replicas} wanted ${sizedBy(pool, snapshot)}, ${status?.replicas ?? 0} there, ${status?.readyReplicas ?? 0} ready, ${status?.updatedReplicas ?? 0} up to date`,
      ),
      field(
        'Strategy',
        `at most ${spec.strategy.maxSurge} above, at most ${spec.strategy.maxUnavailable} missing${ripeText(spec.minReadySeconds)}; paused: ${spec.paused ? 'yes' : 'no'}`,
      ),
      ...revisionNodes(machines),
      ...budgetNodes(pool, snapshot),
      ...(failure?.status === 'True' ? [field('Held by', failure.message)] : []),
      waitingNode(waiting, all),
    ],
    data: {
      state: standing.state,
      waitingFor: waiting.map((vm) => ({
        vm: vm.metadata.name,
        namespace: metadata.namespace,
        why: complaintOf(vm),
      })),
    },
  };
}

function ripeText(minReadySeconds: number): string {
  return minReadySeconds === 0 ? '' : `, one counts once it has been ready for ${minReadySeconds} s`;
}

function stateText({ metadata }: VirtualMachinePool, state: string): string {
  switch (state) {
    case 'Paused':
      return `paused: vctl rollout resume vmp/${metadata.name}`;
    case 'Failed':
      return `failed: vctl rollout undo vmp/${metadata.name}, or change the template`;
    case 'SizeRefused':
      return 'the size waits for room: free some (vctl top hosts), or apply a size that fits';
    default:
      return state === 'Complete' ? 'complete' : 'under way';
  }
}

function sizedBy(pool: VirtualMachinePool, { cache }: Snapshot): string {
  const policies = policiesOf(cache, pool).filter(({ spec }) => spec.horizontal !== undefined);
  return policies.length === 0
    ? 'by its manifest'
    : `by ${policies.map(({ metadata }) => `sp/${metadata.name}`).join(', ')}`;
}

/** How many VMs are of which template, where there is more than one. */
function revisionNodes(machines: readonly VirtualMachine[]): DescribeNode[] {
  const counts = new Map<string, number>();
  for (const { metadata } of machines) {
    const revision = metadata.labels?.[labels.revision] ?? 'unknown';
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  }
  if (counts.size < 2) return [];
  const texts = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([revision, count]) => `${count} of ${revision}`);
  return [field('Revisions', texts.join(', '))];
}

/** The disruption budgets that count its VMs; they hold up drains and preemption, not the update itself. */
function budgetNodes({ metadata, spec }: VirtualMachinePool, { cache }: Snapshot): DescribeNode[] {
  const budgets = cache
    .list('DisruptionBudget', metadata.namespace)
    .filter((budget) => matchesSelector(budget.spec.selector, spec.template.metadata?.labels));
  if (budgets.length === 0) return [];
  return [
    field(
      'Budgets',
      budgets.map((budget) => {
        const { currentHealthy, desiredHealthy, disruptionsAllowed } = budgetStanding(budget, cache);
        return `db/${budget.metadata.name}: ${currentHealthy} up, ${desiredHealthy} must be, ${disruptionsAllowed} may go down`;
      }),
    ),
  ];
}

function waitingNode(waiting: readonly VirtualMachine[], all: boolean): DescribeNode {
  if (all || waiting.length <= listedAtMost) {
    const rows = waiting.map((vm) => [vm.metadata.name, vm.status?.phase ?? 'Pending', complaintOf(vm)]);
    return table('Waits for', ['VM', '!Phase', 'Why'], rows);
  }
  const groups = new Map<string, string[]>();
  for (const vm of waiting) {
    const why = complaintOf(vm);
    groups.set(why, [...(groups.get(why) ?? []), vm.metadata.name]);
  }
  const rows = [...groups].map(([why, names]) => [String(names.length), why, someOf(names)]);
  return table('Waits for', ['>VMs', 'Why', 'Such as'], rows);
}

/** Why a VM is not ready. */
function complaintOf({ status }: VirtualMachine): string {
  const scheduled = findCondition(status?.conditions, 'Scheduled');
  if (status?.host === undefined && scheduled?.status === 'False') return scheduled.message;
  return findCondition(status?.conditions, 'Ready')?.message ?? 'nobody has looked at it yet';
}
