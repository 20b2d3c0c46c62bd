/**
 * Arrivals more regular than Poisson: every k-th request of a Poisson stream, as each of k backends gets them from
 * RoundRobin. Their gaps are Erlang-k distributed; the queue is GI/M/c (GI/G/c with other service times).
 */

/** What a queue without bound adds to the service times: mean over all requests, ms, and how the tail falls, per ms. */
interface Delay {
  readonly meanMs: number;
  readonly decay: number;
}

interface RegularQueue {
  /** Arrivals per ms. */
  readonly rate: number;
  readonly serviceMs: number;
  /** Coefficient of variation of the service time. */
  readonly variation: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
  /** Every how many-th of a Poisson stream an arrival is, at least 1; may be a fraction: 1 over its variation². */
  readonly every: number;
}

/** More phases change the mean delay by less than 2 %, and that is extrapolated. */
const mostPhases = 64;
/** Phases times cores that are worked through at most. */
const mostStates = 8192;

/**
 * The delay in GI/G/c below saturation. With exponential service from the exact stationary chain (see `exactDelay`),
 * linear in 1/k between whole k; with other services its mean scaled (see `scaleOf`), and the exact exponent of the tail.
 */
export function regularDelay(queue: RegularQueue): Delay {
  const { rate, serviceMs, cores, every, variation } = queue;
  const most = Math.max(2, Math.min(mostPhases, Math.floor(mostStates / cores)));
  const [fewer, more] = every < most ? [Math.floor(every), Math.floor(every) + 1] : [most / 2, most];
  const low = exactDelay(rate, serviceMs, cores, fewer);
  const high = every === fewer ? low : exactDelay(rate, serviceMs, cores, more);
  const mean = low + ((high - low) * (1 / fewer - 1 / every)) / (1 / fewer - 1 / more);
  const scale = scaleOf(1 / every, variation ** 2, (rate * serviceMs) / cores);
  return { meanMs: Math.max(0, mean) * scale, decay: tailDecay(queue) };
}

/**
 * How the mean wait goes with the squared variations of gaps and services, against that of exponential services: for
 * those that vary more, as Krämer and Langenbach-Belz (1976) refine Allen and Cunneen; that formula takes too much off
 * where both vary little, and Allen and Cunneen's alone too little: in between, then.
 */
function scaleOf(gaps: number, services: number, utilization: number): number {
  const plain = (gaps + services) / (gaps + 1);
  if (plain === 0) return 0;
  const sharper = (2 * (1 - utilization) * (1 - gaps) ** 2) / (3 * utilization);
  const refined = plain * Math.exp(sharper / (gaps + 1) - sharper / (gaps + services));
  return services > 1 ? refined : Math.sqrt(plain * refined);
}

/**
 * Mean delay, ms, of Erlang-k arrivals at exponential servers: exact, also for a capacity that is no whole number.
 *
 * Each arrival is k phases of a Poisson stream of rate kl, so the chain of phases goes up by one and down by k: the cut
 * between m and m + 1 gives `k l p(m) = sum of r(i) p(i), i = m + 1 .. m + k`, r(i) the rate of departures with floor(i / k)
 * requests. Where all cores are busy p falls as z^m, and from there it is worked out downwards: all terms are positive.
 */
function exactDelay(rate: number, serviceMs: number, cores: number, phases: number): number {
  const k = phases;
  const servers = Math.ceil(cores);
  const states = servers * k;
  const utilization = (rate * serviceMs) / cores;
  const z = phaseRatio(k, utilization);
  // r(i) p(i) / (k l) for the k states above; a ring, its sum kept.
  const ring = new Float64Array(k);
  const unit = 1 / (k * rate * serviceMs);
  let sum = 0;
  let height = 1;
  for (let i = 0; i < k; i++, height *= z) sum += ring[(states + i) % k] = unit * cores * height;
  const ratio = z ** k;
  let total = 1 / (1 - z);
  let number = (servers + ratio / (1 - ratio)) / (1 - z);
  for (let m = states - 1; m >= 0; m--) {
    const here = sum;
    const requests = Math.floor(m / k);
    total += here;
    number += requests * here;
    const flow = unit * Math.min(requests, cores) * here;
    sum += flow - (ring[m % k] ?? 0);
    ring[m % k] = flow;
    if (total > 1e200) {
      for (let i = 0; i < k; i++) ring[i] = (ring[i] ?? 0) * 1e-200;
      sum *= 1e-200;
      total *= 1e-200;
      number *= 1e-200;
    }
  }
  return number / total / rate - serviceMs;
}

/** What becomes of regular arrivals where so many wait at most. */
interface RegularLosses {
  readonly refused: number;
  /** Share of the accepted ones that waits. */
  readonly waits: number;
  /** Share of the time in which all servers are busy. */
  readonly busy: number;
}

/**
 * Erlang-k arrivals at exponential servers before which `most` can wait, at any utilization: exact for whole k, linear
 * in 1/k between them; undefined where that is too much to work through. The chain of `exactDelay`, with a topmost
 * request: an arrival there starts its phases anew.
 */
export function regularLosses(
  { rate, serviceMs, cores, every }: RegularQueue,
  most: number,
): RegularLosses | undefined {
  const limit = Math.floor(most);
  const fewer = Math.floor(every);
  if ((Math.ceil(cores) + limit + 1) * (fewer + 1) > mostStates) return undefined;
  const low = exactLosses(rate, serviceMs, cores, fewer, limit);
  if (fewer === every) return low;
  const high = exactLosses(rate, serviceMs, cores, fewer + 1, limit);
  const part = (1 / fewer - 1 / every) / (1 / fewer - 1 / (fewer + 1));
  return {
    refused: low.refused + part * (high.refused - low.refused),
    waits: low.waits + part * (high.waits - low.waits),
    busy: low.busy + part * (high.busy - low.busy),
  };
}

function exactLosses(
  rate: number,
  serviceMs: number,
  cores: number,
  phases: number,
  limit: number,
): RegularLosses {
  const k = phases;
  const servers = Math.ceil(cores);
  const full = servers + limit;
  const ring = new Float64Array(k);
  const unit = 1 / (k * rate * serviceMs);
  // All in parts of the likelihood of the topmost state; of what arrivals find: refused, waiting, neither.
  let sum = 0;
  let total = 0;
  let busy = 0;
  let refused = 0;
  let waiting = 0;
  let neither = 0;
  for (let m = (full + 1) * k - 1; m >= 0; m--) {
    const requests = Math.floor(m / k);
    const isLast = m % k === k - 1;
    const here = requests === full ? (isLast ? 1 : sum + refused) : sum;
    total += here;
    if (requests >= servers) busy += here;
    if (isLast && requests === full) refused = here;
    else if (isLast && requests >= servers) waiting += here;
    else if (isLast) neither += here;
    const flow = unit * Math.min(requests, cores) * here;
    sum += flow - (ring[m % k] ?? 0);
    ring[m % k] = flow;
    if (total > 1e200) {
      for (let i = 0; i < k; i++) ring[i] = (ring[i] ?? 0) * 1e-200;
      [sum, total, busy, refused, waiting, neither] = [sum, total, busy, refused, waiting, neither].map(
        (one) => one * 1e-200,
      ) as [number, number, number, number, number, number];
    }
  }
  return {
    refused: refused / (refused + waiting + neither),
    waits: waiting / (waiting + neither),
    busy: busy / total,
  };
}

/** The root z in (0, 1) of `k rho = z + z² + … + z^k`, by Newton's method. */
function phaseRatio(k: number, utilization: number): number {
  const goal = k * utilization;
  // The sum is convex in z: from above Newton's method never oversteps.
  let z = 1;
  for (let turn = 0; turn < 100; turn++) {
    let value = 0;
    let slope = 0;
    for (let i = k; i >= 1; i--) {
      slope = slope * z + i;
      value = value * z + 1;
    }
    value *= z;
    const step = (value - goal) / slope;
    z -= step;
    if (Math.abs(step) <= 1e-14 * z) break;
  }
  return z;
}

/**
 * The exponent at which the tail of the wait falls, per ms: `A(x) B(-x / c) = 1` for the transforms of gap and service
 * (Takahashi 1981 for many servers); c m (1 - sigma) for exponential service. Negative above saturation, 0 at it.
 */
function tailDecay({ rate, serviceMs, variation, cores, every }: RegularQueue): number {
  const utilization = (rate * serviceMs) / cores;
  const gap = 1 - utilization;
  if (gap === 0) return 0;
  const perCore = serviceMs / cores;
  const square = variation ** 2;
  // Logarithm of the product of both transforms, and its slope; concave, 0 at 0.
  const value = (x: number): number =>
    every * Math.log1p(x / (every * rate)) +
    (square > 0 ? Math.log1p(-x * perCore * square) / square : -x * perCore);
  const slope = (x: number): number =>
    1 / (rate + x / every) - (square > 0 ? perCore / (1 - x * perCore * square) : perCore);
  const bound = gap > 0 ? (square > 0 ? 1 / (perCore * square) : Infinity) : -every * rate;
  let x = (2 * gap) / (perCore * (1 / every + square));
  if (Math.abs(x) >= Math.abs(bound)) x = bound * 0.99;
  // Newton's method, kept beyond the summit and within the bound: from the far side of the root it never oversteps.
  let inner = 0;
  let outer = bound;
  for (let turn = 0; turn < 100; turn++) {
    const y = value(x);
    if (y > 0) inner = x;
    else outer = x;
    const steepness = slope(x);
    let next = x - y / steepness;
    const within = Math.abs(next) > Math.abs(inner) && Math.abs(next) < Math.abs(outer) && next * gap > 0;
    if (!within) next = outer === Infinity ? 2 * x : (inner + outer) / 2;
    if (Math.abs(next - x) <= 1e-12 * Math.abs(next)) return next;
    x = next;
  }
  return x;
}
