import { shownAddress } from '../repository-address.ts';
import { findCondition } from '../conditions.ts';
import { type Sync } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** A git repository that is followed: its manifests are kept applied. */
export const syncKind: KindInfo<Sync> = {
  kind: 'Sync',
  plural: 'syncs',
  singular: 'sync',
  shortNames: ['sy'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'A git repository that is followed: its manifests are kept applied.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      {
        name: 'Ready',
        value: (o) => findCondition(o.status?.conditions, 'Ready')?.status ?? '',
        state: true,
      },
      { name: 'Revision', value: (o) => shortRevision(o.status?.lastAppliedRevision) },
      { name: 'Healthy', value: healthText, align: 'right' },
      { name: 'Suspended', value: (o) => (o.spec.suspend ? 'True' : 'False') },
      { name: 'Status', value: (o) => findCondition(o.status?.conditions, 'Ready')?.message ?? '' },
      { name: 'Repository', value: (o) => shownAddress(o.spec.source.repo), wide: true },
      { name: 'Path', value: (o) => o.spec.source.path, wide: true },
    ],
  },
};

/** `main@sha1:0123456789ab`; '' for none. */
export function shortRevision(revision: string | undefined): string {
  return (revision ?? '').replace(/([0-9a-f]{12})[0-9a-f]+$/, '$1');
}

function healthText({ status }: Sync): string {
  return status?.health === undefined ? '' : `${status.health.healthy}/${status.health.total}`;
}
