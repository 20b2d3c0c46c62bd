import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largestGuestMemory, memoryOverheadBytes } from '../../src/performance/memory-overhead.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';
import { publishedOverheads } from './published-overheads.ts';

const mib = 2 ** 20;

test.each(publishedOverheads)(
  'ESXi · $memoryMib MB, $vcpus vCPU · $overheadMib MB, within 0.4 per cent',
  ({ memoryMib, vcpus, overheadMib }) => {
    const guest = { cpuMillis: vcpus * 1000, memoryBytes: memoryMib * mib };
    const actual = memoryOverheadBytes(guest, defaultParameters('BareMetal')) / mib;
    expect(Math.abs(actual / overheadMib - 1)).toBeLessThan(0.004);
  },
);

describe('memoryOverheadBytes', () => {
  const guest = { cpuMillis: 2000, memoryBytes: 4096 * mib };
  test('hosted · QEMU process, video memory, 8 MiB a vCPU, page tables of 1/512', () => {
    expect(memoryOverheadBytes(guest, defaultParameters('Hosted'))).toBe((30 + 16 + 16 + 8) * mib);
  });
  test('a declared amount takes the place of the formula', () => {
    expect(memoryOverheadBytes(guest, defaultParameters('BareMetal'), 32 * mib)).toBe(32 * mib);
    expect(memoryOverheadBytes(guest, defaultParameters('BareMetal'), 0)).toBe(0);
  });
  test('half a vCPU costs as much as one', () => {
    const of = (cpuMillis: number): number =>
      memoryOverheadBytes({ ...guest, cpuMillis }, defaultParameters('BareMetal'));
    expect(of(500)).toBe(of(1000));
    expect(of(1001)).toBe(of(2000));
  });
});

test('the largest guest that fits is the largest: a byte more does not', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 40),
      fc.constantFrom(100, 1000, 1500, 8000),
      fc.constantFrom('BareMetal' as const, 'Hosted' as const),
      fc.constantFrom(undefined, 0, 64 * mib),
      (free, cpuMillis, architecture, declared) => {
        const parameters = defaultParameters(architecture);
        const memoryBytes = largestGuestMemory(free, cpuMillis, parameters, declared);
        const need = (bytes: number): number =>
          bytes + memoryOverheadBytes({ cpuMillis, memoryBytes: bytes }, parameters, declared);
        if (memoryBytes > 0) expect(need(memoryBytes)).toBeLessThanOrEqual(free);
        expect(need(memoryBytes + 1)).toBeGreaterThan(free);
      },
    ),
  );
});
