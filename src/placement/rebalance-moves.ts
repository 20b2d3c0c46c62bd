/** The moves themselves: from the fullest hosts to the emptiest, or off the emptiest host altogether. */
import { wishPoints } from './appraise.ts';
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
    const emptied = residents.every((vm) => {
      const before = fillOf(fleet, from);
      const gained = (change: number): number => {
        const after = fleet.without([vm.key], () => fillOf(fleet, from));
        const part = (before.cpu - after.cpu + before.memory - after.memory) / (whole.cpu + whole.memory);
        return change > 0 ? (part * input.rules.paybackMs) / 3_600_000 : 0;
      };
      const one = candidate(trial, group, vm, from, toFull, gained);
      if (one) trial.play(one.vm, one.move);
      return one !== undefined;
    });
    if (!emptied) {
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
  const terms = trial.termsOf(vm);
  const request = terms && within(terms.request, input.rules.hostSelector);
  const memory = fleet.host(from)?.allocatable.memoryBytes ?? 0;
  if (!terms || !request || memory <= 0) return undefined;
  const target = fleet.without([vm.key], () => place(request, fleet, { ...options, avoid: from }));
  if (target.type === 'refused' || !group.hosts.includes(target.host)) return undefined;
  const to = target.host;
  const cost = (terms.migrationMs / 3_600_000) * (terms.sentBytes / memory);
  const change = changeOf(trial, group, vm, from, to);
  if (Math.abs(change) < least) return undefined;
  const gain = gainOf(change);
  if (!(gain > cost) || !isWelcome(trial, vm, request, from, to)) return undefined;
  return { vm, move: { vm: vm.key, from, to, gain, cost } };
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

/** The VM's wishes are fulfilled no less than before, and no demand of others is broken further. */
function isWelcome(
  { fleet, bonds }: Trial,
  vm: VmRequest,
  request: VmRequest,
  from: string,
  to: string,
): boolean {
  const [here, there] = fleet.without([vm.key], () => [
    wishPoints(request, fleet, from),
    wishPoints(request, fleet, to),
  ]);
  if ((there ?? 0) < (here ?? 0)) return false;
  const before = bonds.strain(vm);
  fleet.assign(vm, to);
  const after = bonds.strain(vm);
  fleet.assign(vm, from);
  return after <= before;
}
