/** The registry of controllers: typed so that the compiler names a kind that was forgotten. */
import { type Kind } from '../model/kinds/index.ts';
import { type Controller } from './controller.ts';
import { applicationController } from './application.ts';
import { disruptionBudgetController } from './disruption-budget.ts';
import { hostController } from './host.ts';
import { hostPoolController } from './host-pool.ts';
import { hypervisorController } from './hypervisor.ts';
import { loadBalancerController } from './load-balancer.ts';
import { namespaceController } from './namespace.ts';
import { rebalancePolicyController } from './rebalance-policy.ts';
import { resourceQuotaController } from './resource-quota.ts';
import { scalingPolicyController } from './scaling-policy.ts';
import { scenarioController } from './scenario.ts';
import { syncController } from './sync.ts';
import { tenantController } from './tenant.ts';
import { trafficController } from './traffic.ts';
import { virtualMachineController } from './virtual-machine.ts';
import { virtualMachinePoolController } from './virtual-machine-pool.ts';

/** Kinds that are only kept: nothing follows from them by itself. */
export type PassiveKind = 'Event' | 'Lease';

export const controllers: Readonly<Record<Exclude<Kind, PassiveKind>, Controller>> = {
  Application: applicationController,
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
