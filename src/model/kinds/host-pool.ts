import { type HostPool } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** N hosts from a template. */
export const hostPoolKind: KindInfo<HostPool> = {
  kind: 'HostPool',
  plural: 'hostpools',
  singular: 'hostpool',
  shortNames: ['hp'],
  apiVersion: apiVersion,
  namespaced: false,
  description: 'N hosts from a template.',
  inAll: true,
  scalable: true,
  table: {
    columns: [
      { name: 'Desired', value: (o) => String(o.spec.replicas), align: 'right' },
      { name: 'Current', value: (o) => String(o.status?.replicas ?? 0), align: 'right' },
      { name: 'Ready', value: (o) => String(o.status?.readyReplicas ?? 0), align: 'right' },
      { name: 'Hypervisor', value: (o) => o.spec.template.spec.hypervisor },
    ],
  },
};
