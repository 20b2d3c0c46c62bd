/** Which tenants a change of something else concerns: as few as can be, since a shared set may have thousands. */
import { type LoadBalancer } from '../../model/kinds/index.ts';
import { keyOf, type KubeObject, type ObjectKey } from '../../model/object.ts';
import { labels } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { type Controller } from '../../engine/controller.ts';
import { namesakesOf } from './instance-set.ts';
import { hostNameOf, type Maturity, sharedMaturity, sharedSetName } from '../../tenancy/instance-sets.ts';
import { tenancy } from './tenancy-index.ts';

export const tenantWatches: Controller<'Tenant'>['watches'] = {
  // Its status counts the tenants: no news for them.
  Application: ({ metadata }, cache, other) =>
    other?.metadata.generation === metadata.generation
      ? []
      : cache
          .index(tenancy)
          .of(metadata.namespace ?? '', metadata.name)
          .map(keyOf),
  LoadBalancer: (balancer, cache, other) => [
    ...ownerOf(balancer),
    ...waitersOf(balancer, cache),
    ...sharersOf(balancer, cache, other),
    ...namesakesOf(balancer, 'Tenant', cache),
  ],
  // Others that claim the same host name, when it may have become free.
  Tenant: (tenant, cache, other) =>
    other && hostNameOf(other) === hostNameOf(tenant)
      ? []
      : cache.index(tenancy).claiming(hostNameOf(tenant)).map(keyOf),
  VirtualMachinePool: (pool, cache) => [
    ...ownerOf(pool),
    ...waitersOf(pool, cache),
    ...namesakesOf(pool, 'Tenant', cache),
  ],
  ScalingPolicy: ({ metadata, spec }, cache) => {
    const pool = cache.get('VirtualMachinePool', metadata.namespace ?? '', spec.target.name);
    return pool && spec.target.kind === 'VirtualMachinePool' ? ownerOf(pool) : [];
  },
};

/** The tenant that made an object. */
function ownerOf({ metadata }: KubeObject): ObjectKey[] {
  const owners = metadata.ownerReferences?.filter(({ kind }) => kind === 'Tenant') ?? [];
  return owners.map(({ kind, name }) => ({ kind, namespace: metadata.namespace ?? '', name }));
}

/** The tenants that wait for the shared set of an object: every step of it concerns them. */
function waitersOf(object: KubeObject, cache: ObjectCache): ObjectKey[] {
  const shared = sharedSetOf(object);
  return shared
    ? cache
        .index(tenancy)
        .waiting(...shared)
        .map(keyOf)
    : [];
}

/** All tenants that use or want the shared set of a load balancer, when it begins or ceases to answer. */
function sharersOf(balancer: LoadBalancer, cache: ObjectCache, other: LoadBalancer | undefined): ObjectKey[] {
  const { metadata } = balancer;
  const shared = sharedSetOf(balancer);
  const same =
    other !== undefined &&
    other.metadata.generation === metadata.generation &&
    isAnswering(other) === isAnswering(balancer);
  if (!shared || same) return [];
  return [
    ...cache.index(tenancy).wanting(...shared),
    ...cache.index(tenancy).at(metadata.namespace ?? '', metadata.name),
  ].map(keyOf);
}

/** The shared set that an object belongs to: its namespace, its application, and the maturity of who wants it. */
function sharedSetOf({ metadata }: KubeObject): [string, string, Maturity] | undefined {
  const application = metadata.ownerReferences?.find(({ kind }) => kind === 'Application')?.name;
  if (application === undefined) return undefined;
  const scaled = metadata.labels?.[labels.set] === sharedSetName(application, 'IV');
  return [metadata.namespace ?? '', application, sharedMaturity[scaled ? 'IV' : 'III']];
}

function isAnswering({ status }: LoadBalancer): boolean {
  return (status?.readyBackends ?? 0) > 0;
}
