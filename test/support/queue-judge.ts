/**
 * Plays requests one by one through k backends: what formulas of queueing are judged by. It shares nothing with the
 * program but its source of random numbers: pickers, queues and gamma draws are written here as plainly as can be.
 *
 * Times are in mean service times of one core at full speed. Each backend serves first come, first served; of n
 * requests there, the first ceil(c) are in service, each at full speed while n <= c, and at c / ceil(c) of it when
 * there are more.
 */
import { Random } from '../../src/base/random.ts';
import { Heap } from '../../src/base/heap.ts';

export type JudgePicker = 'Random' | 'RoundRobin' | 'LeastRequest' | 'Weighted';

export interface Trial {
  readonly picker: JudgePicker;
  /** Cores of each backend. */
  readonly cores: readonly number[];
  /** Weights for `Weighted` (smooth weighted round robin), `Random` and `LeastRequest`. @defaultValue 1 each */
  readonly weights?: readonly number[];
  /** Speed of each backend's cores. @defaultValue 1 each */
  readonly speeds?: readonly number[];
  /** Requests a service time, over all backends. */
  readonly rate: number;
  /** Coefficient of variation of the service time: gamma; 0, constant. @defaultValue 1 */
  readonly variation?: number;
  /** Most that wait at a backend. @defaultValue Infinity */
  readonly limit?: number;
  /** Longest wait. @defaultValue Infinity */
  readonly timeout?: number;
  readonly requests: number;
  /** Requests before those that count. @defaultValue a tenth */
  readonly warmUp?: number;
  readonly seed: number;
}

export interface Verdict {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly meanWait: number;
  /** Share of the answered requests that waited. */
  readonly waited: number;
  readonly refused: number;
  readonly timedOut: number;
  /** Share of all requests that each backend got. */
  readonly shares: readonly number[];
}

/** A gamma variable of mean 1 with this coefficient of variation. Source: Marsaglia and Tsang 2000. */
export function drawService(random: Random, variation: number): number {
  if (variation === 0) return 1;
  if (variation === 1) return -Math.log(1 - random.next());
  const shape = 1 / (variation * variation);
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v <= 0) continue;
    const u = 1 - random.next();
    if (Math.log(u) >= (x * x) / 2 + d - d * v + d * Math.log(v)) continue;
    const boost = shape < 1 ? (1 - random.next()) ** (1 / shape) : 1;
    return (d * v * boost) / shape;
  }
}

interface Job {
  readonly at: number;
  readonly work: number;
  readonly counts: boolean;
  /** Where the backend's clock of work stands when it is done; known once it is in service. */
  end: number;
}

/** What has come of the requests so far. */
class Ledger {
  readonly times: Float64Array;
  count = 0;
  waits = 0;
  waited = 0;
  refused = 0;
  timedOut = 0;
  offered = 0;
  constructor(requests: number) {
    this.times = new Float64Array(requests);
  }
  answer(job: Job, now: number): void {
    if (job.counts) this.times[this.count++] = now - job.at;
  }
  start(job: Job, now: number): void {
    if (!job.counts) return;
    this.waits += now - job.at;
    if (now > job.at) this.waited++;
  }
}

class JudgedBackend {
  readonly #serving = new Heap<Job>((a, b) => a.end - b.end);
  readonly #places: number;
  #waiting: Job[] = [];
  #first = 0;
  #now = 0;
  #clock = 0;
  given = 0;

  constructor(
    private readonly cores: number,
    private readonly speed: number,
    private readonly timeout: number,
    private readonly ledger: Ledger,
  ) {
    this.#places = Math.ceil(cores);
  }

  get active(): number {
    return this.#serving.size + this.waiting;
  }
  get waiting(): number {
    return this.#waiting.length - this.#first;
  }

  /** Goes on to `now`. */
  advance(now: number): void {
    for (;;) {
      const next = this.#serving.peek();
      if (next === undefined) break;
      const pace = this.#pace();
      const doneAt = this.#now + (next.end - this.#clock) / pace;
      if (doneAt > now) {
        this.#clock += (now - this.#now) * pace;
        break;
      }
      this.#dropExpired(doneAt);
      this.#serving.pop();
      this.#clock = next.end;
      this.#now = doneAt;
      this.ledger.answer(next, doneAt);
      if (this.waiting > 0) {
        const job = this.#waiting[this.#first] as Job;
        this.#shift();
        this.#serve(job);
      }
    }
    this.#now = now;
    this.#dropExpired(now);
  }

  /** False when as many wait as may. */
  take(job: Job, limit: number): boolean {
    if (this.#serving.size < this.#places) this.#serve(job);
    else if (this.waiting < limit) this.#waiting.push(job);
    else return false;
    return true;
  }

  #pace(): number {
    const serving = this.#serving.size;
    return this.speed * Math.min(1, this.cores / serving);
  }

  #serve(job: Job): void {
    job.end = this.#clock + job.work;
    this.#serving.push(job);
    this.ledger.start(job, this.#now);
  }

  #dropExpired(now: number): void {
    for (let job = this.#waiting[this.#first]; job !== undefined; job = this.#waiting[this.#first]) {
      if (job.at + this.timeout > now) return;
      if (job.counts) this.ledger.timedOut++;
      this.#shift();
    }
  }

  #shift(): void {
    this.#first++;
    if (this.#first < 1024) return;
    this.#waiting = this.#waiting.slice(this.#first);
    this.#first = 0;
  }
}

export function judge(trial: Trial): Verdict {
  const { cores, rate, requests, variation = 1, limit = Infinity, timeout = Infinity, seed } = trial;
  const random = new Random(seed);
  const ledger = new Ledger(requests);
  const backends = cores.map((c, i) => new JudgedBackend(c, trial.speeds?.[i] ?? 1, timeout, ledger));
  const pick = picker(trial, backends, random);
  const warmUp = trial.warmUp ?? requests / 10;
  let now = 0;
  for (let i = 0; i < warmUp + requests; i++) {
    now -= Math.log(1 - random.next()) / rate;
    const backend = pick(now);
    backend.advance(now);
    const job = { at: now, work: drawService(random, variation), counts: i >= warmUp, end: 0 };
    if (job.counts) ledger.offered++;
    if (job.counts) backend.given++;
    if (!backend.take(job, limit) && job.counts) ledger.refused++;
  }
  for (const backend of backends) backend.advance(Infinity);
  return verdict(ledger, backends);
}

function picker(
  trial: Trial,
  backends: readonly JudgedBackend[],
  random: Random,
): (now: number) => JudgedBackend {
  const k = backends.length;
  const weights = trial.weights ?? backends.map(() => 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const at = (index: number): JudgedBackend => backends[index] as JudgedBackend;
  const anyOf = (): JudgedBackend => at(Math.floor(random.next() * k));
  let turn = 0;
  const richness = weights.map(() => 0);
  switch (trial.picker) {
    case 'Random':
      return () => {
        let x = random.next() * total;
        for (let i = 0; i < k; i++) if ((x -= weights[i] as number) < 0) return at(i);
        return at(k - 1);
      };
    case 'RoundRobin':
      return () => at(turn++ % k);
    case 'Weighted':
      return () => {
        let best = 0;
        for (let i = 0; i < k; i++) {
          richness[i]! += weights[i]!;
          if (richness[i]! > richness[best]!) best = i;
        }
        richness[best]! -= total;
        return at(best);
      };
    case 'LeastRequest':
      if (weights.some((weight) => weight !== weights[0])) return byTurns(backends, weights);
      return (now) => {
        const one = anyOf();
        const other = anyOf();
        one.advance(now);
        other.advance(now);
        return other.active < one.active ? other : one;
      };
  }
}

/** Least request with unequal weights: whose turn is next, and the turn after as far off as it is busy then. */
function byTurns(
  backends: readonly JudgedBackend[],
  weights: readonly number[],
): (now: number) => JudgedBackend {
  const turns = weights.map((weight) => 1 / weight);
  return (now) => {
    let next = 0;
    for (let i = 1; i < turns.length; i++) if (turns[i]! < turns[next]!) next = i;
    const backend = backends[next] as JudgedBackend;
    backend.advance(now);
    turns[next]! += (backend.active + 1) / weights[next]!;
    return backend;
  };
}

function verdict(ledger: Ledger, backends: readonly JudgedBackend[]): Verdict {
  const times = ledger.times.subarray(0, ledger.count).sort();
  const at = (p: number): number => times[Math.min(times.length - 1, Math.floor(p * times.length))] ?? 0;
  return {
    mean: times.reduce((sum, time) => sum + time, 0) / times.length,
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    meanWait: ledger.waits / times.length,
    waited: ledger.waited / times.length,
    refused: ledger.refused / ledger.offered,
    timedOut: ledger.timedOut / ledger.offered,
    shares: backends.map(({ given }) => given / ledger.offered),
  };
}
