/**
 * What follows from a tenant's maturity: the instance set that serves it. A set is one pool and one load balancer
 * a tier, of its own (levels I and II) or shared with the application's other tenants (III and IV); at level IV a
 * scaling policy a tier goes with it. Pure: the same objects give the same set.
 */
import { type Draft, withDefaults } from '../model/defaults.ts';
import {
  type Application,
  type LoadBalancer,
  type ScalingPolicy,
  type Tenant,
  type VirtualMachinePool,
} from '../model/kinds/index.ts';
import { apiVersion, controllerReference, type KubeObject, type ObjectMeta } from '../model/object.ts';
import { labels } from '../model/annotations.ts';

/** A level of maturity as people number them. */
export type Level = 'I' | 'II' | 'III' | 'IV';
export type Maturity = Tenant['spec']['maturity'];
export type SharedLevel = 'III' | 'IV';
type Tier = Application['spec']['tiers'][number];

/** One tier of a set: the objects that it consists of, with their defaults. */
export interface TierObjects {
  readonly tier: string;
  readonly pool: Omit<VirtualMachinePool, 'status'>;
  readonly balancer: Omit<LoadBalancer, 'status'>;
  /** Level IV only, and there only where no policy of the user's scales the tier. */
  readonly policy?: Omit<ScalingPolicy, 'status'>;
  /** What scaling policies decide about the pool, so that it is set at its creation only. */
  readonly scaled: Scaled;
}

export interface Scaled {
  readonly replicas: boolean;
  readonly resources: boolean;
}

export interface InstanceSet {
  /** Unique within the namespace; names of its objects begin with it. */
  readonly name: string;
  readonly namespace: string;
  readonly application: string;
  readonly level: Level;
  readonly shared: boolean;
  /** In the application's order: requests enter at the first. */
  readonly tiers: readonly TierObjects[];
}

const levels: Readonly<Record<Maturity, Level>> = {
  AdHoc: 'I',
  Configurable: 'II',
  MultiTenant: 'III',
  Scalable: 'IV',
};

/** The maturity that a tenant of a shared set declares. */
export const sharedMaturity: Readonly<Record<SharedLevel, Maturity>> = {
  III: 'MultiTenant',
  IV: 'Scalable',
};

/** CPU utilization that derived policies aim at, percent: room for the peaks while more VMs boot. */
const targetUtilization = 60;
/** Most VMs of a tier that does not say, as a multiple of its replicas. */
const defaultGrowth = 10;

export function levelOf(maturity: Maturity): Level {
  return levels[maturity];
}

export function isShared(level: Level): level is SharedLevel {
  return level === 'III' || level === 'IV';
}

/** Tells the names of an application's set at level III from those at level IV. */
export const sharedSuffix = '-shared';

/** Name of an application's shared set. */
export function sharedSetName(application: string, level: SharedLevel): string {
  return level === 'III' ? application + sharedSuffix : application;
}

/** Name of the load balancer and of the pool of a set's tier. */
export function tierName(set: string, tier: string): string {
  return `${set}-${tier}`;
}

/** The host name of a tenant's requests. */
export function hostNameOf(tenant: Tenant): string {
  return tenant.spec.host ?? `${tenant.metadata.name}.${tenant.spec.application}.example`;
}

/** Where a tenant's data lives: the same at every level, and no other tenant's. */
export function dataPartitionOf(tenant: Tenant): string {
  return `${tenant.metadata.namespace}/${tenant.spec.application}/${tenant.metadata.name}`;
}

/**
 * The set that serves a tenant at its declared maturity. `policies` hold at least all whose target is the
 * application or a pool of the set.
 */
export function wantedSet(
  tenant: Tenant,
  application: Application,
  policies: readonly ScalingPolicy[],
): InstanceSet {
  const level = levelOf(tenant.spec.maturity);
  return isShared(level)
    ? sharedSet(application, level, policies)
    : ownSet(tenant, application, level, policies);
}

/** The set of a tenant that shares with nobody. At level I it runs the tenant's own build. */
function ownSet(
  tenant: Tenant,
  application: Application,
  level: Level,
  policies: readonly ScalingPolicy[],
): InstanceSet {
  const build = level === 'I' ? tenant.spec.build : application.spec.build;
  const extra = { [labels.tenant]: tenant.metadata.name };
  return makeSet({ name: tenant.metadata.name, level, application, owner: tenant, build, extra, policies });
}

/** The set that all tenants of an application at one of the shared levels use together. */
export function sharedSet(
  application: Application,
  level: SharedLevel,
  policies: readonly ScalingPolicy[],
): InstanceSet {
  const name = sharedSetName(application.metadata.name, level);
  const { build } = application.spec;
  return makeSet({ name, level, application, owner: application, build, extra: {}, policies });
}

interface Recipe {
  readonly name: string;
  readonly level: Level;
  readonly application: Application;
  readonly owner: KubeObject;
  readonly build: string | undefined;
  /** Labels beside those that select. */
  readonly extra: Readonly<Record<string, string>>;
  readonly policies: readonly ScalingPolicy[];
}

function makeSet(recipe: Recipe): InstanceSet {
  const { name, level, application } = recipe;
  return {
    name,
    level,
    namespace: application.metadata.namespace ?? '',
    application: application.metadata.name,
    shared: isShared(level),
    tiers: application.spec.tiers.map((tier) => makeTier(recipe, tier)),
  };
}

function makeTier(recipe: Recipe, tier: Tier): TierObjects {
  const users = recipe.policies.filter((policy) => scales(policy, recipe, tier));
  const policy = recipe.level === 'IV' && users.length === 0 ? makePolicy(recipe, tier) : undefined;
  return {
    tier: tier.name,
    pool: makePool(recipe, tier),
    balancer: makeBalancer(recipe, tier),
    ...(policy ? { policy } : {}),
    scaled: {
      replicas: policy !== undefined || users.some(({ spec }) => spec.horizontal !== undefined),
      resources: users.some(({ spec }) => spec.vertical !== undefined),
    },
  };
}

/** True for a policy of the user's that scales this tier, by the application's name (level IV) or by the pool's. */
function scales(policy: ScalingPolicy, { level, application, name, owner }: Recipe, tier: Tier): boolean {
  if (policy.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid)) return false;
  const { target } = policy.spec;
  if (target.kind === 'VirtualMachinePool') return target.name === tierName(name, tier.name);
  return (
    level === 'IV' &&
    target.kind === 'Application' &&
    target.name === application.metadata.name &&
    target.tier === tier.name
  );
}

function selectorOf({ application, name }: Recipe, tier: Tier): Record<string, string> {
  return {
    [labels.application]: application.metadata.name,
    [labels.tier]: tier.name,
    [labels.set]: name,
  };
}

function metadataOf(recipe: Recipe, tier: Tier): ObjectMeta {
  return {
    name: tierName(recipe.name, tier.name),
    namespace: recipe.application.metadata.namespace,
    labels: { ...selectorOf(recipe, tier), ...recipe.extra },
    ownerReferences: [controllerReference(recipe.owner)],
  };
}

function makePool(recipe: Recipe, tier: Tier): TierObjects['pool'] {
  const { build } = recipe;
  const guest = build === undefined ? tier.vm.guest : { ...tier.vm.guest, build };
  return withDefaults('VirtualMachinePool', {
    apiVersion,
    kind: 'VirtualMachinePool',
    metadata: metadataOf(recipe, tier),
    spec: {
      replicas: tier.replicas,
      selector: { matchLabels: selectorOf(recipe, tier) },
      template: {
        metadata: { labels: { ...selectorOf(recipe, tier), ...recipe.extra } },
        spec: { ...tier.vm, guest },
      },
      // One more before one less: a change of the build never takes away what serves.
      strategy: { maxSurge: 1, maxUnavailable: 0 },
    } satisfies Draft<VirtualMachinePool['spec']>,
  });
}

function makeBalancer(recipe: Recipe, tier: Tier): TierObjects['balancer'] {
  return withDefaults('LoadBalancer', {
    apiVersion,
    kind: 'LoadBalancer',
    metadata: metadataOf(recipe, tier),
    spec: {
      selector: { matchLabels: selectorOf(recipe, tier) },
      algorithm: tier.algorithm,
      serviceTime: tier.serviceTime,
      serviceVariation: tier.serviceVariation,
      queue: tier.queue,
      drain: '30s',
      calls: (tier.calls ?? []).map((called) => tierName(recipe.name, called)),
    } satisfies Draft<LoadBalancer['spec']>,
  });
}

function makePolicy(recipe: Recipe, tier: Tier): NonNullable<TierObjects['policy']> {
  const target = { type: 'Utilization', averageUtilization: targetUtilization } as const;
  return withDefaults('ScalingPolicy', {
    apiVersion,
    kind: 'ScalingPolicy',
    metadata: metadataOf(recipe, tier),
    spec: {
      target: { kind: 'Application', name: recipe.application.metadata.name, tier: tier.name },
      horizontal: {
        minReplicas: tier.replicas,
        maxReplicas: tier.maxReplicas ?? defaultGrowth * tier.replicas,
      },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    } satisfies Draft<ScalingPolicy['spec']>,
  });
}
