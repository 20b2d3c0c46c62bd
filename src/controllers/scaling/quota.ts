/** How far quotas let a scaling policy go: those of the namespace and, for a tenant's own VMs, the tenant's. Pure. */
import { cpuMillis, memoryBytes } from '../../base/quantity.ts';
import { type Tenant, type VirtualMachine, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { askedBy, type Figures, type Limit, machines, plus, roomFor } from '../../model/quota.ts';
import { type Resources } from '../../autoscaling/recommender.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { quotas } from '../cluster/quota-index.ts';

/** What quotas allow a target beside all others; figures without a limit are Infinity. */
export interface QuotaRoom {
  /** VMs of the present size. Never less than it is set to: what is there is not touched. */
  readonly replicas: number;
  /** The limit that allows no more of them, for people; absent without one. */
  readonly by?: string;
  /** The largest size at the present number: cores and bytes, and whose limit that is. */
  readonly size: Resources;
  readonly sizeBy: string;
}

/** Undefined where no quota has a say. */
export function quotaRoomOf(
  target: VirtualMachine | VirtualMachinePool,
  cache: ObjectCache,
): QuotaRoom | undefined {
  const { namespace = '' } = target.metadata;
  const rooms = [
    {
      limits: cache.index(quotas).limits(namespace),
      others: plus(cache.index(quotas).asked(namespace), askedBy(target), -1),
    },
    ...tenantRooms(target, cache),
  ].filter(({ limits }) => limits.length > 0);
  if (rooms.length === 0) return undefined;
  const pool = target.kind === 'VirtualMachinePool' ? target : undefined;
  const count = pool?.spec.replicas ?? 1;
  const each = machines((pool ? pool.spec.template.spec : (target as VirtualMachine).spec).resources, 1);
  let replicas = Infinity;
  let by: string | undefined;
  const size = { cpu: Infinity, memory: Infinity };
  const sizeBy = new Set<string>();
  for (const { limits, others } of rooms) {
    const room = roomFor(limits, others, each);
    if (room.count < replicas) {
      replicas = room.count;
      by = room.limit && `${room.limit.quota} (${room.limit.constraint})`;
    }
    for (const { measure, hard, quota } of limits) {
      if (measure !== 'cpu' && measure !== 'memory') continue;
      const most = (hard - (others[measure] ?? 0)) / Math.max(1, count) / (measure === 'cpu' ? 1000 : 1);
      if (most < size[measure]) size[measure] = most;
      sizeBy.add(quota);
    }
  }
  const present = { replicas: Math.max(replicas, count), size, sizeBy: [...sizeBy].join(', ') };
  return { ...present, ...(by === undefined ? {} : { by }) };
}

/** The quota of the tenant whose own VMs these are, and what its other pools ask for. */
function tenantRooms(
  { metadata }: VirtualMachine | VirtualMachinePool,
  cache: ObjectCache,
): { limits: Limit[]; others: Figures }[] {
  const owner = metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Tenant');
  const tenant = owner && cache.get('Tenant', metadata.namespace ?? '', owner.name);
  if (!tenant?.spec.quota) return [];
  const others = cache
    .dependents(tenant.metadata.uid ?? '')
    .filter(({ metadata: { uid } }) => uid !== metadata.uid)
    .reduce<Figures>((sum, object) => plus(sum, askedBy(object)), {});
  return [{ limits: tenantLimits(tenant), others }];
}

function tenantLimits({ metadata, spec }: Tenant): Limit[] {
  const { cpu, memory } = spec.quota ?? {};
  const quota = `the quota of tenant ${metadata.name}`;
  return [
    ...(cpu === undefined
      ? []
      : [{ quota, constraint: 'cpu', measure: 'cpu', hard: cpuMillis(cpu) } as const]),
    ...(memory === undefined
      ? []
      : [{ quota, constraint: 'memory', measure: 'memory', hard: memoryBytes(memory) } as const]),
  ];
}
