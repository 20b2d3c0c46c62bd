import { type Host } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';
import { percent, share } from './cells.ts';

/** A physical machine and the hypervisor on it. */
export const hostKind: KindInfo<Host> = {
  kind: 'Host',
  plural: 'hosts',
  singular: 'host',
  shortNames: ['ho'],
  apiVersion: apiVersion,
  namespaced: false,
  description: 'A physical machine and the hypervisor on it.',
  inAll: true,
  scalable: false,
  table: {
    columns: [
      {
        name: 'Phase',
        value: (o) =>
          o.spec.unschedulable ? `${o.status?.phase ?? 'Pending'},Cordoned` : (o.status?.phase ?? 'Pending'),
        state: true,
      },
      { name: 'Hypervisor', value: (o) => o.spec.hypervisor },
      { name: 'Architecture', value: (o) => o.status?.architecture ?? '' },
      {
        name: 'CPU',
        value: (o) => share(o.status?.allocated?.cpu, o.status?.allocatable?.cpu),
        align: 'right',
      },
      {
        name: 'Memory',
        value: (o) => share(o.status?.allocated?.memory, o.status?.allocatable?.memory),
        align: 'right',
      },
      { name: 'VMs', value: (o) => String(o.status?.virtualMachines ?? 0), align: 'right' },
      { name: 'Utilization', value: (o) => percent(o.status?.utilization), align: 'right', wide: true },
      {
        name: 'Host OS',
        value: (o) => (o.spec.hostOS ? `${o.spec.hostOS.name} ${o.spec.hostOS.version ?? ''}`.trim() : ''),
        wide: true,
      },
    ],
  },
};
