/** Carries an instance set out: its objects are made, kept to what is derived, and removed. */
import { deepEqual } from '../../base/deep.ts';
import {
  type Application,
  type Kind,
  type LoadBalancer,
  type ScalingPolicy,
  type VirtualMachinePool,
} from '../../model/kinds/index.ts';
import { isControlledBy, isTerminating, keyOf, type KubeObject, type ObjectKey } from '../../model/object.ts';
import { labels } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { managers } from '../../engine/ownership.ts';
import { type InstanceSet, sharedSuffix, tierName, type TierObjects } from '../../tenancy/instance-sets.ts';
import { type Turn } from '../../engine/turn.ts';
import { tenancy } from './tenancy-index.ts';

/** Objects by which a set's names are taken though its owner did not make them, as `kind/name`. */
export function conflictsOf(set: InstanceSet, owner: KubeObject, cache: ObjectCache): string[] {
  return set.tiers
    .flatMap(({ pool, balancer, policy }) => [pool, balancer, ...(policy ? [policy] : [])])
    .filter((wanted) => {
      const found = cache.find(keyOf(wanted));
      return found !== undefined && !isControlledBy(found, owner.metadata.uid ?? '');
    })
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

/**
 * The objects of a kind that may want this object's name for a set of theirs (`SET-TIER`): they have to look again
 * when it goes.
 */
export function namesakesOf(
  { metadata }: KubeObject,
  kind: 'Application' | 'Tenant',
  cache: ObjectCache,
): ObjectKey[] {
  const { name, namespace = '' } = metadata;
  const sets: string[] = [];
  for (let at = name.indexOf('-'); at >= 0; at = name.indexOf('-', at + 1)) {
    const set = name.slice(0, at);
    sets.push(set);
    if (kind === 'Application' && set.endsWith(sharedSuffix)) sets.push(set.slice(0, -sharedSuffix.length));
  }
  return sets.filter((set) => cache.get(kind, namespace, set)).map((set) => ({ kind, namespace, name: set }));
}

/** The policies that may scale a set: those on its pools, and those on the application. */
export function policiesOn(set: string, application: Application, cache: ObjectCache): ScalingPolicy[] {
  const { namespace = '', name } = application.metadata;
  const pools = application.spec.tiers.map((tier) => tierName(set, tier.name));
  return [
    ...cache.index(tenancy).policiesFor(namespace, 'Application', name),
    ...pools.flatMap((pool) => cache.index(tenancy).policiesFor(namespace, 'VirtualMachinePool', pool)),
  ];
}

/** The objects of a set that its owner has made, those included that are no longer wanted. */
export function objectsOf(set: string, owner: KubeObject, cache: ObjectCache): KubeObject[] {
  return cache
    .dependents(owner.metadata.uid ?? '')
    .filter(({ metadata }) => metadata.labels?.[labels.set] === set);
}

/** The pools of a set that are there. */
export function poolsOf(set: string, owner: KubeObject, cache: ObjectCache): VirtualMachinePool[] {
  return objectsOf(set, owner, cache).filter(
    (object): object is VirtualMachinePool => object.kind === 'VirtualMachinePool',
  );
}

/** True while a tenant's requests go to one of the set's load balancers, or some are not done there yet. */
export function isInUse(set: string, owner: KubeObject, cache: ObjectCache): boolean {
  return objectsOf(set, owner, cache).some((object) => isUsedBalancer(object, cache));
}

/**
 * Makes and updates the objects of a set. The caller has made sure that no name is taken. What the set no longer
 * has (a tier that is gone) goes once no route leads there.
 */
export function carryOut(set: InstanceSet, owner: KubeObject, turn: Turn): void {
  for (const tier of set.tiers) {
    carryOutPool(tier, turn);
    carryOutBalancer(tier, turn);
    if (tier.policy) put('ScalingPolicy', tier.policy, turn);
  }
  const wanted = new Set(
    set.tiers.flatMap(({ pool, balancer, policy }) =>
      [pool, balancer, policy].map((object) => `${object?.kind}/${object?.metadata.name}`),
    ),
  );
  const extra = objectsOf(set.name, owner, turn.cache).filter(
    ({ kind, metadata }) => !wanted.has(`${kind}/${metadata.name}`),
  );
  const used = extra.some((object) => isUsedBalancer(object, turn.cache));
  for (const object of extra) if (!used || object.kind === 'ScalingPolicy') remove(object, turn);
}

/** Removes all that a set consists of. */
export function giveUp(set: string, owner: KubeObject, turn: Turn): void {
  for (const object of objectsOf(set, owner, turn.cache)) remove(object, turn);
}

function isUsedBalancer({ kind, metadata }: KubeObject, cache: ObjectCache): boolean {
  return kind === 'LoadBalancer' && cache.index(tenancy).isUsed(metadata.namespace ?? '', metadata.name);
}

function remove(object: KubeObject, turn: Turn): void {
  if (!isTerminating(object)) turn.delete(object);
}

function carryOutPool({ pool, scaled }: TierObjects, turn: Turn): void {
  const found = turn.cache.get('VirtualMachinePool', pool.metadata.namespace ?? '', pool.metadata.name);
  if (!found) {
    turn.create('VirtualMachinePool', pool);
    return;
  }
  if (isTerminating(found)) return;
  if (!deepEqual(found.spec.selector, pool.spec.selector)) {
    // A set of another application by the same name: its VMs cannot become this one's.
    turn.delete(found);
    return;
  }
  const { template } = pool.spec;
  const { resources } = found.spec.template.spec;
  put(
    'VirtualMachinePool',
    {
      ...pool,
      spec: {
        ...pool.spec,
        replicas: scaled.replicas ? found.spec.replicas : pool.spec.replicas,
        template: scaled.resources ? { ...template, spec: { ...template.spec, resources } } : template,
      },
    },
    turn,
  );
}

/** A tier is called from when it can answer: until then, a balancer that is in use goes on without it. */
function carryOutBalancer({ balancer }: TierObjects, turn: Turn): void {
  const namespace = balancer.metadata.namespace ?? '';
  const found = turn.cache.get('LoadBalancer', namespace, balancer.metadata.name);
  if (!found || isTerminating(found)) {
    put('LoadBalancer', balancer, turn);
    return;
  }
  const calls = balancer.spec.calls?.filter(
    (name) => found.spec.calls?.includes(name) || isServing(turn.cache.get('LoadBalancer', namespace, name)),
  );
  put('LoadBalancer', { ...balancer, spec: { ...balancer.spec, calls } }, turn);
}

function isServing(balancer: LoadBalancer | undefined): boolean {
  return (balancer?.status?.readyBackends ?? 0) > 0;
}

/** Makes the object, or brings one that is there to the wanted spec and labels; one that goes is left to go. */
function put<K extends Kind>(kind: K, wanted: KubeObject, turn: Turn): void {
  const found = turn.cache.find(keyOf(wanted));
  if (!found) {
    turn.create(kind, wanted as never);
    return;
  }
  if (isTerminating(found)) return;
  const metadata = { ...found.metadata, labels: { ...found.metadata.labels, ...wanted.metadata.labels } };
  if (deepEqual(found.spec, wanted.spec) && deepEqual(found.metadata, metadata)) return;
  turn.update({ ...found, metadata, spec: wanted.spec }, managers.tenancy);
}
