import { type VirtualMachine } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { isTerminating } from '../object.ts';
import { percent } from './cells.ts';

/** One guest. */
export const virtualMachineKind: KindInfo<VirtualMachine> = {
  kind: 'VirtualMachine',
  plural: 'virtualmachines',
  singular: 'virtualmachine',
  shortNames: ['vm'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'One guest.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      {
        name: 'Phase',
        value: (o) => (isTerminating(o) ? 'Terminating' : (o.status?.phase ?? 'Pending')),
        state: true,
      },
      { name: 'Host', value: (o) => o.status?.host ?? '' },
      { name: 'Mode', value: (o) => o.status?.mode ?? o.spec.mode ?? '' },
      { name: 'CPU', value: (o) => String(o.status?.resources?.cpu ?? o.spec.resources.cpu), align: 'right' },
      {
        name: 'Memory',
        value: (o) => String(o.status?.resources?.memory ?? o.spec.resources.memory),
        align: 'right',
      },
      { name: 'Utilization', value: (o) => percent(o.status?.utilization), align: 'right' },
      { name: 'Hypervisor', value: (o) => o.status?.hypervisor ?? '', wide: true },
      { name: 'Guest', value: (o) => o.spec.guest.os, wide: true },
      { name: 'Build', value: (o) => o.spec.guest.build ?? '', wide: true },
      { name: 'Restarts', value: (o) => String(o.status?.restarts ?? 0), align: 'right', wide: true },
    ],
  },
};
