/** Failures in a row, told of a flow: when a backend is to be ejected whose requests fail at some share. */

/** How far a backend is on its way to enough failures in a row. */
export interface Strikes {
  /** 0: a request has just succeeded; 1: enough have failed in a row. As of `sinceMs`. */
  readonly progress: number;
  /** By how much it grows a ms; 0: it rests. */
  readonly perMs: number;
  readonly sinceMs: number;
}

export const noStrikes: Strikes = { progress: 0, perMs: 0, sinceMs: 0 };

/** What is not due within this time is never due: some failures among very many successes. About 3 years. */
const horizonMs = 1e11;

/**
 * How many requests it takes on the mean until `failures` in a row have failed, when the share `failing` of them does,
 * each by itself: (1 - e^k) / ((1 - e) e^k). Infinity when none fails, `failures` when all do.
 * Source: Feller, An Introduction to Probability Theory I, XIII.7 (success runs).
 */
export function requestsUntilRun(failures: number, failing: number): number {
  if (failing <= 0) return Infinity;
  if (failing >= 1) return failures;
  // The same as a sum, exact also where e is next to 1: 1/e + 1/e^2 + ... + 1/e^k.
  let sum = 0;
  for (let i = 1; i <= failures; i++) sum += failing ** -i;
  return sum;
}

/**
 * The state from `nowMs` on, with `rate` requests a second of which the share `failing` fails; the very same object
 * when that is as it was. A fluid has no single requests, so the run of failures is due after the time that one
 * takes on the mean, and what has gone by at other rates counts in proportion. Without failures the count begins
 * anew, without requests it rests.
 */
export function strike(
  strikes: Strikes,
  flow: { readonly rate: number; readonly failing: number },
  consecutiveFailures: number,
  nowMs: number,
): Strikes {
  const perMs = flow.rate / 1000 / requestsUntilRun(consecutiveFailures, flow.failing);
  const rests = flow.rate <= 0;
  if (!rests && perMs * horizonMs < 1)
    return strikes.progress === 0 && strikes.perMs === 0 ? strikes : noStrikes;
  const next = rests ? 0 : perMs;
  if (next === strikes.perMs) return strikes;
  return { progress: progressAt(strikes, nowMs), perMs: next, sinceMs: nowMs };
}

/** When enough have failed in a row if all stays as it is, a whole ms; undefined: never. */
export function struckOutAtMs({ progress, perMs, sinceMs }: Strikes): number | undefined {
  if (perMs <= 0) return undefined;
  // The hair keeps a sum that was rounded up from costing a whole ms more.
  return sinceMs + Math.max(0, Math.ceil((1 - progress) / perMs - 1e-6));
}

function progressAt({ progress, perMs, sinceMs }: Strikes, nowMs: number): number {
  return Math.min(1, progress + perMs * (nowMs - sinceMs));
}
