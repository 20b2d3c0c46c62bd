import {
  ejected,
  forgive,
  inlier,
  mayEject,
  observeAnswer,
  sweepAtMs,
  type Outlier,
  type OutlierRules,
} from '../balancing/outlier.ts';
import { noStrikes, strike, struckOutAtMs, type Strikes } from '../balancing/outlier-flow.ts';
import { type Actor, type Core } from './core.ts';
import { Rank } from './event-queue.ts';

/** A backend, as far as outliers go. */
export interface WatchedBackend {
  readonly id: string;
  /** Name of the balancer that it stands behind. */
  readonly balancer: string;
  /** Until then it gets nothing, ms of world time; undefined: it is not ejected. */
  readonly ejectedUntilMs: number | undefined;
  outliers: OutlierWatch | undefined;
}

/** What is saved of a backend whose requests have failed. */
export interface SavedWatch {
  readonly strikes: Strikes;
  readonly outlier: Outlier;
  readonly inSinceMs: number;
  readonly waits: boolean;
}

/** What passive observation knows of one backend, with its plan: the ejection that comes, or the way back. */
export class OutlierWatch implements Actor {
  readonly rank = Rank.Outlier;
  readonly id: string;
  token = 0;
  strikes: Strikes = noStrikes;
  outlier: Outlier = inlier;
  /** When it came back last, ms: its ejections are forgiven from then on. 0 before its first ejection. */
  inSinceMs = 0;
  /** It has failed often enough, but too many others are out. */
  waits = false;

  constructor(
    readonly backend: WatchedBackend,
    private readonly onDue: (watch: OutlierWatch) => void,
  ) {
    this.id = backend.id;
  }

  fire(): void {
    this.onDue(this);
  }

  save(): SavedWatch | null {
    const { strikes, outlier, inSinceMs, waits } = this;
    const rests = strikes.progress === 0 && strikes.perMs === 0;
    if (rests && outlier.ejections === 0 && outlier.ejectedUntilMs === undefined) return null;
    return { strikes, outlier, inSinceMs, waits };
  }
}

/** The backends of one balancer, as far as outliers go. */
interface Watched {
  readonly outlierDetection: OutlierRules | undefined;
  readonly backends: readonly WatchedBackend[];
}

/** What `Outliers` asks and tells the rest of the world. */
export interface OutlierSurroundings {
  of(backend: WatchedBackend): Watched | undefined;
  /** Something that is saved has changed. */
  touched(backend: WatchedBackend): void;
  /** It has been ejected or has come back. */
  turned(backend: WatchedBackend): void;
}

/**
 * Ejects backends whose requests fail and takes them back. What counts as a failure is a request that the backend
 * itself does not serve: because it cannot be reached, or because it has more than it can do. Failures of what it
 * calls are not its own. Sweeps, at which backends come back, are at the multiples of the interval.
 */
export class Outliers {
  readonly #core: Core;
  readonly #surroundings: OutlierSurroundings;

  constructor(core: Core, surroundings: OutlierSurroundings) {
    this.#core = core;
    this.#surroundings = surroundings;
  }

  /** From now on the backend gets `rate` requests a second, of which the share `failing` fails. */
  observe(backend: WatchedBackend, rules: OutlierRules, rate: number, failing: number): void {
    const watch = backend.outliers;
    if (watch === undefined ? failing <= 0 : watch.outlier.ejectedUntilMs !== undefined) return;
    const { nowMs } = this.#core;
    const { strikes = noStrikes } = watch ?? {};
    const next = strike(strikes, { rate, failing }, rules.consecutiveFailures, nowMs);
    if (next === strikes) return;
    const known = watch ?? this.#watch(backend);
    known.strikes = next;
    if (next.progress < 1) known.waits = false;
    // One that waits is asked again when there is a place, at whatever rate it fails.
    this.#plan(known, known.waits ? undefined : struckOutAtMs(next));
    this.#surroundings.touched(backend);
  }

  /**
   * One request to the backend has been served, or has failed, at `nowMs`: the way of worlds that play every request.
   * They do not call `observe`.
   */
  answered(backend: WatchedBackend, failed: boolean, nowMs: number): void {
    const known = backend.outliers;
    // By far the most frequent cases.
    if (!failed && (known === undefined || known.outlier.failures === 0)) return;
    const there = this.#surroundings.of(backend);
    if (there?.outlierDetection === undefined) return;
    const { outlierDetection: rules, backends } = there;
    const watch = known ?? this.#watch(backend);
    const tips = failed && watch.outlier.failures + 1 >= rules.consecutiveFailures;
    const room = tips && mayEject(ejectedOf(backends), backends.length, rules);
    const next = observeAnswer(watch.outlier, { failed, nowMs, room }, rules);
    if (next === watch.outlier) return;
    if (next.ejectedUntilMs === undefined) watch.outlier = next;
    else this.#putOut(watch, rules, nowMs);
    this.#surroundings.touched(backend);
  }

  /** Backends have come or gone, or one is in again: those that wait for a place try it with their next failure. */
  retry(backends: readonly WatchedBackend[]): void {
    for (const { outliers } of backends) {
      if (outliers?.waits !== true || outliers.strikes.perMs <= 0) continue;
      // As one that has just failed often enough, which is how a world that is restored sees it.
      outliers.waits = false;
      this.#plan(outliers, struckOutAtMs(outliers.strikes));
    }
  }

  /** Forgets what was observed; one that was ejected is in again. */
  forget(backend: WatchedBackend): void {
    if (backend.outliers === undefined) return;
    this.#plan(backend.outliers, undefined);
    backend.outliers = undefined;
  }

  restore(backend: WatchedBackend, saved: SavedWatch, rules: OutlierRules): void {
    const watch = this.#watch(backend);
    watch.strikes = saved.strikes;
    watch.outlier = saved.outlier;
    watch.inSinceMs = saved.inSinceMs;
    watch.waits = saved.waits;
    const { ejectedUntilMs } = saved.outlier;
    const inAtMs = ejectedUntilMs === undefined ? undefined : sweepAtMs(ejectedUntilMs, rules);
    this.#plan(watch, inAtMs ?? (saved.waits ? undefined : struckOutAtMs(saved.strikes)));
  }

  #watch(backend: WatchedBackend): OutlierWatch {
    backend.outliers = new OutlierWatch(backend, (watch) => this.#due(watch));
    return backend.outliers;
  }

  #due(watch: OutlierWatch): void {
    const there = this.#surroundings.of(watch.backend);
    if (there?.outlierDetection === undefined) return;
    if (watch.outlier.ejectedUntilMs !== undefined) this.#takeBack(watch, there.backends);
    else this.#eject(watch, there.outlierDetection, there.backends);
    this.#surroundings.touched(watch.backend);
  }

  #eject(watch: OutlierWatch, rules: OutlierRules, backends: readonly WatchedBackend[]): void {
    const { nowMs } = this.#core;
    watch.waits = !mayEject(ejectedOf(backends), backends.length, rules);
    if (!watch.waits) this.#putOut(watch, rules, nowMs);
  }

  #putOut(watch: OutlierWatch, rules: OutlierRules, nowMs: number): void {
    const forgiven = forgive(watch.outlier, watch.inSinceMs, nowMs, rules);
    const until = ejected(forgiven, nowMs, rules);
    const inAtMs = sweepAtMs(until.ejectedUntilMs ?? nowMs, rules);
    watch.outlier = { ...until, ejectedUntilMs: inAtMs };
    watch.strikes = noStrikes;
    this.#plan(watch, inAtMs);
    this.#surroundings.turned(watch.backend);
  }

  #takeBack(watch: OutlierWatch, backends: readonly WatchedBackend[]): void {
    const { nowMs } = this.#core;
    watch.outlier = { failures: 0, ejections: watch.outlier.ejections };
    watch.inSinceMs = nowMs;
    this.#plan(watch, undefined);
    this.#surroundings.turned(watch.backend);
    this.retry(backends);
  }

  #plan(watch: OutlierWatch, atMs: number | undefined): void {
    this.#core.queue.schedule(watch, atMs);
  }
}

function ejectedOf(backends: readonly WatchedBackend[]): number {
  let count = 0;
  for (const { ejectedUntilMs } of backends) if (ejectedUntilMs !== undefined) count++;
  return count;
}
