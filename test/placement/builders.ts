import { Fleet } from '../../src/placement/fleet.ts';
import { type HostView, type VmRequest } from '../../src/placement/types.ts';

export const Gi = 2 ** 30;
export const Mi = 2 ** 20;

/** A bare-metal host with 8 cores and 32Gi that runs everything. */
export function host(name: string, changes: Partial<HostView> = {}): HostView {
  return {
    name,
    labels: {},
    taints: [],
    unschedulable: false,
    ready: true,
    hypervisor: { name: 'xen', architecture: 'BareMetal', modes: ['Para', 'Full'] },
    hardwareAssist: true,
    allocatable: { cpuMillis: 8000, memoryBytes: 32 * Gi },
    memoryOverhead: () => 0,
    ...changes,
  };
}

/** A VM with 1 core and 1Gi, unmodified, in the namespace `default` unless its name has one. */
export function vm(name: string, changes: Partial<VmRequest> = {}): VmRequest {
  return {
    key: name.includes('/') ? name : `default/${name}`,
    labels: {},
    cpuMillis: 1000,
    memoryBytes: Gi,
    paravirtualized: false,
    placement: {},
    ...changes,
  };
}

/** A fleet with VMs already on some of its hosts. */
export function fleetOf(
  hosts: readonly HostView[],
  assigned: Readonly<Record<string, readonly VmRequest[]>> = {},
): Fleet {
  const fleet = new Fleet();
  for (const one of hosts) fleet.putHost(one);
  for (const [name, vms] of Object.entries(assigned)) for (const one of vms) fleet.assign(one, name);
  return fleet;
}
