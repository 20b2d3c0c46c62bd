import { expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.ts';

const draws = 50_000;

/** The largest distance between the share of draws up to a number and what the Poisson distribution gives up to it. */
function distance(mean: number, counts: ReadonlyMap<number, number>): number {
  let worst = 0;
  let seen = 0;
  let expected = 0;
  // By ratios from the mode on, in both directions, as e^-mean is 0 for large means; then scaled to 1.
  const from = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean)) - 12);
  const to = Math.ceil(mean + 12 * Math.sqrt(mean)) + 12;
  const mode = Math.floor(mean);
  const weights = new Map<number, number>([[mode, 1]]);
  for (let k = mode, weight = 1; k > from; k--) weights.set(k - 1, (weight *= k / mean));
  for (let k = mode, weight = 1; k < to; k++) weights.set(k + 1, (weight *= mean / (k + 1)));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  for (let k = from; k <= to; k++) {
    seen += (counts.get(k) ?? 0) / draws;
    expected += (weights.get(k) ?? 0) / total;
    worst = Math.max(worst, Math.abs(seen - expected));
  }
  expect(seen).toBeCloseTo(1, 9);
  return worst;
}

test.each([0.1, 1, 5, 9.99, 10, 12, 29, 31, 80, 1000, 1e6])(
  'draws of mean %d are Poisson, as far as Kolmogorov and Smirnov can tell',
  (mean) => {
    const random = randomStream(7, `poisson ${mean}`);
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const draw = random.poisson(mean);
      counts.set(draw, (counts.get(draw) ?? 0) + 1);
    }
    expect([...counts.keys()].every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    expect(distance(mean, counts)).toBeLessThan(1.95 / Math.sqrt(draws));
  },
);

test('nothing is drawn around nothing', () => {
  expect([0, -1].map((mean) => randomStream(7, 'none').poisson(mean))).toEqual([0, 0]);
});
