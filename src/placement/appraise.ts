/** Every host's verdict on one VM, with what each rule gave: the reasons behind a placement. Pure. */
import { type Fleet } from './fleet.ts';
import { type PlaceOptions } from './place.ts';
import { defaultTaintWeight, type Question } from './ranking-cache.ts';
import { type Refusal, refusalsOnHost } from './refusal.ts';
import { judge, type RuleType } from './rules.ts';
import { type VmRequest } from './types.ts';

/** What one rule gave a host. */
export interface ScorePart {
  /** The strategy's name, `Taints`, or what kind of wish it is. */
  readonly rule: string;
  /** Weighted, as it counts in the sum. */
  readonly points: number;
}

/** A host that would take the VM, or one that would not. */
export type Appraisal =
  | {
      readonly type: 'takes';
      readonly host: string;
      /** The sum of the parts: the highest wins, ties go to the lower host name. */
      readonly score: number;
      readonly parts: readonly ScorePart[];
    }
  | { readonly type: 'refuses'; readonly host: string; readonly refusals: readonly Refusal[] };

/**
 * All hosts of the fleet: first those that would take `vm`, in the order in which `place` would choose them, then
 * those that refuse it, by name. It looks at every host: for people, not for the loop. A VM that is in the fleet
 * counts as its own neighbour, unless it is asked about through `fleet.without`.
 */
export function appraise(vm: VmRequest, fleet: Fleet, options: PlaceOptions = {}): Appraisal[] {
  const question = fleet.rankings.ask(vm, options);
  const { eligibility } = question;
  const rules = question.rules();
  const input = { vm, table: fleet.table, eligibility, rules };
  const takers: Extract<Appraisal, { type: 'takes' }>[] = [];
  const refusers: Appraisal[] = [];
  for (const slot of fleet.table.ordered()) {
    const host = fleet.table.hosts[slot]?.name ?? '';
    const refusals = refusalsOnHost(input, slot);
    if (refusals.length > 0) {
      refusers.push({ type: 'refuses', host, refusals });
      continue;
    }
    const parts = partsOf(question, rules, slot, options);
    takers.push({ type: 'takes', host, score: parts.reduce((sum, { points }) => sum + points, 0), parts });
  }
  // Hosts come in the order of their names, and the sort is stable.
  return [...takers.sort((a, b) => b.score - a.score), ...refusers];
}

/** What a host gives of the VM's wishes and of freedom from taints, weighted, in whole points; higher is better. */
export function wishesOn(vm: VmRequest, fleet: Fleet, host: string, options: PlaceOptions): ScorePart[] {
  const slot = fleet.table.slot(host);
  if (slot === undefined) return [];
  const question = fleet.rankings.ask(vm, options);
  const [, ...wishes] = partsOf(question, question.rules(), slot, options);
  // A part of a point decides between equals and is no reason to stay or to go.
  return wishes.map(({ rule, points }) => ({ rule, points: Math.floor(Math.max(0, points)) }));
}

function partsOf(
  { ranking, eligibility }: Question,
  rules: ReturnType<Question['rules']>,
  slot: number,
  options: PlaceOptions,
): ScorePart[] {
  const wishes = new Map<string, number>();
  for (const bound of rules) {
    const rule = wishNames[bound.rule.type];
    if (rule !== undefined) wishes.set(rule, (wishes.get(rule) ?? 0) + judge(bound, slot));
  }
  const taints = (options.weights?.taints ?? defaultTaintWeight) * (eligibility.taintScore[slot] ?? 0);
  return [
    {
      rule: options.strategy ?? 'LeastAllocated',
      points: ranking.capacityPoints(ranking.capacityScore(slot)),
    },
    { rule: 'Taints', points: taints },
    ...[...wishes].map(([rule, points]) => ({ rule, points })),
  ];
}

/** What a rule is called that gives points; the others only refuse. */
const wishNames: Readonly<Record<RuleType, string | undefined>> = {
  Affinity: undefined,
  AntiAffinity: undefined,
  Repelled: undefined,
  Spread: undefined,
  PreferredAffinity: 'Affinity',
  PreferredAntiAffinity: 'Anti-affinity',
  PreferredSpread: 'Spread',
};
