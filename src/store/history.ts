/** How far back a store remembers its changes. Pure. */
import { ApiError } from '../base/errors.ts';

/**
 * Revisions that can still be watched from. Enough for a client that was away for some turns of a large
 * fleet; about 40 MB on disk with objects of 2 KB.
 */
export const defaultHistoryLimit = 20_000;

/**
 * The revision up to which (inclusive) changes may be forgotten. Drops a quarter of the limit at a time, so
 * that most commits forget nothing and pay nothing; at least `limit` changes stay readable.
 */
export function compactionTarget(revision: number, compacted: number, limit: number): number {
  const chunk = Math.max(1, limit >> 2);
  return revision - compacted >= limit + chunk ? revision - limit : compacted;
}

/**
 * Checks that the changes after `from` can be told.
 *
 * @throws ApiError Expired when some are forgotten; Timeout when `from` has not happened yet, as Kubernetes
 * answers after waiting in vain for it.
 */
export function checkReadable(from: number, revision: number, compacted: number): void {
  if (from < compacted) {
    throw new ApiError('Expired', `too old resource version: ${from} (${compacted}): list again`);
  }
  if (from > revision) {
    throw new ApiError('Timeout', `too large resource version: ${from}, current: ${revision}`);
  }
}
