/** The VMs that carry a label, and those on a host, found without a walk over all of them. */
import { type ObjectCache } from '../../engine/cache.ts';
import { keyIndex } from '../../engine/cache-index.ts';
import { findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type LabelSelector, matchesSelector } from '../../model/selectors.ts';

/** By `namespace/label=value`. */
export const machinesByLabel = keyIndex('VirtualMachine', ({ metadata: { namespace = '', labels = {} } }) =>
  Object.keys(labels).map((key) => `${namespace}/${key}=${labels[key]}`),
);

/** By the host that their status names. */
export const machinesByHost = keyIndex('VirtualMachine', ({ status }) =>
  status?.host === undefined ? [] : [status.host],
);

/** Those that should leave their host and can go nowhere, under ''. */
export const machinesHeld = keyIndex('VirtualMachine', (vm) => (isHeld(vm) ? [''] : []));

/** True for a VM that should leave its host and that no other can take, which its condition says. */
export function isHeld({ status }: VirtualMachine): boolean {
  const move = findCondition(status?.conditions, 'Resized');
  return status?.phase === 'Running' && move?.status === 'False' && move.reason === 'Moving';
}

/** The VirtualMachines whose status names this host, in a stable order. */
export function machinesOn(cache: ObjectCache, host: string): VirtualMachine[] {
  return cache.index(machinesByHost).at(host);
}

/** How many VirtualMachines are on this host. */
export function countMachinesOn(cache: ObjectCache, host: string): number {
  return cache.index(machinesByHost).countAt(host);
}

/** The VirtualMachines of a namespace that the selector matches, ordered by name. */
export function selectMachines(
  cache: ObjectCache,
  namespace: string,
  selector: LabelSelector | undefined,
): VirtualMachine[] {
  if (selector === undefined) return [];
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const keys = Object.keys(matchLabels).map((key) => `${namespace}/${key}=${matchLabels[key]}`);
  const narrowest = narrowestOf(cache, namespace, keys);
  // A single label is answered by the index alone.
  const isExact = matchExpressions.length === 0 && keys.length <= 1;
  return isExact ? narrowest : narrowest.filter((vm) => matchesSelector(selector, vm.metadata.labels));
}

/** The smallest set of VirtualMachines known to hold all that carry these labels, ordered by name. */
function narrowestOf(cache: ObjectCache, namespace: string, keys: readonly string[]): VirtualMachine[] {
  const byLabel = cache.index(machinesByLabel);
  let best: string | undefined;
  let least = cache.count('VirtualMachine', namespace);
  for (const key of keys) {
    const count = byLabel.countAt(key);
    if (count === 0) return [];
    if (count < least || best === undefined) [best, least] = [key, count];
  }
  return best === undefined ? cache.list('VirtualMachine', namespace) : byLabel.at(best);
}
