import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { fairShares, schedulingEfficiency } from '../../src/performance/contention.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';

describe('fairShares', () => {
  test.each([
    ['room for all', 10, [1, 2, 3], [1, 1, 1], [1, 2, 3]],
    ['all want more · by weight', 8, [8, 8], [1, 3], [2, 6]],
    ['a modest one leaves the rest', 8, [1, 8, 8], [1, 1, 1], [1, 3.5, 3.5]],
    ['modest for its weight', 8, [2, 8, 8], [4, 1, 1], [2, 3, 3]],
    ['textbook: 2, 2.6, 4, 5 on 10', 10, [2, 2.6, 4, 5], [1, 1, 1, 1], [2, 2.6, 2.7, 2.7]],
    ['nothing there', 0, [1, 2], [1, 1], [0, 0]],
    ['idle ones get nothing', 2, [0, 4, 4], [9, 1, 1], [0, 1, 1]],
    ['without weight · what the others leave', 2, [1, 4], [1, 0], [1, 1]],
    ['nobody', 4, [], [], []],
  ])('%s', (_name, capacity, demands, weights, expected) => {
    const shares = [...fairShares(capacity, demands, weights)];
    expect(shares).toHaveLength(expected.length);
    shares.forEach((share, i) => expect(share).toBeCloseTo(expected[i]!, 12));
  });

  test('never above the demand; uses all that is wanted; who is short has no less for its weight than others', () => {
    const vm = fc.record({
      demand: fc.double({ min: 0, max: 16, noNaN: true }),
      weight: fc.integer({ min: 1, max: 16 }),
    });
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 64, noNaN: true }),
        fc.array(vm, { maxLength: 20 }),
        (capacity, vms) => {
          const shares = fairShares(
            capacity,
            vms.map((v) => v.demand),
            vms.map((v) => v.weight),
          );
          const wanted = vms.reduce((sum, v) => sum + v.demand, 0);
          const given = shares.reduce((sum, share) => sum + share, 0);
          expect(given).toBeCloseTo(Math.min(capacity, wanted), 9);
          vms.forEach((short, i) => {
            expect(shares[i]!).toBeLessThanOrEqual(short.demand);
            if (shares[i]! > short.demand - 1e-9) return;
            vms.forEach((other, j) => {
              expect(shares[i]! / short.weight).toBeGreaterThanOrEqual(shares[j]! / other.weight - 1e-9);
            });
          });
        },
      ),
    );
  });
});

describe('schedulingEfficiency', () => {
  const parameters = defaultParameters('BareMetal');
  test.each([
    ['128 domains on two cores · the published 7.5 %', 128, 2, 0.925],
    ['a core for each', 16, 16, 1],
    ['a single guest', 1, 4, 1],
    ['half way', 65, 2, 0.9625],
    ['no worse beyond what was measured', 1000, 2, 0.925],
  ])('%s', (_name, runnable, cores, expected) => {
    expect(schedulingEfficiency(runnable, cores, parameters)).toBeCloseTo(expected, 12);
  });
  test('slices of 50 ms lose a tenth of that', () => {
    const long = { ...parameters, contention: { ...parameters.contention, slice: 50 } };
    expect(schedulingEfficiency(128, 2, long)).toBeCloseTo(0.9925, 12);
  });
});
