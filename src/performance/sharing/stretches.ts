/**
 * What it costs guests that their virtual CPUs share the cores of a host: by how much work takes longer while more of
 * them are busy than there are cores. There is no cliff: the more guests, and the busier, the more often that happens,
 * long before the host as a whole is full.
 *
 * Each guest is a queue at its virtual CPUs (M/M/c); N busy virtual CPUs on P cores run at min(1, P / N) of full speed.
 * Slower guests gather requests, which makes more of them busy. So the number of requests in all guests is followed as a
 * chain: up with the rate of arrivals, down with E[min(N, P)], N given that number as if the guests were independent (as
 * in a product-form network). From the chain's stationary state come the mean number at each guest and, by Little's law,
 * the factor. Its errors against simulated hosts stand in docs/model.md.
 */
import {
  type Guests,
  queuesAt,
  type QueuesState,
  queuesWith,
  responseAt,
  stretchFor,
} from './guest-queues.ts';
import { normalExcess } from './normal.ts';

/** Busy virtual CPUs that are so many standard deviations below the cores never lack any. */
const safely = 6;
/** States less likely than e^-18 of the likeliest don't matter. */
const leastLog = -18;
const mostStates = 500;
/** Below so many requests the chain is summed by whole numbers. */
const few = 12;

/**
 * How many times longer work takes in each guest than with cores of its own, at least 1; in the order of the guests.
 * `demands` are the cores that a guest would use at full speed, `vcpus` those it has. A guest that wants all that it can
 * get is busy all the time: its factor is that of its fair share.
 */
export function stretches(cores: number, demands: ArrayLike<number>, vcpus: ArrayLike<number>): Float64Array {
  const factors = new Float64Array(demands.length).fill(1);
  if (!(cores > 0) || isRoomy(cores, demands, vcpus)) return factors;
  const { kinds, kindOf } = kindsOf(demands, vcpus);
  const limit = fairStretch(kinds, cores);
  const modest = kinds.filter((kind) => kind.demand > 0 && !isFull(kind, limit));
  const full = kinds.reduce((sum, kind) => (isFull(kind, limit) ? sum + kind.count * kind.vcpus : sum), 0);
  const { ofModest, ofFull } = modest.length > 0 ? slowed(modest, full, cores) : { ofModest: [], ofFull: 1 };
  const ofKind = new Map(modest.map((kind, i) => [kind, ofModest[i] ?? 1]));
  return factors.map((_one, i) => {
    const kind = kinds[kindOf[i] ?? 0];
    return kind === undefined || kind.demand === 0 ? 1 : (ofKind.get(kind) ?? Math.max(limit, ofFull));
  });
}

/** Next to no chance that more virtual CPUs are busy than there are cores: by far the most frequent case. */
function isRoomy(cores: number, demands: ArrayLike<number>, vcpus: ArrayLike<number>): boolean {
  let most = 0;
  let busy = 0;
  let variance = 0;
  for (let i = 0; i < demands.length; i++) {
    const size = vcpus[i] ?? 0;
    const demand = Math.min(size, demands[i] ?? 0);
    if (!(demand > 0)) continue;
    most += size;
    busy += demand;
    variance += demand * (1 - demand / size);
  }
  return most <= cores || busy + safely * Math.sqrt(variance) <= cores;
}

function isFull({ demand, vcpus }: Guests, stretch: number): boolean {
  return demand > 0 && demand * stretch >= vcpus * (1 - 1e-9);
}

function kindsOf(
  demands: ArrayLike<number>,
  vcpus: ArrayLike<number>,
): { readonly kinds: readonly Guests[]; readonly kindOf: Int32Array } {
  const kinds: { count: number; readonly demand: number; readonly vcpus: number }[] = [];
  const kindOf = new Int32Array(demands.length);
  const known = new Map<number, number>();
  for (let i = 0; i < demands.length; i++) {
    const size = vcpus[i] ?? 0;
    const demand = size > 0 ? Math.max(0, demands[i] ?? 0) : 0;
    // Guests of several sizes that want the same become several kinds, at worst one each.
    let index = known.get(demand);
    if (index === undefined || kinds[index]?.vcpus !== size) {
      index = kinds.push({ count: 0, demand, vcpus: size }) - 1;
      known.set(demand, index);
    }
    const kind = kinds[index];
    if (kind !== undefined) kind.count++;
    kindOf[i] = index;
  }
  return { kinds, kindOf };
}

/**
 * The factor, at least 1, by which a fluid of work would slow all guests alike, each no busier than its virtual CPUs
 * allow: 1 when there are cores for all, else the x at which `sum of min(vcpus, demand x) = cores x`.
 */
function fairStretch(kinds: readonly Guests[], cores: number): number {
  const wanted = kinds.reduce((sum, { count, demand, vcpus }) => sum + count * Math.min(demand, vcpus), 0);
  if (wanted <= cores) return 1;
  // Those that want most of their size are the first to be busy all the time.
  const order = [...kinds].sort((a, b) => b.demand * a.vcpus - a.demand * b.vcpus);
  let rest = order.reduce((sum, { count, demand }) => sum + count * demand, 0);
  let full = 0;
  for (const { count, demand, vcpus } of order) {
    if (rest < cores && full * demand <= vcpus * (cores - rest)) break;
    full += count * vcpus;
    rest -= count * demand;
  }
  return full / (cores - rest);
}

interface Factors {
  readonly ofModest: readonly number[];
  /** Of virtual CPUs that are busy all the time. */
  readonly ofFull: number;
}

/** The factors of guests none of which is busy all the time, beside `full` virtual CPUs that are. */
function slowed(kinds: readonly Guests[], full: number, cores: number): Factors {
  const arrivals = kinds.reduce((sum, { count, demand }) => sum + count * demand, 0);
  const speedAtRest = Math.min(1, cores / full);
  const shared = new Chain(arrivals, kinds.length, speedAtRest);
  const alone = new Chain(arrivals, kinds.length, 1);
  let before: QueuesState | undefined;
  let at = firstState(kinds);
  for (let count = 0; at !== undefined && count < mostStates; count++) {
    const next = stateAfter(kinds, at, stepFrom(at.number, cores));
    const busy = busyAt(at, before ?? at, next ?? at, arrivals);
    const isOver = shared.add(at, servedOf(busy, Math.sqrt(at.busyVariance), full, cores), busy);
    if (alone.add(at, busy, busy) && isOver) break;
    // Without a next state the busiest guest has come to the end of what can be told apart.
    before = at;
    at = next;
  }
  const ofModest = kinds.map(({ demand, vcpus }, i) => {
    const utilization = demand / vcpus;
    // Alone, the chain should give M/M/c: what it errs by there is left out.
    const slower = Math.max(1, shared.numberOf(i) / alone.numberOf(i));
    return stretchFor(vcpus, utilization, responseAt(vcpus, utilization) * slower);
  });
  return { ofModest, ofFull: 1 / shared.speed };
}

/** One request, or where the chain first has any chance to be. */
function firstState(kinds: readonly Guests[]): QueuesState | undefined {
  const usual = queuesAt(kinds, 1);
  const least = usual === undefined ? 1 : usual.number - 7 * Math.sqrt(usual.variance);
  return queuesWith(kinds, Math.max(1, least));
}

/**
 * The state with about `step` requests more, a whole number of them while they are few; undefined past the last that can
 * be told apart.
 */
function stateAfter(kinds: readonly Guests[], at: QueuesState, step: number): QueuesState | undefined {
  const goal = at.number + step;
  let low = at;
  let log = step / at.variance;
  for (let turn = 0; ; turn++) {
    const next = queuesAt(kinds, low.stretch * Math.exp(log));
    const over = (next?.number ?? Infinity) - goal;
    const tolerance = goal < few ? 1e-3 : 0.2 * step;
    if (turn === 8 || Math.abs(over) < tolerance) return next;
    // The number grows faster and faster with the stretch: from above, Newton's method comes down to the goal.
    if (next === undefined || !Number.isFinite(over)) log /= 2;
    else {
      low = next;
      log = -over / next.variance;
    }
  }
}

/** So many requests further on the chance is as smooth as between: a part of its spread, and more in the tail. */
function stepFrom(number: number, cores: number): number {
  return Math.max(1, number > 6 * cores ? 0.1 * number : Math.min(0.1 * number, 0.8 * Math.sqrt(number)));
}

/**
 * Mean number of busy virtual CPUs when the number of requests is known, and not only its mean: the next term of the
 * expansion of the ratio of both partition functions, which makes it exact for guests with one virtual CPU each.
 */
function busyAt(at: QueuesState, before: QueuesState, after: QueuesState, arrivals: number): number {
  // A single request keeps one busy.
  if (at.number < 1.01) return 1;
  const run = after.number - before.number;
  const widening = run > 0 ? Math.log(after.variance / before.variance) / run : 0;
  return (arrivals * at.stretch) / (1 - (widening - 1 / at.variance) / 2);
}

/** Of the work of `busy` virtual CPUs, what is done on the cores, of which `full` other virtual CPUs take their part. */
function servedOf(busy: number, deviation: number, full: number, cores: number): number {
  const free = cores - full;
  const most = Math.max(busy, free);
  const part = full > 0 ? most / (most + full) : 1;
  // One virtual CPU is busy at least, which a normal distribution does not know.
  return Math.max(Math.min(busy, 1, free), busy - part * normalExcess(busy, deviation, free), busy * 1e-9);
}

/** The stationary state of a chain of the number of requests, gathered from its states one after the other. */
class Chain {
  #log = 0;
  #best = 0;
  #rise = 0;
  #last: { readonly number: number; readonly values: readonly number[]; height: number } | undefined;
  #total = 0;
  /** Of each value of a state, its weighted sum. */
  readonly #sums: Float64Array;

  constructor(
    private readonly arrivals: number,
    private readonly kinds: number,
    /** Of a virtual CPU, while there is no request. */
    private readonly speedAtRest: number,
  ) {
    this.#sums = new Float64Array(kinds + 1);
  }

  /**
   * Takes the next state, in which `busy` virtual CPUs do the work of `served`, the rate downwards. True when what comes
   * after it doesn't matter.
   */
  add({ number, perGuest }: QueuesState, served: number, busy: number): boolean {
    const rise = Math.log(this.arrivals / served);
    const last = this.#last;
    // A sum over whole numbers of requests, as trapezoids and half of the terms at both ends.
    this.#log += last === undefined ? rise / 2 : ((number - last.number) * (rise + this.#rise)) / 2;
    this.#rise = rise;
    const log = this.#log + rise / 2;
    if (log > this.#best) this.#rescale(log);
    const height = Math.exp(log - this.#best);
    const values = [...perGuest, served / busy];
    if (last === undefined) {
      if (number < 1.01) this.#weigh([...perGuest.map(() => 0), this.speedAtRest], height * Math.exp(-rise));
      // Half of the first state, which the trapezoids leave out.
      this.#weigh(values, height / 2);
    } else {
      this.#weigh(last.values, ((number - last.number) / 2) * last.height);
      this.#weigh(values, ((number - last.number) / 2) * height);
    }
    this.#last = { number, values, height };
    return rise < 0 && log - this.#best < leastLog;
  }

  /** Mean number of requests in a guest of this kind. */
  numberOf(kind: number): number {
    return (this.#sums[kind] ?? 0) / this.#total;
  }

  /** Mean speed of a virtual CPU that is busy all the time. */
  get speed(): number {
    return (this.#sums[this.kinds] ?? 1) / this.#total;
  }

  #weigh(values: readonly number[], weight: number): void {
    this.#total += weight;
    for (let i = 0; i < values.length; i++) this.#sums[i] = (this.#sums[i] ?? 0) + weight * (values[i] ?? 0);
  }

  /** All weights are in parts of the likeliest state's. */
  #rescale(best: number): void {
    const factor = Math.exp(this.#best - best);
    this.#best = best;
    this.#total *= factor;
    for (let i = 0; i < this.#sums.length; i++) this.#sums[i] = (this.#sums[i] ?? 0) * factor;
    if (this.#last) this.#last.height *= factor;
  }
}
