/** What load balancers make of a pool's VMs: one that runs is of use only once they send it requests. */
import { isTrue } from '../../model/conditions.ts';
import { type LoadBalancer, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { isTerminating, type ObjectKey } from '../../model/object.ts';
import { labels } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { type MachineGroup } from '../machines/groups.ts';
import { labelsOf } from './members.ts';
import { selecting } from '../machines/selecting.ts';

/**
 * How many VMs of the groups are ready, but still in the health checks of a load balancer in front of the pool. Were
 * they counted as available, a rollout would drain the last VM that answers some seconds too early.
 */
export function countUnserved(
  pool: VirtualMachinePool,
  groups: readonly MachineGroup[],
  cache: ObjectCache,
): number {
  const fronts = selecting(cache, 'LoadBalancer', pool.metadata.namespace ?? '', labelsOf(pool))
    .filter((balancer) => !isTerminating(balancer))
    .map(readyBackends);
  if (fronts.length === 0) return 0;
  let count = 0;
  for (const { members } of groups) {
    for (const { metadata, status } of members.values()) {
      const ready = isTrue(status?.conditions, 'Ready');
      if (ready && !fronts.every((front) => front.has(metadata.name))) count++;
    }
  }
  return count;
}

/** The pools of the VMs that a load balancer sends requests to and, in its `other` state, does not. */
export function poolsServed(
  balancer: LoadBalancer,
  cache: ObjectCache,
  other: LoadBalancer | undefined,
): ObjectKey[] {
  const namespace = balancer.metadata.namespace ?? '';
  const before = other ? readyBackends(other) : new Set<string>();
  const names = new Set<string>();
  for (const name of readyBackends(balancer)) {
    if (before.has(name)) continue;
    const pool = cache.get('VirtualMachine', namespace, name)?.metadata.labels?.[labels.pool];
    if (pool !== undefined) names.add(pool);
  }
  return [...names].map((name) => ({ kind: 'VirtualMachinePool', namespace, name }));
}

function readyBackends({ status }: LoadBalancer): Set<string> {
  return new Set(status?.backends?.filter(({ ready }) => ready).map(({ name }) => name));
}
