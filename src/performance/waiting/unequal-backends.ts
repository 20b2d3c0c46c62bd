/**
 * LeastRequest, with equal weights, over backends that differ in speed or cores: the mean field of two choices with
 * several kinds of backends. The balancer looks at how many requests a backend has and not at how fast it works them
 * off, so that slow and small ones are busier than the others, and get at least what falls on them by both draws.
 */

export interface UnequalBackend {
  /** Infinite where nothing is served. */
  readonly serviceMs: number;
  /** At least 1; may be a fraction. */
  readonly cores: number;
}

/** What one backend sees of the others. */
export interface Others {
  /** The share of all requests that it gets itself, 0..1. */
  readonly share: number;
  readonly among: number;
  /** Of the other backends, the share with at least n requests, n from 0. */
  readonly occupancy: Float64Array;
  /** Requests a ms that all backends together can serve, and how much of that is asked, 0..1. */
  readonly capacity: number;
  readonly utilization: number;
}

/** Smaller changes of an occupancy are none. */
const settled = 1e-7;
const mostTurns = 2000;
/** A backend with more requests than this is overloaded. */
const mostLevels = 512;

interface Kind extends UnequalBackend {
  count: number;
  /** The share of them with at least n requests. */
  occupancy: Float64Array;
}

/**
 * Of all requests, the share that comes to a backend with n of them: one half of the draws for each, and the other goes to
 * a backend with more, or as many and second, or to the same.
 */
export function comesAt({ among, occupancy }: Pick<Others, 'among' | 'occupancy'>, n: number): number {
  return (1 / among + (1 - 1 / among) * ((occupancy[n] ?? 0) + (occupancy[n + 1] ?? 0))) / among;
}

/**
 * What each of the backends, in their order, sees of the others when all get `rate` requests a ms; undefined when they
 * cannot serve that many. By iteration: the fuller the others, the more comes to each.
 */
export function othersOf(backends: readonly UnequalBackend[], rate: number): readonly Others[] | undefined {
  const among = backends.length;
  const capacity = backends.reduce((sum, { serviceMs, cores }) => sum + cores / serviceMs, 0);
  if (!(rate < capacity)) return undefined;
  const { kinds, kindOf } = kindsOf(backends, rate / capacity);
  let all = over(kinds, among);
  for (let turn = 0; turn < mostTurns; turn++) {
    let change = 0;
    for (const kind of kinds) {
      const next = occupancyOf(kind, rate, { among, occupancy: without(all, kind.occupancy, among) });
      for (let n = 0; n <= mostLevels; n++)
        change = Math.max(change, Math.abs((next[n] ?? 0) - (kind.occupancy[n] ?? 0)));
      kind.occupancy = next;
    }
    all = over(kinds, among);
    if (change < settled) break;
  }
  const seen = kinds.map((kind) => {
    const occupancy = without(all, kind.occupancy, among);
    const share = shareOf(kind.occupancy, { among, occupancy });
    return { share, among, occupancy, capacity, utilization: rate / capacity };
  });
  const total = kinds.reduce((sum, { count }, i) => sum + count * (seen[i]?.share ?? 0), 0);
  const scaled = seen.map((others) => ({ ...others, share: others.share / total }));
  return kindOf.map((kind) => scaled[kind]).filter((others) => others !== undefined);
}

function kindsOf(
  backends: readonly UnequalBackend[],
  utilization: number,
): { readonly kinds: readonly Kind[]; readonly kindOf: readonly number[] } {
  const kinds: Kind[] = [];
  const kindOf = backends.map(({ serviceMs, cores }) => {
    const known = kinds.findIndex((kind) => kind.serviceMs === serviceMs && kind.cores === cores);
    const kind = kinds[known];
    if (kind !== undefined) kind.count++;
    // From where they would be if all were equally busy.
    const occupancy = new Float64Array(mostLevels + 1);
    for (let n = 0; n <= mostLevels; n++) occupancy[n] = n <= cores ? 1 - ((1 - utilization) * n) / cores : 0;
    return kind === undefined ? kinds.push({ serviceMs, cores, count: 1, occupancy }) - 1 : known;
  });
  return { kinds, kindOf };
}

/** The mean occupancy of all backends. */
function over(kinds: readonly Kind[], among: number): Float64Array {
  const all = new Float64Array(mostLevels + 1);
  for (const { count, occupancy } of kinds) {
    for (let n = 0; n <= mostLevels; n++) all[n] = (all[n] ?? 0) + (count / among) * (occupancy[n] ?? 0);
  }
  return all;
}

/** The mean occupancy of all backends but one. */
function without(all: Float64Array, own: Float64Array, among: number): Float64Array {
  if (among < 2) return new Float64Array(mostLevels + 1);
  return all.map((share, n) => Math.max(0, Math.min(1, (among * share - (own[n] ?? 0)) / (among - 1))));
}

/** The occupancy of a backend: the chain of its own requests beside the others. */
function occupancyOf(
  { serviceMs, cores }: Kind,
  rate: number,
  others: Pick<Others, 'among' | 'occupancy'>,
): Float64Array {
  const likely = new Float64Array(mostLevels + 1);
  likely[0] = 1;
  let sum = 1;
  for (let n = 0; n < mostLevels; n++) {
    const here = likely[n] ?? 0;
    if (n > cores && here < 1e-13 * sum) break;
    const next = (here * rate * comesAt(others, n) * serviceMs) / Math.min(n + 1, cores);
    likely[n + 1] = next;
    sum += next;
    if (sum > 1e250) {
      for (let m = 0; m <= n + 1; m++) likely[m] = (likely[m] ?? 0) * 1e-250;
      sum *= 1e-250;
    }
  }
  let above = 0;
  for (let n = mostLevels; n >= 0; n--) likely[n] = above += (likely[n] ?? 0) / sum;
  return likely;
}

/** Of all requests, the share that comes to a backend with this occupancy. */
function shareOf(occupancy: Float64Array, others: Pick<Others, 'among' | 'occupancy'>): number {
  let share = 0;
  for (let n = 0; n <= mostLevels; n++)
    share += ((occupancy[n] ?? 0) - (occupancy[n + 1] ?? 0)) * comesAt(others, n);
  return share;
}
