/** Why a VM has to leave its host: because of the host, not by a command. Pure. */
import { fromTimestamp } from '../../base/clock.ts';
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

/**
 * Why the VM has to leave its host at `nowMs`, if so: also for `preemptor`, which wants its place. `canMove` is asked whether another host could take it live:
 * a taint does not wait for that, and makes it stop where none can.
 */
export function leavingOf(
  vm: VirtualMachine,
  host: Host | undefined,
  preemptor: VirtualMachine | undefined,
  nowMs: number,
  canMove: () => boolean,
): Leaving | undefined {
  if (!host) return undefined;
  const { name } = host.metadata;
  if (isTerminating(host)) return { reason: 'Moving', message: `it leaves ${name}`, live: true };
  if (preemptor) return { reason: 'Preempted', message: preemptedMessage(preemptor, name), live: false };
  const eviction = evictionOf(vm, host);
  if (!eviction || eviction.atMs > nowMs) return undefined;
  return {
    reason: 'Tainted',
    message: `it does not tolerate the taint ${eviction.taint} of ${name}`,
    live: canMove(),
  };
}
