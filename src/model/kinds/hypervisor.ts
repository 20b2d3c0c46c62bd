import { type Hypervisor } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** A virtualization product: architecture, modes and what it costs. */
export const hypervisorKind: KindInfo<Hypervisor> = {
  kind: 'Hypervisor',
  plural: 'hypervisors',
  singular: 'hypervisor',
  shortNames: ['hv'],
  apiVersion: apiVersion,
  namespaced: false,
  description: 'A virtualization product: architecture, modes and what it costs.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      { name: 'Product', value: (o) => o.spec.product },
      { name: 'Architecture', value: (o) => o.spec.architecture },
      { name: 'Modes', value: (o) => o.spec.modes.join(',') },
      { name: 'Live migration', value: (o) => (o.spec.features.liveMigration ? 'yes' : 'no'), wide: true },
      { name: 'Hotplug', value: (o) => hotplug(o), wide: true },
      { name: 'Hosts', value: (o) => String(o.status?.hosts ?? 0), align: 'right' },
    ],
  },
};

function hotplug(hypervisor: Hypervisor): string {
  const { cpuHotplug, memoryHotplug } = hypervisor.spec.features;
  return [cpuHotplug ? 'cpu' : '', memoryHotplug ? 'memory' : ''].filter(Boolean).join(',') || 'none';
}
