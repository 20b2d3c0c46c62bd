import { type CacheIndex, type IndexDefinition } from '../../engine/cache-index.ts';
import { compareText } from '../../base/listing.ts';
import { type ScalingPolicy, type Tenant } from '../../model/kinds/index.ts';
import { isTerminating, type KubeObject } from '../../model/object.ts';
import { hostNameOf, levelOf, type Maturity } from '../../tenancy/instance-sets.ts';

type Bucket<T> = Map<string, T>;

/**
 * Who is a customer of which application, whose requests go where, and which policy scales what. Every answer costs what it holds, however many objects there are.
 */
class TenancyIndex implements CacheIndex {
  readonly #tenants = new Map<string, Bucket<Tenant>>();
  readonly #policies = new Map<string, Bucket<ScalingPolicy>>();

  /** Tenants of an application, ordered by name. */
  of(namespace: string, application: string): Tenant[] {
    return sorted(this.#tenants.get(`app/${namespace}/${application}`));
  }

  /** How many tenants an application has. */
  countOf(namespace: string, application: string): number {
    return this.#tenants.get(`app/${namespace}/${application}`)?.size ?? 0;
  }

  /** Tenants that declare this maturity and are not about to go, ordered by name. */
  wanting(namespace: string, application: string, maturity: Maturity): Tenant[] {
    return sorted(this.#tenants.get(`want/${namespace}/${application}/${maturity}`));
  }

  /** Of those, the ones that the level does not serve yet, ordered by name. */
  waiting(namespace: string, application: string, maturity: Maturity): Tenant[] {
    return sorted(this.#tenants.get(`wait/${namespace}/${application}/${maturity}`));
  }

  /** Tenants of all namespaces that claim a host name, the oldest first, then by namespace and name. */
  claiming(host: string): Tenant[] {
    return sorted(this.#tenants.get(`host/${host}`)).sort(byAge);
  }

  /** True when some tenant declares this maturity and is not about to go. */
  isWanted(namespace: string, application: string, maturity: Maturity): boolean {
    return (this.#tenants.get(`want/${namespace}/${application}/${maturity}`)?.size ?? 0) > 0;
  }

  /** Tenants whose route leads to this load balancer, ordered by name. */
  at(namespace: string, balancer: string): Tenant[] {
    return sorted(this.#tenants.get(`at/${namespace}/${balancer}`));
  }

  /** How many tenants' routes lead to this load balancer. */
  countAt(namespace: string, balancer: string): number {
    return this.#tenants.get(`at/${namespace}/${balancer}`)?.size ?? 0;
  }

  /** True while a tenant's requests go to this load balancer, or some from before it moved are not done there. */
  isUsed(namespace: string, balancer: string): boolean {
    const leaving = this.#tenants.get(`leaving/${namespace}/${balancer}`)?.size ?? 0;
    return leaving > 0 || this.countAt(namespace, balancer) > 0;
  }

  /** Policies with this target, ordered by name. */
  policiesFor(
    namespace: string,
    kind: ScalingPolicy['spec']['target']['kind'],
    name: string,
  ): ScalingPolicy[] {
    return sorted(this.#policies.get(`${kind}/${namespace}/${name}`));
  }

  replace(object: KubeObject | undefined, old: KubeObject | undefined): void {
    if (old) this.#remove(old);
    if (object) this.#put(object);
  }

  #put(object: KubeObject): void {
    const { namespace, name: own } = object.metadata;
    const name = `${namespace ?? ''}/${own}`;
    if (object.kind === 'Tenant') {
      for (const key of placesOf(object as Tenant)) bucket(this.#tenants, key).set(name, object as Tenant);
    } else if (object.kind === 'ScalingPolicy') {
      const policy = object as ScalingPolicy;
      bucket(this.#policies, targetOf(policy)).set(name, policy);
    }
  }

  #remove(object: KubeObject): void {
    const { namespace, name: own } = object.metadata;
    const name = `${namespace ?? ''}/${own}`;
    if (object.kind === 'Tenant') {
      for (const key of placesOf(object as Tenant)) drop(this.#tenants, key, name);
    } else if (object.kind === 'ScalingPolicy') {
      drop(this.#policies, targetOf(object as ScalingPolicy), name);
    }
  }
}

/** Tenants and scaling policies by what they refer to. */
export const tenancy: IndexDefinition<TenancyIndex> = {
  kinds: ['Tenant', 'ScalingPolicy'],
  make: () => new TenancyIndex(),
};

function placesOf(tenant: Tenant): string[] {
  const { namespace = '' } = tenant.metadata;
  const { application, maturity } = tenant.spec;
  const { endpoint, level, leaving = [] } = tenant.status ?? {};
  const wanted = `${namespace}/${application}/${maturity}`;
  return [
    `app/${namespace}/${application}`,
    ...(isTerminating(tenant) ? [] : [`want/${wanted}`]),
    ...(isTerminating(tenant) || level === levelOf(maturity) ? [] : [`wait/${wanted}`]),
    `host/${hostNameOf(tenant)}`,
    ...(endpoint === undefined ? [] : [`at/${namespace}/${endpoint}`]),
    ...leaving.map(({ balancer }) => `leaving/${namespace}/${balancer}`),
  ];
}

function targetOf({ metadata, spec }: ScalingPolicy): string {
  return `${spec.target.kind}/${metadata.namespace ?? ''}/${spec.target.name}`;
}

function bucket<T>(map: Map<string, Bucket<T>>, key: string): Bucket<T> {
  let found = map.get(key);
  if (!found) map.set(key, (found = new Map<string, T>()));
  return found;
}

function drop<T>(map: Map<string, Bucket<T>>, key: string, name: string): void {
  const found = map.get(key);
  found?.delete(name);
  if (found?.size === 0) map.delete(key);
}

function byAge(a: Tenant, b: Tenant): number {
  const age = compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '');
  return age || compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '');
}

function sorted<T extends KubeObject>(found: Bucket<T> | undefined): T[] {
  if (!found) return [];
  return [...found.values()].sort((a, b) => compareText(a.metadata.name, b.metadata.name));
}
