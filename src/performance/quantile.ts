/**
 * The point where `survival` (falling from 1 to 0, continuous) comes down to `left`, at or above `least`.
 *
 * Brackets by doubling from `scale`, then the method of Illinois (regula falsi that cannot stall) on the logarithm,
 * which for the tails of queues is nearly a straight line: some six evaluations to 1e-9, `within` which it is found.
 */
export function quantileOf(
  survival: (x: number) => number,
  left: number,
  least: number,
  scale: number,
  within = 1e-9,
): number {
  const goal = Math.log(left);
  const height = (x: number): number => Math.log(Math.max(survival(x), 1e-300)) - goal;
  let low = least;
  let above = height(low);
  if (above <= 0) return low;
  let high = low + scale;
  let below = height(high);
  while (below > 0) {
    low = high;
    above = below;
    high = low + 2 * (high - least);
    below = height(high);
  }
  for (let turn = 0, side = 0; turn < 100 && high - low > within * high; turn++) {
    const x = low + ((high - low) * above) / (above - below);
    const y = height(x);
    if (Math.abs(y) < 0.1 * within) return x;
    if (y > 0) {
      low = x;
      above = y;
      if (side === 1) below /= 2;
      side = 1;
    } else {
      high = x;
      below = y;
      if (side === -1) above /= 2;
      side = -1;
    }
  }
  return (low + high) / 2;
}
