/** How long those wait that have to: three shapes, each with its mean, variance and survival function. */
import { assertNever } from '../../base/errors.ts';
import { gammaSurvival } from '../gamma.ts';

export type Wait =
  /** A gamma distribution; variation 1 is the exponential of a queue without bound. */
  | { readonly kind: 'Gamma'; readonly meanMs: number; readonly variation: number }
  /**
   * Between `fromMs` and `toMs`, with a density that falls by `decay` a ms (0: even; below 0: it grows). A queue whose
   * requests give up at `toMs`; a backlog that goes from one length to another.
   */
  | { readonly kind: 'Between'; readonly fromMs: number; readonly toMs: number; readonly decay: number }
  /**
   * Behind 1 to `places` others, `ratio` times as often behind one more; each takes an exponential time of rate
   * `drainRate`. A queue with a limit.
   */
  | { readonly kind: 'Places'; readonly places: number; readonly ratio: number; readonly drainRate: number };

/** Of those who don't have to. */
export const noWait: Wait = { kind: 'Gamma', meanMs: 0, variation: 1 };

export interface Moments {
  readonly meanMs: number;
  readonly varianceMs2: number;
}

export function waitMoments(wait: Wait): Moments {
  switch (wait.kind) {
    case 'Gamma':
      return { meanMs: wait.meanMs, varianceMs2: (wait.meanMs * wait.variation) ** 2 };
    case 'Between': {
      const length = wait.toMs - wait.fromMs;
      const { mean, variance } = cutExponential(wait.decay * length);
      return { meanMs: wait.fromMs + length * mean, varianceMs2: length ** 2 * variance };
    }
    case 'Places': {
      const { mean, variance } = cutGeometric(wait.places, wait.ratio);
      return {
        meanMs: (mean + 1) / wait.drainRate,
        varianceMs2: (mean + 1 + variance) / wait.drainRate ** 2,
      };
    }
    default:
      return assertNever(wait);
  }
}

/** Share of those that wait who wait longer than `ms`. */
export function waitSurvival(wait: Wait, ms: number): number {
  if (ms < 0) return 1;
  switch (wait.kind) {
    case 'Gamma': {
      if (wait.variation === 1) return Math.exp(-ms / wait.meanMs);
      const shape = 1 / wait.variation ** 2;
      return gammaSurvival(shape, (ms * shape) / wait.meanMs);
    }
    case 'Between': {
      if (ms < wait.fromMs) return 1;
      if (ms >= wait.toMs) return 0;
      const length = wait.toMs - wait.fromMs;
      return cutSurvival(wait.decay * length, (ms - wait.fromMs) / length);
    }
    case 'Places':
      return placesSurvival(wait.places, wait.ratio, ms * wait.drainRate);
    default:
      return assertNever(wait);
  }
}

/** A wait of this mean that is never longer than `toMs`: with the density that falls or grows exponentially. */
export function cutAt(toMs: number, meanMs: number): Wait {
  const goal = Math.max(0.01, Math.min(0.99, meanMs / toMs));
  // The mean falls with u.
  let [low, high] = [-200, 200];
  for (let turn = 0; turn < 50; turn++) {
    const u = (low + high) / 2;
    if (cutExponential(u).mean > goal) low = u;
    else high = u;
  }
  return { kind: 'Between', fromMs: 0, toMs, decay: (low + high) / 2 / toMs };
}

/** Mean and variance of a variable on 0..1 whose density falls as e^-ux. */
function cutExponential(u: number): { readonly mean: number; readonly variance: number } {
  if (Math.abs(u) < 0.01) return { mean: 1 / 2 - u / 12, variance: 1 / 12 - u ** 2 / 240 };
  const mean = 1 / u - 1 / Math.expm1(u);
  // e^u / (e^u - 1)^2, without overflow for large u of either sign.
  const edge = 1 / (4 * Math.sinh(u / 2) ** 2);
  return { mean, variance: 1 / u ** 2 - edge };
}

/** Probability that such a variable exceeds x, 0..1. */
function cutSurvival(u: number, x: number): number {
  if (Math.abs(u) < 1e-9) return 1 - x;
  if (u < 0) return Math.expm1(u * (1 - x)) / Math.expm1(u);
  return (Math.exp(-u * x) * Math.expm1(-u * (1 - x))) / Math.expm1(-u);
}

/** Mean and variance of a number i from 0 to n - 1 with weights ratio^i. */
function cutGeometric(n: number, ratio: number): { readonly mean: number; readonly variance: number } {
  const log = Math.log(ratio);
  if (Math.abs(log) * n < 0.01)
    return { mean: (n - 1) / 2 + ((n * n - 1) / 12) * log, variance: (n * n - 1) / 12 };
  const edge = (times: number): number => 1 / (4 * Math.sinh((times * log) / 2) ** 2);
  return {
    mean: 1 / Math.expm1(-log) - n / Math.expm1(-n * log),
    variance: edge(1) - n ** 2 * edge(n),
  };
}

/**
 * The mixture over i < n, with weights ratio^i, of the probabilities that i + 1 exponential stages take longer than x
 * mean stages: a sum over Poisson probabilities, which can be closed.
 */
function placesSurvival(n: number, ratio: number, x: number): number {
  const log = Math.log(ratio);
  const within = gammaSurvival(n, x);
  if (Math.abs(log) * n < 1e-6) return within - (n > 1 ? (x / n) * gammaSurvival(n - 1, x) : 0);
  const tilted = gammaSurvival(n, ratio * x);
  // Scaled by ratio^-n where that is below 1, so that nothing overflows.
  const scale = Math.max(0, n * log);
  const first = tilted === 0 ? 0 : tilted * Math.exp(x * (ratio - 1) - scale);
  const last = Math.exp(n * log - scale) * within;
  const whole = Math.exp(-scale) - Math.exp(n * log - scale);
  return Math.max(0, (first - last) / whole);
}
