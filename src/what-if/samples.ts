/** The figures of hosts, pools, VMs and tenants at the end of a step. */
import { type ObjectCache } from '../engine/cache.ts';
import { tenantCostPerHour } from '../controllers/tenants/figures.ts';
import { type Host, type VirtualMachine } from '../model/kinds/index.ts';
import { type World } from '../model/ports.ts';
import { type SubjectName } from '../model/run-record.ts';
import { cpuMillis } from '../base/quantity.ts';
import { type Roster } from './roster.ts';
import { type SeriesTable } from './series-table.ts';
import { fullFrom } from '../objectives/explain.ts';
import { ownMachines } from './availability-meter.ts';

/** What is looked at, and where it is written. */
export interface Scene {
  readonly world: World;
  readonly cache: ObjectCache;
  readonly nowMs: number;
  readonly table: SeriesTable;
  readonly roster: Roster;
  readonly step: number;
  /** Subjects that are recorded however many there are. */
  readonly wanted: ReadonlySet<SubjectName>;
}

/** Where there are more hosts than this, only those that objectives name have series of their own. */
const mostHosts = 200;
/** Where there are more VMs than this, only pools that objectives name tell how busy their VMs are. */
export const mostMachines = 500;
/** What a tenant costs changes with the VMs: it is looked at so often, ms of world time. */
const costEveryMs = 60_000;

/** Writes the figures of hosts and of all hosts together; gives the latter's price an hour and power. */
export function sampleHosts({ world, table, roster, step, wanted }: Scene): {
  readonly perHour: number;
  readonly watts: number;
} {
  const hosts = roster.of('Host');
  const all = hosts.size <= mostHosts;
  const sum = { perHour: 0, watts: 0, used: 0, cores: 0 };
  for (const [subject, host] of hosts) {
    const uid = host.metadata.uid ?? '';
    const usage = world.hostUsage(uid);
    const cores = coresOf(host);
    const { perHour } = host.spec.price;
    sum.perHour += perHour;
    sum.cores += cores;
    sum.watts += usage?.watts ?? 0;
    sum.used += (usage?.utilization ?? 0) * cores;
    if (!all && !wanted.has(subject)) continue;
    table.set('utilization', subject, step, usage?.utilization ?? NaN);
    table.set('watts', subject, step, usage?.watts ?? NaN);
    if (!wanted.has(subject)) continue;
    table.set('costPerHour', subject, step, perHour);
  }
  table.set('costPerHour', '', step, sum.perHour);
  table.set('watts', '', step, sum.watts);
  table.set('utilization', '', step, sum.cores > 0 ? sum.used / sum.cores : NaN);
  return sum;
}

/** Quantities are texts, and a host is looked at in every step. */
const knownCores = new WeakMap<Host, number>();

function coresOf(host: Host): number {
  let cores = knownCores.get(host);
  if (cores === undefined) knownCores.set(host, (cores = cpuMillis(host.spec.capacity.cpu)));
  return cores;
}

/** Writes how many VMs pools have and how busy these are, and the sizes of other things that objectives name. */
export function samplePools(
  { world, cache, table, roster, step, wanted }: Scene,
  machineCount: number,
): void {
  for (const [subject, pool] of roster.of('VirtualMachinePool')) {
    const { replicas = 0, readyReplicas = 0 } = pool.status ?? {};
    table.set('replicas', subject, step, replicas);
    table.set('readyReplicas', subject, step, readyReplicas);
    if (machineCount > mostMachines && !wanted.has(subject)) continue;
    table.set('utilization', subject, step, meanUtilization(ownMachines(pool, cache), world));
  }
  for (const subject of wanted) {
    const policy = roster.of('ScalingPolicy').get(subject);
    if (policy) table.set('replicas', subject, step, policy.status?.currentReplicas ?? NaN);
    const hosts = roster.of('HostPool').get(subject);
    if (hosts) table.set('replicas', subject, step, hosts.status?.replicas ?? NaN);
  }
}

/** Of the vCPUs of those that are on, just now. */
function meanUtilization(machines: readonly VirtualMachine[], world: World): number {
  let used = 0;
  let size = 0;
  for (const { metadata } of machines) {
    const load = world.machineLoad(metadata.uid ?? '');
    if (!load) continue;
    used += load.usedMillis;
    size += load.sizeMillis;
  }
  return size > 0 ? used / size : NaN;
}

/** Writes the figures of the VMs that objectives name, or of all. */
export function sampleMachines({ world, table, roster, step, wanted }: Scene, all: boolean): void {
  const machines = roster.of('VirtualMachine');
  const sampled = all ? machines.keys() : [...wanted].filter((subject) => machines.has(subject));
  for (const subject of sampled) {
    const vm = machines.get(subject);
    if (!vm) continue;
    table.set('utilization', subject, step, meanUtilization([vm], world));
  }
}

/** By VM and step, how busy it was where it was full; sparse, and no part of the record. */
export type FullMachines = Map<SubjectName, number[]>;

/** Notes the VMs that are at their end, where there are few enough VMs to look at each. */
export function noteFullMachines(
  { world, roster, step }: Scene,
  machineCount: number,
  full: FullMachines,
): void {
  if (machineCount > mostMachines) return;
  for (const [subject, vm] of roster.of('VirtualMachine')) {
    const utilization = meanUtilization([vm], world);
    if (!(utilization >= fullFrom)) continue;
    const steps = full.get(subject);
    if (steps) steps[step] = utilization;
    else {
      const first: number[] = [];
      first[step] = utilization;
      full.set(subject, first);
    }
  }
}

/** Writes what tenants cost an hour; between two looks the last figure holds. */
export function sampleTenantCosts(scene: Scene, lengthMs: number): void {
  const { table, roster, step } = scene;
  const every = Math.max(1, Math.round(costEveryMs / lengthMs));
  for (const [subject, tenant] of roster.of('Tenant')) {
    const before = step % every === 0 ? undefined : table.get('costPerHour', subject)?.[step - 1];
    const known = before !== undefined && !Number.isNaN(before);
    table.set('costPerHour', subject, step, known ? before : tenantCostPerHour(tenant, scene));
  }
}
