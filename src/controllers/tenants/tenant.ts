import { fromTimestamp, toTimestamp } from '../../base/clock.ts';
import { durationMs } from '../../base/duration.ts';
import { type ConditionInput } from '../../model/conditions.ts';
import { type Application, type Tenant } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { labels } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller, type Result } from '../../engine/controller.ts';
import { carryOut, conflictsOf, giveUp, isInUse, policiesOn, poolsOf } from './instance-set.ts';
import { stateOf } from './set-state.ts';
import { tenantWatches } from './watches.ts';
import { figuresOf } from './figures.ts';
import {
  dataPartitionOf,
  hostNameOf,
  type InstanceSet,
  isShared,
  type Level,
  levelOf,
  sharedSetName,
  tierName,
  wantedSet,
} from '../../tenancy/instance-sets.ts';
import { judgeQuota } from '../../tenancy/quota.ts';
import {
  chooseBalancer,
  type Leaving,
  levelInForce,
  readiness,
  stillLeaving,
  type TierState,
} from '../../tenancy/route.ts';
import { type Turn } from '../../engine/turn.ts';
import { tenancy } from './tenancy-index.ts';

const finalizer = 'vctl.dev/route';

type Status = NonNullable<Tenant['status']>;

/** Gives a tenant the instances of its maturity, leads its route there, and moves it without an outage. */
export const tenantController = controller<'Tenant'>({
  kind: 'Tenant',
  alwaysMeasured: true,
  watches: tenantWatches,
  reconcile(object, turn) {
    if (isTerminating(object)) {
      turn.world.removeRoute(routeName(object));
      turn.removeFinalizer(object, finalizer);
      return {};
    }
    const tenant = turn.addFinalizer(object, finalizer);
    const plan = planFor(tenant, turn);
    const moved = lead(tenant, plan, turn);
    return report(moved, plan, turn);
  },
});

function routeName({ metadata }: Tenant): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** What a look at a tenant has found and decided. */
interface Plan {
  readonly application: Application | undefined;
  readonly set: InstanceSet | undefined;
  readonly tiers: readonly TierState[];
  readonly conflicts: readonly string[];
  readonly exceeded: readonly string[];
  /** The older tenant that has the same host name. */
  readonly hostTakenBy: string | undefined;
  /** Load balancer that the route led to, if it is still there. */
  readonly before: string | undefined;
  readonly balancer: string | undefined;
  /** The route leads to the wanted set. */
  readonly arrived: boolean;
  readonly level: Level | undefined;
}

/** Brings the tenant's own set to what is wanted, and decides where the route leads. */
function planFor(tenant: Tenant, turn: Turn): Plan {
  const { namespace = '' } = tenant.metadata;
  const { endpoint, level: known } = tenant.status ?? {};
  const hostTakenBy = holderOf(tenant, turn.cache);
  const free = endpoint !== undefined && hostTakenBy === undefined;
  const before = free && isThere(namespace, endpoint, turn) ? endpoint : undefined;
  const found = turn.cache.get('Application', namespace, tenant.spec.application);
  const application = found && !isTerminating(found) ? found : undefined;
  const level = before === undefined ? undefined : known;
  const nothing = { tiers: [], conflicts: [], exceeded: [], hostTakenBy, before, balancer: before, level };
  if (!application) return { ...nothing, application, set: undefined, arrived: false };
  const set = wantedSetOf(tenant, application, turn.cache);
  const owner = set.shared ? application : tenant;
  const conflicts = conflictsOf(set, owner, turn.cache);
  const quota = judgeQuota(tenant, set, poolsOf(set.name, owner, turn.cache));
  if (!set.shared && conflicts.length === 0 && !quota.refused) carryOut(set, tenant, turn);
  const tiers = stateOf(set, owner, turn.cache);
  const barred = conflicts.length > 0 || hostTakenBy !== undefined;
  const target = barred ? undefined : tierName(set.name, set.tiers[0]?.tier ?? '');
  const balancer = chooseBalancer({ current: before, target, tiers });
  const arrived = balancer !== undefined && balancer === target;
  return {
    ...{ application, set, tiers, conflicts, exceeded: quota.exceeded, hostTakenBy },
    ...{ before, balancer, arrived },
    level: levelInForce({ before: level, wanted: set.level, arrived, tiers }),
  };
}

/** Requests for one host name can only go to one tenant: the oldest keeps it. */
function holderOf(tenant: Tenant, cache: ObjectCache): string | undefined {
  const [oldest] = cache.index(tenancy).claiming(hostNameOf(tenant));
  if (!oldest || oldest.metadata.uid === tenant.metadata.uid) return undefined;
  return `Tenant/${oldest.metadata.name} of namespace ${oldest.metadata.namespace}`;
}

function isThere(namespace: string, balancer: string, turn: Turn): boolean {
  const found = turn.cache.get('LoadBalancer', namespace, balancer);
  return found !== undefined && !isTerminating(found);
}

/** The instances that the tenant is to use: its own, or those that it shares. */
export function wantedSetOf(tenant: Tenant, application: Application, cache: ObjectCache): InstanceSet {
  const level = levelOf(tenant.spec.maturity);
  const name = isShared(level) ? sharedSetName(application.metadata.name, level) : tenant.metadata.name;
  return wantedSet(tenant, application, policiesOn(name, application, cache));
}

/** Has the route lead where it was decided, and gives up what is left behind once its last requests are done. */
function lead(tenant: Tenant, plan: Plan, turn: Turn): Tenant {
  const { namespace = '' } = tenant.metadata;
  const { before, balancer, level } = plan;
  const { requestsPerSecond: quota } = tenant.spec.quota ?? {};
  const limited = quota !== undefined && level !== undefined && isShared(level);
  turn.world.ensureRoute({
    name: routeName(tenant),
    host: hostNameOf(tenant),
    ...(balancer === undefined ? {} : { balancer: `${namespace}/${balancer}` }),
    dataPartition: dataPartitionOf(tenant),
    weight: tenant.spec.weight,
    ...(limited ? { quotaRequestsPerSecond: quota } : {}),
  });
  const left = before !== undefined && before !== balancer ? drainOf(before, namespace, turn) : undefined;
  const known = (tenant.status?.leaving ?? []).map(toLeaving);
  const leaving = stillLeaving(known, balancer, left, turn.nowMs).map(fromLeaving);
  const moved = turn.updateStatus(tenant, {
    level,
    route: hostNameOf(tenant),
    endpoint: balancer,
    leaving: leaving.length > 0 ? leaving : undefined,
    dataPartition: dataPartitionOf(tenant),
  });
  if (balancer !== undefined && balancer !== tenant.status?.endpoint) {
    const from = tenant.status?.level === undefined ? '' : ` instead of level ${tenant.status.level}`;
    turn.event(moved, 'Normal', 'Moved', `its requests go to ${balancer}, level ${level}${from}`);
  }
  const { name } = tenant.metadata;
  const own = plan.set && !plan.set.shared;
  if (plan.set && !own && !isInUse(name, moved, turn.cache)) giveUp(name, moved, turn);
  return moved;
}

function drainOf(balancer: string, namespace: string, turn: Turn): Leaving {
  const drain = turn.cache.get('LoadBalancer', namespace, balancer)?.spec.drain;
  // Up to the whole second that the status can say.
  return { balancer, untilMs: Math.ceil((turn.nowMs + durationMs(drain)) / 1000) * 1000 };
}

function toLeaving({ balancer, until }: NonNullable<Status['leaving']>[number]): Leaving {
  return { balancer, untilMs: fromTimestamp(until) };
}

function fromLeaving({ balancer, untilMs }: Leaving): NonNullable<Status['leaving']>[number] {
  return { balancer, until: toTimestamp(untilMs) };
}

function report(tenant: Tenant, plan: Plan, turn: Turn): Result {
  const ready = conditionOf(tenant, plan);
  const shared = plan.level !== undefined && isShared(plan.level);
  const front = turn.cache.get('LoadBalancer', tenant.metadata.namespace ?? '', plan.balancer ?? '');
  const set = shared ? front?.metadata.labels?.[labels.set] : undefined;
  turn.updateStatus(
    tenant,
    { instances: instancesOf(tenant, plan), ...(turn.figures ? figuresOf(tenant, set, turn) : {}) },
    [ready],
  );
  const times = (tenant.status?.leaving ?? []).map(({ until }) => fromTimestamp(until));
  const coming = ready.reason === 'Progressing' && plan.tiers.some((tier) => tier.coming > 0);
  return {
    settled: times.length === 0 && !coming,
    ...(times.length > 0 ? { requeueAtMs: Math.min(...times) } : {}),
  };
}

function instancesOf(tenant: Tenant, { set, arrived, balancer }: Plan): Status['instances'] {
  if (balancer === undefined) return [];
  if (!set || !arrived) return tenant.status?.instances;
  return set.tiers.map(({ tier, pool }) => ({ tier, pool: pool.metadata.name, shared: set.shared }));
}

function conditionOf(tenant: Tenant, plan: Plan): ConditionInput {
  if (plan.set) return readiness({ ...plan, set: plan.set });
  const message = `there is no Application "${tenant.spec.application}" in namespace ${tenant.metadata.namespace}: apply it`;
  return { type: 'Ready', status: 'False', reason: 'ApplicationNotFound', message };
}
