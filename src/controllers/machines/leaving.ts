/** Why a VM has to leave its host, and whether as it runs. Pure. */
import { fromTimestamp } from '../../base/clock.ts';
import { annotations } from '../../model/annotations.ts';
import { type Host, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { stayUnder } from '../../placement/no-execute.ts';
import { type Leaving } from './plan.ts';
import { preemptedMessage } from './preemption.ts';

/** The end of a VM's stay because of a NoExecute taint of its host. */
export interface Eviction {
  /** World time; in the past or 0: now. With a time to come that is not noted yet, `Infinity`. */
  readonly atMs: number;
  /** The VM tolerates the taint for a time, which `status.taintedSince` counts from. */
  readonly isTimed: boolean;
  /** As `key=value:NoExecute`. */
  readonly taint: string;
}

/** When the host's taints make the VM go; undefined when they let it stay. */
export function evictionOf(vm: VirtualMachine, host: Host | undefined): Eviction | undefined {
  const { ms, taint } = stayUnder(host?.spec.taints ?? [], vm.spec.placement.tolerations);
  if (taint === undefined) return undefined;
  if (ms === 0) return { atMs: 0, isTimed: false, taint };
  const since = vm.status?.taintedSince;
  return { atMs: since === undefined ? Infinity : fromTimestamp(since) + ms, isTimed: true, taint };
}

/** Whether another host could take the VM as things stand. */
export interface WaysOut {
  /** Its hypervisor has live migration. */
  readonly hasLive: boolean;
  readonly live: () => boolean;
  readonly stopped: () => boolean;
}

/**
 * Why the VM has to leave its host at `nowMs`, if so: because the host is deleted, for `preemptor`, which wants its
 * place, because of a taint, or because a command asks for it.
 *
 * A taint does not wait: where no other host could take the VM live, it stops. A host that is deleted waits for a VM
 * that can go nowhere. A command restarts no guest whose hypervisor could move it live.
 */
export function leavingOf(
  vm: VirtualMachine,
  host: Host | undefined,
  preemptor: VirtualMachine | undefined,
  nowMs: number,
  ways: WaysOut,
): Leaving | undefined {
  if (!host) return undefined;
  const { name } = host.metadata;
  const moving: Leaving = { reason: 'Moving', message: `it leaves ${name}`, live: ways.hasLive };
  if (isTerminating(host)) return { ...moving, live: ways.live() || !ways.stopped() };
  if (preemptor) return { reason: 'Preempted', message: preemptedMessage(preemptor, name), live: false };
  const eviction = evictionOf(vm, host);
  if (eviction && eviction.atMs <= nowMs) {
    const message = `it does not tolerate the taint ${eviction.taint} of ${name}`;
    return { reason: 'Tainted', message, live: ways.live() };
  }
  return vm.metadata.annotations?.[annotations.moveFrom] === name ? moving : undefined;
}
