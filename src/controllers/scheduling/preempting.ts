/**
 * Room for VMs of higher priority: who makes it, and for whom it is kept. Placement chooses the victims; a victim
 * learns by its status that it is to go, and stays after all when the one that wanted its place no longer does.
 */
import { type ConditionInput, isTrue } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type Fleet } from '../../placement/fleet.ts';
import { place, type PlaceOptions } from '../../placement/place.ts';
import { type BudgetView, choosePreemption, type Preemption } from '../../placement/preemption.ts';
import { namespaceOf, type VmRequest } from '../../placement/types.ts';
import { selecting } from '../machines/selecting.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { budgetStanding } from '../pools/disruption-budget.ts';
import { type Turn } from '../../engine/turn.ts';
import { machinesOn } from '../machines/lookup.ts';
import { machineAt, machineKey } from '../machines/key.ts';
import { preemptedMessage } from '../machines/preemption.ts';

/** A VM for which room is made holds its place in the fleet under its key with this suffix. */
export const nomination = '@nominated';

/** Who makes room for a VM that no host takes, if that helps; `givingUp` go in any case. */
export function findPreemption(
  vm: VirtualMachine,
  request: VmRequest,
  {
    fleet,
    cache,
    givingUp,
    scoring,
  }: {
    readonly fleet: Fleet;
    readonly cache: ObjectCache;
    readonly givingUp: ReadonlySet<string>;
    readonly scoring: PlaceOptions;
  },
): Preemption | undefined {
  if (vm.spec.preemption === 'Never' || !fleet.hasBelow(vm.spec.priority)) return undefined;
  return fleet.without([...givingUp], () => {
    // What is on its way out is room enough: it only has to wait.
    if (givingUp.size > 0 && place(request, fleet, scoring).type === 'placed') return undefined;
    return choosePreemption(request, fleet, budgetView(cache));
  });
}

/**
 * Keeps the room for the VM and tells the victims. A victim that was itself only nominated gives that up, and
 * those who were to go for it go for this one.
 */
export function nominate(
  vm: VirtualMachine,
  { host, victims }: Preemption,
  { cache, turn }: { readonly cache: ObjectCache; readonly turn: Turn },
): void {
  const outbid = new Set<string>();
  const leaving: VirtualMachine[] = [];
  for (const { key } of victims) {
    const isNominated = key.endsWith(nomination);
    const victim = machineAt(cache, isNominated ? key.slice(0, -nomination.length) : key);
    if (!victim) continue;
    if (isNominated) outbid.add(machineKey(victim));
    else leaving.push(victim);
  }
  for (const resident of outbid.size === 0 ? [] : machinesOn(cache, host)) {
    if (outbid.has(resident.status?.preemptedBy ?? '')) leaving.push(resident);
  }
  const names = leaving.map(machineKey);
  const message = `on ${host}, ${names.length === 0 ? 'others wait longer' : `${names.join(', ')} make room`} for it`;
  turn.updateStatus(vm, { phase: 'Pending', nominatedHost: host }, [
    { type: 'Scheduled', status: 'False', reason: 'Preempting', message },
  ]);
  turn.event(vm, 'Normal', 'Preempting', message);
  for (const victim of leaving) preempt(victim, vm, host, turn);
  for (const key of outbid) {
    const other = machineAt(cache, key);
    if (other) withdraw(other, `${machineKey(vm)} of higher priority takes the room on ${host}`, turn);
  }
}

/** The VM looks for a place anew. */
export function withdraw(vm: VirtualMachine, message: string, turn: Turn): void {
  turn.updateStatus(vm, { nominatedHost: undefined }, [
    { type: 'Scheduled', status: 'False', reason: 'Unschedulable', message },
  ]);
}

function preempt(victim: VirtualMachine, by: VirtualMachine, host: string, turn: Turn): void {
  const message = preemptedMessage(by, host);
  // At once, so that the next choice finds the disruption budgets as they then stand.
  const draining = isTrue(victim.status?.conditions, 'Ready')
    ? [{ type: 'Ready', status: 'False', reason: 'Draining', message } as const]
    : [];
  turn.updateStatus(victim, { preemptedBy: machineKey(by) }, [
    { type: 'Preempted', status: 'True', reason: 'HigherPriority', message },
    ...draining,
  ]);
  turn.event(victim, 'Warning', 'Preempted', message);
}

/** What a VM that was preempted says once it has a place again. */
export function placedAgain(vm: VirtualMachine, host: string): ConditionInput[] {
  if (!isTrue(vm.status?.conditions, 'Preempted')) return [];
  const message = `it has a place again, on ${host}`;
  return [{ type: 'Preempted', status: 'False', reason: 'PlacedAgain', message }];
}

/** The disruption budgets as they stand. */
export function budgetView(cache: ObjectCache): BudgetView {
  const budgets = cache.list('DisruptionBudget');
  const nameOf = (budget: (typeof budgets)[number]): string =>
    `${budget.metadata.namespace}/${budget.metadata.name}`;
  return {
    budgetsOf: ({ key, labels }) =>
      key.endsWith(nomination)
        ? []
        : [...selecting(cache, 'DisruptionBudget', namespaceOf(key), labels)].map(nameOf),
    disruptionsLeft: new Map(
      budgets.map((budget) => [nameOf(budget), budgetStanding(budget, cache).disruptionsAllowed]),
    ),
  };
}
