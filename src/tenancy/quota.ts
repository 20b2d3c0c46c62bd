import { cpuMillis, formatCpu, formatMemory, memoryBytes } from '../base/quantity.ts';
import { type Tenant, type VirtualMachinePool } from '../model/kinds/index.ts';
import { type InstanceSet } from './instance-sets.ts';
import { amountOf, type Amount } from '../model/amount.ts';

export interface QuotaVerdict {
  /** Each limit that the set breaks, for people; empty: none. */
  readonly exceeded: readonly string[];
  /** The set, as wanted, takes more of what is short than it does now: it must stay as it is. */
  readonly refused: boolean;
}

/**
 * Holds a tenant's own set against its quota of CPU and memory; shared sets are not the tenant's. `existing` are
 * the pools of the set that are there: what they hold is never taken away, so that a set above a lowered quota may
 * still change or shrink. Pure.
 */
export function judgeQuota(
  tenant: Tenant,
  set: InstanceSet,
  existing: readonly VirtualMachinePool[],
): QuotaVerdict {
  const { quota } = tenant.spec;
  if (set.shared || !quota) return { exceeded: [], refused: false };
  const wanted = sumOf(set.tiers.map(({ pool }) => pool));
  const present = sumOf(existing);
  const exceeded: string[] = [];
  let refused = false;
  if (quota.cpu !== undefined && wanted.cpuMillis > cpuMillis(quota.cpu)) {
    exceeded.push(`its VMs need ${formatCpu(wanted.cpuMillis)} CPU, quota.cpu is ${quota.cpu}`);
    refused ||= wanted.cpuMillis > present.cpuMillis;
  }
  if (quota.memory !== undefined && wanted.memoryBytes > memoryBytes(quota.memory)) {
    exceeded.push(
      `its VMs need ${formatMemory(wanted.memoryBytes)} of memory, quota.memory is ${quota.memory}`,
    );
    refused ||= wanted.memoryBytes > present.memoryBytes;
  }
  return { exceeded, refused };
}

function sumOf(pools: readonly Pick<VirtualMachinePool, 'spec'>[]): Amount {
  let cpu = 0;
  let memory = 0;
  for (const { spec } of pools) {
    const each = amountOf(spec.template.spec.resources);
    cpu += spec.replicas * each.cpuMillis;
    memory += spec.replicas * each.memoryBytes;
  }
  return { cpuMillis: cpu, memoryBytes: memory };
}
