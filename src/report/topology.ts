/**
 * The topology as small JSON: a row a host and a machine, words that repeat as indexes. Ten thousand machines
 * take half a megabyte instead of one and a half.
 */
import {
  type Topology,
  type TopologyHost,
  type TopologyMachine,
  type TopologyTenant,
} from '../model/run-record.ts';

/** name, host (index, -1: none), mode, phase, pool (words; -1: none), CPU in millis, memory in MiB, utilization in % or null */
export type MachineRow = readonly [string, number, number, number, number, number, number, number | null];

/** name, hypervisor, architecture, phase, zone (words; -1: none), CPU and memory, both also allocated, utilization, machines left out */
export type HostRow = readonly [
  string,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number | null,
  number,
];

export interface PackedBalancer {
  readonly name: string;
  readonly algorithm: string;
  readonly ready: number;
  readonly total: number;
  /** Machine (index into the rows), ready, share of the traffic in 0..1. Machines that were left out are left out. */
  readonly backends: readonly (readonly [number, 0 | 1, number])[];
}

export interface PackedTopology {
  readonly words: readonly string[];
  readonly hosts: readonly HostRow[];
  readonly machines: readonly MachineRow[];
  readonly balancers: readonly PackedBalancer[];
  readonly tenants: readonly TopologyTenant[];
  readonly leftOut: { readonly machines: number; readonly hosts: number };
}

export interface TopologyLimits {
  readonly hosts: number;
  readonly machines: number;
}

const mebibyte = 2 ** 20;

/** Packs at most so many hosts and machines, from the first on; how many were left out is said. */
export function packTopology(topology: Topology, limits: TopologyLimits): PackedTopology {
  const words = new Map<string, number>();
  const word = (text: string | undefined): number => {
    if (text === undefined) return -1;
    const index = words.get(text) ?? words.size;
    words.set(text, index);
    return index;
  };
  const machines: MachineRow[] = [];
  const rows = new Map<string, number>();
  const keep = (machine: TopologyMachine, host: number): boolean => {
    if (machines.length >= limits.machines) return false;
    rows.set(machine.name, machines.length);
    machines.push(machineRow(machine, host, word));
    return true;
  };
  const hosts = topology.hosts.slice(0, limits.hosts).map((host, index) => {
    const dropped = host.machines.filter((machine) => !keep(machine, index)).length;
    return hostRow(host, dropped, word);
  });
  for (const machine of topology.waiting) keep(machine, -1);
  const all = topology.hosts.reduce((sum, host) => sum + host.machines.length, topology.waiting.length);
  return {
    hosts,
    machines,
    words: [...words.keys()],
    balancers: topology.balancers.map((balancer) => packBalancer(balancer, rows)),
    tenants: topology.tenants,
    leftOut: { machines: all - machines.length, hosts: topology.hosts.length - hosts.length },
  };
}

function machineRow(machine: TopologyMachine, host: number, word: (text?: string) => number): MachineRow {
  const memory = Math.round(machine.memoryBytes / mebibyte);
  const use = percent(machine.utilization);
  const { name, mode, phase, pool, cpuMillis } = machine;
  return [name, host, word(mode), word(phase), word(pool), cpuMillis, memory, use];
}

function hostRow(host: TopologyHost, dropped: number, word: (text?: string) => number): HostRow {
  return [
    host.name,
    word(host.hypervisor),
    word(host.architecture),
    word(host.phase),
    word(host.zone),
    host.cpuMillis,
    Math.round(host.memoryBytes / mebibyte),
    host.allocatedCpuMillis,
    Math.round(host.allocatedMemoryBytes / mebibyte),
    percent(host.utilization),
    dropped,
  ];
}

function packBalancer(
  balancer: Topology['balancers'][number],
  rows: ReadonlyMap<string, number>,
): PackedBalancer {
  const backends = balancer.backends.flatMap(({ machine, ready, share }) => {
    const row = rows.get(machine);
    return row === undefined ? [] : [[row, ready ? 1 : 0, Math.round(share * 1000) / 1000] as const];
  });
  const ready = balancer.backends.filter((backend) => backend.ready).length;
  return {
    name: balancer.name,
    algorithm: balancer.algorithm,
    ready,
    total: balancer.backends.length,
    backends,
  };
}

function percent(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(share * 100);
}
