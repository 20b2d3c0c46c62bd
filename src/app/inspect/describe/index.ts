/** The registry of descriptions: typed so that the compiler names a kind that was forgotten. */
import { type Kind, type KindMap } from '../../../model/kinds/index.ts';
import { type KubeObject } from '../../../model/object.ts';
import { type DescribeNode } from '../../../output/describe.ts';
import { type Snapshot } from '../../snapshot.ts';
import { describeApplySet } from './apply-set.ts';
import { describeEvent, describeLease, describeNamespace, describeQuota } from './cluster.ts';
import { describeHost, describeHostPool, describeHypervisor } from './host.ts';
import { describeBalancer } from './load-balancer.ts';
import { describeRebalancePolicy } from './rebalance-policy.ts';
import { describePolicy } from './scaling-policy.ts';
import { describeSync } from './sync.ts';
import { describeApplication, describeTenant } from './tenancy.ts';
import { describeScenario, describeTraffic } from './traffic.ts';
import { describeMachine } from './virtual-machine.ts';
import { describeBudget, describePool } from './virtual-machine-pool.ts';

/** What a description says of a kind besides what it says of every object. Pure. */
type Describer<T extends KubeObject> = (object: T, snapshot: Snapshot) => readonly DescribeNode[];

const describers: { readonly [K in Kind]: Describer<KindMap[K]> } = {
  Application: describeApplication,
  ApplySet: describeApplySet,
  DisruptionBudget: describeBudget,
  Event: describeEvent,
  Host: describeHost,
  HostPool: describeHostPool,
  Hypervisor: describeHypervisor,
  Lease: describeLease,
  LoadBalancer: describeBalancer,
  Namespace: describeNamespace,
  RebalancePolicy: describeRebalancePolicy,
  ResourceQuota: describeQuota,
  ScalingPolicy: describePolicy,
  Scenario: describeScenario,
  Sync: describeSync,
  Tenant: describeTenant,
  Traffic: describeTraffic,
  VirtualMachine: describeMachine,
  VirtualMachinePool: describePool,
};

/** The kind's own part of a description. */
export function describeKind<K extends Kind>(
  kind: K,
  object: KubeObject,
  snapshot: Snapshot,
): readonly DescribeNode[] {
  return describers[kind](object as unknown as KindMap[K], snapshot);
}
