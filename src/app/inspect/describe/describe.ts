/** All that is known of an object, for people: `vctl describe`. */
import { fromTimestamp } from '../../../base/clock.ts';
import { formatAge } from '../../../base/duration.ts';
import { type Condition } from '../../../model/conditions.ts';
import { type Event, kindOf } from '../../../model/kinds/index.ts';
import { type KubeObject } from '../../../model/object.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { conditionsNode, eventsNode } from '../../../output/describe-tables.ts';
import { type Snapshot } from '../../snapshot.ts';
import { describeKind } from './index.ts';
import { keyValues } from './parts.ts';

/** More events than this are counted and not shown: the last ones are what matters. */
const shownEvents = 20;

/** The description of one object: who it is, what its kind has to tell, its conditions, its last events. Pure. */
export function describeObject(object: KubeObject, snapshot: Snapshot): DescribeNode[] {
  const { conditions } = (object.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return [
    ...identity(object, snapshot.nowMs),
    ...describeKind(kindOf(object), object, snapshot),
    ...(object.kind === 'Event' || object.kind === 'Lease'
      ? []
      : [conditionsNode(conditions, snapshot.nowMs), ...lastEvents(object, snapshot)]),
  ];
}

function identity({ metadata }: KubeObject, nowMs: number): DescribeNode[] {
  const { name, namespace, labels, annotations, creationTimestamp, deletionTimestamp } = metadata;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return [
    field('Name', name),
    ...(namespace === undefined ? [] : [field('Namespace', namespace)]),
    field('Labels', keyValues(labels, '=')),
    field('Annotations', keyValues(annotations)),
    field('Created', timeText(creationTimestamp, nowMs)),
    ...(owner ? [field('Controlled by', `${owner.kind}/${owner.name}`)] : []),
    ...(deletionTimestamp === undefined
      ? []
      : [
          field('Deletion asked', timeText(deletionTimestamp, nowMs)),
          field('Finalizers', metadata.finalizers ?? []),
        ]),
  ];
}

function timeText(timestamp: string | undefined, nowMs: number): string {
  return timestamp === undefined ? '' : `${timestamp} (${formatAge(nowMs - fromTimestamp(timestamp))} ago)`;
}

function lastEvents(object: KubeObject, snapshot: Snapshot): DescribeNode[] {
  const events = snapshot.eventsOf(object);
  const last = events.slice(-shownEvents);
  const node = eventsNode(last.map(eventLine), snapshot.nowMs);
  const more = events.length - last.length;
  return more === 0 ? [node] : [node, field('Earlier events', `${more}, see vctl events`)];
}

function eventLine(event: Event): Parameters<typeof eventsNode>[0][number] {
  const {
    type = 'Normal',
    reason = '',
    message = '',
    count = 1,
    firstTimestamp = '',
    lastTimestamp = '',
  } = event;
  const from = event.source?.component ?? '';
  return { type, reason, message, count, firstTimestamp, lastTimestamp, from };
}
