import { type VirtualizationMode } from '../model/ports.ts';
import { type Fleet } from './fleet.ts';
import { type Choice, type Ranking } from './ranking.ts';
import { type Question, type Scoring } from './ranking-cache.ts';
import { type Candidate } from './search.ts';
import { countRefusals, reasonsOnHost, summarize, type Refused, type RefusalInput } from './refusal.ts';
import { type VmRequest } from './types.ts';

export interface Placed {
  readonly type: 'placed';
  readonly host: string;
  /** In which the guest will run there. */
  readonly mode: VirtualizationMode;
  /** The weighted sum of the rules' scores. Comparable only between hosts for the same VM. */
  readonly score: number;
  /** The host that was second, with its score. */
  readonly next?: { readonly host: string; readonly score: number };
  /** For a person: what decided. */
  readonly why: string;
}

export type Placement = Placed | Refused;

/** Options are told apart by identity first: keep one object for many calls. */
export interface PlaceOptions extends Scoring {
  /** Name of a host that is not to be chosen. */
  readonly avoid?: string;
}

const defaults: PlaceOptions = {};

/**
 * Chooses a host for `vm`, or says why each host was refused. Filters, then scores; the highest weighted sum
 * wins, ties go to the lower host name.
 *
 * Changes nothing: `fleet.assign` the VM to the answer. Same fleet, same answer, whatever was asked before.
 * A VM that is in the fleet already counts as its own neighbour: see `placeElsewhere`.
 */
export function place(vm: VmRequest, fleet: Fleet, options: PlaceOptions = defaults): Placement {
  const avoided = options.avoid === undefined ? undefined : fleet.table.slot(options.avoid);
  const question = fleet.rankings.ask(vm, options);
  const { best, next } = passOver(question.choice, avoided);
  if (best === undefined) return refuse(vm, fleet, question, avoided);
  const mode = question.eligibility.mode[best.slot] ?? 'Full';
  const second = next && named(fleet, next);
  const why = explainChoice(question.ranking, best, next && { ...next, host: second?.host ?? '' }, options);
  return { type: 'placed', ...named(fleet, best), mode, ...(second && { next: second }), why };
}

/** The choice without one host; when that was the best, the one after the answer is not known. */
function passOver({ best, next }: Choice, avoided: number | undefined): Choice {
  if (avoided === undefined) return { best, next };
  if (best?.slot === avoided) return { best: next, next: undefined };
  return { best, next: next?.slot === avoided ? undefined : next };
}

/**
 * Chooses another host for a VM of the fleet, as if it were on none: for a migration or a drain.
 * The fleet is as before when it returns.
 */
export function placeElsewhere(vm: VmRequest, fleet: Fleet, options: PlaceOptions = defaults): Placement {
  const present = fleet.hostOf(vm.key);
  if (present === undefined) return place(vm, fleet, options);
  return fleet.without([vm.key], () => place(vm, fleet, { ...options, avoid: present }));
}

/** Why each host refuses `vm`, in the order of names; hosts that would take it are not in the answer. */
export function explain(
  vm: VmRequest,
  fleet: Fleet,
  options: PlaceOptions = defaults,
): Map<string, readonly string[]> {
  const avoided = options.avoid === undefined ? undefined : fleet.table.slot(options.avoid);
  const input = refusalInput(vm, fleet, fleet.rankings.ask(vm, options), avoided);
  const explained = new Map<string, readonly string[]>();
  for (const slot of fleet.table.ordered()) {
    const reasons = reasonsOnHost(input, slot);
    if (reasons.length > 0) explained.set(fleet.table.hosts[slot]?.name ?? '', reasons);
  }
  return explained;
}

/** Why one host refuses `vm`; empty when it would take it. A host that is not in the fleet says so. */
export function reasonsOn(
  vm: VmRequest,
  fleet: Fleet,
  host: string,
  options: PlaceOptions = defaults,
): readonly string[] {
  const slot = fleet.table.slot(host);
  if (slot === undefined) return ['it is not there'];
  return reasonsOnHost(refusalInput(vm, fleet, fleet.rankings.ask(vm, options), undefined), slot);
}

function refuse(vm: VmRequest, fleet: Fleet, question: Question, avoided: number | undefined): Refused {
  const make = (): Refused => {
    const counts = countRefusals(refusalInput(vm, fleet, question, avoided));
    return { type: 'refused', summary: summarize(counts, fleet.hostCount), counts };
  };
  // Like requests share a ranking and so a refusal, unless rules or a host to avoid set them apart.
  return avoided === undefined && !question.hasRules ? question.ranking.remember(make) : make();
}

function refusalInput(vm: VmRequest, fleet: Fleet, question: Question, avoidSlot?: number): RefusalInput {
  const { eligibility, rules } = question;
  return { vm, table: fleet.table, eligibility, rules: rules(), avoidSlot };
}

function named(fleet: Fleet, { slot, score }: Candidate): { readonly host: string; readonly score: number } {
  return { host: fleet.table.hosts[slot]?.name ?? '', score };
}

type Rival = Candidate & { readonly host: string };

function explainChoice(
  ranking: Ranking,
  best: Candidate,
  next: Rival | undefined,
  options: PlaceOptions,
): string {
  const strategy = options.strategy ?? 'LeastAllocated';
  const capacity = ranking.capacityScore(best.slot);
  if (next === undefined) return `${strategy} ${capacity}; no other host fits`;
  if (next.score === best.score) return `${strategy} ${capacity}; ${next.host} is equal, later by name`;
  const nextCapacity = ranking.capacityScore(next.slot);
  const wishes = best.score - ranking.capacityPoints(capacity);
  const nextWishes = next.score - ranking.capacityPoints(nextCapacity);
  if (wishes === nextWishes) return `${strategy} ${capacity}; next ${next.host} ${nextCapacity}`;
  return `${strategy} ${capacity} and ${wishes} for wishes; next ${next.host} ${nextCapacity} and ${nextWishes}`;
}
