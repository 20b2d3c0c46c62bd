import { judgeFacts, isIncluded, softTaintCount, type Demand } from './filters.ts';
import { type VirtualizationMode } from '../model/ports.ts';
import { type HostTable } from './host-table.ts';
import { Inclusion, type InclusionPolicies } from './inclusion.ts';

/**
 * What the facts of each host say to one demand, remembered by slot. Valid for one structure of the table;
 * within it, only the hosts whose facts changed are judged again.
 */
export class Eligibility {
  /** By slot: the mode in which the guest would run; undefined when the host is out. */
  readonly mode: (VirtualizationMode | undefined)[] = [];
  /** By slot: 100 without a PreferNoSchedule taint that is not tolerated, 50 with one, 33 with two. */
  readonly taintScore: number[] = [];
  /** By slot: why the host is out. */
  readonly reason: (string | undefined)[] = [];
  /** How many hosts are out, by reason. */
  readonly refused = new Map<string, number>();
  /** By their ids: made when a spread first asks for it. */
  readonly #inclusions = new Map<number, { readonly of: Inclusion; readonly policies: InclusionPolicies }>();
  #cursor: number;

  constructor(
    private readonly table: HostTable,
    private readonly demand: Demand,
  ) {
    this.#cursor = table.factChanges.head;
    for (const slot of table.ordered()) this.#judge(slot);
  }

  /** Judges again what changed. Only valid while the table's structure is that of the construction. */
  sync(): void {
    const { factChanges } = this.table;
    if (this.#cursor === factChanges.head) return;
    const changed = factChanges.since(this.#cursor, this.table.size) ?? this.table.ordered();
    this.#cursor = factChanges.head;
    for (const slot of changed) this.#judge(slot);
  }

  /** The hosts that a spread with these policies goes by, as of the last `sync`. */
  inclusion(policies: InclusionPolicies): Inclusion {
    const id = (policies.affinity === 'Honor' ? 1 : 0) + (policies.taints === 'Honor' ? 2 : 0);
    const known = this.#inclusions.get(id);
    if (known) return known.of;
    const made = new Inclusion(id, this.table, (slot) => this.#isIncluded(slot, policies));
    this.#inclusions.set(id, { of: made, policies });
    return made;
  }

  #isIncluded(slot: number, policies: InclusionPolicies): boolean {
    const host = this.table.hosts[slot];
    return host !== undefined && (this.mode[slot] !== undefined || isIncluded(host, this.demand, policies));
  }

  #judge(slot: number): void {
    const host = this.table.hosts[slot];
    if (host === undefined) return;
    this.#count(this.reason[slot], -1);
    const verdict = judgeFacts(host, this.demand);
    this.mode[slot] = verdict.ok ? verdict.mode : undefined;
    this.reason[slot] = verdict.ok ? undefined : verdict.reason;
    this.#count(this.reason[slot], 1);
    const soft = softTaintCount(host, this.demand.placement.tolerations);
    this.taintScore[slot] = Math.floor(100 / (1 + soft));
    for (const { of, policies } of this.#inclusions.values()) of.put(slot, this.#isIncluded(slot, policies));
  }

  #count(reason: string | undefined, difference: 1 | -1): void {
    if (reason === undefined) return;
    const count = (this.refused.get(reason) ?? 0) + difference;
    if (count === 0) this.refused.delete(reason);
    else this.refused.set(reason, count);
  }
}
