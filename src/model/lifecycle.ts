/**
 * What happens to an object's metadata when it is created, updated and deleted: the rules that every
 * writer shares, whether it is a store, a controller's turn or the server. Pure.
 */
import { toTimestamp } from '../base/clock.ts';
import { deepEqual } from '../base/deep.ts';
import { ApiError } from '../base/errors.ts';
import { keyOf, keyText, type KubeObject } from './object.ts';

/** Finalizer by which deletion in the foreground waits for the dependents. */
export const foregroundFinalizer = 'foregroundDeletion';
/** Finalizer by which deletion leaves the dependents behind. */
export const orphanFinalizer = 'orphan';

/** Finalizer by which a namespace stays until everything in it is gone; named as in Kubernetes. */
export const namespaceFinalizer = 'kubernetes';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** What a write does to the stored object: `unchanged` writes nothing and takes no revision. */
export type Transition =
  | { readonly type: 'put'; readonly object: KubeObject }
  | { readonly type: 'remove'; readonly object: KubeObject }
  | { readonly type: 'unchanged'; readonly object: KubeObject };

/**
 * Finalizers that objects of a kind have from their first moment: one that a controller added would come too late for
 * a namespace that is deleted before it is looked at, and what is in it would be left behind.
 */
const bornWith: Readonly<Record<string, readonly string[]>> = { Namespace: [namespaceFinalizer] };

/** The object as first stored: identity, time and generation 1, and what must clean up after it. */
export function create(object: KubeObject, uid: string, nowMs: number): KubeObject {
  const metadata = { ...object.metadata, uid, generation: 1, creationTimestamp: toTimestamp(nowMs) };
  const born = bornWith[object.kind];
  if (!born) return { ...object, metadata };
  return {
    ...object,
    metadata: { ...metadata, finalizers: [...new Set([...(metadata.finalizers ?? []), ...born])] },
  };
}

/**
 * The effect of replacing `old` by `next`. Identity and deletion time cannot be changed; `generation` grows
 * when anything but metadata and status differs; a terminating object goes with its last finalizer.
 *
 * @throws ApiError Conflict when `next` names another uid or an outdated resourceVersion; Invalid when it
 * adds a finalizer to a terminating object.
 */
export function update(old: KubeObject, next: KubeObject): Transition {
  checkPreconditions(old, next.metadata.resourceVersion, next.metadata.uid);
  const { uid, creationTimestamp, deletionTimestamp, resourceVersion } = old.metadata;
  const oldGeneration = old.metadata.generation ?? 1;
  if (deletionTimestamp !== undefined) {
    const added = next.metadata.finalizers?.find((f) => !old.metadata.finalizers?.includes(f));
    if (added !== undefined) {
      throw new ApiError('Invalid', `${keyText(keyOf(old))} is being deleted: no new finalizer "${added}"`);
    }
  }
  const generation = sameIntent(old, next) ? oldGeneration : oldGeneration + 1;
  const metadata = { ...next.metadata, uid, generation, creationTimestamp, resourceVersion };
  const object: KubeObject = {
    ...next,
    metadata: deletionTimestamp === undefined ? metadata : { ...metadata, deletionTimestamp },
  };
  if (deletionTimestamp !== undefined && !object.metadata.finalizers?.length) {
    return { type: 'remove', object };
  }
  const same =
    generation === oldGeneration &&
    deepEqual(old.status, next.status) &&
    deepEqual(old.metadata, object.metadata);
  return same ? { type: 'unchanged', object: old } : { type: 'put', object };
}

/**
 * The effect of asking for deletion: gone at once, or marked when finalizers (its own, or those that the
 * propagation policy adds) hold it back. Asking twice changes nothing.
 */
export function remove(old: KubeObject, nowMs: number, propagation: Propagation = 'Background'): Transition {
  const finalizers = new Set(old.metadata.finalizers);
  if (propagation === 'Foreground') finalizers.add(foregroundFinalizer);
  if (propagation === 'Orphan') finalizers.add(orphanFinalizer);
  if (old.metadata.deletionTimestamp !== undefined) return { type: 'unchanged', object: old };
  if (finalizers.size === 0) return { type: 'remove', object: old };
  return {
    type: 'put',
    object: {
      ...old,
      metadata: {
        ...old.metadata,
        finalizers: [...finalizers],
        deletionTimestamp: toTimestamp(nowMs),
        generation: (old.metadata.generation ?? 1) + 1,
      },
    },
  };
}

/** @throws ApiError Conflict when the expectation about what is stored does not hold. */
export function checkPreconditions(old: KubeObject, resourceVersion?: string, uid?: string): void {
  if (uid !== undefined && uid !== old.metadata.uid) {
    throw new ApiError('Conflict', `${keyText(keyOf(old))}: uid is ${old.metadata.uid}, not ${uid}`);
  }
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
    throw new ApiError(
      'Conflict',
      `${keyText(keyOf(old))} was changed meanwhile (revision ${old.metadata.resourceVersion}, not ${resourceVersion}): read it again and repeat`,
    );
  }
}

/** True when both want the same: every top-level field but metadata and status is equal. */
function sameIntent(a: KubeObject, b: KubeObject): boolean {
  const left = a as unknown as Record<string, unknown>;
  const right = b as unknown as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (key !== 'metadata' && key !== 'status' && !deepEqual(left[key], right[key])) return false;
  }
  return true;
}
