import { Arrangement } from './arrangement.ts';
import { type Counters } from './counters.ts';
import { Eligibility } from './eligibility.ts';
import { type HostTable } from './host-table.ts';
import { Ranking, type Choice } from './ranking.ts';
import { bindRule, bindToNone, ruleKey, rulesOf, type BoundRule, type Rule } from './rules.ts';
import { capacityScore, type CapacityScoring } from './score.ts';
import { type ScanStatistics } from './search.ts';
import { type PlacementRules, type VmRequest } from './types.ts';

/** How hosts are scored: the capacity strategy, and how much each rule weighs in the sum. */
export interface Scoring extends CapacityScoring {
  readonly weights?: {
    /** The strategy's score. @defaultValue 1 */
    readonly capacity?: number;
    /** Freedom from PreferNoSchedule taints. @defaultValue 3 */
    readonly taints?: number;
    /** Preferred affinity and anti-affinity. @defaultValue 2, as in Kubernetes */
    readonly affinity?: number;
    /** Topology spread with ScheduleAnyway. @defaultValue 2, as in Kubernetes */
    readonly spread?: number;
  };
}

/** What was asked and found: a choice, with what it takes to explain it. */
export interface Question {
  readonly choice: Choice;
  readonly ranking: Ranking;
  readonly eligibility: Eligibility;
  readonly hasRules: boolean;
  /** Bound on demand: it may take a look at every domain. */
  readonly rules: () => readonly BoundRule[];
}

/** Some dozens of VM sizes at a time; 5,000 hosts take about 100 KB in each ranking. */
const rememberedRankings = 256;
const rememberedEligibilities = 64;

/** What freedom from PreferNoSchedule taints weighs, as in Kubernetes. */
export const defaultTaintWeight = 3;

/** The rankings and eligibilities that were asked for of late, by what makes requests alike. */
export class RankingCache {
  readonly statistics: ScanStatistics = { scans: 0 };
  readonly #rankings = new Map<string, Ranking>();
  readonly #arrangements = new Map<string, Arrangement>();
  readonly #eligibilities = new Map<string, Eligibility>();
  /** The part of a key that a placement gives: templates share one object among thousands of VMs. */
  readonly #placementKeys = new WeakMap<PlacementRules, string>();
  readonly #scoringKeys = new WeakMap<Scoring, string>();
  #structure = -1;

  constructor(
    private readonly table: HostTable,
    private readonly counters: Counters,
  ) {}

  /** The best hosts for a request, by a ranking that many requests share where that is possible. */
  ask(vm: VmRequest, scoring: Scoring): Question {
    const eligibility = this.eligibility(vm);
    const weights = scoring.weights ?? {};
    const rules = rulesOf(vm, this.counters, eligibility, {
      affinity: weights.affinity ?? 2,
      spread: weights.spread ?? 2,
      isImplicitLast: scoring.strategy !== undefined,
    });
    const coarse = rules.filter((rule) => !rule.counter.axis.isFine);
    const fine = rules.filter((rule) => rule.counter.axis.isFine);
    const key = this.#key(vm, scoring, coarse);
    const boundCoarse = coarse.map(bindRule);
    const hasRules = rules.length > 0;
    const allRules = (): BoundRule[] => rules.map(bindRule);
    const own = `${key}${ruleKey(fine)}`;
    const isShareable = fine.every(isCheapToBind);
    if (fine.length === 0 || (isShareable && !this.#rankings.has(own))) {
      const ranking = this.#ranking(key, vm, scoring, eligibility, coarse, []);
      const boundFine = fine.map(bindToNone);
      const choice = ranking.choose(boundCoarse, boundFine);
      if (choice) return { choice, ranking, eligibility, hasRules, rules: allRules };
    }
    const ranking = this.#ranking(own, vm, scoring, eligibility, coarse, fine);
    const choice = ranking.choose(boundCoarse, []) ?? { best: undefined, next: undefined };
    return { choice, ranking, eligibility, hasRules, rules: allRules };
  }

  /** What the hosts' facts say to a request, up to date. */
  eligibility(vm: VmRequest): Eligibility {
    this.#forgetOldStructure();
    const { mode, paravirtualized, placement } = vm;
    const eligibility = recall(
      this.#eligibilities,
      this.#demandKey(vm),
      rememberedEligibilities,
      () => new Eligibility(this.table, { mode, paravirtualized, placement }),
    );
    eligibility.sync();
    return eligibility;
  }

  #ranking(
    key: string,
    vm: VmRequest,
    scoring: Scoring,
    eligibility: Eligibility,
    coarse: readonly Rule[],
    rules: readonly Rule[],
  ): Ranking {
    return recall(this.#rankings, key, rememberedRankings, () => {
      const input = {
        cpuMillis: vm.cpuMillis,
        memoryBytes: vm.memoryBytes,
        eligibility,
        arrangement: this.#arrangement(coarse),
        rules,
        capacityScore: capacityScore(scoring),
        capacityWeight: scoring.weights?.capacity ?? 1,
        taintWeight: scoring.weights?.taints ?? defaultTaintWeight,
      };
      return new Ranking(this.table, input, this.statistics);
    });
  }

  /** The hosts in the groups that the coarse rules tell apart. */
  #arrangement(coarse: readonly Rule[]): Arrangement {
    const axes = [...new Set(coarse.map((rule) => rule.counter.axis))];
    const key = axes.map((axis) => axis.key).join(';');
    return recall(this.#arrangements, key, rememberedEligibilities, () => new Arrangement(this.table, axes));
  }

  #key(vm: VmRequest, scoring: Scoring, coarse: readonly Rule[]): string {
    let axes = '';
    for (const rule of coarse) axes += `${rule.counter.axis.key};`;
    return `${vm.cpuMillis}/${vm.memoryBytes}/${this.#scoringKey(scoring)}/${this.#demandKey(vm)}/${axes}/`;
  }

  #forgetOldStructure(): void {
    if (this.#structure === this.table.structure) return;
    this.#structure = this.table.structure;
    this.#rankings.clear();
    this.#eligibilities.clear();
    this.#arrangements.clear();
  }

  #demandKey(vm: VmRequest): string {
    let placement = this.#placementKeys.get(vm.placement);
    if (placement === undefined) {
      const { hostSelector, hypervisors, tolerations } = vm.placement;
      placement = JSON.stringify([hostSelector ?? {}, hypervisors ?? [], tolerations ?? []]);
      this.#placementKeys.set(vm.placement, placement);
    }
    return `${vm.mode ?? ''}${vm.paravirtualized ? '+' : '-'}${placement}`;
  }

  #scoringKey(scoring: Scoring): string {
    let key = this.#scoringKeys.get(scoring);
    if (key === undefined) {
      const { strategy, resourceWeights, shape, weights } = scoring;
      key = JSON.stringify([strategy, resourceWeights, shape, weights]);
      this.#scoringKeys.set(scoring, key);
    }
    return key;
  }
}

/**
 * True when a rule of a fine key can be judged without looking at all of its domains: when it has no bounds, or
 * when fewer VMs than domains are counted, so that some domain surely has none.
 */
function isCheapToBind({ type, inclusion, counter }: Rule): boolean {
  if (inclusion === undefined) return true;
  return type === 'Spread' && counter.total < inclusion.domains(counter.axis).length;
}

/** The remembered value, made if need be; the one not asked for the longest is forgotten. */
function recall<T>(memory: Map<string, T>, key: string, limit: number, make: () => T): T {
  let value = memory.get(key);
  if (value !== undefined) memory.delete(key);
  else value = make();
  memory.set(key, value);
  if (memory.size > limit) {
    const oldest = memory.keys().next();
    if (!oldest.done) memory.delete(oldest.value);
  }
  return value;
}
