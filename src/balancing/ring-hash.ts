import { compareText } from '../base/listing.ts';
import { type HashTable } from './hash-table.ts';
import { type Backend, type Picker } from './picker.ts';
import { xxh64 } from './xxh64.ts';

/** A ring has at least this many entries, so that shares are near the weights. Envoy's default. */
export const minimumRingSize = 1024;
/** Envoy's default upper bound, which also bounds the time to build a ring. */
const maximumRingSize = 8 * 1024 * 1024;
/** How many hashes there are. */
const hashes = 1n << 64n;

/**
 * A consistent-hash ring: each backend stands on it in proportion to its weight, the lightest a whole number of
 * times, at the hashes of `name_i`. A request goes to the first entry at or after its key's hash, past the end to the
 * first. Does not depend on the order of the backends.
 * Source: Envoy, ring_hash_lb.cc (ketama's construction).
 */
export function ringHash(backends: readonly Backend[]): Picker {
  const table = ringTable(backends);
  return { pick: ({ key = '' }) => table.owner(xxh64(key)) };
}

/** The ring as a table of hashes. */
export function ringTable(backends: readonly Backend[]): HashTable {
  const ring = buildRing(backends);
  return { owner: (hash) => ring[firstAtOrAfter(ring, hash)]?.name, shares: () => arcShares(ring) };
}

interface RingEntry {
  readonly hash: bigint;
  readonly name: string;
}

/** The ring in the order of its hashes; equal hashes in the order of their names. Exported for tests. */
export function buildRing(backends: readonly Backend[]): readonly RingEntry[] {
  const able = backends.filter(({ weight }) => weight > 0).sort((a, b) => compareText(a.name, b.name));
  const total = able.reduce((sum, { weight }) => sum + weight, 0);
  const lightest = able.reduce((least, { weight }) => Math.min(least, weight / total), 1);
  const scale = Math.min(Math.ceil(lightest * minimumRingSize) / lightest, maximumRingSize);
  const ring: RingEntry[] = [];
  // Both sums run over all backends: rounding then never adds up to a missing entry.
  let target = 0;
  let count = 0;
  for (const { name, weight } of able) {
    target += (scale * weight) / total;
    for (let i = 0; count < target; i++, count++) ring.push({ hash: xxh64(`${name}_${i}`), name });
  }
  return ring.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : compareText(a.name, b.name)));
}

/** Each entry owns the hashes from the one before it to its own; the first also those past the last. */
function arcShares(ring: readonly RingEntry[]): Map<string, number> {
  const shares = new Map<string, number>();
  let before = (ring.at(-1)?.hash ?? 0n) - hashes;
  for (const { hash, name } of ring) {
    shares.set(name, (shares.get(name) ?? 0) + Number(hash - before) / Number(hashes));
    before = hash;
  }
  return shares;
}

function firstAtOrAfter(ring: readonly RingEntry[], hash: bigint): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ring[middle]?.hash ?? 0n) < hash) low = middle + 1;
    else high = middle;
  }
  return low === ring.length ? 0 : low;
}
