/** Which objects have measured figures that their statuses do not show yet. */
import { type Host, type Kind, type VirtualMachine } from '../model/kinds/index.ts';
import { type ObjectKey, keyOf } from '../model/object.ts';
import { type Metrics } from '../model/ports.ts';
import { type ObjectCache } from './cache.ts';

/** Kinds of which there are few and whose figures are many: always looked at when a run ends. */
const alwaysMeasured: readonly Kind[] = ['LoadBalancer', 'Traffic', 'ScalingPolicy', 'Tenant'];

/** A share as statuses show it: four decimals, so that the last bits of a float are no news. */
export function shownShare(share: number): number {
  return Math.round(share * 1e4) / 1e4;
}

/**
 * The keys to look at when a run ends. VMs and hosts, of which there may be very many, are only named when
 * their utilization has moved: comparing a number is far cheaper than a look.
 */
export function* staleFigures(cache: ObjectCache, metrics: Metrics): Iterable<ObjectKey> {
  for (const kind of alwaysMeasured) for (const object of cache.list(kind)) yield keyOf(object);
  for (const host of cache.list('Host')) if (isHostStale(host, metrics)) yield keyOf(host);
  for (const vm of cache.list('VirtualMachine')) if (isMachineStale(vm, metrics)) yield keyOf(vm);
}

function isMachineStale(vm: VirtualMachine, metrics: Metrics): boolean {
  const usage = metrics.machineUsage(vm.metadata.uid ?? '');
  return usage !== undefined && shownShare(usage.utilization) !== vm.status?.utilization;
}

function isHostStale(host: Host, metrics: Metrics): boolean {
  const usage = metrics.hostUsage(host.metadata.uid ?? '');
  return usage !== undefined && shownShare(usage.utilization) !== host.status?.utilization;
}
