/**
 * Means of figures that hold from one event to the next, integrated over world time: what happens in the middle of a
 * step counts from the moment on at which it happens.
 */
import { type SeriesName, type SubjectName } from '../model/run-record.ts';
import { type Integral, type WindowOf } from '../objectives/recording.ts';

/** Figures of which there are none while their subject is not there: that time counts as nothing. */
const amounts: ReadonlySet<SeriesName> = new Set<SeriesName>(['watts', 'costPerHour']);

interface Span {
  /** Value x ms, and ms, since the last step's end. */
  sum: number;
  ms: number;
  /** Windows of which the integral is wanted by itself. */
  readonly windows: WindowSpan[];
}

interface WindowSpan {
  /** World time, ms. */
  readonly fromMs: number;
  readonly toMs: number;
  sum: number;
  ms: number;
}

export class StepMeans {
  readonly #spans = new Map<SeriesName, Map<SubjectName, Span>>();
  #held: (readonly [Span, number])[] = [];
  #passedMs: number;

  /** Integrates from `startMs` on, world time. */
  constructor(startMs: number, windows: readonly WindowOf[]) {
    this.#passedMs = startMs;
    for (const { name, of, fromMs, toMs } of windows) {
      this.#spanOf(name, of).windows.push({ fromMs, toMs, sum: 0, ms: 0 });
    }
  }

  /** World time up to which all has been integrated, ms. */
  get passedMs(): number {
    return this.#passedMs;
  }

  /** Forgets what held so far. */
  clear(): void {
    this.#held = [];
  }

  /** A figure holds from now on; one that is NaN is not there. */
  hold(name: SeriesName, of: SubjectName, value: number): void {
    if (!Number.isNaN(value)) this.#held.push([this.#spanOf(name, of), value]);
  }

  /** Lets time pass to `timeMs`. */
  passTo(timeMs: number): void {
    const fromMs = this.#passedMs;
    const ms = timeMs - fromMs;
    if (ms <= 0) return;
    this.#passedMs = timeMs;
    for (const [span, value] of this.#held) {
      span.sum += value * ms;
      span.ms += ms;
      for (const window of span.windows) {
        const inside = Math.min(timeMs, window.toMs) - Math.max(fromMs, window.fromMs);
        if (inside <= 0) continue;
        window.sum += value * inside;
        window.ms += inside;
      }
    }
  }

  /** Closes a step of `lengthMs`: hands over the mean of each figure that there was in it. */
  take(lengthMs: number, use: (name: SeriesName, of: SubjectName, mean: number) => void): void {
    for (const [name, bySubject] of this.#spans) {
      const isAmount = amounts.has(name);
      for (const [of, span] of bySubject) {
        if (span.ms === 0) continue;
        use(name, of, span.sum / (isAmount ? lengthMs : span.ms));
        span.sum = 0;
        span.ms = 0;
      }
    }
  }

  /** What one of the windows has come to; undefined for others. */
  integral({ name, of, fromMs, toMs }: WindowOf): Integral | undefined {
    const windows = this.#spans.get(name)?.get(of)?.windows;
    const found = windows?.find((window) => window.fromMs === fromMs && window.toMs === toMs);
    return found && found.ms > 0 ? found : undefined;
  }

  #spanOf(name: SeriesName, of: SubjectName): Span {
    let bySubject = this.#spans.get(name);
    if (!bySubject) this.#spans.set(name, (bySubject = new Map<SubjectName, Span>()));
    let span = bySubject.get(of);
    if (!span) bySubject.set(of, (span = { sum: 0, ms: 0, windows: [] }));
    return span;
  }
}
