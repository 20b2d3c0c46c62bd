import { type VirtualMachinePool } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** N guests from a template. */
export const virtualMachinePoolKind: KindInfo<VirtualMachinePool> = {
  kind: 'VirtualMachinePool',
  plural: 'virtualmachinepools',
  singular: 'virtualmachinepool',
  shortNames: ['vmp'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'N guests from a template.',
  inAll: true,
  scalable: true,
  table: {
    columns: [
      { name: 'Desired', value: (o) => String(o.spec.replicas), align: 'right' },
      { name: 'Current', value: (o) => String(o.status?.replicas ?? 0), align: 'right' },
      { name: 'Ready', value: (o) => String(o.status?.readyReplicas ?? 0), align: 'right' },
      { name: 'Up to date', value: (o) => String(o.status?.updatedReplicas ?? 0), align: 'right' },
      { name: 'Build', value: (o) => o.spec.template.spec.guest.build ?? '', wide: true },
      { name: 'Selector', value: (o) => o.status?.selector ?? '', wide: true },
    ],
  },
};
