import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bundle, dominantShare, FairShares } from '../../src/placement/fairness.ts';

const gib = 1024 ** 3;

/** So many cores and GiB. */
function bundle(cores: number, memory: number): Bundle {
  return { cpuMillis: cores * 1000, memoryBytes: memory * gib };
}

test.each<[string, Bundle, Bundle, number, ReturnType<typeof dominantShare>]>([
  ['nothing', bundle(0, 0), bundle(9, 18), 1, { share: 0, resource: 'cpu', weighted: 0 }],
  [
    'memory dominates',
    bundle(1, 4),
    bundle(9, 18),
    1,
    { share: 4 / 18, resource: 'memory', weighted: 4 / 18 },
  ],
  ['CPU dominates', bundle(3, 1), bundle(9, 18), 1, { share: 3 / 9, resource: 'cpu', weighted: 3 / 9 }],
  ['a tie is CPU', bundle(3, 6), bundle(9, 18), 1, { share: 3 / 9, resource: 'cpu', weighted: 3 / 9 }],
  ['weight 2 halves it', bundle(3, 1), bundle(9, 18), 2, { share: 3 / 9, resource: 'cpu', weighted: 1 / 6 }],
  ['no hosts, nothing used', bundle(0, 0), bundle(0, 0), 1, { share: 0, resource: 'cpu', weighted: 0 }],
  ['no hosts left', bundle(1, 0), bundle(0, 0), 1, { share: Infinity, resource: 'cpu', weighted: Infinity }],
])('dominant share · %s', (_name, used, total, weight, expected) => {
  expect(dominantShare(used, total, weight)).toEqual(expected);
});

/** A party that wants many of one bundle. */
interface Party {
  readonly name: string;
  readonly each: Bundle;
  readonly weight: number;
}

/** Gives to the lowest share, one bundle at a time, until the lowest whose bundle fits is nobody. */
function fill(parties: readonly Party[], total: Bundle): Record<string, number> {
  const shares = new FairShares();
  shares.countTotal(total, 1);
  for (const { name, weight } of parties) shares.weigh(name, weight);
  const given: Record<string, number> = Object.fromEntries(parties.map(({ name }) => [name, 0]));
  let left = total;
  for (;;) {
    const fitting = parties.filter(
      ({ each }) => each.cpuMillis <= left.cpuMillis && each.memoryBytes <= left.memoryBytes,
    );
    const [next] = [...fitting].sort((a, b) => shares.of(a.name).weighted - shares.of(b.name).weighted);
    if (!next) return given;
    shares.count(next.name, next.each, 1);
    given[next.name] = (given[next.name] ?? 0) + 1;
    left = {
      cpuMillis: left.cpuMillis - next.each.cpuMillis,
      memoryBytes: left.memoryBytes - next.each.memoryBytes,
    };
  }
}

describe('progressive filling', () => {
  test("the paper's example: <9 CPU, 18 GB>, A <1, 4>, B <3, 1>", () => {
    const parties = [
      { name: 'A', each: bundle(1, 4), weight: 1 },
      { name: 'B', each: bundle(3, 1), weight: 1 },
    ];
    expect(fill(parties, bundle(9, 18))).toEqual({ A: 3, B: 2 });
  });

  test('weights: twice the weight, twice the part', () => {
    const parties = [
      { name: 'A', each: bundle(1, 1), weight: 2 },
      { name: 'B', each: bundle(1, 1), weight: 1 },
    ];
    expect(fill(parties, bundle(9, 99))).toEqual({ A: 6, B: 3 });
  });

  test('of equal bundles nobody gets one more while another has less by its weight', () => {
    const weights = fc.array(fc.constantFrom(1, 2, 3), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 40 }), (list, room) => {
        const parties = list.map((weight, i) => ({ name: `p${i}`, each: bundle(1, 2), weight }));
        const given = fill(parties, bundle(room, 99));
        expect(Object.values(given).reduce((sum, count) => sum + count, 0)).toBe(room);
        for (const one of parties) {
          for (const other of parties) {
            const before = ((given[one.name] ?? 0) - 1) / one.weight;
            expect(before).toBeLessThanOrEqual((given[other.name] ?? 0) / other.weight);
          }
        }
      }),
    );
  });

  test('counting as it changes gives what counting anew gives', () => {
    const step = fc.record({
      party: fc.constantFrom('a', 'b', 'c'),
      cores: fc.integer({ min: 1, max: 4 }),
      memory: fc.integer({ min: 1, max: 8 }),
      taken: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const shares = new FairShares();
        const total = bundle(40, 80);
        shares.countTotal(total, 1);
        shares.weigh('b', 2);
        const held: { party: string; size: Bundle }[] = [];
        for (const { party: name, cores, memory, taken } of steps) {
          if (taken) {
            const size = bundle(cores, memory);
            shares.count(name, size, 1);
            held.push({ party: name, size });
          } else {
            const given = held.pop();
            if (given) shares.count(given.party, given.size, -1);
          }
        }
        for (const name of ['a', 'b', 'c']) {
          const own = held.filter((one) => one.party === name).map(({ size }) => size);
          const used = own.reduce(
            (sum, size) => ({
              cpuMillis: sum.cpuMillis + size.cpuMillis,
              memoryBytes: sum.memoryBytes + size.memoryBytes,
            }),
            bundle(0, 0),
          );
          expect(shares.of(name)).toEqual(dominantShare(used, total, name === 'b' ? 2 : 1));
        }
      }),
    );
  });
});
