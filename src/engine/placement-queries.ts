import { type Amount } from '../model/amount.ts';
import { type Tenant, type VirtualMachine } from '../model/kinds/index.ts';
import { type DominantShare } from '../placement/fairness.ts';
import { type Placement } from '../placement/place.ts';
import { type RebalanceInput } from '../placement/rebalance-trial.ts';
import { type RebalancePlan } from '../placement/rebalance.ts';

/** What controllers may ask about hosts and the room on them. Asking moves nothing. */
export interface PlacementQueries {
  /** What the VMs of a host take, each one's overhead included. */
  allocated(host: string): Amount;
  /** True when the VM, grown to `size`, still fits on its host. */
  fits(vm: VirtualMachine, size: Amount): boolean;
  /** Another host for a VM that has one. With `target`, only that one will do. */
  elsewhere(vm: VirtualMachine, target?: string): Placement;
  /** Another host for a VM that is stopped for the move: of any product, in any mode that it can run in. */
  elsewhereStopped(vm: VirtualMachine): Placement;
  /** What a rebalancing policy would move now. */
  rebalance(input: Omit<RebalanceInput, 'waiting'>): RebalancePlan;
  /** The tenant's dominant share of all hosts, of the VMs that are its own. */
  shareOf(tenant: Tenant): DominantShare;
}
