import { compareText } from '../base/listing.ts';
import { fairShares, schedulingEfficiency } from '../performance/contention.ts';
import { stretches } from '../performance/sharing/stretches.ts';
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
  /** CPU that they would use if there were enough, millicores. */
  wantedMillis: number;
  stretched: Stretched | undefined;
  /** Waits to be looked at again. */
  dirty: boolean;
}

export function newHostLoad(): HostLoad {
  return {
    members: [],
    slots: [],
    capacityMillis: 0,
    host: undefined,
    usedMillis: 0,
    wantedMillis: 0,
    stretched: undefined,
    dirty: false,
  };
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
  const copied = machine.state === 'Migrating' ? host.parameters.migration.slowdown : 0;
  const base = slowdown({ profile, architecture, mode, hardwareAssist }, host.parameters);
  return base / (host.speed * (1 - copied));
}

/**
 * Splits the host's CPU among its guests: all get what they want up to their size while there is room, else
 * their fair shares by size, of a host that loses some of its time to switching between them. Requests feel more than
 * that: their virtual CPUs have to wait for a core whenever more of the guests' are busy than there are cores, which
 * happens long before the host is full.
 */
export function contend(load: HostLoad, columns: Columns): void {
  const { slots, capacityMillis, host } = load;
  const wanted = grantAll(slots, columns);
  const isFull = wanted > capacityMillis && host !== undefined;
  const feels = feelsRequests(slots, columns);
  load.usedMillis = wanted;
  load.wantedMillis = wanted;
  if (!isFull && !feels) return;
  const efficiency = isFull ? schedulingEfficiency(wanted / 1000, capacityMillis / 1000, host.parameters) : 1;
  const shared = capacityMillis * efficiency;
  if (feels) stretch(load, shared, columns);
  else shareOut(slots, shared, columns);
  // What switching costs is used as well: a contended host is a busy one.
  if (isFull) load.usedMillis = capacityMillis;
  else load.usedMillis = slots.reduce((sum, slot) => sum + (columns.usedMillis[slot] ?? 0), 0);
}

/** Gives each guest what its direct loads want up to its size; tells how much all want, with requests, millicores. */
function grantAll(slots: readonly number[], columns: Columns): number {
  const { directMillis, vcpuMillis, usedMillis, served } = columns;
  let sum = 0;
  for (const slot of slots) {
    const direct = directMillis[slot] ?? 0;
    const used = demandOf(columns, slot);
    usedMillis[slot] = used;
    served[slot] = direct > (vcpuMillis[slot] ?? 0) ? used / direct : 1;
    sum += used;
  }
  return sum;
}

function feelsRequests(slots: readonly number[], { flowMillis, eager }: Columns): boolean {
  for (const slot of slots) if (eager[slot] === 1 || (flowMillis[slot] ?? 0) > 0) return true;
  return false;
}

/** By fair shares of what is there, for guests that no requests come to. */
function shareOut(slots: readonly number[], sharedMillis: number, columns: Columns): void {
  const demands = slots.map((slot) => demandOf(columns, slot));
  const weights = slots.map((slot) => columns.vcpuMillis[slot] ?? 0);
  const sizes = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = fairShares(sharedMillis, demands, weights);
  slots.forEach((slot, index) => {
    const share = shares[index] ?? 0;
    const weight = weights[index] ?? 0;
    const fair = sizes > 0 ? (sharedMillis * weight) / sizes : 0;
    grant(columns, slot, share, Math.min(weight, Math.max(share, fair)), 1);
  });
}

/** Each virtual CPU at the speed that the others leave to it on the mean. */
function stretch(load: HostLoad, sharedMillis: number, columns: Columns): void {
  const { slots } = load;
  const { directMillis, flowMillis, eager, vcpuMillis } = columns;
  const demands = slots.map((slot) =>
    eager[slot] === 1 ? (vcpuMillis[slot] ?? 0) : (directMillis[slot] ?? 0) + (flowMillis[slot] ?? 0),
  );
  const sizes = slots.map((slot) => vcpuMillis[slot] ?? 0);
  load.stretched = stretchedBy(load.stretched, sharedMillis, demands, sizes);
  const { factors } = load.stretched;
  slots.forEach((slot, index) => {
    const factor = factors[index] ?? 1;
    const room = (sizes[index] ?? 0) / factor;
    grant(columns, slot, Math.min(demands[index] ?? 0, room), room, factor);
  });
}

/** What guests slow each other by, as last worked out, and from what: most steps are like the one before. */
export interface Stretched {
  readonly sharedMillis: number;
  readonly demands: readonly number[];
  readonly sizes: readonly number[];
  readonly factors: ArrayLike<number>;
}

function stretchedBy(
  known: Stretched | undefined,
  sharedMillis: number,
  demands: readonly number[],
  sizes: readonly number[],
): Stretched {
  const isKnown =
    known?.sharedMillis === sharedMillis && same(known.demands, demands) && same(known.sizes, sizes);
  if (isKnown) return known;
  const inCores = (millis: number): number => millis / 1000;
  const factors = stretches(sharedMillis / 1000, demands.map(inCores), sizes.map(inCores));
  return { sharedMillis, demands, sizes, factors };
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** CPU that a guest wants and its size allows, millicores. */
function demandOf({ directMillis, flowMillis, vcpuMillis, eager }: Columns, slot: number): number {
  const size = vcpuMillis[slot] ?? 0;
  if (eager[slot] === 1) return size;
  return Math.min((directMillis[slot] ?? 0) + (flowMillis[slot] ?? 0), size);
}

/**
 * Gives a guest `usedMillis` of CPU, of the `roomMillis` that it could get; work takes `factor` times as long. Within the guest, too, whoever wants less
 * than half gets that, and who wants more gets what is left.
 */
function grant(columns: Columns, slot: number, usedMillis: number, roomMillis: number, factor: number): void {
  const direct = columns.directMillis[slot] ?? 0;
  const flowRoom = Math.max(roomMillis - direct, roomMillis / 2);
  const flowUsed = columns.eager[slot] === 1 ? flowRoom : Math.min(columns.flowMillis[slot] ?? 0, flowRoom);
  columns.usedMillis[slot] = usedMillis;
  columns.flowRoomMillis[slot] = flowRoom;
  columns.stretch[slot] = factor;
  const isDone = direct <= 0 || direct + flowUsed <= usedMillis;
  columns.served[slot] = isDone ? 1 : Math.max(0, usedMillis - flowUsed) / direct;
}
