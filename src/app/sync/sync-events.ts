/** Events about a Sync and what it does, written beside its status. */
import { toTimestamp } from '../../base/clock.ts';
import { hash32 } from '../../base/random.ts';
import { withDefaults } from '../../model/defaults.ts';
import { type Event } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Store, type Write } from '../../model/ports.ts';

export interface SyncEvent {
  readonly about: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Longer messages are cut: an event says that something happened, the status says all of it. */
const maxMessage = 1024;

/** The writes that tell these events; the same thing happening again counts up the event that is there. */
export async function eventWrites(
  store: Store,
  events: readonly SyncEvent[],
  nowMs: number,
): Promise<Write[]> {
  const writes = new Map<string, Write>();
  for (const event of events) {
    const made = eventObject(event, nowMs);
    const { name, namespace = 'default' } = made.metadata;
    const old = (await store.get({ kind: 'Event', namespace, name })) as Event | undefined;
    const write: Write = old
      ? {
          type: 'update',
          object: { ...old, count: (old.count ?? 1) + 1, lastTimestamp: made.lastTimestamp } as KubeObject,
        }
      : { type: 'create', object: made };
    writes.set(`${namespace}/${name}`, write);
  }
  return [...writes.values()];
}

function eventObject({ about, type, reason, message }: SyncEvent, nowMs: number): Event {
  const { name, namespace = 'default', uid } = about.metadata;
  const text = message.length > maxMessage ? `${message.slice(0, maxMessage - 1)}…` : message;
  const digest = hash32(`${uid ?? ''}/${reason}/${text}`)
    .toString(16)
    .padStart(8, '0');
  const time = toTimestamp(nowMs);
  return withDefaults('Event', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${digest}`, namespace },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
      name,
      ...(uid === undefined ? {} : { uid }),
    },
    ...{ type, reason, message: text, count: 1, firstTimestamp: time, lastTimestamp: time },
    source: { component: 'sync' },
  });
}
