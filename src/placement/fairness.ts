/**
 * Who is next when there is not enough for all: the party with the lowest weighted dominant share. The dominant share
 * is the larger of a party's shares of all CPU and of all memory.
 *
 * Source: Ghodsi et al., "Dominant Resource Fairness", NSDI 2011, with weights (section 4.3).
 */

/** What something takes, or what there is of it. */
export interface Bundle {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

export interface DominantShare {
  /** Part of all that the hosts have, 0..1; above 1 where they have shrunk. */
  readonly share: number;
  /** Of which resource; ties go to CPU. */
  readonly resource: 'cpu' | 'memory';
  /** The share over the party's weight: the lower goes first. */
  readonly weighted: number;
}

/** The dominant share of what a party has. Of what nobody has any, a share is 0, or infinite for who uses it all the same. */
export function dominantShare(used: Bundle, total: Bundle, weight = 1): DominantShare {
  const cpu = shareOf(used.cpuMillis, total.cpuMillis);
  const memory = shareOf(used.memoryBytes, total.memoryBytes);
  const share = Math.max(cpu, memory);
  return { share, resource: memory > cpu ? 'memory' : 'cpu', weighted: share / weight };
}

function shareOf(part: number, whole: number): number {
  if (part <= 0) return 0;
  return whole > 0 ? part / whole : Infinity;
}

/** The shares of all parties, counted as they change: a question costs nothing more than its answer. */
export class FairShares {
  #total: Bundle = { cpuMillis: 0, memoryBytes: 0 };
  readonly #used = new Map<string, Bundle>();
  readonly #weights = new Map<string, number>();
  readonly #changed = new Set<string>();
  /** Grows when the shares of all have changed. */
  version = 0;

  of(party: string): DominantShare {
    return dominantShare(this.#used.get(party) ?? nothing, this.#total, this.#weights.get(party));
  }

  /** A party gets something (1) or gives it back (-1). */
  count(party: string, bundle: Bundle, sign: 1 | -1): void {
    const next = plus(this.#used.get(party) ?? nothing, bundle, sign);
    if (next.cpuMillis === 0 && next.memoryBytes === 0) this.#used.delete(party);
    else this.#used.set(party, next);
    this.#changed.add(party);
  }

  /** A host comes (1) or goes (-1) with what guests may have of it. */
  countTotal(bundle: Bundle, sign: 1 | -1): void {
    this.#total = plus(this.#total, bundle, sign);
    this.version++;
  }

  /** Sets a party's weight; undefined is 1. */
  weigh(party: string, weight: number | undefined): void {
    if (weight === this.#weights.get(party)) return;
    if (weight === undefined) this.#weights.delete(party);
    else this.#weights.set(party, weight);
    this.#changed.add(party);
  }

  /** The parties whose shares may have changed since this was last asked, beside what `version` tells. */
  takeChanged(): string[] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }
}

const nothing: Bundle = { cpuMillis: 0, memoryBytes: 0 };

function plus(a: Bundle, b: Bundle, sign: 1 | -1): Bundle {
  return {
    cpuMillis: a.cpuMillis + sign * b.cpuMillis,
    memoryBytes: a.memoryBytes + sign * b.memoryBytes,
  };
}
