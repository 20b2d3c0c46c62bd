/** A policy and what was measured, in the terms of `autoscaling`. Pure. */
import { fromTimestamp } from '../../base/clock.ts';
import { findCondition, isTrue } from '../../model/conditions.ts';
import { type ScalingPolicySpec, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type BalancerObservation, type MachineUsage } from '../../model/ports.ts';
import { type ScalingHistory } from '../../autoscaling/history.ts';
import { type MetricReading, type MetricSource } from '../../autoscaling/metrics.ts';
import { type SeasonState } from '../../autoscaling/predict.ts';
import { type VmSample } from '../../autoscaling/readiness.ts';
import { type Resources, type UsageState } from '../../autoscaling/recommender.ts';
import { type QuotaRoom } from './quota.ts';
import { amountOf } from '../../model/amount.ts';

/** How often a policy decides, aligned with world time; also how long a sample lasts. */
export const syncPeriodMs = 15_000;

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
  /** Until when VMs that ran out of memory are in `usage`, ms of world time. */
  readonly outOfMemoryUntilMs?: number;
  /** What a forecast has learned of the load. */
  readonly season?: SeasonState;
  /** What was seen in the down window, oldest first. */
  readonly needs: readonly Need[];
  /** When the VMs' size was last changed, ms of world time. */
  readonly resizedAtMs?: number;
  /** What targets for each VM are multiplied by since VMs were resized, and the metrics that it holds for. */
  readonly targetFactor: number;
  readonly metrics: ScalingPolicySpec['metrics'];
}

/** A figure of something other than the target, or why there is none. */
export interface Total {
  readonly value?: number;
  readonly problem?: string;
}

export interface ScalingInput {
  readonly spec: ScalingPolicySpec;
  /** Which directions are open to the policy now. */
  readonly horizontal: boolean;
  readonly vertical: boolean;
  readonly replicas: number;
  /** The number is 0, and it was a policy that set it: only a person's 0 means that nothing is to be scaled. */
  readonly zeroByPolicy?: boolean;
  /** The size that each of the target's VMs should have. */
  readonly size: Resources;
  readonly vms: readonly MeasuredVm[];
  readonly balancers: readonly BalancerObservation[];
  /** In the order of the policy's metrics: figures of something other than the target. */
  readonly totals: readonly (Total | undefined)[];
  /** VMs whose resize is under way. */
  readonly resizing: number;
  /** Another size costs no VM a restart. */
  readonly live: boolean;
  /** When the youngest size of the VMs began to hold at the latest, ms of world time. */
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly memory?: ScalingMemory;
  /** What quotas allow; absent where none has a say. */
  readonly quota?: QuotaRoom;
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

/** What the metric is decided by: the VMs' samples, the figure of the load balancers, or one of something else. */
export function readingOf(
  source: MetricSource,
  vms: readonly MeasuredVm[],
  balancers: readonly BalancerObservation[],
  total?: Total,
): MetricReading {
  const samples = vms.map((one) => sampleOf(one, source));
  if (total) return { vms: samples, ...total };
  if (source.type === 'Resource' || source.type === 'Pods' || balancers.length === 0) return { vms: samples };
  if (source.type === 'Latency') {
    return { vms: samples, value: Math.max(...balancers.map((one) => latencyOf(one, source.statistic))) };
  }
  return { vms: samples, value: balancers.reduce((sum, one) => sum + one.requestsPerSecond, 0) };
}

/** In ms; 0 while nothing is asked. */
export function latencyOf(
  { requestsPerSecond, latency }: BalancerObservation,
  statistic: 'mean' | 'p50' | 'p95' | 'p99',
): number {
  return requestsPerSecond === 0 ? 0 : latency[`${statistic}Ms`];
}

function sampleOf({ vm, usage }: MeasuredVm, source: MetricSource): VmSample {
  const ready = findCondition(vm.status?.conditions, 'Ready');
  const started = vm.status?.startedAt;
  const request = amountOf(vm.spec.resources);
  return {
    name: vm.metadata.name,
    phase: phaseOf(vm),
    ready: ready?.status === 'True',
    ...(started === undefined ? {} : { startedAtMs: fromTimestamp(started) }),
    ...(ready === undefined ? {} : { readyChangedAtMs: fromTimestamp(ready.lastTransitionTime) }),
    ...(usage === undefined ? {} : { usage: usedOf(usage, source) }),
    request: isMemory(source) ? request.memoryBytes : request.cpuMillis,
    ...(usage === undefined ? {} : { sampledAtMs: usage.sampledAtMs }),
    windowMs: syncPeriodMs,
  };
}

function isMemory(source: MetricSource): boolean {
  return source.type === 'Resource' && source.name === 'memory';
}

function usedOf(usage: MachineUsage, source: MetricSource): number {
  if (source.type === 'Pods') {
    return source.name === 'utilization' ? usage.utilization : usage.requestsPerSecond;
  }
  return isMemory(source) ? usage.memoryBytes : usage.cpuMillis;
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

/** True when the VM was refused the size that it should have. */
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
