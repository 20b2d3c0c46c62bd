import { compareText } from '../base/listing.ts';
import { type Fleet } from './fleet.ts';
import { judgeWithout, rulesOf, type Rule } from './rules.ts';
import { type VmRequest } from './types.ts';

/** Disruption budgets as placement sees them. */
export interface BudgetView {
  /** Names of the budgets whose selector matches a VM. */
  readonly budgetsOf: (vm: VmRequest) => readonly string[];
  /** By name: how many more VMs may be disrupted. An absent one allows none. */
  readonly disruptionsLeft: ReadonlyMap<string, number>;
}

export interface Preemption {
  readonly host: string;
  /** Whom to evict, highest priority first. Never empty. */
  readonly victims: readonly VmRequest[];
  /** Victims whose eviction goes beyond a disruption budget. */
  readonly budgetViolations: number;
}

const noBudgets: BudgetView = { budgetsOf: () => [], disruptionsLeft: new Map() };

/** Makes every priority positive, so that more victims always weigh more: as in Kubernetes. */
const priorityOffset = 2 ** 31;

/**
 * Chooses the host on which VMs of lower priority should make room for `vm`, which no host takes as things are.
 * Undefined when evictions would not help anywhere.
 *
 * On each host as few as possible go: all of lower priority are set aside, then let back while `vm` still fits,
 * those guarded by a budget first, then by priority, then the longest running. Among hosts: fewest budget
 * violations, lowest top priority, lowest sum of priorities, fewest victims, latest start of the top victim,
 * lower name.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 *
 * The fleet is as before when it returns.
 */
export function choosePreemption(
  vm: VmRequest,
  fleet: Fleet,
  budgets: BudgetView = noBudgets,
): Preemption | undefined {
  if (!fleet.hasBelow(vm.priority ?? 0)) return undefined;
  const eligibility = fleet.rankings.eligibility(vm);
  const rules = rulesOf(vm, fleet.counters, eligibility, { affinity: 0, spread: 0 });
  let best: Preemption | undefined;
  for (const slot of fleet.table.ordered()) {
    const host = fleet.table.hosts[slot]?.name;
    if (host === undefined || eligibility.mode[slot] === undefined) continue;
    const admits = (gone: readonly VmRequest[]): boolean => hasRoom(vm, fleet, slot, gone, rules);
    const candidate = preemptionOn(vm, host, fleet.vmsOn(host), admits, budgets);
    // Hosts come in the order of their names, so that an equal later one does not replace an earlier.
    if (candidate && (best === undefined || comparePreemptions(candidate, best) < 0)) best = candidate;
  }
  return best;
}

function preemptionOn(
  vm: VmRequest,
  host: string,
  residents: readonly VmRequest[],
  admits: (gone: readonly VmRequest[]) => boolean,
  budgets: BudgetView,
): Preemption | undefined {
  const lower = residents.filter((resident) => priorityOf(resident) < priorityOf(vm)).sort(compareImportance);
  if (lower.length === 0 || !admits(lower)) return undefined;
  const violating = violations(lower, budgets);
  const victims = new Set(lower);
  const mayReturn = [
    ...lower.filter((one) => violating.has(one)),
    ...lower.filter((one) => !violating.has(one)),
  ];
  for (const candidate of mayReturn) {
    victims.delete(candidate);
    if (!admits([...victims])) victims.add(candidate);
  }
  if (victims.size === 0) return undefined;
  return {
    host,
    victims: [...victims].sort(compareImportance),
    budgetViolations: [...victims].filter((victim) => violating.has(victim)).length,
  };
}

/** True when the host would take `vm` if the VMs `gone` were not on it. */
function hasRoom(
  vm: VmRequest,
  { table }: Fleet,
  slot: number,
  gone: readonly VmRequest[],
  rules: readonly Rule[],
): boolean {
  let freedCpu = 0;
  let freedMemory = 0;
  for (const one of gone) {
    freedCpu += one.cpuMillis;
    freedMemory += table.memoryNeed(slot, one);
  }
  if (table.lacksCpu(slot, vm.cpuMillis, freedCpu)) return false;
  if (table.lacksMemory(slot, vm, freedMemory)) return false;
  return rules.every((rule) => judgeWithout(rule, slot, gone));
}

/** The VMs whose eviction, one after the other in this order, goes beyond a budget. */
function violations(victims: readonly VmRequest[], budgets: BudgetView): Set<VmRequest> {
  const left = new Map(budgets.disruptionsLeft);
  const violating = new Set<VmRequest>();
  for (const victim of victims) {
    for (const budget of budgets.budgetsOf(victim)) {
      const remaining = (left.get(budget) ?? 0) - 1;
      left.set(budget, remaining);
      if (remaining < 0) violating.add(victim);
    }
  }
  return violating;
}

/** Negative when `a` is the better choice. */
function comparePreemptions(a: Preemption, b: Preemption): number {
  return (
    a.budgetViolations - b.budgetViolations ||
    topPriority(a) - topPriority(b) ||
    prioritySum(a) - prioritySum(b) ||
    a.victims.length - b.victims.length ||
    topStart(b) - topStart(a)
  );
}

/** Higher priority first, then the longer running, then by key. */
function compareImportance(a: VmRequest, b: VmRequest): number {
  return (
    priorityOf(b) - priorityOf(a) || (a.startedAtMs ?? 0) - (b.startedAtMs ?? 0) || compareText(a.key, b.key)
  );
}

function priorityOf(vm: VmRequest): number {
  return vm.priority ?? 0;
}

function topPriority({ victims }: Preemption): number {
  return Math.max(...victims.map(priorityOf));
}

function prioritySum({ victims }: Preemption): number {
  return victims.reduce((sum, victim) => sum + priorityOf(victim) + priorityOffset, 0);
}

/** The earliest start among the victims of the highest priority. */
function topStart(preemption: Preemption): number {
  const top = topPriority(preemption);
  const starts = preemption.victims.filter((victim) => priorityOf(victim) === top);
  return Math.min(...starts.map((victim) => victim.startedAtMs ?? 0));
}
