/** What would become of the VMs of a host that is emptied, and which of them may go at the same time. */
import { budgetStanding } from '../../controllers/pools/disruption-budget.ts';
import { wantsPower } from '../../controllers/machines/plan.ts';
import { isTrue } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating, keyOf, keyText } from '../../model/object.ts';
import { isUnreachable } from '../../model/reachability.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { type Snapshot } from '../snapshot.ts';
import { machinesOn } from '../../controllers/machines/lookup.ts';

/** How one VM can leave. */
export type Way =
  | { readonly type: 'live' }
  /** It is under way already. */
  | { readonly type: 'moving'; readonly to: string }
  | { readonly type: 'restart' }
  /** It is off, or is being deleted: nothing runs that could be disturbed. */
  | { readonly type: 'idle' }
  | { readonly type: 'none'; readonly why: string };

/** A budget as it stands. */
export interface Allowance {
  /** As `db/NAME`. */
  readonly name: string;
  /** VMs that may be taken down now. */
  readonly allowed: number;
  /** As many are up as it wants: one that is down anyway may go. */
  readonly kept: boolean;
}

export interface Leaver {
  readonly vm: VirtualMachine;
  readonly way: Way;
  readonly ready: boolean;
  /** The budgets that count it, by key. */
  readonly budgets: readonly string[];
}

/** The VMs of a host with their ways, ordered by namespace and name, and the budgets over them. */
export function leaversOf(
  host: string,
  snapshot: Snapshot,
): { readonly leavers: readonly Leaver[]; readonly allowances: ReadonlyMap<string, Allowance> } {
  const { cache } = snapshot;
  const allowances = new Map<string, Allowance>();
  const leavers = machinesOn(cache, host).map((vm): Leaver => {
    const { namespace, labels } = vm.metadata;
    const over = cache
      .list('DisruptionBudget', namespace)
      .filter((budget) => matchesSelector(budget.spec.selector, labels));
    for (const budget of over) {
      const { disruptionsAllowed, currentHealthy, desiredHealthy } = budgetStanding(budget, cache);
      allowances.set(keyText(keyOf(budget)), {
        name: `db/${budget.metadata.name}`,
        allowed: disruptionsAllowed,
        kept: currentHealthy >= desiredHealthy,
      });
    }
    return {
      vm,
      way: wayOf(vm, snapshot),
      ready: isTrue(vm.status?.conditions, 'Ready'),
      budgets: over.map((budget) => keyText(keyOf(budget))),
    };
  });
  return { leavers, allowances };
}

function wayOf(vm: VirtualMachine, { cache, scheduler }: Snapshot): Way {
  if (isTerminating(vm) || !wantsPower(vm)) return { type: 'idle' };
  const to = vm.status?.migrationTarget;
  if (to !== undefined) return { type: 'moving', to };
  const hypervisor = cache.get('Hypervisor', '', vm.status?.hypervisor ?? '');
  const isLive = hypervisor?.spec.features.liveMigration === true;
  const host = cache.get('Host', '', vm.status?.host ?? '');
  if (isLive && isUnreachable(host)) {
    return {
      type: 'none',
      why: `${vm.status?.host} cannot be reached, and a live migration needs both hosts`,
    };
  }
  const placement = isLive ? scheduler.elsewhere(vm) : scheduler.elsewhereStopped(vm);
  if (placement.type === 'refused') {
    return { type: 'none', why: `no host can take it: ${placement.summary}` };
  }
  return { type: isLive ? 'live' : 'restart' };
}

/**
 * Those that go now, in the given order: each ready VM that is to restart takes one from every budget that
 * counts it, and one that finds nothing left waits, with the names of the budgets. Pure.
 */
export function nextRound(
  leavers: readonly Leaver[],
  allowances: ReadonlyMap<string, Allowance>,
): { readonly go: readonly Leaver[]; readonly blocked: ReadonlyMap<Leaver, string> } {
  const left = new Map([...allowances].map(([key, { allowed }]) => [key, allowed]));
  const go: Leaver[] = [];
  const blocked = new Map<Leaver, string>();
  for (const leaver of leavers) {
    if (leaver.way.type === 'none' || leaver.way.type === 'moving') continue;
    // A live migration takes nothing down.
    const disturbs = leaver.way.type === 'restart';
    const blockers = disturbs ? leaver.budgets.filter((key) => blocks(leaver, key)) : [];
    if (blockers.length > 0) {
      blocked.set(leaver, blockers.map((key) => allowances.get(key)?.name ?? key).join(', '));
      continue;
    }
    if (disturbs && leaver.ready) for (const key of leaver.budgets) left.set(key, (left.get(key) ?? 0) - 1);
    go.push(leaver);
  }
  return { go, blocked };

  function blocks({ ready }: Leaver, key: string): boolean {
    return ready ? (left.get(key) ?? 0) <= 0 : allowances.get(key)?.kept !== true;
  }
}
