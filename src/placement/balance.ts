/** How evenly, and how tightly, hosts are filled: by what was promised to VMs, not by what they use at the moment. */
import { compareText } from '../base/listing.ts';
import { type Fleet } from './fleet.ts';
import { type HostView } from './types.ts';

export type RebalanceStrategy = 'Spread' | 'Consolidate';

/** Shares of what a host can promise, 0..1; above 1 on a host that shrank under its VMs. */
export interface Fill {
  readonly cpu: number;
  readonly memory: number;
}

/** Hosts between which a running VM can move: of one hypervisor and with the same taints. */
export interface HostGroup {
  /** In the order of names. */
  readonly hosts: readonly string[];
  /** Of one host on the mean: what larger hosts weigh more by. */
  readonly meanCpuMillis: number;
  readonly meanMemoryBytes: number;
}

/**
 * The groups of the hosts that the labels select and that take VMs: ready, not cordoned, with something to promise.
 * In the order of their first hosts' names.
 */
export function hostGroups(fleet: Fleet, labels: Readonly<Record<string, string>>): HostGroup[] {
  const groups = new Map<string, HostView[]>();
  for (const name of fleet.hostNames()) {
    const host = fleet.host(name);
    if (!host || !takesPart(host, labels)) continue;
    const key = groupKey(host);
    const members = groups.get(key);
    if (members) members.push(host);
    else groups.set(key, [host]);
  }
  return [...groups.values()].map((hosts) => ({
    hosts: hosts.map(({ name }) => name),
    meanCpuMillis: hosts.reduce((sum, { allocatable }) => sum + allocatable.cpuMillis, 0) / hosts.length,
    meanMemoryBytes: hosts.reduce((sum, { allocatable }) => sum + allocatable.memoryBytes, 0) / hosts.length,
  }));
}

function takesPart(host: HostView, labels: Readonly<Record<string, string>>): boolean {
  const { cpuMillis, memoryBytes } = host.allocatable;
  if (!host.ready || host.unschedulable || cpuMillis <= 0 || memoryBytes <= 0) return false;
  return Object.entries(labels).every(([key, value]) => host.labels[key] === value);
}

function groupKey({ hypervisor, taints }: HostView): string {
  const hard = taints
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .map(({ key, value = '', effect }) => `${key}=${value}:${effect}`);
  return [hypervisor.name, ...hard.sort(compareText)].join('\n');
}

/** How full a host is. */
export function fillOf(fleet: Fleet, name: string): Fill {
  const host = fleet.host(name);
  const { cpuMillis, memoryBytes } = fleet.allocated(name);
  if (!host) return { cpu: 0, memory: 0 };
  return {
    cpu: cpuMillis / host.allocatable.cpuMillis,
    memory: memoryBytes / host.allocatable.memoryBytes,
  };
}

/**
 * A host's part of the sum that spreading lowers and consolidating raises: the squares of its fill, of both resources
 * on the mean, a larger host weighing more. A move that lowers the sum can't be undone by one that lowers it further,
 * so that a plan never goes in circles.
 */
export function crowding(fleet: Fleet, group: HostGroup, name: string): number {
  const host = fleet.host(name);
  if (!host) return 0;
  const { cpu, memory } = fillOf(fleet, name);
  const cpuWeight = host.allocatable.cpuMillis / group.meanCpuMillis;
  const memoryWeight = host.allocatable.memoryBytes / group.meanMemoryBytes;
  return (cpuWeight * cpu * cpu + memoryWeight * memory * memory) / 2;
}

/**
 * What a strategy wants to be small, 0..1. Spread: the standard deviation of the hosts' fill. Consolidate: the part of
 * the hosts with VMs that is free, of the tighter resource.
 */
export function imbalance(fleet: Fleet, group: HostGroup, strategy: RebalanceStrategy): number {
  return strategy === 'Spread' ? deviation(fleet, group) : slack(fleet, group);
}

function deviation(fleet: Fleet, group: HostGroup): number {
  const count = group.hosts.length;
  let squares = 0;
  let cpu = 0;
  let memory = 0;
  for (const name of group.hosts) {
    squares += crowding(fleet, group, name);
    const used = fleet.allocated(name);
    cpu += used.cpuMillis;
    memory += used.memoryBytes;
  }
  const meanCpu = cpu / (count * group.meanCpuMillis);
  const meanMemory = memory / (count * group.meanMemoryBytes);
  const variance = squares / count - (meanCpu * meanCpu + meanMemory * meanMemory) / 2;
  // The last bits of the sums may leave a difference where there is none.
  return variance < 1e-12 ? 0 : Math.sqrt(variance);
}

function slack(fleet: Fleet, group: HostGroup): number {
  let [cpu, memory, cpuThere, memoryThere] = [0, 0, 0, 0];
  for (const name of group.hosts) {
    const host = fleet.host(name);
    const used = fleet.allocated(name);
    if (!host || (used.cpuMillis <= 0 && used.memoryBytes <= 0)) continue;
    cpu += used.cpuMillis;
    memory += used.memoryBytes;
    cpuThere += host.allocatable.cpuMillis;
    memoryThere += host.allocatable.memoryBytes;
  }
  if (cpuThere === 0) return 0;
  return Math.max(0, 1 - Math.max(cpu / cpuThere, memory / memoryThere));
}
