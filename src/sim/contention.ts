import { compareText } from '../base/listing.ts';
import { fairShares, schedulingEfficiency } from '../performance/contention.ts';
import { slowdown } from '../performance/overhead.ts';
import { type Columns } from './columns.ts';
import { type Host } from './hosts.ts';
import { type Machine } from './machine.ts';

/** A host as the load sees it. */
export interface HostLoad {
  /** The guests that work on it, by uid: the order in which sums are made, the same after a restart. */
  members: Machine[];
  /** Their slots, in the same order: a step reads these alone. */
  slots: number[];
  /** CPU for guests, millicores. */
  capacityMillis: number;
  host: Host | undefined;
  /** CPU that its guests use, millicores. */
  usedMillis: number;
  /** Waits to be looked at again. */
  dirty: boolean;
}

export function newHostLoad(): HostLoad {
  return { members: [], slots: [], capacityMillis: 0, host: undefined, usedMillis: 0, dirty: false };
}

/** Adds a guest in its place. */
export function join(load: HostLoad, machine: Machine): void {
  const { members } = load;
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareText(members[middle]?.id ?? '', machine.id) < 0) low = middle + 1;
    else high = middle;
  }
  members.splice(low, 0, machine);
  load.slots.splice(low, 0, machine.slot);
}

/** Takes a guest out; one that is not there is no matter. */
export function leave(load: HostLoad, machine: Machine): void {
  const index = load.members.indexOf(machine);
  if (index < 0) return;
  load.members.splice(index, 1);
  load.slots.splice(index, 1);
}

/** How much longer work takes in a guest than on a bare host of normal speed. */
export function inflationOf(machine: Machine, host: Host): number {
  const { profile, mode } = machine.request;
  const { hypervisor, hardwareAssist } = host.request;
  const { architecture } = hypervisor;
  return slowdown({ profile, architecture, mode, hardwareAssist }, host.parameters) / host.speed;
}

/**
 * Splits the host's CPU among its guests: all get what they want up to their size while there is room, else
 * their fair shares by size, of a host that loses some of its time to switching between them.
 */
export function contend(load: HostLoad, columns: Columns): void {
  const { slots, capacityMillis, host } = load;
  const wanted = grantAll(slots, columns);
  if (wanted <= capacityMillis || host === undefined) {
    load.usedMillis = wanted;
    return;
  }
  const efficiency = schedulingEfficiency(wanted / 1000, capacityMillis / 1000, host.parameters);
  const shared = capacityMillis * efficiency;
  const demands = slots.map((slot) => demandOf(columns, slot));
  const weights = slots.map((slot) => columns.vcpuMillis[slot] ?? 0);
  const sizes = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = fairShares(shared, demands, weights);
  slots.forEach((slot, index) => {
    const share = shares[index] ?? 0;
    const weight = weights[index] ?? 0;
    const fair = sizes > 0 ? (shared * weight) / sizes : 0;
    grant(columns, slot, share, Math.min(weight, Math.max(share, fair)));
  });
  // What switching costs is used as well: a contended host is a busy one.
  load.usedMillis = capacityMillis;
}

/** Gives each guest what it wants up to its size; tells how much that is, millicores. */
function grantAll(slots: readonly number[], columns: Columns): number {
  const { directMillis, flowMillis, vcpuMillis, usedMillis, roomMillis, served } = columns;
  let sum = 0;
  for (const slot of slots) {
    const wanted = (directMillis[slot] ?? 0) + (flowMillis[slot] ?? 0);
    const size = vcpuMillis[slot] ?? 0;
    const used = Math.min(wanted, size);
    usedMillis[slot] = used;
    roomMillis[slot] = size;
    served[slot] = wanted > 0 ? used / wanted : 1;
    sum += used;
  }
  return sum;
}

/** CPU that a guest wants and its size allows, millicores. */
function demandOf(columns: Columns, slot: number): number {
  const wanted = (columns.directMillis[slot] ?? 0) + (columns.flowMillis[slot] ?? 0);
  return Math.min(wanted, columns.vcpuMillis[slot] ?? 0);
}

function grant(columns: Columns, slot: number, usedMillis: number, roomMillis: number): void {
  const wanted = (columns.directMillis[slot] ?? 0) + (columns.flowMillis[slot] ?? 0);
  columns.usedMillis[slot] = usedMillis;
  columns.roomMillis[slot] = roomMillis;
  columns.served[slot] = wanted > 0 ? usedMillis / wanted : 1;
}
