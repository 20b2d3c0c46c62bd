/** What stands where at the end of a run. */
import { compareText } from '../base/listing.ts';
import { type ObjectCache } from '../engine/cache.ts';
import { tenantCostPerHour } from '../controllers/tenants/figures.ts';
import { levelOf } from '../tenancy/instance-sets.ts';
import { type Host, type VirtualMachine } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { type World } from '../model/ports.ts';
import {
  type Topology,
  type TopologyBalancer,
  type TopologyHost,
  type TopologyMachine,
  type TopologyTenant,
} from '../model/run-record.ts';
import { poolOf } from './machine-ledger.ts';
import { machinesOn } from '../controllers/machines/lookup.ts';
import { amountOf } from '../model/amount.ts';

/** Everything by name. */
export function topologyOf(cache: ObjectCache, world: World): Topology {
  const waiting = cache.list('VirtualMachine').filter(({ status }) => status?.host === undefined);
  return {
    hosts: cache.list('Host').map((host) => hostOf(host, cache, world)),
    waiting: inOrder(waiting.map((vm) => machineOf(vm, world))),
    balancers: inOrder(balancersOf(cache)),
    tenants: inOrder(tenantsOf(cache, world)),
  };
}

function hostOf(host: Host, cache: ObjectCache, world: World): TopologyHost {
  const { metadata, spec, status } = host;
  const room = amountOf(status?.allocatable);
  const taken = amountOf(status?.allocated);
  const zone = metadata.labels?.['topology.vctl.dev/zone'];
  const utilization = world.hostUsage(metadata.uid ?? '')?.utilization;
  return {
    name: metadata.name,
    hypervisor: spec.hypervisor,
    architecture: status?.architecture ?? 'BareMetal',
    phase: status?.phase ?? 'Pending',
    ...(zone === undefined ? {} : { zone }),
    cpuMillis: room.cpuMillis,
    memoryBytes: room.memoryBytes,
    allocatedCpuMillis: taken.cpuMillis,
    allocatedMemoryBytes: taken.memoryBytes,
    ...(utilization === undefined ? {} : { utilization: round(utilization) }),
    machines: inOrder(machinesOn(cache, metadata.name).map((vm) => machineOf(vm, world))),
  };
}

function machineOf(vm: VirtualMachine, world: World): TopologyMachine {
  const { spec, status } = vm;
  const { cpuMillis, memoryBytes } = amountOf(status?.resources ?? spec.resources);
  const utilization = world.machineUsage(vm.metadata.uid ?? '')?.utilization;
  const pool = poolOf(vm)?.split('/').slice(1).join('/');
  return {
    name: pathOf(vm),
    mode: status?.mode ?? spec.mode ?? 'Full',
    phase: status?.phase ?? 'Pending',
    cpuMillis,
    memoryBytes,
    ...(utilization === undefined ? {} : { utilization: round(utilization) }),
    ...(pool === undefined ? {} : { pool }),
  };
}

function balancersOf(cache: ObjectCache): TopologyBalancer[] {
  return cache.list('LoadBalancer').map((balancer) => ({
    name: pathOf(balancer),
    algorithm: balancer.spec.algorithm,
    backends: (balancer.status?.backends ?? []).map(({ name, ready, share }) => ({
      machine: `${balancer.metadata.namespace ?? ''}/${name}`,
      ready,
      share: share ?? 0,
    })),
  }));
}

function tenantsOf(cache: ObjectCache, world: World): TopologyTenant[] {
  return cache.list('Tenant').map((tenant) => {
    const { metadata, spec, status } = tenant;
    const { namespace = '' } = metadata;
    return {
      name: pathOf(tenant),
      application: `${namespace}/${spec.application}`,
      level: status?.level ?? levelOf(spec.maturity),
      ...(status?.route === undefined ? {} : { route: status.route }),
      ...(status?.endpoint === undefined ? {} : { balancer: `${namespace}/${status.endpoint}` }),
      costPerHour: round(tenantCostPerHour(tenant, { cache, world, nowMs: world.nowMs })),
    };
  });
}

function pathOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function inOrder<T extends { readonly name: string }>(things: readonly T[]): T[] {
  return [...things].sort((a, b) => compareText(a.name, b.name));
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
