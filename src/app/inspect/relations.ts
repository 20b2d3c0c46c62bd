/** What stands behind what: by ownership, by selectors, by names. Pure; each list is in the order of names. */
import { type ObjectCache } from '../../engine/cache.ts';
import {
  type Application,
  type HostPool,
  type Host,
  type LoadBalancer,
  type ScalingPolicy,
  type Tenant,
  type VirtualMachine,
  type VirtualMachinePool,
} from '../../model/kinds/index.ts';
import { isControlledBy, keyOf, keyText, type KubeObject } from '../../model/object.ts';
import { scaledKey } from '../../controllers/scaling/target.ts';
import { matchesSelector } from '../../model/selectors.ts';

/** The VMs that a pool has made. */
export function poolMachines(cache: ObjectCache, pool: VirtualMachinePool): VirtualMachine[] {
  return ofKind(controlledBy(cache, pool), 'VirtualMachine');
}

/** The hosts that a pool has made. */
export function poolHosts(cache: ObjectCache, pool: HostPool): Host[] {
  return ofKind(controlledBy(cache, pool), 'Host');
}

/** The policies that scale this object; one whose target is an application's tier scales the pool of that tier. */
export function policiesOf(cache: ObjectCache, target: KubeObject): ScalingPolicy[] {
  const key = keyText(keyOf(target));
  return cache
    .list('ScalingPolicy', target.metadata.namespace)
    .filter((policy) => keyText(scaledKey(policy)) === key);
}

/** The pools whose VMs a load balancer's selector matches. */
export function balancerPools(cache: ObjectCache, balancer: LoadBalancer): VirtualMachinePool[] {
  return cache
    .list('VirtualMachinePool', balancer.metadata.namespace)
    .filter(({ spec }) => matchesSelector(balancer.spec.selector, spec.template.metadata?.labels));
}

/** The balancers that requests pass from this one on, itself first; each once, however they call each other. */
export function balancerChain(cache: ObjectCache, namespace: string, first: string): LoadBalancer[] {
  const found = new Map<string, LoadBalancer>();
  const queue = [first];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const balancer = cache.get('LoadBalancer', namespace, name);
    if (!balancer || found.has(name)) continue;
    found.set(name, balancer);
    queue.push(...(balancer.spec.calls ?? []));
  }
  return [...found.values()];
}

/** The tenants of an application. */
export function tenantsOf(cache: ObjectCache, application: Application): Tenant[] {
  return cache
    .list('Tenant', application.metadata.namespace)
    .filter(({ spec }) => spec.application === application.metadata.name);
}

/** What an object manages, ordered by kind and name. */
export function controlledBy(cache: ObjectCache, owner: KubeObject): KubeObject[] {
  const uid = owner.metadata.uid ?? '';
  return cache.dependents(uid).filter((object) => isControlledBy(object, uid));
}

function ofKind<T extends KubeObject>(objects: readonly KubeObject[], kind: T['kind']): T[] {
  return objects.filter((object): object is T => object.kind === kind);
}
