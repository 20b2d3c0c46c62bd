/**
 * What each metric wishes: the number of VMs that would bring its value to its target.
 * Source: autoscaling/v2, https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
 *
 * Arithmetic is in doubles, in the order in which Kubernetes does it, so that borderline sizes agree.
 */
import { assertNever } from '../base/errors.ts';
import { type MetricContext, sizeByAverage, sizeByTotal, sizeByUtilization, sizeByValue } from './sizing.ts';
import { countReady, groupSamples, type SampleGroups, type VmSample } from './readiness.ts';

/** Percent of the request. */
export interface UtilizationTarget {
  readonly type: 'Utilization';
  readonly percent: number;
}
/** A value for each VM: millicores, bytes, or the metric's own unit. */
export interface AverageTarget {
  readonly type: 'AverageValue';
  readonly value: number;
}
/** A value for the whole target. */
export interface ValueTarget {
  readonly type: 'Value';
  readonly value: number;
}

/**
 * A metric of a policy. `Latency` and `RequestsPerSecond` are those of the load balancer in front of the
 * target: the first behaves as an Object metric with a Value, the second as one with an AverageValue.
 * A `share` is 0..1, which people read in percent. `answers` tells how well requests are answered: it needs a VM that
 * does, and is not in proportion to the load.
 * With a minimum of 0 VMs, a metric is active while its value is above `activationThreshold`
 * (@defaultValue 0); only kinds that can be measured without a VM have one.
 */
export type MetricSource =
  | { readonly type: 'Resource'; readonly name: string; readonly target: UtilizationTarget | AverageTarget }
  | {
      readonly type: 'Pods';
      readonly name: string;
      readonly target: AverageTarget;
      readonly unit?: 'share';
    }
  | {
      readonly type: 'Object' | 'External';
      readonly name: string;
      readonly target: ValueTarget | AverageTarget;
      /** Absent: requests a second. */
      readonly unit?: 'ms' | 'share';
      readonly answers?: boolean;
      readonly activationThreshold?: number;
    }
  | {
      readonly type: 'Latency';
      readonly statistic: 'mean' | 'p50' | 'p95' | 'p99';
      readonly targetMs: number;
    }
  | {
      readonly type: 'RequestsPerSecond';
      /** For each VM. */
      readonly target: number;
      readonly activationThreshold?: number;
    };

export interface MetricReading {
  /** The VMs of the target, surge and terminating ones included. */
  readonly vms: readonly VmSample[];
  /** For metrics of the whole target: its value; latency in ms, 0 while nothing is asked. Absent: unknown. */
  readonly value?: number;
  /** Why it is absent, where more is known than that there is none yet. */
  readonly problem?: string;
}

/** A metric that could be read. */
export interface MetricWish {
  readonly ok: true;
  readonly source: MetricSource;
  readonly wish: number;
  /** value / target, of the samples that were believed. */
  readonly ratio: number;
  /** Percent, or the unit of the target. */
  readonly value: number;
  readonly target: number;
  /** VMs whose sample was believed; for metrics of the whole target, VMs that are ready. */
  readonly sampled: number;
  /** VMs that are neither failed nor going. */
  readonly total: number;
  /** Whether it has something to do; absent where the kind of metric cannot tell. */
  readonly active?: boolean;
}

/** A metric that could not: `reason` as in the condition ScalingActive. */
export interface BrokenMetric {
  readonly ok: false;
  readonly source: MetricSource;
  readonly reason: string;
  readonly message: string;
}

export type MetricResult = MetricWish | BrokenMetric;

/** The size that this metric asks for, or why it cannot be read. Pure; expected failures are values. */
export function evaluateMetric(
  source: MetricSource,
  reading: MetricReading,
  context: MetricContext,
): MetricResult {
  if (!(targetOf(source) > 0)) return broken(source, 'its target is not above 0');
  switch (source.type) {
    case 'Resource':
    case 'Pods':
      return evaluateSamples(source, reading, context);
    case 'Object':
    case 'External':
      if (source.answers) return evaluateAnswers(source, reading, context);
      return evaluateTotal(source, source.target, reading, context, source.activationThreshold ?? 0);
    case 'RequestsPerSecond': {
      const target: AverageTarget = { type: 'AverageValue', value: source.target };
      return evaluateTotal(source, target, reading, context, source.activationThreshold ?? 0);
    }
    case 'Latency':
      return evaluateAnswers(source, reading, context);
    default:
      return assertNever(source);
  }
}

function evaluateSamples(
  source: Extract<MetricSource, { type: 'Resource' | 'Pods' }>,
  reading: MetricReading,
  context: MetricContext,
): MetricResult {
  const resource = source.type === 'Resource' ? source.name : '';
  const groups = groupSamples(reading.vms, resource, context.nowMs);
  const problem = problemOf(source, groups);
  if (problem !== undefined) return broken(source, problem);
  const sized =
    source.target.type === 'Utilization'
      ? sizeByUtilization(groups, source.target.percent, context)
      : // Millicores and bytes are whole; other metrics have thousandths, as Kubernetes' quantities do.
        sizeByAverage(groups, source.target.value, source.type === 'Resource' ? 1 : 1000, context);
  return {
    ok: true,
    source,
    ...sized,
    target: targetOf(source),
    sampled: groups.ready.length,
    total: groups.total,
  };
}

function targetOf(source: MetricSource): number {
  if (source.type === 'Latency') return source.targetMs;
  if (source.type === 'RequestsPerSecond') return source.target;
  return source.target.type === 'Utilization' ? source.target.percent : source.target.value;
}

function problemOf(
  source: Extract<MetricSource, { type: 'Resource' | 'Pods' }>,
  groups: SampleGroups,
): string | undefined {
  if (groups.total === 0) return 'there is no VM to measure';
  if (groups.ready.length === 0) {
    return `none of ${groups.total} VMs has a usable sample (${groups.unready.length} not ready yet, ${groups.missing.length} without one)`;
  }
  if (source.target.type !== 'Utilization') return undefined;
  const all = [...groups.ready, ...groups.unready, ...groups.missing];
  const without = all.find((vm) => vm.request === undefined || vm.request <= 0);
  return without && `VM ${without.name} has no ${source.name} to take a percentage of`;
}

function evaluateTotal(
  source: MetricSource,
  target: ValueTarget | AverageTarget,
  reading: MetricReading,
  context: MetricContext,
  activationThreshold: number,
): MetricResult {
  const total = reading.value;
  if (total === undefined) return broken(source, reading.problem ?? noValue);
  const ready = countReady(reading.vms);
  const sized =
    target.type === 'Value'
      ? sizeByValue(total, target.value, ready, context)
      : sizeByTotal(total, target.value, context);
  return {
    ok: true,
    source,
    ...sized,
    target: target.value,
    sampled: ready,
    total: countPresent(reading.vms),
    active: total > activationThreshold,
  };
}

const noValue = 'it has no value yet';

function evaluateAnswers(source: MetricSource, reading: MetricReading, context: MetricContext): MetricResult {
  if (context.current === 0) return broken(source, 'there is no VM that could answer');
  if (reading.value === undefined) return broken(source, reading.problem ?? noValue);
  const ready = countReady(reading.vms);
  const target = targetOf(source);
  const sized = sizeByValue(reading.value, target, ready, context);
  // While VMs boot, few are ready and requests are slow: that must not read as a wish for fewer.
  const wish = sized.ratio > 1 ? Math.max(context.current, sized.wish) : sized.wish;
  return {
    ok: true,
    source,
    ...sized,
    wish,
    target,
    sampled: ready,
    total: countPresent(reading.vms),
  };
}

function countPresent(vms: readonly VmSample[]): number {
  return vms.filter((vm) => vm.phase !== 'Failed' && vm.phase !== 'Terminating').length;
}

const brokenReasons: Record<MetricSource['type'], string> = {
  Resource: 'FailedGetResourceMetric',
  Pods: 'FailedGetPodsMetric',
  Object: 'FailedGetObjectMetric',
  External: 'FailedGetExternalMetric',
  Latency: 'FailedGetLatency',
  RequestsPerSecond: 'FailedGetRequestsPerSecond',
};

function broken(source: MetricSource, why: string): BrokenMetric {
  const message = `${metricName(source)} cannot be read: ${why}`;
  return { ok: false, source, reason: brokenReasons[source.type], message };
}

/** False for metrics that more VMs do not lower in proportion: latency and errors. */
export function isProportional(source: MetricSource): boolean {
  if (source.type === 'Latency') return false;
  return !((source.type === 'Object' || source.type === 'External') && source.answers);
}

/** A metric's name for people: `cpu utilization`, `latency p95`. */
export function metricName(source: MetricSource): string {
  switch (source.type) {
    case 'Resource':
      return source.target.type === 'Utilization' ? `${source.name} utilization` : source.name;
    case 'Latency':
      return `latency ${source.statistic}`;
    case 'RequestsPerSecond':
      return 'requests per second';
    case 'Pods':
    case 'Object':
    case 'External':
      return source.name;
    default:
      return assertNever(source);
  }
}
