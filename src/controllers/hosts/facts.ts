/** What follows from a Host and its Hypervisor: capacity for guests, and how the world is told. Pure. */
import { durationMs } from '../../base/duration.ts';
import { memoryBytes } from '../../base/quantity.ts';
import { type Amount, amountOf } from '../../model/amount.ts';
import { findCondition, isTrue } from '../../model/conditions.ts';
import { type Host, type Hypervisor } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type HostRequest, type HypervisorTraits } from '../../model/ports.ts';
import { largestGuestMemory, memoryOverheadBytes } from '../../performance/memory-overhead.ts';
import { parametersOf } from '../../performance/overrides.ts';
import { type HostView, type MemoryOverhead } from '../../placement/types.ts';

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

/** By spec, which changes of the status leave as it is: placement takes another function for other figures. */
const overheads = new WeakMap<Hypervisor['spec'], MemoryOverhead>();

/** What a guest costs the hypervisor: what its manifest declares, or the formula with what the manifest sets of it. */
export function memoryOverheadOf({ spec }: Hypervisor): MemoryOverhead {
  let overhead = overheads.get(spec);
  if (!overhead) {
    const parameters = parametersOf(spec);
    const declared = declaredOverhead(spec);
    overhead = (guest) => memoryOverheadBytes(guest, parameters, declared);
    overheads.set(spec, overhead);
  }
  return overhead;
}

/** The most memory that a guest with this CPU can have where `freeBytes` are left for it and its overhead. */
export function largestMemory({ spec }: Hypervisor, freeBytes: number, cpuMillis: number): number {
  return largestGuestMemory(freeBytes, cpuMillis, parametersOf(spec), declaredOverhead(spec));
}

function declaredOverhead({ perVirtualMachine: { memory } }: Hypervisor['spec']): number | undefined {
  return memory === undefined ? undefined : memoryBytes(memory);
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
    failureDetectionMs: durationMs(host.spec.failureDetection),
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
    memoryOverhead: memoryOverheadOf(hypervisor),
    pricePerHour: host.spec.price.perHour,
  };
}
