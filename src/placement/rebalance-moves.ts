/** The moves themselves: from the fullest hosts to the emptiest, or off the emptiest host altogether. */
import { wishesOn, type ScorePart } from './appraise.ts';
import { crowding, fillOf, type HostGroup } from './balance.ts';
import { place, type PlaceOptions } from './place.ts';
import { compareMoves, type PlannedMove, type Trial } from './rebalance-trial.ts';
import { type VmRequest } from './types.ts';

/** Hosts that are looked at for one move before giving up: the best sources come first. */
const sourcesLookedAt = 16;

/** Placement remembers its answers by the identity of these. */
const toEmpty: PlaceOptions = { strategy: 'LeastAllocated' };
const toFull: PlaceOptions = { strategy: 'MostAllocated' };

/** Below this a change of the sum is a rounding error. */
const least = 1e-9;

interface Found {
  readonly vm: VmRequest;
  readonly move: PlannedMove;
}

/** Plays the move that evens out most: the best of the first host, from the fullest on, that has one. */
export function spread(trial: Trial, group: HostGroup): boolean {
  const { fleet, input } = trial;
  for (const from of byFill(trial, group).reverse().slice(0, sourcesLookedAt)) {
    const found: Found[] = [];
    for (const vm of fleet.vmsOn(from)) {
      const one = candidate(
        trial,
        group,
        vm,
        from,
        toEmpty,
        (change) => (-change * input.rules.paybackMs) / 3_600_000,
      );
      if (one) found.push(one);
    }
    const best = found.sort(compareMoves)[0];
    if (!best) continue;
    trial.play(best.vm, best.move);
    return true;
  }
  return false;
}

/**
 * Plays the moves that empty the emptiest host which can be emptied, largest VM first; with fewer than that left, the
 * first of them. Only to hosts that are fuller: a freed host counts as one host-hour an hour.
 */
export function consolidate(trial: Trial, group: HostGroup, left: number): boolean {
  const { fleet, input } = trial;
  const occupied = byFill(trial, group).filter((name) => fleet.vmsOn(name).length > 0);
  for (const from of occupied.slice(0, sourcesLookedAt)) {
    const already = trial.moves.length;
    const whole = fillOf(fleet, from);
    const residents = fleet
      .vmsOn(from)
      .sort((a, b) => b.memoryBytes - a.memoryBytes || b.cpuMillis - a.cpuMillis);
    const staying = residents.find((vm) => {
      const before = fillOf(fleet, from);
      const gained = (change: number): number => {
        const after = fleet.without([vm.key], () => fillOf(fleet, from));
        const part = (before.cpu - after.cpu + before.memory - after.memory) / (whole.cpu + whole.memory);
        return change > 0 ? (part * input.rules.paybackMs) / 3_600_000 : 0;
      };
      const one = candidate(trial, group, vm, from, toFull, gained);
      if (one) trial.play(one.vm, one.move);
      return one === undefined;
    });
    if (staying !== undefined) {
      for (const { vm, to } of trial.moves.slice(already)) {
        trial.hold({ vm, from, to, why: `${from} would not be freed: ${staying.key} stays` });
      }
      trial.undo(already);
      continue;
    }
    trial.undo(Math.min(trial.moves.length, already + left));
    return true;
  }
  return false;
}

/** The hosts from the emptiest to the fullest; equal ones by name. */
function byFill(trial: Trial, group: HostGroup): string[] {
  const keyed = group.hosts.map((name) => ({ name, crowd: crowding(trial.fleet, group, name) }));
  return keyed.sort((a, b) => a.crowd - b.crowd).map(({ name }) => name);
}

/** Where the VM would go, if that gains more than it costs and breaks nothing; the fleet is as before. */
function candidate(
  trial: Trial,
  group: HostGroup,
  vm: VmRequest,
  from: string,
  options: PlaceOptions,
  gainOf: (change: number) => number,
): Found | undefined {
  const { fleet, input } = trial;
  const stay = (why: string, to?: string): undefined => trial.hold({ vm: vm.key, from, to, why });
  const terms = trial.termsOf(vm);
  if (typeof terms === 'string') return stay(terms);
  const request = within(terms.request, input.rules.hostSelector);
  const memory = fleet.host(from)?.allocatable.memoryBytes ?? 0;
  if (!request || memory <= 0) return stay('it demands other hosts than those of this policy');
  const target = fleet.without([vm.key], () => place(request, fleet, { ...options, avoid: from }));
  if (target.type === 'refused') return stay(target.summary);
  const to = target.host;
  if (!group.hosts.includes(to)) return stay('it would go to a host with other taints', to);
  const cost = (terms.migrationMs / 3_600_000) * (terms.sentBytes / memory);
  const change = changeOf(trial, group, vm, from, to);
  if (Math.abs(change) < least) return stay('the little that it would gain', to);
  const gain = gainOf(change);
  if (!(gain > cost))
    return stay(
      gain > 0 ? `${hostHours(gain)} gained, ${hostHours(cost)} spent` : 'the little that it would gain',
      to,
    );
  const loss = lossOf(trial, vm, request, from, to);
  return loss === undefined ? { vm, move: { vm: vm.key, from, to, gain, cost } } : stay(loss, to);
}

/** `0.0312 host-hours` */
function hostHours(value: number): string {
  return `${Math.round(value * 1e6) / 1e6} host-hours`;
}

/** The request, kept to the policy's hosts; undefined when the VM itself demands others. */
function within(request: VmRequest, labels: Readonly<Record<string, string>>): VmRequest | undefined {
  if (Object.keys(labels).length === 0) return request;
  const own = request.placement.hostSelector ?? {};
  if (Object.entries(labels).some(([key, value]) => own[key] !== undefined && own[key] !== value))
    return undefined;
  return { ...request, placement: { ...request.placement, hostSelector: { ...own, ...labels } } };
}

/** By how much the sum of squares changes. */
function changeOf({ fleet }: Trial, group: HostGroup, vm: VmRequest, from: string, to: string): number {
  const sum = (): number => crowding(fleet, group, from) + crowding(fleet, group, to);
  const before = sum();
  fleet.assign(vm, to);
  const after = sum();
  fleet.assign(vm, from);
  return after - before;
}

/**
 * What a move would break, in words; undefined when the VM's wishes are fulfilled no less than before, and no demand of
 * others is broken further. What nobody asked for, the spread of a pool by default, counts only where no host is saved.
 */
function lossOf(
  { fleet, bonds, input }: Trial,
  vm: VmRequest,
  request: VmRequest,
  from: string,
  to: string,
): string | undefined {
  const options = input.rules.strategy === 'Consolidate' ? toFull : asWished;
  const [here, there] = fleet.without([vm.key], () => [
    wishesOn(request, fleet, from, options),
    wishesOn(request, fleet, to, options),
  ]);
  if (sumOf(there) < sumOf(here)) {
    const lost = here.flatMap(({ rule, points }) => {
      const other = there.find((part) => part.rule === rule)?.points ?? 0;
      return other < points ? [`${wishNames[rule] ?? rule} (${points} points here, ${other} there)`] : [];
    });
    return `its wish for ${lost.join(' and ')}`;
  }
  const before = bonds.strain(vm);
  fleet.assign(vm, to);
  const broken = bonds.strain(vm) > before ? bonds.broken(vm) : undefined;
  fleet.assign(vm, from);
  return broken === undefined ? undefined : `others' demand: ${broken}`;
}

const asWished: PlaceOptions = {};

/** How people call what a part of a score stands for. */
const wishNames: Readonly<Record<string, string>> = {
  Taints: 'a host without taints',
  Affinity: 'being near other VMs',
  'Anti-affinity': 'being away from other VMs',
  Spread: 'being spread evenly',
};

function sumOf(parts: readonly ScorePart[]): number {
  return parts.reduce((sum, { points }) => sum + points, 0);
}
