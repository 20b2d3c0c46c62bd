import { type Architecture, type VirtualizationMode, type WorkloadProfile } from '../model/ports.ts';
import { type PerformanceParameters } from './parameters.ts';

export interface Virtualization {
  readonly profile: WorkloadProfile;
  readonly architecture: Architecture;
  readonly mode: VirtualizationMode;
  /** The host has VT-x or AMD-V. Helps full virtualization alone: hypercalls do not trap. */
  readonly hardwareAssist: boolean;
}

/**
 * Time that work takes in the guest over the time it takes on the bare machine, >= 1, without unit.
 *
 * k is the profile's trapping cost, of which the share h is the way through the host OS and 1 - h the traps:
 * - para-virtualization on bare metal: `1 + a k / (1 + k)`; what is left grows with how much of the work is
 *   privileged, but is bounded, because a hypercall replaces many traps;
 * - full virtualization, hosted: `1 + k h + k (1 - h) s`;
 * - full virtualization on bare metal: `1 + k (1 - h) s`, as no host OS is in the way.
 *
 * s is 1 without hardware assistance and `overhead.hardwareAssist` with it: exits cost 1,926 cycles on the first
 * processors that had it (2005, about on a par with software: Adams and Agesen, ASPLOS 2006) and 531 in 2014.
 *
 * Para on a hosted VMM does not exist; admission refuses it, and here it counts as full virtualization.
 * Source: Barham et al., SOSP 2003, Fig. 3; h is an assumption, only the order of the three is published.
 */
export function slowdown(
  { profile, architecture, mode, hardwareAssist }: Virtualization,
  { overhead }: PerformanceParameters,
): number {
  const k = overhead.trapping[profile];
  if (architecture === 'BareMetal' && mode === 'Para') return 1 + (overhead.paravirtualization * k) / (1 + k);
  const hostPath = architecture === 'Hosted' ? k * overhead.hostPath : 0;
  const traps = k * (1 - overhead.hostPath) * (hardwareAssist ? overhead.hardwareAssist : 1);
  return 1 + hostPath + traps;
}
