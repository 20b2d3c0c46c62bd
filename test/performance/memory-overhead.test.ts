import { describe, expect, test } from 'vitest';
import { memoryOverheadBytes } from '../../src/performance/memory-overhead.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';

const mib = 2 ** 20;
/** VMware, vSphere 6.x Resource Management: sample overhead memory, MB, for 1, 2, 4 and 8 vCPU. */
const published: readonly (readonly [memoryMib: number, ...overhead: number[]])[] = [
  [256, 20.29, 24.28, 32.23, 48.16],
  [1024, 25.9, 29.91, 37.86, 53.82],
  [4096, 48.64, 52.72, 60.67, 76.78],
  [16384, 139.62, 143.98, 151.93, 168.6],
];
const cells = published.flatMap(([memoryMib, ...row]) =>
  row.map((overhead, column) => [memoryMib, 2 ** column, overhead] as const),
);

test.each(cells)('ESXi · %i MB, %i vCPU · %d MB, within 0.4 per cent', (memoryMib, vcpus, overhead) => {
  const guest = { cpuMillis: vcpus * 1000, memoryBytes: memoryMib * mib };
  const actual = memoryOverheadBytes(guest, defaultParameters('BareMetal')) / mib;
  expect(Math.abs(actual / overhead - 1)).toBeLessThan(0.004);
});

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
