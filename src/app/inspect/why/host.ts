/** Why a host is (not) ready, what keeps VMs away from it, and what could be placed there. Pure. */
import { humanCpu, humanMemory } from '../../../base/quantity.ts';
import {
  allocatableOf,
  largestMemory,
  memoryOverheadOf,
  mismatchOf,
} from '../../../controllers/hosts/facts.ts';
import { evictionOf } from '../../../controllers/machines/leaving.ts';
import { wantsHost } from '../../../controllers/machines/plan.ts';
import { findCondition, isTrue } from '../../../model/conditions.ts';
import { type Host } from '../../../model/kinds/index.ts';
import { isTerminating } from '../../../model/object.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { table } from '../describe/parts.ts';
import { type Snapshot } from '../../snapshot.ts';
import { type Explained, listedAtMost, someOf, type WhyScene } from './explained.ts';
import { machinesOn } from '../../../controllers/machines/lookup.ts';
import { machineKey } from '../../../controllers/machines/key.ts';
import { type Amount } from '../../../model/amount.ts';

/** Readiness, obstacles, room, and the verdict on each VM that waits. */
export function whyHost(host: Host, { snapshot, all }: WhyScene): Explained {
  const obstacles = obstaclesOf(host, snapshot);
  const ready = isTrue(host.status?.conditions, 'Ready') && !isTerminating(host);
  const open = ready && !host.spec.unschedulable;
  return {
    answer: `it is ${ready ? 'ready' : 'not ready'}: ${readyText(host, snapshot)}; ${
      open ? `it takes VMs ${obstacles.length > 0 ? 'with limits' : 'that fit'}` : 'it takes no VM'
    }`,
    nodes: [
      field('Keeps VMs away', obstacles.length === 0 ? 'nothing' : obstacles),
      ...roomNodes(host, snapshot),
      ...leavingNodes(host, snapshot),
      waitingNode(host, snapshot, all),
    ],
  };
}

function readyText(host: Host, { cache }: Snapshot): string {
  if (isTerminating(host)) return 'it is being deleted, its VMs leave first';
  const hypervisor = cache.get('Hypervisor', '', host.spec.hypervisor);
  if (!hypervisor) return `there is no Hypervisor "${host.spec.hypervisor}"`;
  return (
    mismatchOf(host, hypervisor) ??
    findCondition(host.status?.conditions, 'Ready')?.message ??
    'nobody has looked at it yet'
  );
}

function obstaclesOf(host: Host, snapshot: Snapshot): string[] {
  const { unschedulable, taints } = host.spec;
  const ready = isTrue(host.status?.conditions, 'Ready') && !isTerminating(host);
  const free = freeOf(host, snapshot);
  return [
    ...(ready ? [] : [`it is not ready: ${readyText(host, snapshot)}`]),
    ...(unschedulable ? [`it is cordoned: vctl uncordon ${host.metadata.name}`] : []),
    ...taints.map(({ key, value, effect }) => {
      const taint = `${key}${value === undefined ? '' : `=${value}`}:${effect}`;
      return effect === 'PreferNoSchedule'
        ? `the taint ${taint} lets VMs that do not tolerate it go elsewhere first`
        : `the taint ${taint} refuses VMs that do not tolerate it`;
    }),
    ...(free && (free.cpuMillis <= 0 || free.memoryBytes <= 0) ? ['it is full'] : []),
  ];
}

/** What is left for guests; undefined without a known hypervisor. */
function freeOf(host: Host, { cache, scheduler }: Snapshot): Amount | undefined {
  const hypervisor = cache.get('Hypervisor', '', host.spec.hypervisor);
  if (!hypervisor) return undefined;
  const allocatable = allocatableOf(host, hypervisor);
  const allocated = scheduler.allocated(host.metadata.name);
  return {
    cpuMillis: allocatable.cpuMillis - allocated.cpuMillis,
    memoryBytes: allocatable.memoryBytes - allocated.memoryBytes,
  };
}

function roomNodes(host: Host, snapshot: Snapshot): DescribeNode[] {
  const hypervisor = snapshot.cache.get('Hypervisor', '', host.spec.hypervisor);
  const free = freeOf(host, snapshot);
  if (!hypervisor || !free) return [];
  const cpu = Math.max(0, free.cpuMillis);
  const memory = largestMemory(hypervisor, free.memoryBytes, cpu);
  const overhead = memoryOverheadOf(hypervisor)({ cpuMillis: cpu, memoryBytes: memory });
  return [
    field('Free', `${humanCpu(free.cpuMillis)} CPU, ${humanMemory(free.memoryBytes)}`),
    field(
      'Largest VM',
      `${humanCpu(cpu)} CPU, ${humanMemory(memory)} (which costs the hypervisor ${humanMemory(overhead)} more)`,
    ),
    field(
      'Modes',
      hypervisor.spec.modes
        .filter((mode) => host.spec.hardwareAssist || !hypervisor.spec.requires.hardwareAssist[mode])
        .join(', '),
    ),
  ];
}

/** VMs that the host's NoExecute taints drive away. */
function leavingNodes(host: Host, { cache }: Snapshot): DescribeNode[] {
  const going = machinesOn(cache, host.metadata.name).flatMap((vm) => {
    const eviction = evictionOf(vm, host);
    return eviction ? [`${machineKey(vm)} because of ${eviction.taint}`] : [];
  });
  return going.length === 0 ? [] : [field('Have to leave', someOf(going, listedAtMost).split(', '))];
}

/** Each VM that waits for a host, and what this one says to it. */
function waitingNode(host: Host, { cache, scheduler }: Snapshot, all: boolean): DescribeNode {
  const waiting = cache.list('VirtualMachine').filter(wantsHost);
  const shown = all ? waiting : waiting.slice(0, listedAtMost);
  const more = waiting.length - shown.length;
  const rows = shown.map((vm) => [
    machineKey(vm),
    scheduler.refusals(vm).get(host.metadata.name)?.join('; ') ??
      verdictWithoutReasons(host, cache.get('Hypervisor', '', host.spec.hypervisor) !== undefined),
  ]);
  return table(
    'Waiting VMs',
    ['VM', 'Here'],
    [...rows, ...(more > 0 ? [[`… ${more} more`, 'see --all']] : [])],
  );
}

function verdictWithoutReasons({ spec }: Host, known: boolean): string {
  return known ? 'would fit' : `there is no Hypervisor "${spec.hypervisor}"`;
}
