import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meanMs } from '../../src/performance/waiting/response-time.ts';
import { queue } from '../../src/performance/queueing.ts';
import { stretches } from '../../src/performance/sharing/stretches.ts';
import { judgeHost, type JudgedGuests } from '../support/host-judge.ts';

/** Mean response times, in service times, of guests of each kind. */
function responses(kinds: readonly JudgedGuests[], cores: number): readonly number[] {
  const guests = kinds.flatMap((kind) => Array.from({ length: kind.count }, () => kind));
  const factors = stretches(
    cores,
    guests.map(({ vcpus, utilization }) => vcpus * utilization),
    guests.map(({ vcpus }) => vcpus),
  );
  return kinds.map((kind) => {
    const factor = factors[guests.indexOf(kind)]!;
    return meanMs(queue(kind.utilization * kind.vcpus * 1000, factor, kind.vcpus).time);
  });
}

const guests = (count: number, utilization: number, vcpus = 1): JudgedGuests => ({
  count,
  utilization,
  vcpus,
});

describe('a host of 7.75 cores at 93 %', () => {
  test.each([
    ['12 guests', 12, 0.6, 4.06],
    ['24 guests', 24, 0.3, 2.86],
    ['48 guests', 48, 0.15, 2.6],
  ])('%s', (_name, count, utilization, expected) => {
    const [mean = 0] = responses([guests(count, utilization)], 7.75);
    expect(Math.abs(mean / expected - 1)).toBeLessThan(0.05);
  });
});

describe('against simulated hosts: within 10 %', () => {
  test.each([
    ['two guests on one core', [guests(2, 0.3)], 1],
    ['four guests on two cores', [guests(4, 0.4)], 2],
    ['four virtual CPUs each', [guests(6, 0.3, 4)], 7.75],
    ['busy and idle ones', [guests(6, 0.7), guests(24, 0.1)], 7.75],
    ['large and small ones', [guests(2, 0.5, 4), guests(12, 0.2)], 7.75],
    ['far from full', [guests(24, 0.2)], 7.75],
    ['many on a large host', [guests(100, 0.28)], 31],
  ])('%s', (_name, kinds, cores) => {
    const simulated = judgeHost(kinds, cores, 400_000, 3);
    responses(kinds, cores).forEach((mean, i) => {
      expect(Math.abs(mean / simulated[i]! - 1)).toBeLessThan(0.1);
    });
  });
});

describe('stretches', () => {
  test('a core for each virtual CPU · 1, however busy', () => {
    expect([...stretches(4, [0.9, 2.5, 3], [1, 1, 2])]).toEqual([1, 1, 1]);
  });
  test('full and alike · the fair share, from 100 % on', () => {
    expect(stretches(4, Array<number>(8).fill(0.5), Array<number>(8).fill(1))[0]).toBeCloseTo(2, 9);
    expect(stretches(4, Array<number>(8).fill(3), Array<number>(8).fill(1))[0]).toBeCloseTo(2, 9);
  });
  test('idle guests don’t count and aren’t slowed', () => {
    const some = stretches(2, [0.4, 0.4, 0.4, 0.4, 0, 0], [1, 1, 1, 1, 1, 8]);
    expect(some[0]).toBe(stretches(2, [0.4, 0.4, 0.4, 0.4], [1, 1, 1, 1])[0]);
    expect(some[5]).toBe(1);
  });
  test('no cliff at 100 % · a thousandth more of load adds little, up to where guests are full', () => {
    const at = (load: number): number =>
      stretches(7.75, Array<number>(24).fill(load), Array<number>(24).fill(1))[0]!;
    let before = at(0.1);
    for (let load = 0.1005; load < 0.4; load += 0.0005) {
      const now = at(load);
      expect(now).toBeGreaterThanOrEqual(before * (1 - 1e-3));
      expect(now - before).toBeLessThan(0.1);
      before = now;
    }
    expect(before).toBeCloseTo(24 / 7.75, 6);
  });
  test('at least 1, at most what keeps a guest busy all the time, for any guests', () => {
    const guest = fc.record({
      demand: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 6, noNaN: true })),
      vcpus: fc.constantFrom(0.5, 1, 1.5, 2, 4, 16),
    });
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 40, noNaN: true }),
        fc.array(guest, { minLength: 1, maxLength: 40 }),
        (cores, list) => {
          const demands = list.map(({ demand }) => demand);
          const vcpus = list.map((one) => one.vcpus);
          const factors = stretches(cores, demands, vcpus);
          const all = vcpus.reduce((sum, size) => sum + size, 0);
          factors.forEach((factor, i) => {
            expect(factor).toBeGreaterThanOrEqual(1);
            const slowest = Math.max(1, all / cores, demands[i]! > 0 ? vcpus[i]! / demands[i]! : 1);
            expect(factor).toBeLessThanOrEqual(slowest * (1 + 1e-6) + 1e-6);
          });
        },
      ),
    );
  });
});
