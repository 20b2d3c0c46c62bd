import { expect, test } from 'vitest';
import { randomStream } from '../../src/base/random.ts';

/** P(X <= k) by adding up the terms, each from the one before. */
function cumulative(mean: number, k: number): number {
  let logTerm = -mean;
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log(mean / i);
    sum += Math.exp(logTerm);
  }
  return sum;
}

test.each([0.3, 3, 9.9, 10.5, 31, 400])('mean %d · as often up to each count as the theory says', (mean) => {
  const random = randomStream(7, 'poisson');
  const draws = Array.from({ length: 40_000 }, () => random.poisson(mean));
  for (const spread of [-2, -1, -0.3, 0, 0.3, 1, 2, 3]) {
    const k = Math.max(0, Math.round(mean + spread * Math.sqrt(mean)));
    const share = draws.filter((draw) => draw <= k).length / draws.length;
    const expected = cumulative(mean, k);
    const deviation = Math.sqrt((expected * (1 - expected)) / draws.length);
    expect(Math.abs(share - expected), `up to ${k}`).toBeLessThanOrEqual(4 * deviation + 1e-9);
  }
});
