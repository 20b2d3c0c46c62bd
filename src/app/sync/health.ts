/** How an object is, in the words of Argo CD. Pure. */
import { type Condition, findCondition, heldUpdate, shortcoming } from '../../model/conditions.ts';
import { type SyncedObject } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';

export interface Health {
  readonly health: NonNullable<SyncedObject['health']>;
  readonly message?: string;
}

/**
 * Ready as of its present generation, and of the size that it is to have, is healthy; anything else is on its way while its controller says so
 * (`unsettled`), and degraded after that. What is off on purpose is suspended, which is no fault.
 */
export function healthOf(object: KubeObject | undefined, unsettled: boolean): Health {
  if (!object) return { health: 'Missing', message: 'it was deleted' };
  if (object.metadata.deletionTimestamp !== undefined) {
    return { health: 'Progressing', message: 'it is being deleted' };
  }
  const status = (object.status ?? {}) as {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
  };
  const ready = findCondition(status.conditions, 'Ready');
  const isSeen = status.observedGeneration === object.metadata.generation;
  const message = ready === undefined ? undefined : `${ready.message} (${ready.reason})`;
  if (ready?.status === 'True' && isSeen && !unsettled) {
    const short = shortcoming(status.conditions);
    if (short) return { health: 'Degraded', message: `${short.message} (${short.reason})` };
    const held = heldUpdate(status.conditions);
    return held ? { health: 'Suspended', message: held.message } : { health: 'Healthy' };
  }
  if (unsettled || !isSeen) return { health: 'Progressing', ...(message === undefined ? {} : { message }) };
  if (ready?.reason === 'Stopped') return { health: 'Suspended' };
  // A Sync that nobody follows yet says so by Unknown: that is nobody's fault either.
  if (ready === undefined || ready.status === 'Unknown')
    return { health: 'Progressing', ...(message === undefined ? {} : { message }) };
  return { health: 'Degraded', ...(message === undefined ? {} : { message }) };
}

/** True for what a revision need not be waited for any longer. */
export function isWell({ health }: Pick<SyncedObject, 'health'>): boolean {
  return health === 'Healthy' || health === 'Suspended';
}
