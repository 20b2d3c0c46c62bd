import { describe, expect, test } from 'vitest';
import { measuredBoots } from './published-boots.ts';
import {
  bootMs,
  bootStretch,
  defaultImageBytes,
  guestFamily,
  hostBootMs,
  imageCopyMs,
} from '../../src/performance/boot.ts';
import { costOver, energyKWh, guestPrice, hostShare, watts } from '../../src/performance/cost.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';
import { parametersOf } from '../../src/performance/overrides.ts';

const bareMetal = defaultParameters('BareMetal');
const hosted = defaultParameters('Hosted');
const gib = 2 ** 30;

test.each([
  ['windows-server-2019', 'windows', 12 * gib],
  ['Windows 11', 'windows', 12 * gib],
  ['debian-12', 'linux', 2 * gib],
  ['freebsd', 'linux', 2 * gib],
  ['unikernel-redis', 'unikernel', 2 ** 24],
  ['minios', 'unikernel', 2 ** 24],
])('%s boots as %s', (guestOS, family, imageBytes) => {
  expect(guestFamily(guestOS)).toBe(family);
  expect(defaultImageBytes(guestOS)).toBe(imageBytes);
});

describe('boot', () => {
  test('medians of a local datacentre', () => {
    expect(imageCopyMs(defaultImageBytes('debian-12'), bareMetal)).toBeCloseTo(10_737, 0);
    expect(bootMs('debian-12', bareMetal)).toBe(12_000);
    expect(bootMs('windows-10', bareMetal)).toBe(45_000);
    expect(bootMs('debian-12', hosted)).toBeCloseTo(12_000 * 1.271, 6);
    expect(hostBootMs(bareMetal)).toBeLessThan(hostBootMs(hosted));
  });
  test('spreads as a log-normal, cut at three deviations', () => {
    expect(bootMs('debian-12', bareMetal, 1)).toBeCloseTo(12_000 * Math.exp(0.2), 6);
    expect(bootMs('debian-12', bareMetal, -1)).toBeCloseTo(12_000 * Math.exp(-0.2), 6);
    expect(bootMs('debian-12', bareMetal, 9)).toBe(bootMs('debian-12', bareMetal, 3));
  });

  /**
   * Mao and Humphrey 2012: mean seconds until usable and the image copy rates that they found, MB/s. What is left
   * of the time after copying the image is the boot.
   */
  test.each([
    ['EC2 Linux', 'linux', 0.8e9, '10.9M', '23.5s', 96.9],
    ['Rackspace Linux', 'linux', 0.8e9, '22.5M', '8.6s', 44.2],
    ['EC2 Windows', 'windows', 8.1e9, '10.9M', '66.9s', 810],
    ['Rackspace Windows', 'windows', 8.1e9, '22.5M', '69s', 429],
  ])('a product can be set to %s', (_name, family, image, imageRate, boot, seconds) => {
    const performance = { boot: { imageRate, [family]: boot, spread: 0 } };
    const parameters = parametersOf({ architecture: 'BareMetal', performance });
    const total = imageCopyMs(image, parameters) + bootMs(family, parameters, 2);
    expect(total / 1000).toBeCloseTo(seconds, 0);
  });
});

describe('boots beside others, against 312 measured means', () => {
  /** Of the model, in the order of the cells: what it says over what was measured, less 1. */
  function errorsOf(cells: (boots: number, busy: number) => boolean): number[] {
    return measuredBoots.flatMap(({ cores, seconds }) =>
      seconds.flatMap((row, at) =>
        row.flatMap((measured, busy) => {
          const boots = at + 1;
          if (!cells(boots, busy)) return [];
          const alone = seconds[0]?.[0] ?? NaN;
          const says = alone * bootStretch({ boots, demandCores: boots + busy, cores }, bareMetal);
          return [says / measured - 1];
        }),
      ),
    );
  }
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  const worst = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

  test.each<[string, (boots: number, busy: number) => boolean, number, number, number]>([
    ['all', () => true, 312, 0.051, 0.18],
    ['alone among busy ones', (boots) => boots === 1, 52, 0.071, 0.18],
    ['several on a quiet host', (_, busy) => busy === 0, 24, 0.048, 0.151],
    ['six at once', (boots) => boots === 6, 52, 0.032, 0.08],
  ])('%s', (_name, cells, count, meanAtMost, worstAtMost) => {
    const errors = errorsOf(cells);
    expect(errors).toHaveLength(count);
    expect(mean(errors)).toBeLessThan(meanAtMost);
    expect(worst(errors)).toBeLessThan(worstAtMost);
  });

  test.each([
    ['six at once on a quiet host of 4 cores', 6, 0, 4, 1.45, 1.98],
    ['six at once on a quiet host of 8 cores', 6, 0, 8, 1.45, 1.98],
    ['one among 12 busy ones, 4 cores', 1, 12, 4, 1.5, 2.6],
    ['one among 12 busy ones, 6 cores', 1, 12, 6, 1.5, 2.6],
  ])('%s', (_name, boots, busy, cores, least, most) => {
    const stretch = bootStretch({ boots, demandCores: boots + busy, cores }, bareMetal);
    expect(stretch).toBeGreaterThan(least);
    expect(stretch).toBeLessThan(most);
  });

  test('nothing is gained by company', () => {
    expect(bootStretch({ boots: 1, demandCores: 0.1, cores: 64 }, bareMetal)).toBe(1);
  });
});

describe('cost', () => {
  test.each([
    ['idle', 0, 110],
    ['half', 0.5, 245],
    ['full', 1, 380],
    ['beyond full', 1.4, 380],
  ])('power · %s', (_name, utilization, expected) => {
    expect(watts(110, 380, utilization)).toBe(expected);
  });
  /**
   * SPECpower_ssj2008: average watts at loads of 0, 10, ... 100 %. Results 20110127-00342, 20110124-00339 and
   * 20110406-00368 of spec.org.
   */
  test.each<[string, readonly number[], number, number]>([
    ['HP ProLiant ML110 G4', [86, 89.4, 92.6, 96, 99.5, 102, 106, 108, 112, 114, 117], 0.007, 0.014],
    ['HP ProLiant ML110 G5', [93.7, 97, 101, 105, 110, 116, 121, 125, 129, 133, 135], 0.011, 0.022],
    ['IBM System x3550 M3', [58.4, 98, 109, 118, 128, 140, 153, 170, 189, 205, 222], 0.062, 0.24],
  ])('power · %s, measured', (_name, measured, meanAtMost, worstAtMost) => {
    const [idle = NaN] = measured;
    const full = measured.at(-1) ?? NaN;
    const errors = measured.map((seen, tenth) => Math.abs(watts(idle, full, tenth / 10) / seen - 1));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(meanAtMost);
    expect(Math.max(...errors)).toBeLessThan(worstAtMost);
  });

  test('energy and price over a time', () => {
    expect(energyKWh(250, 4 * 3_600_000)).toBe(1);
    expect(costOver(0.92, 1_800_000)).toBeCloseTo(0.46, 12);
  });
  test.each([
    ['by its size', { cpu: 0.03, memory: 0.004 }, 0.136],
    ['by CPU alone', { cpu: 0.03, memory: 0 }, 0.12],
    ['without a price of its own', undefined, 0],
  ])('a guest of 4 CPU and 4Gi an hour · %s', (_name, price, expected) => {
    expect(guestPrice({ cpuMillis: 4000, memoryBytes: 4 * 2 ** 30 }, price)).toBeCloseTo(expected, 12);
  });
  test.each([
    ['half the CPU, a quarter of the memory', { cpuMillis: 500, memoryBytes: 25 }, 0.375],
    ['all', { cpuMillis: 1000, memoryBytes: 100 }, 1],
    ['nothing', { cpuMillis: 0, memoryBytes: 0 }, 0],
  ])('share of the host · %s', (_name, guest, expected) => {
    expect(hostShare(guest, { cpuMillis: 1000, memoryBytes: 100 })).toBe(expected);
  });
});
