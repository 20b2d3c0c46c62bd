/** A policy and what was measured, in the terms of `autoscaling`. Pure. */
import { fromTimestamp } from '../base/clock.ts';
import { parseDuration } from '../base/duration.ts';
import { cpuMillis, memoryBytes, parseQuantity } from '../base/quantity.ts';
import { findCondition, isTrue } from '../model/conditions.ts';
import { type ScalingPolicySpec, type VirtualMachine } from '../model/kinds/index.ts';
import { isTerminating } from '../model/object.ts';
import { type BalancerObservation, type MachineUsage } from '../model/ports.ts';
import { type ScalingHistory } from '../autoscaling/history.ts';
import { type MetricReading, type MetricSource } from '../autoscaling/metrics.ts';
import { type VmSample } from '../autoscaling/readiness.ts';
import { type Resources, type UsageState } from '../autoscaling/recommender.ts';
import { amountOf } from './host-facts.ts';

/** How often a policy decides, aligned with world time; also how long a sample lasts. */
export const syncPeriodMs = 15_000;

type Metric = ScalingPolicySpec['metrics'][number];

/** One VM of the target and its last sample. */
export interface MeasuredVm {
  readonly vm: VirtualMachine;
  readonly usage: MachineUsage | undefined;
}

/** What was seen of the size at one moment. */
export interface Need {
  readonly atMs: number;
  /** What the metrics asked for, of the resources that they measure; none while some cannot be read. */
  readonly asked: Partial<Resources>;
  /** What the serving VMs used on the mean; absent while none serves. */
  readonly used?: Resources;
}

/** What a policy remembers from one decision to the next. Plain JSON of bounded size. */
export interface ScalingMemory {
  readonly decidedAtMs: number;
  readonly history?: ScalingHistory;
  readonly usage?: UsageState;
  /** What was seen in the down window, oldest first. */
  readonly needs: readonly Need[];
  /** When the VMs' size was last changed, ms of world time. */
  readonly resizedAtMs?: number;
  /** What targets for each VM are multiplied by since VMs were resized, and the metrics that it holds for. */
  readonly targetFactor: number;
  readonly metrics: ScalingPolicySpec['metrics'];
}

export interface ScalingInput {
  readonly spec: ScalingPolicySpec;
  /** Which directions are open to the policy now. */
  readonly horizontal: boolean;
  readonly vertical: boolean;
  readonly replicas: number;
  /** The size that each of the target's VMs should have. */
  readonly size: Resources;
  readonly vms: readonly MeasuredVm[];
  readonly balancers: readonly BalancerObservation[];
  /** VMs whose resize is under way. */
  readonly resizing: number;
  /** Another size costs no VM a restart. */
  readonly live: boolean;
  /** When the youngest size of the VMs began to hold at the latest, ms of world time. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly memory?: ScalingMemory;
  /** Why no VM can become larger; with `alsoShrinking`, why none can change its size at all. */
  readonly blocked?: { readonly message: string; readonly alsoShrinking: boolean };
}

/** Cores and bytes of a pair of quantities. */
export function sizeOf(resources: {
  readonly cpu: string | number;
  readonly memory: string | number;
}): Resources {
  const amount = amountOf(resources);
  return { cpu: amount.cpuMillis / 1000, memory: amount.memoryBytes };
}

/**
 * A metric of the manifest. `factor` is what a target for each VM is multiplied by, since VMs that were
 * resized carry another load than those that the manifest had in mind. A target that is absent becomes 0,
 * which the metric then reports as unreadable.
 */
export function sourceOf(metric: Metric, factor: number): MetricSource {
  switch (metric.type) {
    case 'Resource':
      return resourceSource(metric, factor);
    case 'RequestsPerSecond': {
      const target = metric.requestsPerSecond?.target;
      if (target?.type === 'Value') {
        const value = numberOf(target.value);
        return { type: 'Object', name: 'requests per second', target: { type: 'Value', value } };
      }
      return { type: 'RequestsPerSecond', target: numberOf(target?.averageValue) * factor };
    }
    case 'Latency': {
      const { statistic = 'p95', target } = metric.latency ?? {};
      return { type: 'Latency', statistic, targetMs: milliseconds(target?.value ?? target?.averageValue) };
    }
  }
}

function resourceSource({ resource }: Metric, factor: number): MetricSource {
  const name = resource?.name ?? 'cpu';
  const target = resource?.target;
  if (target?.type === 'Utilization') {
    return {
      type: 'Resource',
      name,
      target: { type: 'Utilization', percent: target.averageUtilization ?? 0 },
    };
  }
  const quantity = target?.averageValue ?? target?.value;
  const value = name === 'cpu' ? cpuMillis(quantity) : memoryBytes(quantity);
  return { type: 'Resource', name, target: { type: 'AverageValue', value: value * factor } };
}

/** What the metric is decided by: the VMs' samples, or the figure of the load balancers. */
export function readingOf(
  source: MetricSource,
  vms: readonly MeasuredVm[],
  balancers: readonly BalancerObservation[],
): MetricReading {
  const resource = source.type === 'Resource' ? source.name : 'cpu';
  const samples = vms.map((one) => sampleOf(one, resource));
  if (source.type === 'Resource' || balancers.length === 0) return { vms: samples };
  if (source.type === 'Latency') {
    return { vms: samples, value: Math.max(...balancers.map((one) => latencyOf(one, source.statistic))) };
  }
  return { vms: samples, value: balancers.reduce((sum, one) => sum + one.requestsPerSecond, 0) };
}

/** 0 while nothing is asked. */
function latencyOf(
  { requestsPerSecond, latency }: BalancerObservation,
  statistic: 'mean' | 'p50' | 'p95' | 'p99',
): number {
  return requestsPerSecond === 0 ? 0 : latency[`${statistic}Ms`];
}

function sampleOf({ vm, usage }: MeasuredVm, resource: string): VmSample {
  const ready = findCondition(vm.status?.conditions, 'Ready');
  const started = vm.status?.startedAt;
  const request = amountOf(vm.spec.resources);
  return {
    name: vm.metadata.name,
    phase: phaseOf(vm),
    ready: ready?.status === 'True',
    ...(started === undefined ? {} : { startedAtMs: fromTimestamp(started) }),
    ...(ready === undefined ? {} : { readyChangedAtMs: fromTimestamp(ready.lastTransitionTime) }),
    ...(usage === undefined ? {} : { usage: resource === 'cpu' ? usage.cpuMillis : usage.memoryBytes }),
    request: resource === 'cpu' ? request.cpuMillis : request.memoryBytes,
    ...(usage === undefined ? {} : { sampledAtMs: usage.sampledAtMs }),
    windowMs: syncPeriodMs,
  };
}

function phaseOf(vm: VirtualMachine): VmSample['phase'] {
  if (isTerminating(vm)) return 'Terminating';
  if (vm.status?.phase === 'Failed') return 'Failed';
  return vm.status?.startedAt === undefined ? 'Pending' : 'Running';
}

/** True when the VM serves, so that what it uses says something about its size. */
export function isServing({ vm, usage }: MeasuredVm): boolean {
  return usage !== undefined && !isTerminating(vm) && isTrue(vm.status?.conditions, 'Ready');
}

/** True when the VM was refused the size that it should have: no host has room for it. */
export function isRefused(vm: VirtualMachine): boolean {
  return (
    isResizing(vm, vm.spec.resources) && findCondition(vm.status?.conditions, 'Resized')?.status === 'False'
  );
}

/** True when the VM has not got the wanted size yet, or is on its way to another host. */
export function isResizing(vm: VirtualMachine, wanted: VirtualMachine['spec']['resources']): boolean {
  if (isTerminating(vm) || vm.status?.resources === undefined) return false;
  const [has, asked, should] = [vm.status.resources, vm.spec.resources, wanted].map(amountOf);
  const same = has?.cpuMillis === should?.cpuMillis && has?.memoryBytes === should?.memoryBytes;
  const told = asked?.cpuMillis === should?.cpuMillis && asked?.memoryBytes === should?.memoryBytes;
  return !same || !told || vm.status.phase === 'Resizing' || vm.status.phase === 'Migrating';
}

function numberOf(quantity: string | number | undefined): number {
  return (quantity === undefined ? undefined : parseQuantity(quantity)) ?? 0;
}

/** A duration, or a plain number of milliseconds. */
function milliseconds(value: string | number | undefined): number {
  if (value === undefined) return 0;
  return (typeof value === 'string' ? parseDuration(value) : undefined) ?? numberOf(value);
}
