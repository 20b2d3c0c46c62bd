import { type Amount } from '../model/amount.ts';
import { type PerformanceParameters } from './parameters.ts';

const gib = 2 ** 30;

/**
 * Memory that one guest costs the hypervisor besides its own, in whole bytes (rounded up):
 * `fixed + perCpu * vCPU + perGiB * GiB`. A part of a vCPU costs as much as a whole one.
 *
 * `declaredBytes` (a product's `perVirtualMachine.memory`) takes the formula's place; absent means the formula.
 * Source: bare metal, VMware's overhead memory table of vSphere 6.x; hosted, KubeVirt's accounting of QEMU.
 */
export function memoryOverheadBytes(
  guest: Amount,
  { memory }: PerformanceParameters,
  declaredBytes?: number,
): number {
  if (declaredBytes !== undefined) return declaredBytes;
  const vcpus = Math.ceil(guest.cpuMillis / 1000);
  return Math.ceil(memory.fixed + memory.perCpu * vcpus + (memory.perGiB * guest.memoryBytes) / gib);
}

/**
 * The most memory that a guest with this CPU can have where `freeBytes` are left for it and its overhead, in whole
 * bytes; 0 where there is not even room for the overhead.
 */
export function largestGuestMemory(
  freeBytes: number,
  cpuMillis: number,
  parameters: PerformanceParameters,
  declaredBytes?: number,
): number {
  const need = (memory: number): number =>
    memory + memoryOverheadBytes({ cpuMillis, memoryBytes: memory }, parameters, declaredBytes);
  const perByte = declaredBytes === undefined ? parameters.memory.perGiB / gib : 0;
  let memory = Math.max(0, Math.floor((freeBytes - need(0)) / (1 + perByte)));
  // Overheads are whole bytes: rounding may have left one too few or too many.
  while (need(memory + 1) <= freeBytes) memory++;
  while (memory > 0 && need(memory) > freeBytes) memory--;
  return memory;
}
