import { type PerformanceParameters } from './parameters.ts';

export interface GuestSize {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/**
 * Memory that one guest costs the hypervisor besides its own, in whole bytes (rounded up):
 * `fixed + perCpu * vCPU + perGiB * GiB`. A part of a vCPU costs as much as a whole one.
 *
 * `declaredBytes` (a product's `perVirtualMachine.memory`) takes the formula's place; absent means the formula.
 * Source: bare metal, VMware's overhead memory table of vSphere 6.x; hosted, KubeVirt's accounting of QEMU.
 */
export function memoryOverheadBytes(
  guest: GuestSize,
  { memory }: PerformanceParameters,
  declaredBytes?: number,
): number {
  if (declaredBytes !== undefined) return declaredBytes;
  const vcpus = Math.ceil(guest.cpuMillis / 1000);
  return Math.ceil(memory.fixed + memory.perCpu * vcpus + (memory.perGiB * guest.memoryBytes) / 2 ** 30);
}
