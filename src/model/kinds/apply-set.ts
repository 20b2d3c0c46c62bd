import { type ApplySet } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** What was applied together and is pruned together. */
export const applySetKind: KindInfo<ApplySet> = {
  kind: 'ApplySet',
  plural: 'applysets',
  singular: 'applyset',
  shortNames: [],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'What was applied together and is pruned together.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      { name: 'Objects', value: (o) => String(o.status?.inventory?.length ?? 0), align: 'right' },
      { name: 'Max prune', value: (o) => String(o.spec.maxPrune), align: 'right' },
      { name: 'Paths', value: (o) => o.spec.paths.join(' ') },
    ],
  },
};
