import { cpuMillis, humanCpu, humanMemory, memoryBytes } from '../../../base/quantity.ts';
import { allocatableOf, reservedOf } from '../../../controllers/hosts/facts.ts';
import { percent } from '../../../model/kinds/cells.ts';
import { type Host, type HostPool, type Hypervisor } from '../../../model/kinds/index.ts';
import { isControlledBy, isTerminating } from '../../../model/object.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { type VirtualizationMode, type WorkloadProfile } from '../../../model/ports.ts';
import { slowdown } from '../../../performance/overhead.ts';
import { parametersOf } from '../../../performance/overrides.ts';
import { type Snapshot } from '../../snapshot.ts';
import {
  keyValues,
  machinesTable,
  memoryText,
  ofTotal,
  priceText,
  section,
  sizeText,
  stateField,
  table,
  yesNo,
} from './parts.ts';
import { machinesOn } from '../../../controllers/machines/lookup.ts';
import { amountOf, type Amount } from '../../../model/amount.ts';

/** A machine: from what is installed to what is left for guests, and the guests. */
export function describeHost(host: Host, snapshot: Snapshot): DescribeNode[] {
  const { spec, status } = host;
  const hypervisor = snapshot.cache.get('Hypervisor', '', spec.hypervisor);
  const os = spec.hostOS ? [spec.hostOS.name, spec.hostOS.version].filter(Boolean).join(' ') : '';
  return [
    stateField('Phase', isTerminating(host) ? 'Terminating' : (status?.phase ?? 'Pending')),
    field(
      'Hypervisor',
      hypervisor ? `${spec.hypervisor} (${hypervisor.spec.architecture})` : spec.hypervisor,
    ),
    field('Host OS', os),
    field('Hardware assist', yesNo(spec.hardwareAssist)),
    field('Unschedulable', yesNo(spec.unschedulable)),
    field(
      'Taints',
      spec.taints.map(
        ({ key, value, effect }) => `${key}${value === undefined ? '' : `=${value}`}:${effect}`,
      ),
    ),
    field('Price', hostPrice(spec.price)),
    field('Power', `${spec.power.idleWatts} W idle, ${spec.power.maxWatts} W at full load`),
    field('Failure detection', `after ${spec.failureDetection}`),
    field('Utilization', percent(status?.utilization)),
    table('Capacity', ['Step', '>CPU', '>Memory'], capacityRows(host, hypervisor)),
    machinesTable('Virtual machines', machinesOn(snapshot.cache, host.metadata.name), true),
  ];
}

/** From what is installed down to what is free. Without a known hypervisor only what is installed. */
function capacityRows(host: Host, hypervisor: Hypervisor | undefined): string[][] {
  const { spec, status } = host;
  const installed = amountOf(spec.capacity);
  if (!hypervisor) return [amountRow('installed', installed)];
  const allocatable = allocatableOf(host, hypervisor);
  const allocated = amountOf(status?.allocated);
  const reserved = reservedOf(host, hypervisor);
  const os = amountOf(spec.hostOS?.reserved);
  const vmm = minus(reserved, os);
  return [
    amountRow('installed', installed),
    ...(spec.hostOS ? [amountRow(`- host OS ${spec.hostOS.name}`, os)] : []),
    amountRow(`- VMM ${hypervisor.metadata.name}`, vmm),
    ['x overcommit', String(spec.overcommit.cpu), String(spec.overcommit.memory)],
    amountRow('= allocatable', allocatable),
    amountRow('- allocated', allocated),
    amountRow('= free', minus(allocatable, allocated)),
  ];
}

function minus(a: Amount, b: Amount): Amount {
  return { cpuMillis: a.cpuMillis - b.cpuMillis, memoryBytes: a.memoryBytes - b.memoryBytes };
}

function amountRow(step: string, amount: Amount): string[] {
  return [step, humanCpu(amount.cpuMillis), humanMemory(amount.memoryBytes)];
}

/** A product: what it can run, what it costs, and where it is installed. */
export function describeHypervisor({ metadata, spec }: Hypervisor, { cache }: Snapshot): DescribeNode[] {
  const { hardwareAssist } = spec.requires;
  const assisted = spec.modes.filter((mode) => hardwareAssist[mode]);
  const features = [
    ['live migration', spec.features.liveMigration],
    ['CPU hotplug', spec.features.cpuHotplug],
    ['memory hotplug', spec.features.memoryHotplug],
  ] as const;
  return [
    field('Product', spec.product),
    field('Architecture', spec.architecture),
    field('Modes', spec.modes.join(', ')),
    field('Needs hardware assist', assisted.length === 0 ? 'in no mode' : `in mode ${assisted.join(', ')}`),
    field('Reserved for the VMM', sizeText(spec.reserved)),
    field('Reserved per VM', overheadText(spec)),
    field(
      'Can',
      features
        .filter(([, can]) => can)
        .map(([name]) => name)
        .join(', '),
    ),
    field('Performance overrides', keyValues(spec.performance)),
    slowdownTable(spec),
    hostsTable(cache.list('Host').filter((host) => host.spec.hypervisor === metadata.name)),
  ];
}

/** How many times as long as on the bare machine each profile's work takes, a column for what a VM may run in. */
function slowdownTable(spec: Hypervisor['spec']): DescribeNode {
  const parameters = parametersOf(spec);
  const { architecture } = spec;
  const columns = spec.modes.flatMap((mode) => {
    const ways = spec.requires.hardwareAssist[mode] ? [true] : mode === 'Full' ? [true, false] : [false];
    return ways.map((hardwareAssist) => ({ mode, hardwareAssist }));
  });
  const heading = ({
    mode,
    hardwareAssist,
  }: {
    mode: VirtualizationMode;
    hardwareAssist: boolean;
  }): string => (mode === 'Para' ? mode : `${mode}, ${hardwareAssist ? 'with' : 'without'} VT-x or AMD-V`);
  const profiles = Object.keys(parameters.overhead.trapping) as WorkloadProfile[];
  return table(
    'Slowdown by profile',
    ['Profile', ...columns.map(heading)],
    profiles.map((profile) => [
      profile,
      ...columns.map((way) => `${slowdown({ profile, architecture, ...way }, parameters).toFixed(2)} x`),
    ]),
  );
}

/** What a guest costs it beside the guest's own memory. */
function overheadText(spec: Hypervisor['spec']): string {
  if (spec.perVirtualMachine.memory !== undefined) return memoryText(spec.perVirtualMachine.memory);
  const { fixed, perCpu, perGiB } = parametersOf(spec).memory;
  return `${humanMemory(fixed)} + ${humanMemory(perCpu)} per vCPU + ${humanMemory(perGiB)} per GiB of the guest`;
}

/** Hosts from a template, and what became of each. */
export function describeHostPool(pool: HostPool, { cache }: Snapshot): DescribeNode[] {
  const { spec, status } = pool;
  const template = spec.template.spec;
  const hosts = cache.list('Host').filter((host) => isControlledBy(host, pool.metadata.uid ?? ''));
  return [
    field(
      'Replicas',
      `${spec.replicas} wanted, ${status?.replicas ?? 0} there, ${status?.readyReplicas ?? 0} ready, ${status?.updatedReplicas ?? 0} up to date`,
    ),
    section('Template', [
      field('Labels', keyValues(spec.template.metadata?.labels, '=')),
      field('Hypervisor', template.hypervisor),
      field('Capacity', sizeText(template.capacity)),
      field('Hardware assist', yesNo(template.hardwareAssist)),
      field('Price', hostPrice(template.price)),
    ]),
    hostsTable(hosts),
  ];
}

function hostsTable(hosts: readonly Host[]): DescribeNode {
  return table(
    'Hosts',
    ['Name', '!Phase', '>VMs', '>CPU allocated', '>Memory allocated', '>Utilization'],
    hosts.map(({ metadata, status }) => [
      ...[metadata.name, status?.phase ?? 'Pending', String(status?.virtualMachines ?? 0)],
      ofTotal(cores(status?.allocated?.cpu), cores(status?.allocatable?.cpu)),
      `${humanMemory(memoryBytes(status?.allocated?.memory))}/${humanMemory(memoryBytes(status?.allocatable?.memory))}`,
      percent(status?.utilization),
    ]),
  );
}

function cores(cpu: string | number | undefined): number {
  return cpuMillis(cpu) / 1000;
}

/** `$0.92/h, and $0.03/h a CPU and $0.004/h a Gi of each VM that runs`. */
function hostPrice({ perHour, perVmHour }: Host['spec']['price']): string {
  if (perVmHour === undefined) return priceText(perHour);
  return `${priceText(perHour)}, and $${perVmHour.cpu}/h a CPU and $${perVmHour.memory}/h a Gi of each VM that runs`;
}
