/** What the cache keeps for the controllers, each index declared by the subject that owns its question. */
import { type IndexDefinition } from '../engine/cache-index.ts';
import { quotas } from './cluster/quota-index.ts';
import { hostGroups } from './hosts/groups.ts';
import { hostsByHypervisor } from './hosts/lookup.ts';
import { machineGroups } from './machines/groups.ts';
import { machinesByHost, machinesByLabel, machinesHeld } from './machines/lookup.ts';
import { selectors } from './machines/selecting.ts';
import { policiesByTarget } from './scaling/lookup.ts';
import { tenancy } from './tenants/tenancy-index.ts';
import { trafficByTarget } from './traffic/lookup.ts';

export const indexes: readonly IndexDefinition[] = [
  hostGroups,
  hostsByHypervisor,
  machineGroups,
  machinesByHost,
  machinesByLabel,
  machinesHeld,
  policiesByTarget,
  quotas,
  selectors,
  tenancy,
  trafficByTarget,
];
