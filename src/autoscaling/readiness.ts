/**
 * Which VMs' samples may be believed.
 * Source: the horizontal pod autoscaler's pod groups (Kubernetes, pkg/controller/podautoscaler).
 */

/** One VM as one metric sees it. */
export interface VmSample {
  readonly name: string;
  /** Pending: not started yet. Failed and Terminating ones count for nothing. */
  readonly phase: 'Pending' | 'Running' | 'Failed' | 'Terminating';
  readonly ready: boolean;
  /** When it started, ms of world time; absent: it has not, and its CPU sample is not believed. */
  readonly startedAtMs?: number;
  /** When `ready` last changed, ms of world time; absent: it never was decided. */
  readonly readyChangedAtMs?: number;
  /** What was measured: millicores, bytes, or the metric's own unit. Absent: no sample. */
  readonly usage?: number;
  /** What the VM has, in the unit of `usage`; needed for utilization only. */
  readonly request?: number;
  /** The sample's end, ms of world time; absent: as fresh as can be. */
  readonly sampledAtMs?: number;
  /** How long the sample lasted, ms. @defaultValue 0 */
  readonly windowMs?: number;
}

/** After its start a VM's CPU says more about booting than about load. */
export const cpuInitializationMs = 5 * 60_000;
/** A VM that turned unready this soon after its start has never been ready. */
export const initialReadinessDelayMs = 30_000;

export interface SampleGroups {
  readonly ready: readonly VmSample[];
  readonly unready: readonly VmSample[];
  readonly missing: readonly VmSample[];
  /** All but the ignored ones. */
  readonly total: number;
}

/** Sorts VMs into those whose sample counts, those too young, and those without one; order is kept. */
export function groupSamples(vms: readonly VmSample[], resource: string, nowMs: number): SampleGroups {
  const ready: VmSample[] = [];
  const unready: VmSample[] = [];
  const missing: VmSample[] = [];
  for (const vm of vms) {
    if (vm.phase === 'Failed' || vm.phase === 'Terminating') continue;
    if (vm.phase === 'Pending') unready.push(vm);
    else if (vm.usage === undefined) missing.push(vm);
    else if (resource === 'cpu' && isTooYoung(vm, nowMs)) unready.push(vm);
    else ready.push(vm);
  }
  return { ready, unready, missing, total: ready.length + unready.length + missing.length };
}

/** The number of VMs that run and are ready, whatever their samples. */
export function countReady(vms: readonly VmSample[]): number {
  return vms.filter((vm) => vm.phase === 'Running' && vm.ready).length;
}

function isTooYoung(vm: VmSample, nowMs: number): boolean {
  const { startedAtMs, readyChangedAtMs } = vm;
  if (startedAtMs === undefined || readyChangedAtMs === undefined) return true;
  if (startedAtMs + cpuInitializationMs > nowMs) {
    const sampleBeganMs = (vm.sampledAtMs ?? nowMs) - (vm.windowMs ?? 0);
    return !vm.ready || sampleBeganMs < readyChangedAtMs;
  }
  return !vm.ready && startedAtMs + initialReadinessDelayMs > readyChangedAtMs;
}
