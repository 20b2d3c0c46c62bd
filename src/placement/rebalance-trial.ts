/** What a plan of moves is made from, and a plan in the making. */
import { compareText } from '../base/listing.ts';
import { type RebalanceStrategy } from './balance.ts';
import { Bonds } from './bonds.ts';
import { type Fleet } from './fleet.ts';
import { type VmRequest } from './types.ts';

/** What a policy demands. */
export interface RebalanceRules {
  readonly strategy: RebalanceStrategy;
  /** Labels of the hosts that take part; none: all. */
  readonly hostSelector: Readonly<Record<string, string>>;
  /** Begin when a group's imbalance is above this, 0..1. */
  readonly start: number;
  /** Once begun, go on until it is at or below this. */
  readonly stop: number;
  /** The churn budget: moves in any 60 minutes. */
  readonly maxMovesPerHour: number;
  /** A move has to gain, within this time, more than it costs. */
  readonly paybackMs: number;
}

/** A move that was made. */
export interface PastMove {
  /** `namespace/name`. */
  readonly vm: string;
  readonly atMs: number;
}

/** What moving one VM takes. */
export interface MoveTerms {
  /** The VM as it runs: its hypervisor and mode are musts. */
  readonly request: VmRequest;
  readonly migrationMs: number;
  /** What crosses the network: its memory, and what it writes to meanwhile, again and again. */
  readonly sentBytes: number;
}

export interface RebalanceInput {
  readonly rules: RebalanceRules;
  /** The last plan had begun and was not done. */
  readonly active: boolean;
  readonly history: readonly PastMove[];
  /** VMs that wait for a host or are on their way to one: capacity is needed, so nothing moves for its looks. */
  readonly waiting: number;
  /** In words, why the VM cannot move while it runs, or is not to now; else what it takes. */
  readonly termsOf: (vm: VmRequest) => MoveTerms | string;
  /** Milliseconds of world time. */
  readonly nowMs: number;
}

export interface PlannedMove {
  readonly vm: string;
  readonly from: string;
  readonly to: string;
  /** In host-hours, within the payback time; always above the cost. */
  readonly gain: number;
  /** In host-hours: the time of the migration, times what it sends as a share of the host's memory. */
  readonly cost: number;
}

/** Why a VM that was looked at does not move. */
export interface HeldMove {
  readonly vm: string;
  readonly from: string;
  /** Where it would have gone. */
  readonly to?: string;
  /** For a person. */
  readonly why: string;
}

/** A plan in the making: moves that were played on the fleet and can be taken back. */
export class Trial {
  readonly moves: PlannedMove[] = [];
  readonly bonds: Bonds;
  /** By VM, in the order in which they were looked at. */
  readonly held = new Map<string, HeldMove>();
  /** Undone moves restore the very requests that the fleet held. */
  readonly #played: { readonly vm: VmRequest; readonly from: string }[] = [];

  constructor(
    readonly fleet: Fleet,
    readonly input: RebalanceInput,
    readonly resting: ReadonlySet<string>,
  ) {
    this.bonds = new Bonds(fleet);
  }

  /** What moving a VM takes, or why it may not. A live move takes nothing down. */
  termsOf(vm: VmRequest): MoveTerms | string {
    if (this.moves.some((move) => move.vm === vm.key)) return 'it moves in this plan already';
    if (this.resting.has(vm.key)) return 'it has moved within the last hour';
    return this.input.termsOf(vm);
  }

  /** Notes what keeps a VM where it is; the last finding counts. */
  hold(held: HeldMove): undefined {
    this.held.set(held.vm, held);
  }

  play(vm: VmRequest, move: PlannedMove): void {
    this.fleet.assign(vm, move.to);
    this.bonds.moved(vm, move.to);
    this.moves.push(move);
    this.held.delete(vm.key);
    this.#played.push({ vm, from: move.from });
  }

  /** Takes moves back until only the first `count` are left. */
  undo(count: number): void {
    while (this.#played.length > count) {
      const last = this.#played.pop();
      if (!last) return;
      this.moves.pop();
      this.fleet.assign(last.vm, last.from);
    }
  }
}

/** The better move first: what is gained beyond the cost, then the lower priority, then the key. */
export function compareMoves(
  a: { readonly move: PlannedMove; readonly vm: VmRequest },
  b: { readonly move: PlannedMove; readonly vm: VmRequest },
): number {
  const net = b.move.gain - b.move.cost - (a.move.gain - a.move.cost);
  // Differences in the last bits are no reason to prefer one VM to another.
  if (Math.abs(net) > 1e-12) return net;
  return (a.vm.priority ?? 0) - (b.vm.priority ?? 0) || compareText(a.vm.key, b.vm.key);
}
