/** What follows from a Host and its Hypervisor: capacity for guests, and how the world is told. Pure. */
import { memoryBytes } from '../../base/quantity.ts';
import { type Amount, amountOf } from '../../model/amount.ts';
import { findCondition, isTrue } from '../../model/conditions.ts';
import { type Host, type Hypervisor } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type HostRequest, type HypervisorTraits } from '../../model/ports.ts';
import { type HostView } from '../../placement/types.ts';

/**
 * Memory that a VM costs a hypervisor whose manifest does not say: VMware's published 52.72 MB for a guest
 * of 2 vCPU and 4 GiB, rounded up.
 */
const defaultPerMachineMemory = '53Mi';

/** What the host OS (if any) and the VMM take before any guest. */
export function reservedOf(host: Host, hypervisor: Hypervisor): Amount {
  const os = amountOf(host.spec.hostOS?.reserved);
  const vmm = amountOf(hypervisor.spec.reserved);
  return { cpuMillis: os.cpuMillis + vmm.cpuMillis, memoryBytes: os.memoryBytes + vmm.memoryBytes };
}

/** What guests may be promised: capacity less reservations, times the overcommitment. Never below zero. */
export function allocatableOf(host: Host, hypervisor: Hypervisor): Amount {
  const capacity = amountOf(host.spec.capacity);
  const reserved = reservedOf(host, hypervisor);
  const { cpu, memory } = host.spec.overcommit;
  return {
    cpuMillis: Math.max(0, Math.floor((capacity.cpuMillis - reserved.cpuMillis) * cpu)),
    memoryBytes: Math.max(0, Math.floor((capacity.memoryBytes - reserved.memoryBytes) * memory)),
  };
}

/** Memory that each guest costs on top of its own, bytes. */
export function perMachineMemory(hypervisor: Hypervisor): number {
  return memoryBytes(hypervisor.spec.perVirtualMachine.memory ?? defaultPerMachineMemory);
}

/** Why a host cannot work with its hypervisor, if so: what admission refuses, but may come about later. */
export function mismatchOf(host: Host, hypervisor: Hypervisor): string | undefined {
  const hosted = hypervisor.spec.architecture === 'Hosted';
  if (hosted && !host.spec.hostOS) {
    return `hypervisor "${hypervisor.metadata.name}" is Hosted: spec.hostOS is required`;
  }
  if (!hosted && host.spec.hostOS) {
    return `hypervisor "${hypervisor.metadata.name}" is BareMetal: remove spec.hostOS`;
  }
  return undefined;
}

function traitsOf(hypervisor: Hypervisor): HypervisorTraits {
  const { architecture, features, performance } = hypervisor.spec;
  return { name: hypervisor.metadata.name, architecture, ...features, performance };
}

/** The host as the world has to know it. */
export function hostRequest(host: Host, hypervisor: Hypervisor): HostRequest {
  const capacity = amountOf(host.spec.capacity);
  const reserved = reservedOf(host, hypervisor);
  return {
    uid: host.metadata.uid ?? '',
    name: host.metadata.name,
    hypervisor: traitsOf(hypervisor),
    hardwareAssist: host.spec.hardwareAssist,
    ...capacity,
    reservedCpuMillis: reserved.cpuMillis,
    reservedMemoryBytes: reserved.memoryBytes,
    pricePerHour: host.spec.price.perHour,
    idleWatts: host.spec.power.idleWatts,
    maxWatts: host.spec.power.maxWatts,
  };
}

/** The host as placement sees it. */
export function hostView(host: Host, hypervisor: Hypervisor): HostView {
  const ready = findCondition(host.status?.conditions, 'Ready');
  return {
    name: host.metadata.name,
    labels: { 'kubernetes.io/hostname': host.metadata.name, ...host.metadata.labels },
    taints: host.spec.taints,
    unschedulable: host.spec.unschedulable,
    ready: isTrue(host.status?.conditions, 'Ready') && !isTerminating(host),
    notReadyReason: isTerminating(host) ? 'Terminating' : (ready?.reason ?? 'Pending'),
    hypervisor: {
      name: hypervisor.metadata.name,
      architecture: hypervisor.spec.architecture,
      modes: hypervisor.spec.modes,
      requiresHardwareAssist: hypervisor.spec.requires.hardwareAssist,
    },
    hardwareAssist: host.spec.hardwareAssist,
    allocatable: allocatableOf(host, hypervisor),
    perVirtualMachineMemoryBytes: perMachineMemory(hypervisor),
    pricePerHour: host.spec.price.perHour,
  };
}
