import { type ResourceQuota } from '../generated/kinds.ts';
import { type KindInfo } from './kind-info.ts';

/** What the objects of a namespace may take together. */
export const resourceQuotaKind: KindInfo<ResourceQuota> = {
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  apiVersion: 'v1',
  namespaced: true,
  description: 'What the objects of a namespace may take together.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      {
        name: 'Used',
        value: ({ spec, status }) =>
          Object.keys(spec.hard ?? {})
            .sort()
            .map((name) => `${name}: ${status?.used?.[name] ?? '?'}/${spec.hard?.[name] ?? ''}`)
            .join(', '),
      },
    ],
  },
};
