/** JSON merge patch. Source: RFC 7386. */
import { deepEqual, isRecord } from '../base/deep.ts';

/**
 * `target` with the patch merged in: objects key by key, null removes a key, all else replaces. Neither
 * argument is mutated; the result is `target` itself when the patch changes nothing. Total: any JSON value
 * is a patch.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return deepEqual(target, patch) ? target : patch;
  const base = isRecord(target) ? target : {};
  const result = new Map(Object.entries(base));
  let changed = base !== target;
  for (const [key, wanted] of Object.entries(patch)) {
    if (wanted === undefined) continue;
    const present = result.get(key);
    if (wanted === null) {
      changed = result.delete(key) || changed;
      continue;
    }
    const value = mergePatch(present, wanted);
    if (value === present) continue;
    result.set(key, value);
    changed = true;
  }
  return changed ? Object.fromEntries(result) : target;
}

/**
 * The smallest merge patch that makes `after` of `before`; undefined when they are equal. A null inside an
 * object of `after` cannot be expressed by a merge patch and comes out as an absent key.
 */
export function mergePatchBetween(before: unknown, after: unknown): unknown {
  if (deepEqual(before, after)) return undefined;
  if (!isRecord(before) || !isRecord(after)) return after;
  const patch = new Map<string, unknown>();
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    const now = Object.hasOwn(after, key) ? after[key] : undefined;
    if (now === undefined) {
      if (old !== undefined) patch.set(key, null);
    } else {
      const part = mergePatchBetween(old, now);
      if (part !== undefined) patch.set(key, part);
    }
  }
  return Object.fromEntries(patch);
}
