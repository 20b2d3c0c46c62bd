/** The packed topology as nodes that know what hangs on them. */
import { humanCpu, humanMemory } from '../../base/quantity.ts';
import { formatFigure } from '../../model/figures.ts';
import { type HostRow, type MachineRow, type PackedTopology } from '../topology.ts';

/** `t3`, `b0`, `h12`, `m40`: kind and index. */
export type NodeId = string;

export interface Node {
  readonly id: NodeId;
  readonly kind: 'Tenant' | 'Load balancer' | 'Host' | 'VM';
  readonly name: string;
  /** What is known of it, for reading. */
  readonly facts: readonly (readonly [string, string])[];
  /** What it rests on, one step: a tenant on its balancer, a balancer on VMs, a VM on its host. */
  readonly below: readonly NodeId[];
}

export interface Graph {
  readonly nodes: ReadonlyMap<NodeId, Node>;
  /** Everything that a node rests on and everything that rests on it, itself included. */
  related(id: NodeId): ReadonlySet<NodeId>;
}

const mebibyte = 2 ** 20;
export const percent = (value: number | null): string => (value === null ? 'not measured' : `${value} %`);

export function graphOf(topology: PackedTopology): Graph {
  const word = (index: number) => topology.words[index] ?? '–';
  const balancers = new Map(topology.balancers.map((balancer, index) => [balancer.name, `b${index}`]));
  const nodes = new Map<NodeId, Node>();
  const add = (node: Node) => nodes.set(node.id, node);
  for (const [index, row] of topology.hosts.entries()) add(hostNode(index, row, word));
  for (const [index, row] of topology.machines.entries()) add(machineNode(index, row, word, topology.hosts));
  for (const [index, balancer] of topology.balancers.entries()) {
    add({
      id: `b${index}`,
      kind: 'Load balancer',
      name: balancer.name,
      facts: [
        ['Algorithm', balancer.algorithm],
        ['Backends', `${balancer.ready} of ${balancer.total} ready`],
      ],
      below: balancer.backends.map(([machine]) => `m${machine}`),
    });
  }
  for (const [index, tenant] of topology.tenants.entries()) {
    const balancer = tenant.balancer === undefined ? undefined : balancers.get(tenant.balancer);
    const facts: [string, string][] = [
      ['Level', tenant.level],
      ['Application', tenant.application],
    ];
    if (tenant.route !== undefined) facts.push(['Route', tenant.route]);
    if (tenant.balancer !== undefined) facts.push(['Load balancer', tenant.balancer]);
    if (tenant.costPerHour !== undefined) facts.push(['Cost', formatFigure(tenant.costPerHour, 'perHour')]);
    add({
      id: `t${index}`,
      kind: 'Tenant',
      name: tenant.name,
      facts,
      below: balancer === undefined ? [] : [balancer],
    });
  }
  return { nodes, related: relations(nodes) };
}

function hostNode(index: number, row: HostRow, word: (index: number) => string): Node {
  const [name, hypervisor, architecture, phase, zone, cpu, memory, usedCpu, usedMemory, use, leftOut] = row;
  const facts: [string, string][] = [
    ['Phase', word(phase)],
    ['Hypervisor', `${word(hypervisor)} (${word(architecture) === 'Hosted' ? 'hosted' : 'bare-metal'})`],
    ['CPU in use', percent(use)],
    ['CPU allocated', `${humanCpu(usedCpu)} of ${humanCpu(cpu)}`],
    ['Memory allocated', `${humanMemory(usedMemory * mebibyte)} of ${humanMemory(memory * mebibyte)}`],
  ];
  if (zone >= 0) facts.push(['Zone', word(zone)]);
  if (leftOut > 0) facts.push(['VMs not listed', String(leftOut)]);
  return { id: `h${index}`, kind: 'Host', name, facts, below: [] };
}

function machineNode(
  index: number,
  [name, host, mode, phase, pool, cpu, memory, use]: MachineRow,
  word: (index: number) => string,
  hosts: readonly HostRow[],
): Node {
  const facts: [string, string][] = [
    ['Phase', word(phase)],
    ['Host', hosts[host]?.[0] ?? 'none'],
    ['Mode', word(mode) === 'Para' ? 'para-virtualized' : 'full virtualization'],
    ['CPU in use', percent(use)],
    ['Size', `${humanCpu(cpu)} CPU, ${humanMemory(memory * mebibyte)}`],
  ];
  if (pool >= 0) facts.push(['Pool', word(pool)]);
  return { id: `m${index}`, kind: 'VM', name, facts, below: host < 0 ? [] : [`h${host}`] };
}

function relations(nodes: ReadonlyMap<NodeId, Node>): (id: NodeId) => ReadonlySet<NodeId> {
  const above = new Map<NodeId, NodeId[]>();
  for (const node of nodes.values()) {
    for (const id of node.below) above.set(id, [...(above.get(id) ?? []), node.id]);
  }
  return (id) => {
    const found = new Set<NodeId>([id]);
    walk(id, (at) => nodes.get(at)?.below ?? [], found);
    walk(id, (at) => above.get(at) ?? [], found);
    return found;
  };
}

function walk(from: NodeId, next: (id: NodeId) => readonly NodeId[], found: Set<NodeId>): void {
  for (const id of next(from)) {
    found.add(id);
    walk(id, next, found);
  }
}
