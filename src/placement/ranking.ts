import { type Arrangement } from './arrangement.ts';
import { type Eligibility } from './eligibility.ts';
import { type HostTable } from './host-table.ts';
import { type Refused } from './refusal.ts';
import { bindToNone, judge, type Bounds, type BoundRule, type Rule } from './rules.ts';
import { type CapacityScore } from './score.ts';
import { best as bestOf, search, type Candidate, type Group, type ScanStatistics } from './search.ts';
import { DomainBounds } from './domain-counts.ts';
import { Tournament } from './tournament.ts';

/** What makes requests alike: all that a ranking goes by. */
export interface RankingInput {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly eligibility: Eligibility;
  /** The hosts, grouped by the domains of coarse keys. */
  readonly arrangement: Arrangement;
  /** Rules that are part of each host's score. */
  readonly rules: readonly Rule[];
  readonly capacityScore: CapacityScore;
  readonly capacityWeight: number;
  readonly taintWeight: number;
}

export interface Choice {
  readonly best: Candidate | undefined;
  readonly next: Candidate | undefined;
}

/**
 * All hosts, scored for a group of like requests. Exact: it answers as a scan of all hosts would.
 * Valid for one structure of the table; within it, only hosts that changed are scored again.
 */
export class Ranking {
  readonly #groups: readonly Group[];
  readonly #rules: readonly BoundRule<Bounds | DomainBounds>[];
  /** By rule of affinity: whether anyone is counted at all, as of the last scoring. */
  #anyone: readonly boolean[] = [];
  #cursor = -1;
  #refused: { readonly at: number; readonly refused: Refused } | undefined;

  constructor(
    private readonly table: HostTable,
    private readonly input: RankingInput,
    private readonly statistics: ScanStatistics,
  ) {
    this.#rules = input.rules.map((rule) =>
      rule.inclusion === undefined
        ? bindToNone(rule)
        : { rule, bounds: new DomainBounds(rule.counter, rule.inclusion) },
    );
    this.#groups = input.arrangement.groups.map((slots) => ({
      slots,
      tournament: new Tournament(slots.length),
    }));
    this.#scoreAll();
  }

  /**
   * The best host and the one after it; both undefined when every host is out. `coarse` rules are judged once a
   * group, `fine` ones on the hosts in question. Undefined when the fine rules refuse so many hosts that they
   * had better be a part of the scores.
   */
  choose(coarse: readonly BoundRule[], fine: readonly BoundRule[]): Choice | undefined {
    this.sync();
    const found: Candidate[] = [];
    for (const group of this.#groups) {
      const points = sumOfPoints(coarse, group.slots[0] ?? -1);
      if (points < 0) continue;
      const candidates = search(group, points, fine, this.statistics);
      if (candidates === undefined) return undefined;
      found.push(...candidates);
    }
    const best = bestOf(found, this.table);
    return {
      best,
      next:
        best &&
        bestOf(
          found.filter((candidate) => candidate !== best),
          this.table,
        ),
    };
  }

  /** Brings the scores up to date with the table. */
  sync(): void {
    this.input.eligibility.sync();
    const { changes } = this.table;
    if (this.#cursor === changes.head) return;
    const changed = changes.since(this.#cursor, this.table.size);
    if (changed === undefined) {
      for (const { rule, bounds } of this.#rules) {
        if (!(bounds instanceof DomainBounds)) continue;
        for (let domain = 0; domain < rule.counter.axis.size; domain++) bounds.refresh(domain);
      }
    }
    if (changed === undefined || this.#movedForAll(changed)) {
      this.#scoreAll();
      return;
    }
    this.#cursor = changes.head;
    const { groupOf, placeOf } = this.input.arrangement;
    for (const slot of changed) {
      // A slot that was freed since has no place here: the structure is new and this ranking will be dropped.
      this.#groups[groupOf[slot] ?? -1]?.tournament.set(placeOf[slot] ?? 0, this.#score(slot));
    }
  }

  /** The strategy's score of a host with the VM on it, 0..100. */
  capacityScore(slot: number): number {
    const { table } = this;
    return this.input.capacityScore(
      (table.usedCpu[slot] ?? 0) + this.input.cpuMillis,
      table.allocatableCpu[slot] ?? 0,
      (table.usedMemory[slot] ?? 0) + table.memoryNeed(slot, this.input),
      table.allocatableMemory[slot] ?? 0,
    );
  }

  /** What a strategy's score is worth in the sum. */
  capacityPoints(score: number): number {
    return this.input.capacityWeight * score;
  }

  /** A conclusion drawn from the present state, drawn again only after a host has changed. */
  remember(draw: () => Refused): Refused {
    const at = this.table.changes.head;
    if (this.#refused?.at !== at) this.#refused = { at, refused: draw() };
    return this.#refused.refused;
  }

  #scoreAll(): void {
    this.#cursor = this.table.changes.head;
    this.#anyone = this.#rules.map(({ rule }) => rule.counter.total > 0);
    for (const { slots, tournament } of this.#groups) {
      for (let place = 0; place < slots.length; place++)
        tournament.fill(place, this.#score(slots[place] ?? 0));
      tournament.build();
    }
  }

  /** Looks again at the domains of the changed hosts; true when what all hosts are judged by has moved. */
  #movedForAll(changed: readonly number[]): boolean {
    let moved = false;
    for (const [index, { rule, bounds }] of this.#rules.entries()) {
      if (bounds instanceof DomainBounds) {
        for (const slot of changed) if (bounds.refresh(rule.counter.axis.domainOf(slot))) moved = true;
      }
      if (rule.type === 'Affinity' && rule.counter.total > 0 !== this.#anyone[index]) moved = true;
    }
    return moved;
  }

  /** A host's score; -1 when it is out. */
  #score(slot: number): number {
    this.statistics.scans++;
    const { eligibility, cpuMillis } = this.input;
    if (eligibility.mode[slot] === undefined) return -1;
    const { table } = this;
    if (table.lacksCpu(slot, cpuMillis) || table.lacksMemory(slot, this.input)) return -1;
    const points = sumOfPoints(this.#rules, slot);
    if (points < 0) return -1;
    const taints = this.input.taintWeight * (eligibility.taintScore[slot] ?? 0);
    return points + this.capacityPoints(this.capacityScore(slot)) + taints;
  }
}

/** The points of a host by all rules; -1 when one refuses it. */
function sumOfPoints(rules: readonly BoundRule[], slot: number): number {
  let points = 0;
  for (const bound of rules) {
    const judged = judge(bound, slot);
    if (judged < 0) return -1;
    points += judged;
  }
  return points;
}
