/**
 * VMs that nobody reaches because their host is not heard of. As the node controller of Kubernetes has it, they are not
 * ready: whoever counts what serves (pools, budgets, load balancers, autoscalers) goes by that one condition.
 */
import { findCondition } from './conditions.ts';
import { type Host, type VirtualMachine } from './kinds/index.ts';
import { type MachineUsage, type Metrics } from './ports.ts';

/** The reason of a VM's Ready condition; the guest itself may run on. */
export const hostUnreachable = 'HostUnreachable';

/** True while the control plane does not hear from the host: it has crashed or is cut off. */
export function isUnreachable(host: Host | undefined): boolean {
  return host?.status?.phase === 'NotReady';
}

/** True for a VM that its controller has found behind such a host. */
export function isUnreached({ status }: VirtualMachine): boolean {
  return findCondition(status?.conditions, 'Ready')?.reason === hostUnreachable;
}

/** Why the VMs of an unreachable host are not ready, in a sentence. */
export function unreachedBecause(host: Host): string {
  const why = findCondition(host.status?.conditions, 'Ready')?.reason ?? 'no word of it';
  return `${host.metadata.name} is not ready (${why}): nobody reaches the VM, though the guest may run on`;
}

/** What is measured of a VM. Of one out of reach nothing is: an idle figure would read as a VM too many. */
export function measuredUsage(vm: VirtualMachine, metrics: Metrics): MachineUsage | undefined {
  return isUnreached(vm) ? undefined : metrics.machineUsage(vm.metadata.uid ?? '');
}
