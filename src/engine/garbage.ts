/**
 * What happens along owner references: dependents go with their owners, in the background, before them
 * (foreground), or not at all (orphan). Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
import { foregroundFinalizer, orphanFinalizer } from '../model/lifecycle.ts';
import { type KubeObject, isTerminating } from '../model/object.ts';
import { type Turn } from './turn.ts';

/** Does for one object what its owners' and its own deletion ask for; true when it is gone afterwards. */
export function collectGarbage(object: KubeObject, turn: Turn): boolean {
  const owners = object.metadata.ownerReferences ?? [];
  if (owners.length > 0 && !isTerminating(object)) {
    if (owners.every((owner) => turn.cache.byUid(owner.uid) === undefined)) {
      turn.delete(object);
      return turn.cache.byUid(object.metadata.uid ?? '') === undefined;
    }
  }
  if (!isTerminating(object)) return false;
  if (object.metadata.finalizers?.includes(foregroundFinalizer)) deleteInForeground(object, turn);
  if (object.metadata.finalizers?.includes(orphanFinalizer)) orphanDependents(object, turn);
  return turn.cache.byUid(object.metadata.uid ?? '') === undefined;
}

/** Dependents first; the owner waits only for those that block it. */
function deleteInForeground(owner: KubeObject, turn: Turn): void {
  const uid = owner.metadata.uid ?? '';
  for (const dependent of turn.cache.dependents(uid)) {
    if (!isTerminating(dependent)) turn.delete(dependent, 'Foreground');
  }
  const blocking = turn.cache
    .dependents(uid)
    .some((d) => d.metadata.ownerReferences?.some((o) => o.uid === uid && o.blockOwnerDeletion === true));
  if (!blocking) turn.removeFinalizer(owner, foregroundFinalizer);
}

function orphanDependents(owner: KubeObject, turn: Turn): void {
  const uid = owner.metadata.uid ?? '';
  for (const dependent of turn.cache.dependents(uid)) {
    const ownerReferences = dependent.metadata.ownerReferences?.filter((o) => o.uid !== uid);
    turn.update({ ...dependent, metadata: { ...dependent.metadata, ownerReferences } });
  }
  turn.removeFinalizer(owner, orphanFinalizer);
}
