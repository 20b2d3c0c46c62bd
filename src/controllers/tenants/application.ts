import { type ConditionInput } from '../../model/conditions.ts';
import { type Application, type Tenant } from '../../model/kinds/index.ts';
import { isTerminating, type KubeObject, type ObjectKey } from '../../model/object.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller, type Result } from '../../engine/controller.ts';
import { carryOut, conflictsOf, giveUp, isInUse, namesakesOf, policiesOn } from './instance-set.ts';
import { stateOf } from './set-state.ts';
import {
  type SharedLevel,
  sharedMaturity,
  sharedSet,
  sharedSetName,
  tierName,
} from '../../tenancy/instance-sets.ts';
import { isUsable, type TierState } from '../../tenancy/route.ts';
import { type Turn } from '../../engine/turn.ts';
import { tenancy } from './tenancy-index.ts';

type Shared = NonNullable<NonNullable<Application['status']>['shared']>[number];

/** Keeps the instances that an application's tenants share, as long as one of them needs them. */
export const applicationController = controller<'Application'>({
  kind: 'Application',
  watches: {
    Tenant: applicationsOf,
    LoadBalancer: ownerAndNamesakes,
    VirtualMachinePool: ownerAndNamesakes,
    ScalingPolicy(policy, cache) {
      const { kind, name } = policy.spec.target;
      const namespace = policy.metadata.namespace ?? '';
      if (kind === 'Application') return [{ kind, namespace, name }, ...namesakesOf(policy, kind, cache)];
      const pool = cache.get('VirtualMachinePool', namespace, name);
      return [
        ...namesakesOf(policy, 'Application', cache),
        ...(pool && kind === 'VirtualMachinePool' ? ownerOf(pool) : []),
      ];
    },
  },
  reconcile(application, turn) {
    // What it owns goes with it; nothing new is made meanwhile.
    if (isTerminating(application)) return {};
    const findings = (['III', 'IV'] as const).flatMap((level) => keepShared(application, level, turn));
    return report(application, findings, turn);
  },
});

/** The applications that a tenant names, or whose instances it still uses. */
function applicationsOf({ metadata, spec, status }: Tenant, cache: ObjectCache): ObjectKey[] {
  const { namespace = '' } = metadata;
  const used = [status?.endpoint, ...(status?.leaving ?? []).map(({ balancer }) => balancer)];
  return [
    { kind: 'Application', namespace, name: spec.application },
    ...used.flatMap((name) => {
      const balancer = name === undefined ? undefined : cache.get('LoadBalancer', namespace, name);
      return balancer ? ownerOf(balancer) : [];
    }),
  ];
}

/** The application that made an object. */
function ownerOf({ metadata }: KubeObject): ObjectKey[] {
  const owners = metadata.ownerReferences?.filter(({ kind }) => kind === 'Application') ?? [];
  return owners.map(({ kind, name }) => ({ kind, namespace: metadata.namespace ?? '', name }));
}

function ownerAndNamesakes(object: KubeObject, cache: ObjectCache): ObjectKey[] {
  return [...ownerOf(object), ...namesakesOf(object, 'Application', cache)];
}

/** What became of a shared set that is needed. */
interface Finding {
  readonly status: Shared;
  readonly conflicts: readonly string[];
  readonly tiers: readonly TierState[];
}

/** Brings a shared set to what is wanted while somebody needs it, and removes it afterwards. */
function keepShared(application: Application, level: SharedLevel, turn: Turn): Finding[] {
  const { namespace = '', name } = application.metadata;
  const setName = sharedSetName(name, level);
  const needed =
    turn.cache.index(tenancy).isWanted(namespace, name, sharedMaturity[level]) ||
    isInUse(setName, application, turn.cache);
  if (!needed) {
    giveUp(setName, application, turn);
    return [];
  }
  const set = sharedSet(application, level, policiesOn(setName, application, turn.cache));
  const conflicts = conflictsOf(set, application, turn.cache);
  if (conflicts.length === 0) carryOut(set, application, turn);
  const tenants = turn.cache.index(tenancy).countAt(namespace, tierName(setName, set.tiers[0]?.tier ?? ''));
  const pools = conflicts.length === 0 ? set.tiers.map(({ pool }) => pool.metadata.name) : [];
  const tiers = stateOf(set, application, turn.cache);
  return [{ status: { level, tenants, pools }, conflicts, tiers }];
}

function report(application: Application, findings: readonly Finding[], turn: Turn): Result {
  const { namespace = '', name } = application.metadata;
  turn.updateStatus(
    application,
    {
      tenants: turn.cache.index(tenancy).countOf(namespace, name),
      shared: findings.map(({ status }) => status),
    },
    [readiness(findings)],
  );
  return {};
}

function readiness(findings: readonly Finding[]): ConditionInput {
  const not = (reason: string, message: string): ConditionInput => ({
    ...{ type: 'Ready', status: 'False', reason, message },
  });
  const conflicts = findings.flatMap((finding) => finding.conflicts);
  if (conflicts.length > 0) {
    return not(
      'NameConflict',
      `${conflicts.join(', ')} exist already and are not the application's: rename one`,
    );
  }
  const failing = findings.filter(({ tiers }) => !isUsable(tiers));
  if (failing.length > 0) {
    const coming = failing.some(({ tiers }) => tiers.some((tier) => tier.coming + tier.checking > 0));
    const names = failing.map(({ status }) => `level ${status.level}`).join(' and ');
    return coming
      ? not('Progressing', `the shared instances of ${names} come up`)
      : not('NoReadyInstance', `the shared instances of ${names} have a tier without a ready VM`);
  }
  const message =
    findings.length === 0
      ? 'no tenant needs shared instances'
      : `the shared instances of ${findings.map(({ status }) => `level ${status.level}`).join(' and ')} serve`;
  return { type: 'Ready', status: 'True', reason: findings.length === 0 ? 'Defined' : 'Serving', message };
}
