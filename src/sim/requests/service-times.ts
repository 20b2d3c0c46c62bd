import { type Random } from '../../base/random.ts';
import { exponential } from './arrival-times.ts';

/**
 * Draws of service times as multiples of their mean, with a given coefficient of variation: the gamma distribution of
 * that mean and variation. One family for all of them: at 1 it is the exponential, towards 0 it becomes the constant,
 * and above 1 most requests are short and a few very long.
 */
export function serviceTimes(variation: number, random: Random): () => number {
  if (variation <= 0) return () => 1;
  if (variation === 1) return () => exponential(random);
  const shape = 1 / variation ** 2;
  return () => gamma(shape, random) / shape;
}

/**
 * A draw from the gamma distribution of scale 1.
 * Source: Marsaglia and Tsang, A simple method for generating gamma variables, ACM TOMS 26 (2000); for shapes below 1
 * by a draw of shape + 1, section 6 there.
 */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.next();
    if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}
