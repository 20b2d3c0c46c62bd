import { type Tenant } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { percent, readyColumn } from './cells.ts';

/** A customer of an application, at a maturity level. */
export const tenantKind: KindInfo<Tenant> = {
  kind: 'Tenant',
  plural: 'tenants',
  singular: 'tenant',
  shortNames: ['tn'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'A customer of an application, at a maturity level.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      { name: 'Level', value: (o) => o.status?.level ?? '' },
      { name: 'Maturity', value: (o) => o.spec.maturity },
      { name: 'Application', value: (o) => o.spec.application },
      { name: 'Route', value: (o) => o.status?.route ?? '' },
      {
        name: 'Cost/h',
        value: (o) => (o.status?.costPerHour === undefined ? '' : `$${o.status.costPerHour.toFixed(2)}`),
        align: 'right',
      },
      {
        name: 'CPU%',
        value: (o) => percent(o.status?.utilization?.own),
        align: 'right',
        wide: true,
      },
      { name: 'Data partition', value: (o) => o.status?.dataPartition ?? '', wide: true },
      readyColumn,
    ],
  },
};
