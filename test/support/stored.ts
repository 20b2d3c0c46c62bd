/** Reads what a process has left in a state folder, beside the program that made it. */
import { openState } from '../../src/app/state.ts';
import { kindNames, qualifiedName } from '../../src/model/kinds/index.ts';
import { type KubeObject } from '../../src/model/object.ts';

export interface Stored {
  readonly revision: number;
  /** By kind, namespace and name; without events. */
  readonly objects: readonly KubeObject[];
}

export async function readStored(path: string): Promise<Stored> {
  const { store } = await openState({ path, create: false });
  try {
    const objects: KubeObject[] = [];
    for (const kind of kindNames) {
      if (kind !== 'Event') objects.push(...(await store.list(kind)).items);
    }
    return { revision: await store.revision(), objects };
  } finally {
    await store.close();
  }
}

/** `virtualmachine.vctl.dev/web`, as `apply` prints it. */
export function printedName({ kind, metadata }: KubeObject): string {
  return qualifiedName(kind as never, metadata.name);
}

/**
 * What an object comes to: how it is wanted and whether it is there, without what depends on when that
 * happened (times, figures, revisions) or on which VM was the first to ask (uids, hosts).
 */
export function essence(object: KubeObject): unknown {
  const { phase, conditions = [] } = (object.status ?? {}) as {
    phase?: string;
    conditions?: readonly { type: string; status: string }[];
  };
  return {
    name: `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    labels: object.metadata.labels,
    spec: object.spec,
    phase,
    conditions: conditions.map(({ type, status }) => `${type}=${status}`).sort(),
  };
}
