import { type Event } from '../generated/kinds.ts';
import { type KindInfo } from './kind-info.ts';
import { fromTimestamp } from '../../base/clock.ts';
import { formatAge } from '../../base/duration.ts';

/** Something that happened to an object. */
export const eventKind: KindInfo<Event> = {
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  apiVersion: 'v1',
  namespaced: true,
  description: 'Something that happened to an object.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      { name: 'Last seen', value: (o, { nowMs }) => formatAge(nowMs - fromTimestamp(o.lastTimestamp ?? '')) },
      { name: 'Type', value: (o) => o.type ?? 'Normal', state: true },
      { name: 'Reason', value: (o) => o.reason ?? '' },
      {
        name: 'Object',
        value: (o) => `${(o.involvedObject?.kind ?? '').toLowerCase()}/${o.involvedObject?.name ?? ''}`,
      },
      { name: 'Count', value: (o) => String(o.count ?? 1), align: 'right', wide: true },
      { name: 'Message', value: (o) => o.message ?? '' },
    ],
    hideName: true,
    hideAge: true,
  },
};
