/** What LeastRequest makes of a flow of requests in the long run. Pure. */

interface Queue {
  readonly weight: number;
  /** Requests a second that it can answer, above 0. */
  readonly capacity: number;
}

/**
 * The share of each of the backends, whose weights are above 0; they add up to 1. `offered` is in requests a second.
 *
 * As a fluid: a backend is chosen in proportion to `weight / (active + 1)`, and a queue at utilization u holds u / (1 - u)
 * requests on the mean, so its rate is r = t w (1 - r / c), that is `r = 1 / (1 / (t w) + 1 / c)`, with one t for all that
 * makes the rates add up to what is offered. Idle, that is by weight; the busier, the more by capacity, until at the
 * limit slow and small backends are as full as the others.
 *
 * Equal weights are served by two random choices, and these cannot avoid m of n backends when both fall on them: any m
 * get (m / n)² of the requests at the least, one no less than 1 / n² and no more than (2n - 1) / n². So a backend that is
 * slow enough is overloaded while others have time.
 *
 * Against simulated picks of the algorithm the shares of single-core backends are within 0.03 (see the tests); those
 * with several cores queue less than assumed here.
 */
export function leastRequestShares(backends: readonly Queue[], offered: number): Float64Array {
  const [first] = backends;
  if (first === undefined) return new Float64Array(0);
  if (backends.some(({ weight }) => weight !== first.weight)) return fluidShares(backends, offered);
  // Who can do least is given least: by capacity, the shares grow.
  const order = backends
    .map((_backend, i) => i)
    .sort((a, b) => capacityOf(backends[a]) - capacityOf(backends[b]) || a - b);
  const sorted = order.map((i) => backends[i] ?? first);
  const shares = new Float64Array(backends.length);
  twoChoices(sorted, 0, sorted.length, offered).forEach((share, position) => {
    shares[order[position] ?? 0] = share;
  });
  return shares;
}

function capacityOf(queue: Queue | undefined): number {
  return queue?.capacity ?? 0;
}

/**
 * The shares of `queues[from]` up to `queues[to - 1]`, of all requests: those that two choices leave to them when
 * whoever comes before them has all that falls on it. Where the fluid would give the first of them less than falls on
 * them, they get that, and the others what remains; the worst case first.
 */
function twoChoices(queues: readonly Queue[], from: number, to: number, offered: number): readonly number[] {
  const count = queues.length;
  const fallsOn = (end: number): number => (end * end - from * from) / (count * count);
  const all = fallsOn(to);
  const shares = Array.from(fluidShares(queues.slice(from, to), offered * all), (share) => share * all);
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
  return [...twoChoices(queues, from, cut, offered), ...twoChoices(queues, cut, to, offered)];
}

function fluidShares(queues: readonly Queue[], offered: number): Float64Array {
  const total = queues.reduce((sum, { capacity }) => sum + capacity, 0);
  if (offered >= total) return inProportion(queues, ({ capacity }) => capacity);
  // So little that no queue forms; also keeps 1 / offered finite.
  if (!(offered > 1e-9 * total)) return inProportion(queues, ({ weight }) => weight);
  const x = solve(queues, offered);
  return inProportion(queues, ({ weight, capacity }) => (weight * capacity) / (weight + capacity * x));
}

function inProportion(queues: readonly Queue[], value: (queue: Queue) => number): Float64Array {
  const values = Float64Array.from(queues, value);
  const total = values.reduce((sum, one) => sum + one, 0);
  return values.map((one) => one / total);
}

/**
 * x = 1 / t at which the rates add up to `offered`, below the sum of capacities. By Newton's method on the
 * reciprocal of the sum, which is increasing and concave in x: from 0 it approaches from below and never overshoots.
 */
function solve(queues: readonly Queue[], offered: number): number {
  let x = 0;
  for (let turn = 0; turn < 60; turn++) {
    let sum = 0;
    let slope = 0;
    for (const { weight, capacity } of queues) {
      const rate = (weight * capacity) / (weight + capacity * x);
      sum += rate;
      slope += (rate * rate) / weight;
    }
    const step = ((1 / offered - 1 / sum) * sum * sum) / slope;
    x += step;
    if (Math.abs(step) <= 1e-12 * x) break;
  }
  return x;
}
