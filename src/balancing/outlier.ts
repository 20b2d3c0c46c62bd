import { type OutlierDetection } from '../model/ports.ts';

/** Sweeps are once an interval. */
export type OutlierRules = OutlierDetection;

/** Envoy's defaults. */
export const defaultOutlierRules: OutlierRules = {
  consecutiveFailures: 5,
  intervalMs: 10_000,
  baseEjectionMs: 30_000,
  maxEjectionMs: 300_000,
  maxEjected: 0.1,
};

/** What passive observation of its answers knows of one backend. */
export interface Outlier {
  /** In a row, since the last success or ejection. */
  readonly failures: number;
  /** How many base times the last ejection lasted; falls by one with each sweep that finds it in. */
  readonly ejections: number;
  /** It gets no traffic until the first sweep at or after this time; absent when it is in. */
  readonly ejectedUntilMs?: number;
}

export const inlier: Outlier = { failures: 0, ejections: 0 };

/** True when one more may be ejected: at most `maxEjected` of all, but always one. */
export function mayEject(ejected: number, backends: number, rules: OutlierRules): boolean {
  return ejected === 0 || ejected + 1 <= rules.maxEjected * backends + 1e-9;
}

/**
 * The state after an answer. Enough failures in a row eject at once if `room` (see `mayEject`) is there; without room
 * the count stays at the threshold, so that the next failure tries again.
 * Source: Envoy, outlier detection, consecutive 5xx.
 */
export function observeAnswer(
  outlier: Outlier,
  answer: { readonly failed: boolean; readonly nowMs: number; readonly room: boolean },
  rules: OutlierRules = defaultOutlierRules,
): Outlier {
  // Answers to requests sent before the ejection tell nothing new.
  if (outlier.ejectedUntilMs !== undefined) return outlier;
  if (!answer.failed) return outlier.failures === 0 ? outlier : { ...outlier, failures: 0 };
  const failures = Math.min(outlier.failures + 1, rules.consecutiveFailures);
  if (failures < rules.consecutiveFailures || !answer.room) return { ...outlier, failures };
  return ejected(outlier, answer.nowMs, rules);
}

/** The state once it has been ejected at `nowMs`: the n-th time for n base times. */
export function ejected(outlier: Outlier, nowMs: number, rules: OutlierRules): Outlier {
  const ejections = outlier.ejections + 1;
  const lastsMs = Math.min(rules.baseEjectionMs * ejections, rules.maxEjectionMs);
  return { failures: 0, ejections, ejectedUntilMs: nowMs + lastsMs };
}

/** When the first sweep at or after `timeMs` is; sweeps are at the multiples of the interval. */
export function sweepAtMs(timeMs: number, { intervalMs }: OutlierRules): number {
  return Math.ceil(timeMs / intervalMs) * intervalMs;
}

/** The state after all sweeps in (`fromMs`, `toMs`], throughout which it was in: each forgives one ejection. */
export function forgive(
  outlier: Outlier,
  fromMs: number,
  toMs: number,
  { intervalMs }: OutlierRules,
): Outlier {
  const sweeps = Math.floor(toMs / intervalMs) - Math.floor(fromMs / intervalMs);
  if (sweeps <= 0 || outlier.ejections === 0) return outlier;
  return { ...outlier, ejections: Math.max(0, outlier.ejections - sweeps) };
}
