import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { migrate, migrationOf } from '../../src/performance/migration.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';

const mb = 1e6;
/** Real QEMU migrations of 134.5 MB in use: working set, dirty rate, bandwidth (MB, MB/s), seconds, MB sent. */
const measured: readonly (readonly [
  workingSet: number,
  dirty: number,
  bandwidth: number,
  seconds: number,
  sent: number,
])[] = [
  [64, 4, 40, 3.51, 151.4],
  [64, 8, 40, 4.31, 169.5],
  [64, 12.3, 40, 4.52, 190.1],
  [64, 16.1, 40, 5.34, 222.9],
  [64, 17.3, 80, 1.82, 166.6],
  [96, 16, 24, 19.67, 478.0],
  [32, 12, 20, 10.24, 209.7],
];

function errors(row: (typeof measured)[number]): { time: number; data: number } {
  const [workingSet, dirty, bandwidth, seconds, sent] = row;
  const result = migrate({
    usedBytes: 134.5 * mb,
    workingSetBytes: workingSet * mb,
    dirtyBytesPerSecond: dirty * mb,
    bytesPerSecond: bandwidth * mb,
  });
  return {
    time: Math.abs(result.totalMs / 1000 / seconds - 1),
    data: Math.abs(result.sentBytes / mb / sent - 1),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('measured migrations', () => {
  test.each(measured)('WWS %d MB, D %d MB/s, R %d MB/s', (...row) => {
    expect(errors(row).time).toBeLessThan(0.177);
    expect(errors(row).data).toBeLessThan(0.159);
  });
  test('the mean errors are 8.3 % in time and 3.7 % in data', () => {
    const all = measured.map((row) => errors(row));
    expect(mean(all.map((error) => error.time))).toBeCloseTo(0.083, 3);
    expect(mean(all.map((error) => error.data))).toBeCloseTo(0.037, 3);
  });
});

describe('rounds', () => {
  const base = { usedBytes: 1000, workingSetBytes: 400, dirtyBytesPerSecond: 50, bytesPerSecond: 100 };
  test.each([
    ['an idle guest · one empty round after the first', { dirtyBytesPerSecond: 0 }, 2, 1000, 0],
    [
      'halves until 20 ms are enough',
      {},
      10,
      1000 + 400 + 200 + 100 + 50 + 25 + 12.5 + 6.25 + 3.125 + 1.5625,
      15.625,
    ],
    [
      'dirtier than the network · all rounds, then a pause',
      { dirtyBytesPerSecond: 200 },
      30,
      1000 + 29 * 400,
      4000,
    ],
    ['fewer rounds allowed', { dirtyBytesPerSecond: 200, maxRounds: 3 }, 3, 1800, 4000],
    ['small enough at once · stop and copy', { usedBytes: 2 }, 1, 2, 20],
    ['nothing in use', { usedBytes: 0 }, 1, 0, 0],
  ])('%s', (_name, change, rounds, sentBytes, downtimeMs) => {
    const result = migrate({ ...base, ...change });
    expect(result.rounds).toBe(rounds);
    expect(result.sentBytes).toBeCloseTo(sentBytes, 9);
    expect(result.downtimeMs).toBeCloseTo(downtimeMs, 9);
    expect(result.totalMs).toBeCloseTo(sentBytes * 10, 6);
  });

  test('more bandwidth never takes longer; the pause is within the total', () => {
    const amount = fc.double({ min: 1, max: 1e10, noNaN: true });
    fc.assert(
      fc.property(amount, amount, amount, amount, (usedBytes, workingSetBytes, dirtyBytesPerSecond, rate) => {
        const input = { usedBytes, workingSetBytes, dirtyBytesPerSecond };
        const slow = migrate({ ...input, bytesPerSecond: rate });
        const fast = migrate({ ...input, bytesPerSecond: rate * 2 });
        expect(fast.totalMs).toBeLessThanOrEqual(slow.totalMs);
        expect(slow.downtimeMs).toBeLessThanOrEqual(slow.totalMs);
        expect(slow.sentBytes).toBeGreaterThanOrEqual(usedBytes);
      }),
    );
  });
});

test('migrationOf · a busy guest sends more than an idle one, and a product sets the rules', () => {
  const parameters = defaultParameters('BareMetal');
  const idle = migrationOf({ usedBytes: 4e9, busyCores: 0 }, parameters);
  const busy = migrationOf({ usedBytes: 4e9, busyCores: 8 }, parameters);
  expect(idle.sentBytes).toBe(4e9);
  expect(busy.sentBytes).toBeGreaterThan(idle.sentBytes);
  expect(busy.downtimeMs).toBeLessThanOrEqual(20);
  const narrow = { ...parameters, migration: { ...parameters.migration, bandwidth: 50e6, rounds: 4 } };
  expect(migrationOf({ usedBytes: 4e9, busyCores: 8 }, narrow)).toEqual({
    totalMs: 140_000,
    downtimeMs: 20_000,
    sentBytes: 7e9,
    rounds: 4,
  });
});
