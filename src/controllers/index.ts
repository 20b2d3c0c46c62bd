/** The registry of controllers: typed so that the compiler names a kind that was forgotten. */
import { type Kind } from '../model/kinds/index.ts';
import { type Controller } from '../engine/controller.ts';
import { applySetController } from './cluster/apply-set.ts';
import { applicationController } from './tenants/application.ts';
import { disruptionBudgetController } from './pools/disruption-budget.ts';
import { hostController } from './hosts/host.ts';
import { hostPoolController } from './hosts/host-pool.ts';
import { hypervisorController } from './hosts/hypervisor.ts';
import { loadBalancerController } from './traffic/load-balancer.ts';
import { namespaceController } from './cluster/namespace.ts';
import { rebalancePolicyController } from './scheduling/rebalance-policy.ts';
import { resourceQuotaController } from './cluster/resource-quota.ts';
import { scalingPolicyController } from './scaling/policy.ts';
import { scenarioController } from './cluster/scenario.ts';
import { syncController } from './cluster/sync.ts';
import { tenantController } from './tenants/tenant.ts';
import { trafficController } from './traffic/traffic.ts';
import { virtualMachineController } from './machines/virtual-machine.ts';
import { virtualMachinePoolController } from './pools/virtual-machine-pool.ts';

/** Kinds that are only kept: nothing follows from them by itself. */
export type PassiveKind = 'Event' | 'Lease';

export const controllers: Readonly<Record<Exclude<Kind, PassiveKind>, Controller>> = {
  Application: applicationController,
  ApplySet: applySetController,
  DisruptionBudget: disruptionBudgetController,
  Host: hostController,
  HostPool: hostPoolController,
  Hypervisor: hypervisorController,
  LoadBalancer: loadBalancerController,
  Namespace: namespaceController,
  RebalancePolicy: rebalancePolicyController,
  ResourceQuota: resourceQuotaController,
  ScalingPolicy: scalingPolicyController,
  Scenario: scenarioController,
  Sync: syncController,
  Tenant: tenantController,
  Traffic: trafficController,
  VirtualMachine: virtualMachineController,
  VirtualMachinePool: virtualMachinePoolController,
};
