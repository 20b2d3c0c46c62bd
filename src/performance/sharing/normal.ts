/** Probability that a standard normal variable is below z; to 1e-7. Source: Abramowitz and Stegun, 26.2.17. */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const beyond = normalDensity(z) * series;
  return z > 0 ? 1 - beyond : beyond;
}

function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** E[max(0, X - level)] of a normal variable X. */
export function normalExcess(mean: number, deviation: number, level: number): number {
  const over = mean - level;
  if (!(deviation > 0)) return Math.max(0, over);
  const z = over / deviation;
  return deviation * normalDensity(z) + over * normalBelow(z);
}
