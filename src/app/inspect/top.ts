/** Who uses how much: `vctl top`. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { compareText } from '../../base/listing.ts';
import { humanCpu, humanMemory } from '../../base/quantity.ts';
import { decimal, percent } from '../../model/kinds/cells.ts';
import { type Host, type VirtualMachine } from '../../model/kinds/index.ts';
import { type Metrics } from '../../model/ports.ts';
import { measuredUsage } from '../../model/reachability.ts';
import { type LabelSelector } from '../../model/selectors.ts';
import { type Table } from '../../output/table.ts';
import { kindOrFail, selectorOf } from '../resources.ts';
import { type State } from '../state.ts';
import { openWorldView } from './world-view.ts';
import { amountOf } from '../../model/amount.ts';

export const sortKeys = ['name', 'cpu', 'memory'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Figures of the last load step; absent where nothing was measured yet. */
export interface Usage {
  readonly name: string;
  /** Of VMs. */
  readonly namespace?: string;
  readonly host?: string;
  /** CPU in use, millicores of the host. */
  readonly cpuMillis?: number;
  /** Share of the VM's virtual CPUs, or of the host's cores, 0..1. */
  readonly utilization?: number;
  /** VM: in use by the guest. Host: promised to its VMs. */
  readonly memoryBytes?: number;
  /** Share of the VM's own memory, or of what the host may promise, 0..1. */
  readonly memoryShare?: number;
  /** Of VMs. */
  readonly requestsPerSecond?: number;
  /** Of hosts. */
  readonly watts?: number;
  readonly virtualMachines?: number;
}

export interface TopRequest {
  /** The word for hosts or for VMs. */
  readonly of: string;
  /** undefined is all namespaces. */
  readonly namespace: string | undefined;
  readonly selector?: string;
  readonly sortBy: SortKey;
}

export interface TopReport {
  readonly kind: 'Host' | 'VirtualMachine';
  readonly items: readonly Usage[];
}

/** By name, or by CPU or memory, the largest first. @throws UserError for a kind that has no usage. */
export async function runTop(state: State, request: TopRequest): Promise<TopReport> {
  // People say `top vms`, though the kind's short name is `vm`.
  const kind = kindOrFail(request.of === 'vms' ? 'vm' : request.of);
  const selector = selectorOf(request.selector);
  if (kind !== 'Host' && kind !== 'VirtualMachine') {
    throw new UserError(`there is no usage of ${request.of}`, {
      exitCode: ExitCode.Usage,
      nextSteps: ['vctl top hosts', 'vctl top vms'],
    });
  }
  const world = await openWorldView(state);
  const items =
    kind === 'Host'
      ? await hostUsages(state, world, selector)
      : await machineUsages(state, world, request.namespace, selector);
  return { kind, items: inOrder(items, request.sortBy) };
}

async function machineUsages(
  state: State,
  world: Metrics,
  namespace: string | undefined,
  selector: LabelSelector | undefined,
): Promise<Usage[]> {
  const { items } = await state.store.list('VirtualMachine', { namespace, selector });
  return (items as readonly VirtualMachine[]).map((vm) => {
    const { metadata, spec, status } = vm;
    const usage = measuredUsage(vm, world);
    const size = amountOf(status?.resources ?? spec.resources);
    const named = { name: metadata.name, namespace: metadata.namespace, host: status?.host };
    if (!usage) return named;
    const { cpuMillis, utilization, memoryBytes, requestsPerSecond } = usage;
    const memoryShare = memoryBytes / size.memoryBytes;
    return { ...named, cpuMillis, utilization, memoryBytes, memoryShare, requestsPerSecond };
  });
}

async function hostUsages(
  state: State,
  world: Metrics,
  selector: LabelSelector | undefined,
): Promise<Usage[]> {
  const { items } = await state.store.list('Host', { selector });
  return (items as readonly Host[]).map(({ metadata, spec, status }) => {
    const usage = world.hostUsage(metadata.uid ?? '');
    const allocated = amountOf(status?.allocated);
    const allocatable = amountOf(status?.allocatable);
    return {
      name: metadata.name,
      ...(usage
        ? {
            cpuMillis: usage.utilization * amountOf(spec.capacity).cpuMillis,
            utilization: usage.utilization,
            watts: usage.watts,
          }
        : {}),
      memoryBytes: allocated.memoryBytes,
      ...(allocatable.memoryBytes > 0
        ? { memoryShare: allocated.memoryBytes / allocatable.memoryBytes }
        : {}),
      virtualMachines: status?.virtualMachines ?? 0,
    };
  });
}

/** What was not measured comes last. */
function inOrder(items: readonly Usage[], sortBy: SortKey): Usage[] {
  const weight = ({ cpuMillis = -1, memoryBytes = -1 }: Usage): number =>
    sortBy === 'cpu' ? cpuMillis : sortBy === 'memory' ? memoryBytes : 0;
  return [...items].sort(
    (a, b) =>
      weight(b) - weight(a) ||
      compareText(a.namespace ?? '', b.namespace ?? '') ||
      compareText(a.name, b.name),
  );
}

/** The table of a report. */
export function topTable({ kind, items }: TopReport, allNamespaces: boolean): Table {
  const namespaced = kind === 'VirtualMachine' && allNamespaces;
  const figures = ['CPU', 'CPU%', 'MEMORY', 'MEMORY%'];
  const own = kind === 'Host' ? ['VMS', 'WATTS'] : ['REQ/S'];
  return {
    columns: [
      ...(namespaced ? [{ name: 'NAMESPACE' }] : []),
      { name: 'NAME' },
      ...[...figures, ...own].map((name) => ({ name, align: 'right' as const })),
      ...(kind === 'Host' ? [] : [{ name: 'HOST' }]),
    ],
    rows: items.map((usage) => [
      ...(namespaced ? [usage.namespace ?? ''] : []),
      usage.name,
      usage.cpuMillis === undefined ? '<unknown>' : humanCpu(usage.cpuMillis),
      percent(usage.utilization),
      usage.memoryBytes === undefined ? '<unknown>' : humanMemory(usage.memoryBytes),
      percent(usage.memoryShare),
      ...(kind === 'Host'
        ? [String(usage.virtualMachines ?? 0), decimal(usage.watts)]
        : [decimal(usage.requestsPerSecond), usage.host ?? '']),
    ]),
  };
}
