import { type Application } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { readyColumn } from './cells.ts';

/** A SaaS program with its tiers, its build and its configuration schema. */
export const applicationKind: KindInfo<Application> = {
  kind: 'Application',
  plural: 'applications',
  singular: 'application',
  shortNames: ['app'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'A SaaS program with its tiers, its build and its configuration schema.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      { name: 'Build', value: (o) => o.spec.build },
      { name: 'Tiers', value: (o) => o.spec.tiers.map((tier) => tier.name).join(',') },
      { name: 'Tenants', value: (o) => String(o.status?.tenants ?? 0), align: 'right' },
      readyColumn,
    ],
  },
};
