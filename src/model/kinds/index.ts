/** The registry of kinds: typed so that the compiler names a kind that was forgotten. */
import { assert } from '../../base/errors.ts';
import { type KindMap } from '../generated/kinds.ts';
import { applicationKind } from './application.ts';
import { applySetKind } from './apply-set.ts';
import { disruptionBudgetKind } from './disruption-budget.ts';
import { eventKind } from './event.ts';
import { hostKind } from './host.ts';
import { hostPoolKind } from './host-pool.ts';
import { hypervisorKind } from './hypervisor.ts';
import { leaseKind } from './lease.ts';
import { loadBalancerKind } from './load-balancer.ts';
import { namespaceKind } from './namespace.ts';
import { rebalancePolicyKind } from './rebalance-policy.ts';
import { resourceQuotaKind } from './resource-quota.ts';
import { scalingPolicyKind } from './scaling-policy.ts';
import { scenarioKind } from './scenario.ts';
import { syncKind } from './sync.ts';
import { tenantKind } from './tenant.ts';
import { trafficKind } from './traffic.ts';
import { virtualMachineKind } from './virtual-machine.ts';
import { virtualMachinePoolKind } from './virtual-machine-pool.ts';
import { type KindInfo } from './kind-info.ts';

export type * from '../generated/kinds.ts';
export { type KindInfo } from './kind-info.ts';

/** The name of a kind. */
export type Kind = keyof KindMap;

/** What is known of each kind. */
export const kinds: { readonly [K in Kind]: KindInfo<KindMap[K]> } = {
  Application: applicationKind,
  ApplySet: applySetKind,
  DisruptionBudget: disruptionBudgetKind,
  Event: eventKind,
  Host: hostKind,
  HostPool: hostPoolKind,
  Hypervisor: hypervisorKind,
  Lease: leaseKind,
  LoadBalancer: loadBalancerKind,
  Namespace: namespaceKind,
  RebalancePolicy: rebalancePolicyKind,
  ResourceQuota: resourceQuotaKind,
  ScalingPolicy: scalingPolicyKind,
  Scenario: scenarioKind,
  Sync: syncKind,
  Tenant: tenantKind,
  Traffic: trafficKind,
  VirtualMachine: virtualMachineKind,
  VirtualMachinePool: virtualMachinePoolKind,
};

/** All kinds, ordered by name. */
export const kindNames = Object.keys(kinds) as readonly Kind[];

/** True for the name of a kind that vctl knows. */
export function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

/** The kind of a stored object: of no other can one be there. */
export function kindOf(object: { readonly kind: string }): Kind {
  assert(isKind(object.kind), `stored object of unknown kind ${object.kind}`);
  return object.kind;
}

/**
 * The kind that a person means by `vm`, `VirtualMachines`, `virtualmachine.vctl.dev`: plural, singular, short
 * or kind name in any case, with or without the group. Undefined when there is none.
 */
export function resolveKind(text: string): Kind | undefined {
  const wanted = (text.split('.')[0] ?? '').toLowerCase();
  const group = text.includes('.') ? text.slice(text.indexOf('.') + 1) : undefined;
  return kindNames.find((name) => {
    const { plural, singular, shortNames, apiVersion } = kinds[name];
    if (group !== undefined && group !== groupOf(apiVersion)) return false;
    return wanted === plural || wanted === singular || shortNames.includes(wanted);
  });
}

/** The group of an apiVersion: `vctl.dev`; '' for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** How messages name an object: `virtualmachine.vctl.dev/web-0`, `namespace/saas`. */
export function qualifiedName(kind: Kind, name: string): string {
  const group = groupOf(kinds[kind].apiVersion);
  return `${kinds[kind].singular}${group === '' ? '' : `.${group}`}/${name}`;
}
