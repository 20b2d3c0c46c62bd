import { compareText } from '../base/listing.ts';
import { type HashTable } from './hash-table.ts';
import { type Backend, type Picker } from './picker.ts';
import { xxh64 } from './xxh64.ts';

/** Prime, and some hundred times the usual number of backends. Envoy's default. */
export const maglevTableSize = 65537;

/**
 * Maglev: a table that is filled by letting the backends take turns, each in the order of its own permutation; a
 * request goes to the entry at its key's hash. Nearly even, and nearly undisturbed when a backend comes or goes.
 * Does not depend on the order of the backends.
 * Source: Eisenbud et al., "Maglev", NSDI 2016; weights as in Envoy, maglev_lb.cc.
 */
export function maglev(backends: readonly Backend[], tableSize = maglevTableSize): Picker {
  const table = maglevHashTable(backends, tableSize);
  return { pick: ({ key = '' }) => table.owner(xxh64(key)) };
}

/** Maglev's table as a table of hashes. */
export function maglevHashTable(backends: readonly Backend[], tableSize = maglevTableSize): HashTable {
  const { names, table } = buildMaglevTable(backends, tableSize);
  const size = BigInt(tableSize);
  return {
    owner: (hash) => names[table[Number(hash % size)] ?? 0],
    shares: () => {
      const entries = new Float64Array(names.length);
      for (const index of table) entries[index] = (entries[index] ?? 0) + 1;
      return new Map(names.map((name, index) => [name, (entries[index] ?? 0) / table.length]));
    },
  };
}

export interface MaglevTable {
  readonly names: readonly string[];
  /** For each entry the index of its backend in `names`. Empty without backends. */
  readonly table: Int32Array;
}

/** Offset `xxh64(name) % M`, skip `xxh64(name, seed 1) % (M - 1) + 1`; `tableSize` M must be prime. */
export function buildMaglevTable(backends: readonly Backend[], tableSize = maglevTableSize): MaglevTable {
  const size = BigInt(tableSize);
  const able = backends.filter(({ weight }) => weight > 0).sort((a, b) => compareText(a.name, b.name));
  const heaviest = able.reduce((most, { weight }) => Math.max(most, weight), 0);
  const turns = able.map(({ name, weight }) => ({
    at: Number(xxh64(name) % size),
    skip: Number(xxh64(name, 1n) % (size - 1n)) + 1,
    /** Turns earned a round, the heaviest 1. It goes on once it has earned as many as it took. */
    weight: weight / heaviest,
    taken: 0,
  }));
  const table = new Int32Array(able.length === 0 ? 0 : tableSize).fill(-1);
  let filled = 0;
  for (let round = 1; filled < table.length; round++) {
    for (const [index, turn] of turns.entries()) {
      // As Envoy counts, the first round is everybody's: else a table that is full before a light one's turn would leave
      // it out. One of a third of the largest weight takes the turns 1, 3, 6, 9 …
      if (round * turn.weight < turn.taken - 1e-9) continue;
      turn.taken++;
      while (table[turn.at] !== -1) turn.at = (turn.at + turn.skip) % tableSize;
      table[turn.at] = index;
      if (++filled === table.length) break;
    }
  }
  return { names: able.map(({ name }) => name), table };
}
