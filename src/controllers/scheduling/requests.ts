/** A VM as placement sees it. Pure. */
import { fromTimestamp } from '../../base/clock.ts';
import { type Host, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type PlaceOptions } from '../../placement/place.ts';
import { type Strategy } from '../../placement/score.ts';
import { type VmRequest } from '../../placement/types.ts';
import { placementOf } from './default-spread.ts';
import { partyOf } from './pending.ts';
import { machineKey } from '../machines/key.ts';
import { amountOf, type Amount } from '../../model/amount.ts';

/** What the VM asks for, or has: `size` says which. */
export function requestOf(vm: VirtualMachine, size: Amount): VmRequest {
  const startedAt = vm.status?.startedAt;
  return {
    key: machineKey(vm),
    labels: vm.metadata.labels ?? {},
    party: partyOf(vm),
    ...size,
    mode: vm.spec.mode,
    paravirtualized: vm.spec.guest.paravirtualized,
    placement: placementOf(vm),
    priority: vm.spec.priority,
    startedAtMs: startedAt === undefined ? undefined : fromTimestamp(startedAt),
    ...(isTerminating(vm) || vm.status?.migrationTarget !== undefined ? { going: true } : {}),
  };
}

/** The VM as it runs: it can only move to the same product, in the same mode. */
export function liveRequestOf(vm: VirtualMachine): VmRequest {
  const request = requestOf(vm, amountOf(vm.spec.resources));
  const hypervisors = vm.status?.hypervisor === undefined ? undefined : [vm.status.hypervisor];
  return {
    ...request,
    mode: vm.status?.mode ?? request.mode,
    placement: { ...request.placement, ...(hypervisors ? { hypervisors } : {}) },
  };
}

/** Placement remembers its answers by the identity of the options: one object for each strategy. */
const unasked: PlaceOptions = {};
const optionsOf: Readonly<Record<Strategy, PlaceOptions>> = {
  LeastAllocated: { strategy: 'LeastAllocated' },
  MostAllocated: { strategy: 'MostAllocated' },
  BalancedAllocation: { strategy: 'BalancedAllocation' },
  RequestedToCapacityRatio: { strategy: 'RequestedToCapacityRatio' },
};

/** How the hosts for this VM are scored. */
export function scoringOf(vm: VirtualMachine): PlaceOptions {
  const { strategy } = vm.spec.placement;
  return strategy === undefined ? unasked : optionsOf[strategy];
}

/**
 * True when nothing that placement goes by differs between two states of a VM. Parts are compared by identity, which
 * is cheap and errs on the safe side.
 */
export function isAlikeToPlace(a: VirtualMachine, b: VirtualMachine): boolean {
  const [left, right] = [a.status, b.status];
  return (
    a.spec === b.spec &&
    a.metadata.labels === b.metadata.labels &&
    a.metadata.annotations === b.metadata.annotations &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    left?.phase === right?.phase &&
    left?.host === right?.host &&
    left?.migrationTarget === right?.migrationTarget &&
    left?.nominatedHost === right?.nominatedHost &&
    left?.preemptedBy === right?.preemptedBy &&
    left?.resources === right?.resources &&
    left?.mode === right?.mode &&
    left?.startedAt === right?.startedAt
  );
}

/** The same of a host: its figures may differ. */
export function isAlikeToPlaceOn(a: Host, b: Host): boolean {
  return (
    a.spec === b.spec &&
    a.metadata.labels === b.metadata.labels &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    a.status?.phase === b.status?.phase &&
    a.status?.conditions === b.status?.conditions
  );
}
