/** What a tenant's status measures: its requests, who served them, and what it costs. */
import { guestPrice, hostShare } from '../../performance/cost.ts';
import { type Tenant, type VirtualMachine } from '../../model/kinds/index.ts';
import { labels } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { isShared } from '../../tenancy/instance-sets.ts';
import { type Turn } from '../../engine/turn.ts';
import { selectMachines } from '../machines/lookup.ts';
import { tenancy } from './tenancy-index.ts';
import { isUp } from '../machines/up.ts';
import { amountOf } from '../../model/amount.ts';

type Figures = Pick<
  NonNullable<Tenant['status']>,
  | 'requestsPerSecond'
  | 'throttledPerSecond'
  | 'heldPerSecond'
  | 'errorRate'
  | 'backlog'
  | 'refused'
  | 'timedOut'
  | 'servedBy'
  | 'costPerHour'
  | 'dominantShare'
  | 'utilization'
>;

/** A shared set's price an hour and how its tenants share in it. */
interface Bill {
  readonly perHour: number;
  /** Requests a second let through to the set, by the name of the tenant. */
  readonly requests: ReadonlyMap<string, number>;
  readonly total: number;
  readonly usage: Usage;
}

/** What figures are taken from: a turn, or whoever looks at the world from outside. */
export type Look = Pick<Turn, 'world' | 'cache' | 'nowMs'>;

/** The bills of a look, so that each is made once however many tenants share it. */
const billsOfLooks = new WeakMap<Look, { readonly nowMs: number; readonly bills: Map<string, Bill> }>();

/** Measures a tenant at the turn's time. `set` is the shared set that its route leads to, if it is one. */
export function figuresOf(tenant: Tenant, set: string | undefined, turn: Turn): Figures {
  const { namespace = '', name } = tenant.metadata;
  const flow = turn.world.route(`${namespace}/${name}`);
  const own = selectMachines(turn.cache, namespace, { matchLabels: { [labels.tenant]: name } });
  const bill = set === undefined ? undefined : billOf(tenant, set, turn);
  const servedBy = (flow?.servedBy ?? []).map((uid) => turn.cache.byUid(uid)?.metadata.name ?? uid);
  return {
    requestsPerSecond: round(flow?.requestsPerSecond ?? 0, 2),
    throttledPerSecond: round(flow?.throttledPerSecond ?? 0, 2),
    heldPerSecond: round(flow?.heldPerSecond ?? 0, 2),
    errorRate: round(flow?.errorRate ?? 0, 6),
    backlog: round(flow?.backlog ?? 0, 0),
    refused: round(flow?.totalRefused ?? 0, 0),
    timedOut: round(flow?.totalTimedOut ?? 0, 0),
    servedBy: servedBy.sort(),
    costPerHour: round(costOf(tenant, set, turn), 6),
    dominantShare: dominantShareOf(tenant, own, turn),
    utilization: utilizationOf(bill?.usage ?? usageOf(own, turn), bill ? servedPart(tenant, bill) : 1),
  };
}

/** What a tenant costs an hour at present, in the unit of the hosts' prices. */
export function tenantCostPerHour(tenant: Tenant, look: Look): number {
  const { level, endpoint = '' } = tenant.status ?? {};
  const front = look.cache.get('LoadBalancer', tenant.metadata.namespace ?? '', endpoint);
  const set = level !== undefined && isShared(level) ? front?.metadata.labels?.[labels.set] : undefined;
  return costOf(tenant, set, look);
}

function costOf(tenant: Tenant, set: string | undefined, turn: Look): number {
  const { namespace = '', name } = tenant.metadata;
  const own = selectMachines(turn.cache, namespace, { matchLabels: { [labels.tenant]: name } });
  return priceOf(own, turn.cache) + (set === undefined ? 0 : shareOf(tenant, set, turn));
}

/** A tenant's part of a shared set's price: by its requests, evenly while there are none. */
function shareOf(tenant: Tenant, set: string, turn: Look): number {
  const bill = billOf(tenant, set, turn);
  return bill.perHour * (bill.total > 0 ? servedPart(tenant, bill) : 1 / Math.max(1, bill.requests.size));
}

/** Share of a shared set's requests that are the tenant's. */
function servedPart({ metadata }: Tenant, { requests, total }: Bill): number {
  return total > 0 ? (requests.get(metadata.name) ?? 0) / total : 0;
}

/** What the tenant's own VMs have of all hosts; nothing for one that has none and wants none. */
function dominantShareOf(
  tenant: Tenant,
  own: readonly VirtualMachine[],
  turn: Turn,
): Figures['dominantShare'] {
  if (own.length === 0) return undefined;
  const { share, resource } = turn.placer.shareOf(tenant);
  const waiting = own.filter(({ status }) => status?.host === undefined).length;
  return { share: round(Math.min(share, 1), 4), resource, waiting };
}

/** CPU in the last step, millicores: used, and allocated. */
interface Usage {
  readonly used: number;
  readonly allocated: number;
}

function usageOf(machines: readonly VirtualMachine[], turn: Look): Usage {
  let used = 0;
  let allocated = 0;
  for (const { metadata, spec, status } of machines) {
    if (status?.host === undefined) continue;
    allocated += amountOf(status.resources ?? spec.resources).cpuMillis;
    used += turn.world.machineUsage(metadata.uid ?? '')?.cpuMillis ?? 0;
  }
  return { used, allocated };
}

function utilizationOf({ used, allocated }: Usage, part: number): Figures['utilization'] {
  if (allocated === 0) return undefined;
  return { own: round((used * part) / allocated, 4), all: round(used / allocated, 4) };
}

function billOf(tenant: Tenant, set: string, turn: Look): Bill {
  const { namespace = '' } = tenant.metadata;
  const endpoint = tenant.status?.endpoint ?? '';
  let known = billsOfLooks.get(turn);
  if (known?.nowMs !== turn.nowMs) billsOfLooks.set(turn, (known = { nowMs: turn.nowMs, bills: new Map() }));
  const key = `${namespace}/${endpoint}`;
  let bill = known.bills.get(key);
  if (!bill) {
    const machines = selectMachines(turn.cache, namespace, {
      matchLabels: { [labels.application]: tenant.spec.application, [labels.set]: set },
    });
    const requests = new Map<string, number>();
    let total = 0;
    for (const { metadata } of turn.cache.index(tenancy).at(namespace, endpoint)) {
      const flow = turn.world.route(`${namespace}/${metadata.name}`);
      const admitted = flow ? flow.requestsPerSecond - flow.throttledPerSecond - flow.heldPerSecond : 0;
      requests.set(metadata.name, admitted);
      total += admitted;
    }
    known.bills.set(
      key,
      (bill = { perHour: priceOf(machines, turn.cache), requests, total, usage: usageOf(machines, turn) }),
    );
  }
  return bill;
}

/** What VMs cost an hour: each its share of its host's price, and while it runs its own. */
function priceOf(machines: readonly VirtualMachine[], cache: ObjectCache): number {
  let sum = 0;
  for (const { spec, status } of machines) {
    const host = status?.host === undefined ? undefined : cache.get('Host', '', status.host);
    if (!host?.status?.allocatable) continue;
    const size = amountOf(status?.resources ?? spec.resources);
    const { perHour, perVmHour } = host.spec.price;
    sum += perHour * hostShare(size, amountOf(host.status.allocatable));
    if (isUp(status)) sum += guestPrice(size, perVmHour);
  }
  return sum;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
