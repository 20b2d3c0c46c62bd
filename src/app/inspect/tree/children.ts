/** What stands below what in a tree: by ownership and by reference. Pure. */
import { compareText } from '../../../base/listing.ts';
import { type ObjectCache } from '../../../engine/cache.ts';
import { selectsHost } from '../../../controllers/scheduling/rebalance-input.ts';
import { scaledKey } from '../../../controllers/scaling/target.ts';
import {
  type Application,
  type Kind,
  type KindMap,
  type LoadBalancer,
  type Tenant,
  type VirtualMachine,
  type VirtualMachinePool,
} from '../../../model/kinds/index.ts';
import { isControlledBy, type KubeObject } from '../../../model/object.ts';
import { matchesSelector } from '../../../model/selectors.ts';
import {
  balancerChain,
  balancerPools,
  controlledBy,
  poolHosts,
  poolMachines,
  tenantsOf,
} from '../relations.ts';
import { machinesOn, selectMachines } from '../../../controllers/machines/lookup.ts';

/** An object below another; `below` replaces what would stand below it by itself. */
export interface Child {
  readonly object: KubeObject;
  readonly below?: readonly Child[];
}

type Children<T extends KubeObject> = (object: T, cache: ObjectCache) => readonly Child[];

const children: { readonly [K in Kind]?: Children<KindMap[K]> } = {
  Application: (application, cache) => [
    ...setOf(controlledBy(cache, application), cache),
    ...tenantsOf(cache, application).map((tenant) => ({
      object: tenant,
      below: setOf(controlledBy(cache, tenant), cache),
    })),
  ],
  DisruptionBudget: ({ metadata, spec }, cache) =>
    leaves(selectMachines(cache, metadata.namespace ?? '', spec.selector)),
  Host: ({ metadata }, cache) => leaves(machinesOn(cache, metadata.name)),
  HostPool: (pool, cache) => poolHosts(cache, pool).map((object) => ({ object })),
  Hypervisor: ({ metadata }, cache) =>
    cache
      .list('Host')
      .filter(({ spec }) => spec.hypervisor === metadata.name)
      .map((object) => ({ object })),
  LoadBalancer: (balancer, cache) => [
    ...behind(balancer, cache),
    ...(balancer.spec.calls ?? []).flatMap((name) => named(cache, 'LoadBalancer', balancer, name)),
  ],
  Namespace: ({ metadata }, cache) => topLevel(metadata.name, cache),
  RebalancePolicy: (policy, cache) =>
    cache
      .list('Host')
      .filter((host) => selectsHost(policy, host))
      .map((object) => ({ object })),
  ScalingPolicy: (policy, cache) => {
    const object = cache.find(scaledKey(policy));
    return object ? [{ object }] : [];
  },
  Tenant: (tenant, cache) => tenantSet(tenant, cache),
  Traffic: (traffic, cache) => {
    const { kind, name, selector } = traffic.spec.to;
    if (name !== undefined) return named(cache, kind, traffic, name);
    return leaves(selectMachines(cache, traffic.metadata.namespace ?? '', selector));
  },
  VirtualMachinePool: (pool, cache) => leaves(poolMachines(cache, pool)),
};

/** What stands below an object, in order; nothing for kinds that have nothing below them. */
export function childrenOf<K extends Kind>(
  kind: K,
  object: KubeObject,
  cache: ObjectCache,
): readonly Child[] {
  return children[kind]?.(object as unknown as KindMap[K], cache) ?? [];
}

function leaves(objects: readonly VirtualMachine[]): Child[] {
  return objects.map((object) => ({ object, below: [] }));
}

function named(cache: ObjectCache, kind: Kind, from: KubeObject, name: string): Child[] {
  const object = cache.get(kind, from.metadata.namespace ?? '', name);
  return object ? [{ object }] : [];
}

/** The pools behind a balancer, then the VMs of no such pool that it serves too. */
function behind(balancer: LoadBalancer, cache: ObjectCache): Child[] {
  const pools = balancerPools(cache, balancer);
  const uids = pools.map(({ metadata }) => metadata.uid ?? '');
  const others = selectMachines(cache, balancer.metadata.namespace ?? '', balancer.spec.selector).filter(
    (vm) => !uids.some((uid) => isControlledBy(vm, uid)),
  );
  return [...pools.map((object) => ({ object })), ...leaves(others)];
}

/** A set of instances as balancers, each with what is behind it and not with what it calls; then other pools. */
function setOf(objects: readonly KubeObject[], cache: ObjectCache): Child[] {
  const balancers = objects.filter((object): object is LoadBalancer => object.kind === 'LoadBalancer');
  const pools = objects.filter((object) => object.kind === 'VirtualMachinePool');
  const shown = new Set(
    balancers.flatMap((one) => balancerPools(cache, one).map(({ metadata }) => metadata.uid)),
  );
  return [
    ...balancers.map((object) => ({ object, below: behind(object, cache) })),
    ...pools.filter(({ metadata }) => !shown.has(metadata.uid)).map((object) => ({ object })),
  ];
}

/** The way of a tenant's requests: its application, the balancers from its endpoint on, and what is behind them. */
function tenantSet(tenant: Tenant, cache: ObjectCache): Child[] {
  const { namespace = '' } = tenant.metadata;
  const { endpoint, instances = [] } = tenant.status ?? {};
  const chain = endpoint === undefined ? [] : balancerChain(cache, namespace, endpoint);
  const pools = instances
    .map(({ pool }) => cache.get('VirtualMachinePool', namespace, pool))
    .filter((pool): pool is VirtualMachinePool => pool !== undefined);
  const below = setOf([...chain, ...pools], cache);
  const application: Application | undefined = cache.get('Application', namespace, tenant.spec.application);
  return application ? [{ object: application, below }] : below;
}

/** Objects of a namespace that stand below no other. */
function topLevel(namespace: string, cache: ObjectCache): Child[] {
  const isFree = ({ metadata }: KubeObject): boolean => metadata.ownerReferences === undefined;
  const balancers = cache.list('LoadBalancer', namespace).filter(isFree);
  const served = (vm: VirtualMachine): boolean =>
    balancers.some(({ spec }) => matchesSelector(spec.selector, vm.metadata.labels));
  const orphans = cache
    .list('Tenant', namespace)
    .filter(({ spec }) => !cache.get('Application', namespace, spec.application));
  const machines = cache.list('VirtualMachine', namespace).filter((vm) => isFree(vm) && !served(vm));
  const sets = setOf([...balancers, ...cache.list('VirtualMachinePool', namespace).filter(isFree)], cache);
  return [
    ...[...cache.list('Application', namespace), ...orphans].map((object) => ({ object })),
    ...sets.sort((a, b) => compareText(a.object.metadata.name, b.object.metadata.name)),
    ...leaves(machines),
  ];
}
