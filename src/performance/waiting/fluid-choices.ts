/**
 * LeastRequest once all backends are busy: queues grow, or are drained, and it is their lengths that the balancer holds
 * against each other.
 *
 * Two choices keep the queues equally long, so all grow alike; but they cannot avoid m of n backends when both fall on
 * them: any m get (m / n)² of the requests at the least. Weighted turns give each in proportion to its weight over the
 * length of its queue, so that in the long run a queue grows by a with a (a + capacity) in proportion to the weight.
 */
import { quantileOf } from '../quantile.ts';

export interface FullBackend {
  readonly serviceMs: number;
  readonly cores: number;
  readonly weight: number;
}

/** The shares of all requests, in the order of the backends; `rate` is that of all, a ms. */
export function fluidShares(backends: readonly FullBackend[], rate: number): readonly number[] {
  const capacities = backends.map(({ serviceMs, cores }) => cores / serviceMs);
  const all = sumOf(capacities);
  const [first] = backends;
  if (backends.every(({ weight }) => weight === first?.weight)) return byChoices(capacities, rate);
  // What is drained is drained in step.
  if (rate <= all) return capacities.map((capacity) => capacity / all);
  return byWeights(backends, capacities, rate - all).map((one) => one / rate);
}

/** The same when the queues of all are full: then they have equally many, and only the weights are left. */
export function fullShares(backends: readonly Pick<FullBackend, 'weight'>[]): readonly number[] {
  const all = sumOf(backends.map(({ weight }) => weight));
  return backends.map(({ weight }) => weight / all);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Requests a ms of each, whose queues grow by `excess` together. */
function byWeights(
  backends: readonly FullBackend[],
  capacities: readonly number[],
  excess: number,
): readonly number[] {
  const growths = (level: number): readonly number[] =>
    capacities.map((capacity, i) => {
      const pull = 4 * level * (backends[i]?.weight ?? 0);
      return pull / (2 * (Math.sqrt(capacity ** 2 + pull) + capacity));
    });
  const scale = excess * sumOf(capacities);
  const level = quantileOf((at) => excess / Math.max(1e-300, sumOf(growths(at))), 1, 0, scale);
  const grown = growths(level);
  return capacities.map((capacity, i) => capacity + (grown[i] ?? 0));
}

function byChoices(capacities: readonly number[], rate: number): readonly number[] {
  // Who can do least is given least.
  const order = capacities.map((_one, i) => i);
  order.sort((a, b) => (capacities[a] ?? 0) - (capacities[b] ?? 0) || a - b);
  const sorted = order.map((i) => (capacities[i] ?? 0) / rate);
  const shares = Array<number>(capacities.length).fill(0);
  besides(sorted, 0, sorted.length).forEach((share, position) => {
    shares[order[position] ?? 0] = share;
  });
  return shares;
}

/**
 * The shares of `capacities[from]` up to `capacities[to - 1]`, all as shares of the requests: those that two choices leave
 * to them when whoever comes before them has all that falls on it. Where growing alike would give the first of them less
 * than falls on them, they get that, and the others what remains; the worst case first.
 */
function besides(capacities: readonly number[], from: number, to: number): readonly number[] {
  const count = capacities.length;
  const fallsOn = (end: number): number => (end * end - from * from) / (count * count);
  const own = capacities.slice(from, to);
  const growth = (fallsOn(to) - sumOf(own)) / own.length;
  const shares = own.map((capacity) => capacity + growth);
  let sum = 0;
  let worst = 1e-12;
  let cut = to;
  for (let end = from + 1; end < to; end++) {
    sum += shares[end - 1 - from] ?? 0;
    const lack = fallsOn(end) - sum;
    if (lack > worst) {
      worst = lack;
      cut = end;
    }
  }
  if (cut === to) return shares;
  return [...besides(capacities, from, cut), ...besides(capacities, cut, to)];
}
