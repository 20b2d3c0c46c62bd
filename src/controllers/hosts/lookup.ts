/** The Hosts with a hypervisor, found without a walk over all of them. */
import { type ObjectCache } from '../../engine/cache.ts';
import { keyIndex } from '../../engine/cache-index.ts';
import { type Host } from '../../model/kinds/index.ts';

/** By the name of their hypervisor. */
export const hostsByHypervisor = keyIndex('Host', ({ spec }) => [spec.hypervisor]);

/** The Hosts with this hypervisor, in a stable order. */
export function hostsWith(cache: ObjectCache, hypervisor: string): Host[] {
  return cache.index(hostsByHypervisor).at(hypervisor);
}

/** How many Hosts have this hypervisor. */
export function countHostsWith(cache: ObjectCache, hypervisor: string): number {
  return cache.index(hostsByHypervisor).countAt(hypervisor);
}
