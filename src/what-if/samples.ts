/** The figures of hosts, pools, VMs and tenants at a moment. */
import { tenantCostPerHour } from '../controllers/tenants/figures.ts';
import { type Host, type VirtualMachine, type VirtualMachinePool } from '../model/kinds/index.ts';
import { type World } from '../model/ports.ts';
import { type SeriesName, type SubjectName } from '../model/run-record.ts';
import { cpuMillis } from '../base/quantity.ts';
import { machinesOn } from '../controllers/machines/lookup.ts';
import { isUp } from '../controllers/machines/up.ts';
import { amountOf, type Amount } from '../model/amount.ts';
import { guestPrice } from '../performance/cost.ts';
import { type Roster } from './roster.ts';
import { type SeriesTable } from './series-table.ts';
import { fullFrom } from '../objectives/explain.ts';
import { machineGroups } from '../controllers/machines/groups.ts';
import { membersOf } from '../controllers/pools/members.ts';
import { isTrue } from '../model/conditions.ts';
import { type ObjectCache } from '../engine/cache.ts';
import { type StepMeans } from './step-means.ts';

/** What is looked at. */
export interface Scene {
  readonly world: World;
  readonly cache: ObjectCache;
  readonly roster: Roster;
  /** Where figures go that hold until the next event. */
  readonly means: StepMeans;
  /** Subjects that are recorded however many there are. */
  readonly wanted: ReadonlySet<SubjectName>;
}

/** Takes a figure. */
export type Put = (name: SeriesName, of: SubjectName, value: number) => void;

/** Where there are more hosts than this, only those that objectives name have series of their own. */
const mostHosts = 200;
/** Where there are more VMs than this, only pools that objectives name tell how busy their VMs are. */
export const mostMachines = 500;
/** What a tenant costs changes with the VMs: it is looked at so often, ms of world time. */
const costEveryMs = 60_000;

/** Puts what hosts cost, with the VMs that run on them where those have a price: each that is wanted and all together. */
export function putPrices({ cache, roster, wanted }: Scene, put: Put): void {
  let perHour = 0;
  for (const [subject, host] of roster.of('Host')) {
    const price = host.spec.price.perHour + guestsPrice(host, cache);
    perHour += price;
    if (wanted.has(subject)) put('costPerHour', subject, price);
  }
  put('costPerHour', '', perHour);
}

/** Puts how busy hosts are and what they draw, each and all together. */
export function putHosts({ world, roster, wanted }: Scene, put: Put): void {
  const hosts = roster.of('Host');
  const all = hosts.size <= mostHosts;
  const sum = { watts: 0, used: 0, cores: 0 };
  for (const [subject, host] of hosts) {
    const usage = world.hostUsage(host.metadata.uid ?? '');
    const cores = coresOf(host);
    sum.cores += cores;
    sum.watts += usage?.watts ?? 0;
    sum.used += (usage?.utilization ?? 0) * cores;
    if (!all && !wanted.has(subject)) continue;
    put('utilization', subject, usage?.utilization ?? NaN);
    put('watts', subject, usage?.watts ?? NaN);
  }
  put('watts', '', sum.watts);
  put('utilization', '', sum.cores > 0 ? sum.used / sum.cores : NaN);
}

/** What the VMs that run on a host cost an hour, where they have a price of their own. */
function guestsPrice({ metadata, spec }: Host, cache: ObjectCache): number {
  const { perVmHour } = spec.price;
  if (perVmHour === undefined) return 0;
  let sum = 0;
  for (const vm of machinesOn(cache, metadata.name))
    if (isUp(vm.status)) sum += guestPrice(sizeOf(vm), perVmHour);
  return sum;
}

/** Quantities are texts, and a VM is looked at at every event. */
const knownSizes = new WeakMap<VirtualMachine, Amount>();

function sizeOf(vm: VirtualMachine): Amount {
  let size = knownSizes.get(vm);
  if (size === undefined) knownSizes.set(vm, (size = amountOf(vm.status?.resources ?? vm.spec.resources)));
  return size;
}

/** Quantities are texts, and a host is looked at in every step. */
const knownCores = new WeakMap<Host, number>();

function coresOf(host: Host): number {
  let cores = knownCores.get(host);
  if (cores === undefined) knownCores.set(host, (cores = cpuMillis(host.spec.capacity.cpu)));
  return cores;
}

/** Writes how many VMs pools have, and the sizes of other things that objectives name. */
export function writeSizes(roster: Roster, wanted: ReadonlySet<SubjectName>, put: Put): void {
  for (const [subject, pool] of roster.of('VirtualMachinePool')) {
    const { replicas = 0, readyReplicas = 0 } = pool.status ?? {};
    put('replicas', subject, replicas);
    put('readyReplicas', subject, readyReplicas);
  }
  for (const subject of wanted) {
    const policy = roster.of('ScalingPolicy').get(subject);
    if (policy) put('replicas', subject, policy.status?.currentReplicas ?? NaN);
    const hosts = roster.of('HostPool').get(subject);
    if (hosts) put('replicas', subject, hosts.status?.replicas ?? NaN);
  }
}

/** Puts how busy the VMs of the wanted pools are or (`allPools`) of all. */
export function putPools({ world, cache, roster, wanted }: Scene, allPools: boolean, put: Put): void {
  for (const [subject, pool] of roster.of('VirtualMachinePool')) {
    if (allPools || wanted.has(subject)) {
      put('utilization', subject, meanUtilization(ownMachines(pool, cache), world));
    }
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

/** Puts how busy the VMs are that objectives name, or all. */
export function putMachines({ world, roster, wanted }: Scene, all: boolean, put: Put): void {
  const machines = roster.of('VirtualMachine');
  const sampled = all ? machines.keys() : [...wanted].filter((subject) => machines.has(subject));
  for (const subject of sampled) {
    const vm = machines.get(subject);
    if (vm) put('utilization', subject, meanUtilization([vm], world));
  }
}

/** By VM and step, how busy it was where it was full; sparse, and no part of the record. */
export type FullMachines = Map<SubjectName, number[]>;

/** Notes the VMs that are at their end, where there are few enough VMs to look at each. */
export function noteFullMachines(
  { world, roster }: Scene,
  step: number,
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

/** Where the figures of a step go. */
export interface StepPlace {
  readonly table: SeriesTable;
  readonly step: number;
  readonly lengthMs: number;
}

/** Writes what tenants cost an hour; between two looks the last figure holds. */
export function writeTenantCosts(scene: Scene, { table, step, lengthMs }: StepPlace): void {
  const { roster } = scene;
  const every = Math.max(1, Math.round(costEveryMs / lengthMs));
  for (const [subject, tenant] of roster.of('Tenant')) {
    const before = step % every === 0 ? undefined : table.get('costPerHour', subject)?.[step - 1];
    const known = before !== undefined && !Number.isNaN(before);
    table.set(
      'costPerHour',
      subject,
      step,
      known ? before : tenantCostPerHour(tenant, { ...scene, nowMs: scene.world.nowMs }),
    );
  }
}

/** Holds the availability of the wanted hosts and VMs, and of the wanted pools or (`allPools`) of all. */
export function holdAvailability(scene: Scene, allPools: boolean): void {
  const { world, cache, roster, wanted, means } = scene;
  const machines = roster.of('VirtualMachine');
  const hosts = roster.of('Host');
  for (const subject of wanted) {
    const vm = machines.get(subject);
    if (vm) means.hold('availability', subject, isAvailable(vm, world) ? 1 : 0);
    const host = hosts.get(subject);
    if (host) means.hold('availability', subject, world.isReachable(host.metadata.uid ?? '') ? 1 : 0);
  }
  for (const [subject, pool] of roster.of('VirtualMachinePool')) {
    if (pool.spec.replicas <= 0 || !(allPools || wanted.has(subject))) continue;
    const up = ownMachines(pool, cache).filter((vm) => isAvailable(vm, world)).length;
    means.hold('availability', subject, Math.min(1, up / pool.spec.replicas));
  }
}

/** It is ready, and requests reach it: what is seen of a VM may lag behind what has become of its host. */
function isAvailable(vm: VirtualMachine, world: World): boolean {
  return isTrue(vm.status?.conditions, 'Ready') && world.answers(vm.metadata.uid ?? '');
}

/** The VMs that the pool has made or taken over: not those of others that its selector matches. */
function ownMachines({ metadata }: VirtualMachinePool, cache: ObjectCache): VirtualMachine[] {
  return membersOf(cache.index(machineGroups).ofOwner(metadata.uid ?? ''));
}
