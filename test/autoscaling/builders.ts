import { resolveBehavior, type BehaviorSpec } from '../../src/autoscaling/behavior.ts';
import { type ScalingHistory } from '../../src/autoscaling/history.ts';
import { type HorizontalInput } from '../../src/autoscaling/horizontal.ts';
import { evaluateMetric, type MetricResult, type MetricSource } from '../../src/autoscaling/metrics.ts';
import { type VmSample } from '../../src/autoscaling/readiness.ts';

/** 2000-01-01T14:02:15Z. */
export const nowMs = Date.UTC(2000, 0, 1, 14, 2, 15);
export const hourMs = 3_600_000;
export const tolerance = { up: 0.1, down: 0.1 };

/** A VM of one core that has long been ready; `usage` in millicores. */
export function vm(usage: number | undefined, more: Partial<VmSample> = {}): VmSample {
  return {
    name: 'vm',
    phase: 'Running',
    ready: true,
    startedAtMs: nowMs - hourMs,
    readyChangedAtMs: nowMs - hourMs,
    usage,
    request: 1000,
    sampledAtMs: nowMs,
    ...more,
  };
}

export const vms = (...usages: readonly (number | undefined)[]): VmSample[] =>
  usages.map((usage) => vm(usage));
export const pending = (): VmSample => vm(undefined, { phase: 'Pending', ready: false });

export const cpu = (percent: number): MetricSource => ({
  type: 'Resource',
  name: 'cpu',
  target: { type: 'Utilization', percent },
});

/** What a metric of this wish would have answered. */
export function wishing(wish: number, name = 'queue', active?: boolean): MetricResult {
  const source: MetricSource = { type: 'External', name, target: { type: 'AverageValue', value: 10 } };
  return { ok: true, source, wish, ratio: wish, value: 10 * wish, target: 10, sampled: 1, total: 1, active };
}

export const broken = (reason = 'FailedGetResourceMetric'): MetricResult => ({
  ok: false,
  source: cpu(60),
  reason,
  message: 'cpu utilization cannot be read: no sample',
});

/** A policy that acts at once unless a behaviour says otherwise. */
export function input(
  current: number,
  wish: number | readonly MetricResult[],
  more: Partial<Omit<HorizontalInput, 'behavior'>> & { readonly behavior?: BehaviorSpec } = {},
): HorizontalInput {
  return {
    current,
    min: 1,
    max: 100,
    metrics: typeof wish === 'number' ? [wishing(wish)] : wish,
    nowMs,
    history: none,
    ...more,
    behavior: resolveBehavior(more.behavior),
  };
}

export const none: ScalingHistory = { wishes: [], changes: [] };
export const ago = (seconds: number, wish: number) => ({ atMs: nowMs - seconds * 1000, wish });
export const changed = (seconds: number, change: number) => ({ atMs: nowMs - seconds * 1000, change });

export function evaluate(
  source: MetricSource,
  samples: readonly VmSample[],
  current: number,
  value?: number,
) {
  return evaluateMetric(source, { vms: samples, value }, { current, tolerance, nowMs });
}
