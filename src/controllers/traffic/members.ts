/** Which VMs stand behind a load balancer, and what each is worth. Pure: the controller carries it out. */
import { deepEqual } from '../../base/deep.ts';
import { cpuMillis } from '../../base/quantity.ts';
import { findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { annotations } from '../../model/annotations.ts';

/**
 * How a VM stands to those who send it requests. `Serves` takes them, `Drains` finishes what it has, `Leaves` was
 * stopped on purpose; `Off` does not run, be it not yet or no more, and nobody has told its load balancers.
 */
export type Standing = 'Serves' | 'Drains' | 'Leaves' | 'Off';

/** How a VM stands, by what its own controller says of it. */
export function standingOf(vm: VirtualMachine): Standing {
  switch (vm.status?.phase) {
    case 'Running':
    case 'Resizing':
    case 'Migrating':
      return isTerminating(vm) ? 'Drains' : 'Serves';
    case 'Stopping':
      return findCondition(vm.status.conditions, 'Ready')?.reason === 'Draining' ? 'Drains' : 'Leaves';
    case 'Stopped':
      return 'Leaves';
    default:
      return isTerminating(vm) ? 'Leaves' : 'Off';
  }
}

/** A VM behind a load balancer. */
export interface Member {
  readonly name: string;
  readonly uid: string;
  /** What the algorithms that weigh go by: its annotation, else its virtual CPUs, rounded, at least 1. */
  readonly weight: number;
  readonly draining: boolean;
}

/**
 * The members among the VMs that a load balancer selects, in the order given.
 *
 * A VM that fails stays a member for as long as its health checks have not noticed (`isHealthy`): nobody tells a load
 * balancer of a crash, so that it goes on sending requests there in vain. One that is stopped on purpose has drained
 * and goes at once.
 */
export function membersOf(
  machines: readonly VirtualMachine[],
  isHealthy: (uid: string) => boolean,
): readonly Member[] {
  const members: Member[] = [];
  // Sizes are few, machines many.
  const weights = new Map<string | number | undefined, number>();
  for (const vm of machines) {
    const { name, uid = '' } = vm.metadata;
    const standing = standingOf(vm);
    if (standing === 'Leaves' || (standing === 'Off' && !isHealthy(uid))) continue;
    const size = sizeOf(vm);
    let weight = annotatedWeight(vm) ?? weights.get(size);
    if (weight === undefined) weights.set(size, (weight = weightOfSize(size)));
    members.push({ name, uid, weight, draining: standing === 'Drains' });
  }
  return members;
}

/** True when no load balancer can tell the two states of a VM apart. */
export function looksTheSame(before: VirtualMachine, after: VirtualMachine): boolean {
  return (
    standingOf(before) === standingOf(after) &&
    weightOf(before) === weightOf(after) &&
    deepEqual(before.metadata.labels, after.metadata.labels)
  );
}

/**
 * True when a load balancer must hear at once of a VM's change from one state to the other (either way round;
 * undefined: it comes or goes). What can wait a moment: a VM that comes up or has failed, which the health checks
 * decide about, and one that leaves after it was drained.
 */
export function isUrgent(one: VirtualMachine, other: VirtualMachine | undefined): boolean {
  const [a, b] = [standingOf(one), other && standingOf(other)];
  if (b === undefined) return a === 'Serves' || a === 'Drains';
  if (!deepEqual(one.metadata.labels, other?.metadata.labels)) return true;
  const serves = a === 'Serves' || b === 'Serves';
  return serves ? a !== 'Off' && b !== 'Off' : a === b;
}

function sizeOf({ spec, status }: VirtualMachine): string | number | undefined {
  return (status?.resources ?? spec.resources).cpu;
}

function weightOf(vm: VirtualMachine): number {
  return annotatedWeight(vm) ?? weightOfSize(sizeOf(vm));
}

/** Admission sees to it that the annotation is a whole number; others, as of a foreign client, are passed over. */
function annotatedWeight({ metadata }: VirtualMachine): number | undefined {
  const text = metadata.annotations?.[annotations.weight];
  return text !== undefined && /^[0-9]{1,4}$/.test(text) ? Number(text) : undefined;
}

function weightOfSize(cpu: string | number | undefined): number {
  return Math.max(1, Math.round(cpuMillis(cpu) / 1000));
}
