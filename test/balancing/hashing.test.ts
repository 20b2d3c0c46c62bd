import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { buildMaglevTable, maglev, maglevTableSize } from '../../src/balancing/maglev.ts';
import { type Backend, type PickContext } from '../../src/balancing/picker.ts';
import { buildRing, minimumRingSize, ringHash } from '../../src/balancing/ring-hash.ts';
import { xxh64 } from '../../src/balancing/xxh64.ts';

/** The sanity buffer of xxHash's own tests: bytes of a running product by a 32-bit prime. */
function sanityBuffer(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const prime = 2654435761n;
  let generator = prime;
  for (let i = 0; i < length; i++) {
    bytes[i] = Number((generator >> 24n) & 0xffn);
    generator = (generator * generator) & 0xffffffffn;
  }
  return bytes;
}

describe('xxh64 · published vectors', () => {
  test.each([
    ['empty', '', 0n, 0xef46db3751d8e999n],
    ['a', 'a', 0n, 0xd24ec4f1a98c6e5bn],
    ['abc', 'abc', 0n, 0x44bc2cf5ad770999n],
    ['more than one block', 'Nobody inspects the spammish repetition', 0n, 0xfbcea83c8a378bf1n],
    ['with a seed', 'xxhash', 20141025n, 0xb559b98d844e0635n],
    ['sanity, empty, seed prime', sanityBuffer(0), 2654435761n, 0xac75fda2929b17efn],
    ['sanity, 1 byte', sanityBuffer(1), 0n, 0x4fce394cc88952d8n],
    ['sanity, 1 byte, seed prime', sanityBuffer(1), 2654435761n, 0x739840cb819fa723n],
    ['sanity, 14 bytes', sanityBuffer(14), 0n, 0xcffa8db881bc3a3dn],
    ['sanity, 14 bytes, seed prime', sanityBuffer(14), 2654435761n, 0x5b9611585efcc9cbn],
    ['sanity, 101 bytes', sanityBuffer(101), 0n, 0x0eab543384f878adn],
    ['sanity, 101 bytes, seed prime', sanityBuffer(101), 2654435761n, 0xcaa65939306f1e21n],
  ])('%s', (_name, input, seed, expected) => {
    expect(xxh64(input, seed).toString(16)).toBe(expected.toString(16));
  });
  test('a view into a larger buffer hashes as its own bytes', () => {
    expect(xxh64(sanityBuffer(30).subarray(8, 22))).toBe(xxh64(sanityBuffer(30).slice(8, 22)));
  });
});

function pool(count: number, weight: (i: number) => number = () => 1): Backend[] {
  return Array.from({ length: count }, (_, i) => ({ name: `web-${i}`, weight: weight(i) }));
}

function request(key: string): PickContext {
  return { key, uniform: () => 0, active: () => 0 };
}

function shareOf(names: readonly string[], name: string): number {
  return names.filter((one) => one === name).length / names.length;
}

function owners(backends: readonly Backend[]): string[] {
  const { names, table } = buildMaglevTable(backends);
  return [...table].map((index) => names[index]!);
}

describe('Maglev', () => {
  test('the permutation starts at the offset and goes on by the skip', () => {
    const offset = Number(xxh64('web-0') % BigInt(maglevTableSize));
    const skip = Number(xxh64('web-0', 1n) % BigInt(maglevTableSize - 1)) + 1;
    const { names, table } = buildMaglevTable(pool(2));
    expect(names[table[offset]!]).toBe('web-0');
    expect(names[table[(offset + skip) % maglevTableSize]!]).toBe('web-0');
  });
  test('equal weights · entries differ by one at most', () => {
    const table = owners(pool(7));
    const counts = pool(7).map(({ name }) => table.filter((owner) => owner === name).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(maglevTableSize);
  });
  test('weights · entries in proportion', () => {
    const table = owners(pool(3, (i) => [1, 2, 5][i]!));
    ['web-0', 'web-1', 'web-2'].forEach((name, i) => {
      expect(shareOf(table, name)).toBeCloseTo([1, 2, 5][i]! / 8, 3);
    });
  });
  test.each([
    { name: 'the first round is everybody’s, however light', weights: [1, 1000], size: 3, entries: [1, 2] },
    {
      name: 'one in a thousand of the default table',
      weights: [1, 100_000],
      size: maglevTableSize,
      entries: [1, 65536],
    },
    // Rounds 1: both, 2: the heavy one, 3: both (Envoy: iteration x weight is not below the target weight).
    { name: 'a third of the weight takes rounds 1 and 3', weights: [1, 3], size: 5, entries: [2, 3] },
    { name: 'and rounds 6 and 9', weights: [1, 3], size: 13, entries: [4, 9] },
    { name: 'no weight, no entry', weights: [0, 3], size: 5, entries: [0, 5] },
  ])('weights · $name', ({ weights, size, entries }) => {
    const { names, table } = buildMaglevTable(
      pool(2, (i) => weights[i]!),
      size,
    );
    const counts = pool(2).map(({ name }) => [...table].filter((index) => names[index] === name).length);
    expect(counts).toEqual(entries);
  });
  test('one of ten leaves · its entries find new owners, hardly any other moves', () => {
    const before = owners(pool(10));
    const after = owners(pool(10).filter(({ name }) => name !== 'web-3'));
    const moved = before.filter((owner, i) => owner !== 'web-3' && owner !== after[i]).length;
    expect(after).not.toContain('web-3');
    expect(moved / maglevTableSize).toBeLessThan(0.03);
  });
  test('any weights · each entry has an owner, in any order of the backends', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const backends = weights.map((weight, i) => ({ name: `b${i}`, weight }));
        const { names, table } = buildMaglevTable(backends, 251);
        expect(names).toHaveLength(weights.filter((weight) => weight > 0).length);
        expect(table.every((owner) => owner >= 0 && owner < names.length)).toBe(true);
        expect(buildMaglevTable([...backends].reverse(), 251)).toEqual({ names, table });
      }),
      { numRuns: 40 },
    );
  });
  test('a key always goes to the same backend', () => {
    const picker = maglev(pool(5));
    const first = picker.pick(request('10.0.0.7'));
    expect(maglev(pool(5).reverse()).pick(request('10.0.0.7'))).toBe(first);
    expect(picker.pick(request('10.0.0.7'))).toBe(first);
  });
});

describe('RingHash', () => {
  test.each([1, 3, 10, 1000, 1500])('%i backends · at least 1024 entries, each as many', (count) => {
    const ring = buildRing(pool(count));
    expect(ring.length).toBeGreaterThanOrEqual(minimumRingSize);
    expect(ring.length).toBe(Math.ceil(minimumRingSize / count) * count);
  });
  test('in the order of the hashes; an entry is the hash of name_i', () => {
    const ring = buildRing(pool(4));
    for (let i = 1; i < ring.length; i++) expect(ring[i]!.hash >= ring[i - 1]!.hash).toBe(true);
    expect(ring.find(({ hash }) => hash === xxh64('web-2_0'))?.name).toBe('web-2');
  });
  test('weights · entries in proportion', () => {
    const names = buildRing(pool(3, (i) => [1, 2, 5][i]!)).map(({ name }) => name);
    expect(shareOf(names, 'web-2')).toBeCloseTo(5 / 8, 2);
    expect(shareOf(names, 'web-0')).toBeCloseTo(1 / 8, 2);
  });
  test('a key goes to the first entry at or after its hash, past the end to the first', () => {
    const ring = buildRing(pool(5));
    const picker = ringHash(pool(5));
    for (let i = 0; i < 200; i++) {
      const hash = xxh64(`key-${i}`);
      const expected = ring.find((entry) => entry.hash >= hash) ?? ring[0]!;
      expect(picker.pick(request(`key-${i}`))).toBe(expected.name);
    }
  });
  test('a key that hashes to an entry goes to it', () => {
    for (const key of ['web-0_0', 'web-2_17', 'web-4_100']) {
      expect(ringHash(pool(5)).pick(request(key))).toBe(key.slice(0, 5));
    }
  });
  test('past the last entry · to the first', () => {
    const ring = buildRing(pool(5));
    const last = ring.at(-1)!.hash;
    const key = Array.from({ length: 20_000 }, (_, i) => `key-${i}`).find((one) => xxh64(one) > last)!;
    expect(ringHash(pool(5)).pick(request(key))).toBe(ring[0]!.name);
    // The choice tells something only if the last entry has another owner.
    expect(ring.at(-1)!.name).not.toBe(ring[0]!.name);
  });
  test('one leaves, the others keep their entries · only its keys move', () => {
    const before = ringHash(pool(1101));
    const after = ringHash(pool(1100));
    for (let i = 0; i < 3000; i++) {
      const owner = before.pick(request(`key-${i}`));
      if (owner !== 'web-1100') expect(after.pick(request(`key-${i}`))).toBe(owner);
    }
  });
});
