import { type ConditionInput } from '../../model/conditions.ts';
import { type DisruptionBudget, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { disruptionsAllowed, healthyWanted } from '../../placement/disruption.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller } from '../../engine/controller.ts';
import { labelsOf } from './members.ts';
import { selecting } from '../machines/selecting.ts';
import { machineGroups } from '../machines/groups.ts';

/** How the VMs of a budget's selector stand. */
export interface BudgetStanding {
  /** VMs that should be there: a pool counts by what it is to have, others one by one. */
  readonly expected: number;
  /** VMs that are ready and not being deleted. */
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  /** VMs that may be taken down now. */
  readonly disruptionsAllowed: number;
}

/** Tells how many VMs of a selector may be down on purpose now. */
export const disruptionBudgetController = controller<'DisruptionBudget'>({
  kind: 'DisruptionBudget',
  watches: {
    VirtualMachine: ({ metadata }, cache) => budgetsOver(metadata.namespace, metadata.labels, cache),
    // Its count says how many are expected.
    VirtualMachinePool: (pool, cache) => budgetsOver(pool.metadata.namespace, labelsOf(pool), cache),
  },
  reconcile(budget, turn) {
    if (isTerminating(budget)) return {};
    const standing = budgetStanding(budget, turn.cache);
    turn.updateStatus(budget, { ...standing }, conditionsOf(standing));
    return {};
  },
});

function* budgetsOver(
  namespace = '',
  labels: Readonly<Record<string, string>> | undefined,
  cache: ObjectCache,
): Iterable<{ kind: string; namespace: string; name: string }> {
  for (const { metadata } of selecting(cache, 'DisruptionBudget', namespace, labels)) {
    yield { kind: 'DisruptionBudget', namespace, name: metadata.name };
  }
}

/**
 * The standing as of now, for whoever is about to take a VM down: the status may be a turn old. It costs as
 * much as there are kinds of VMs in the namespace, not as there are VMs.
 * Source: kubernetes/kubernetes pkg/controller/disruption/disruption.go
 */
export function budgetStanding({ metadata, spec }: DisruptionBudget, cache: ObjectCache): BudgetStanding {
  const owners = new Set<string>();
  let expected = 0;
  let currentHealthy = 0;
  for (const group of cache.index(machineGroups).inNamespace(metadata.namespace ?? '')) {
    if (!matchesSelector(spec.selector, group.labels)) continue;
    currentHealthy += group.ready;
    const pool = poolOf(group.owner, cache);
    if (!pool) expected += group.members.size;
    else if (!owners.has(group.owner)) expected += pool.spec.replicas;
    owners.add(group.owner);
  }
  return {
    expected,
    currentHealthy,
    desiredHealthy: healthyWanted(spec, expected) ?? expected,
    disruptionsAllowed: disruptionsAllowed(spec, expected, currentHealthy),
  };
}

function poolOf(uid: string, cache: ObjectCache): VirtualMachinePool | undefined {
  const owner = uid === '' ? undefined : cache.byUid(uid);
  return owner?.kind === 'VirtualMachinePool' ? (owner as VirtualMachinePool) : undefined;
}

function conditionsOf(standing: BudgetStanding): ConditionInput[] {
  const { expected, currentHealthy, desiredHealthy } = standing;
  const figures = `${currentHealthy} of ${expected} VMs are up, ${desiredHealthy} must be`;
  const allowed = standing.disruptionsAllowed;
  return [
    readyCondition(standing, figures),
    allowed > 0
      ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientMachines', message: figures }
      : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientMachines', message: figures },
  ];
}

function readyCondition(
  { expected, currentHealthy, desiredHealthy }: BudgetStanding,
  figures: string,
): ConditionInput {
  if (expected === 0) {
    return { type: 'Ready', status: 'True', reason: 'NoMachines', message: 'its selector matches no VM' };
  }
  return currentHealthy >= desiredHealthy
    ? { type: 'Ready', status: 'True', reason: 'Kept', message: figures }
    : { type: 'Ready', status: 'False', reason: 'NotKept', message: figures };
}
