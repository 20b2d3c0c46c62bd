/** Who sends the requests that a hashing balancer keeps together, and where each of them goes. */
import { type HashTable } from './hash-table.ts';
import { maglevHashTable } from './maglev.ts';
import { type Backend } from './picker.ts';
import { ringTable } from './ring-hash.ts';
import { xxh64 } from './xxh64.ts';

/** The algorithms that send the requests of one key to one backend. */
export type HashingAlgorithm = 'RingHash' | 'Maglev';

export function isHashing(algorithm: string): algorithm is HashingAlgorithm {
  return algorithm === 'RingHash' || algorithm === 'Maglev';
}

/** Distinct keys and what each sends. */
export interface KeyPopulation {
  /** Of the keys `client-0`, `client-1`, ... */
  readonly hashes: readonly bigint[];
  /** Share of the requests that comes from each; they add up to 1. */
  readonly weights: Float64Array;
}

export function keyName(index: number): string {
  return `client-${index}`;
}

/**
 * `count` keys, the n-th of which sends in proportion to 1 / n^skew (Zipf's law): 0, all the same; 1, as the visits of
 * web sites are often found to be.
 */
export function keyPopulation(count: number, skew: number): KeyPopulation {
  const weights = Float64Array.from({ length: count }, (_, i) => (i + 1) ** -skew);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    hashes: Array.from({ length: count }, (_, i) => xxh64(keyName(i))),
    weights: weights.map((weight) => weight / total),
  };
}

export function hashTable(algorithm: HashingAlgorithm, backends: readonly Backend[]): HashTable {
  return algorithm === 'RingHash' ? ringTable(backends) : maglevHashTable(backends);
}

/** The backend of each key, in their order; undefined where there is none. */
export type Owners = readonly (string | undefined)[];

export function ownersOf({ hashes }: KeyPopulation, table: HashTable): Owners {
  return hashes.map((hash) => table.owner(hash));
}

/** The share of the requests that goes to each backend. */
export function sharesOfKeys({ weights }: KeyPopulation, owners: Owners): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  owners.forEach((name, key) => {
    if (name !== undefined) shares.set(name, (shares.get(name) ?? 0) + (weights[key] ?? 0));
  });
  return shares;
}

/** The share of the requests whose key has gone over from one backend to another, 0..1. */
export function movedShare({ weights }: KeyPopulation, before: Owners, after: Owners): number {
  let moved = 0;
  weights.forEach((weight, key) => {
    const [from, to] = [before[key], after[key]];
    if (from !== undefined && to !== undefined && from !== to) moved += weight;
  });
  return moved;
}
