import { findCondition, isTrue } from '../../model/conditions.ts';
import { type VirtualMachine, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { isControlledBy, isTerminating, type KubeObject } from '../../model/object.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { type InstanceSet, type TierObjects } from '../../tenancy/instance-sets.ts';
import { type TierState } from '../../tenancy/route.ts';
import { selectMachines } from '../machines/lookup.ts';

/** How far the tiers of a set are. What its names stand for but its owner did not make counts as not there. */
export function stateOf(set: InstanceSet, owner: KubeObject, cache: ObjectCache): TierState[] {
  return set.tiers.map((tier) => tierState(tier, owner, cache));
}

function tierState({ tier, pool, balancer }: TierObjects, owner: KubeObject, cache: ObjectCache): TierState {
  const { namespace = '', name } = pool.metadata;
  const made = cache.get('VirtualMachinePool', namespace, name);
  const front = cache.get('LoadBalancer', namespace, balancer.metadata.name);
  const usable = [made, front].every(
    (object) =>
      object !== undefined && isControlledBy(object, owner.metadata.uid ?? '') && !isTerminating(object),
  );
  if (!made || !front || !usable) {
    const wanted = pool.spec.replicas;
    return { tier, wanted, ready: 0, coming: wanted, checking: 0, updated: false };
  }
  const wanted = made.spec.replicas;
  const ready = front.status?.readyBackends ?? 0;
  const updated = isUpdated(made);
  // Who is complete need not be asked about single VMs: the usual case, and it costs nothing.
  if (ready >= wanted) return { tier, wanted, ready, coming: 0, checking: 0, updated };
  const machines = selectMachines(cache, namespace, made.spec.selector).filter((vm) => !isTerminating(vm));
  const serving = new Set(front.status?.backends?.filter((b) => b.ready).map((b) => b.name));
  const others = machines.filter(({ metadata }) => !serving.has(metadata.name));
  const checking = others.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length;
  const coming = others.filter(isComing).length + Math.max(0, wanted - machines.length);
  return { tier, wanted, ready, coming, checking, updated };
}

/** True for a VM that is not ready and gets further by itself. */
function isComing({ status }: VirtualMachine): boolean {
  if (isTrue(status?.conditions, 'Ready')) return false;
  if (status?.phase === 'Stopped' || status?.phase === 'Failed') return false;
  return findCondition(status?.conditions, 'Scheduled')?.status !== 'False';
}

/** True when all VMs of a pool are made from its present template. */
function isUpdated({ metadata, spec, status }: VirtualMachinePool): boolean {
  const { observedGeneration, replicas = 0, updatedReplicas = 0 } = status ?? {};
  return (
    observedGeneration === metadata.generation &&
    replicas === updatedReplicas &&
    updatedReplicas >= spec.replicas
  );
}
