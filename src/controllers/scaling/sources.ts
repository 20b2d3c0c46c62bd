/** The metrics of a policy, in the terms of `autoscaling`. Pure. */
import { parseDuration } from '../../base/duration.ts';
import { assertNever } from '../../base/errors.ts';
import { cpuMillis, memoryBytes, parseQuantity } from '../../base/quantity.ts';
import { type ScalingPolicySpec } from '../../model/kinds/index.ts';
import { type AverageTarget, type MetricSource, type ValueTarget } from '../../autoscaling/metrics.ts';

type Metric = ScalingPolicySpec['metrics'][number];

/**
 * A metric of the manifest. `factor` is what a target for each VM is multiplied by, since VMs that were
 * resized carry another load than those that the manifest had in mind. A target that is absent becomes 0,
 * which the metric then reports as unreadable.
 */
export function sourceOf(metric: Metric, factor: number): MetricSource {
  switch (metric.type) {
    case 'Resource':
      return resourceSource(metric, factor);
    case 'Pods':
      return podsSource(metric, factor);
    case 'Object':
      return objectSource(metric, factor);
    case 'External': {
      const { target, activationThreshold } = metric.external ?? {};
      return {
        type: 'External',
        name: 'offered requests per second',
        target: totalTarget(target, factor),
        ...activation(activationThreshold),
      };
    }
    case 'RequestsPerSecond': {
      const { target, activationThreshold } = metric.requestsPerSecond ?? {};
      const active = activation(activationThreshold);
      if (target?.type === 'Value') {
        const value = numberOf(target.value);
        return { type: 'Object', name: 'requests per second', target: { type: 'Value', value }, ...active };
      }
      return { type: 'RequestsPerSecond', target: numberOf(target?.averageValue) * factor, ...active };
    }
    case 'Latency': {
      const { statistic = 'p95', target } = metric.latency ?? {};
      return { type: 'Latency', statistic, targetMs: milliseconds(target?.value ?? target?.averageValue) };
    }
    default:
      return assertNever(metric.type);
  }
}

/** A share of the VM's own CPUs means the same at every size; requests do not. */
function podsSource({ pods }: Metric, factor: number): MetricSource {
  const value = numberOf(pods?.target.averageValue);
  if (pods?.metric.name === 'utilization') {
    return { type: 'Pods', name: 'utilization', target: { type: 'AverageValue', value }, unit: 'share' };
  }
  return { type: 'Pods', name: 'requests served', target: { type: 'AverageValue', value: value * factor } };
}

function objectSource({ object }: Metric, factor: number): MetricSource {
  const of = object ? `${object.describedObject.kind}/${object.describedObject.name}` : '';
  const target = object?.target;
  const answers = (name: string, unit: 'ms' | 'share', value: number): MetricSource => {
    return {
      type: 'Object',
      name: `${name} of ${of}`,
      target: { type: 'Value', value },
      unit,
      answers: true,
    };
  };
  if (object?.metric.name === 'latency') return answers('latency p95', 'ms', milliseconds(target?.value));
  if (object?.metric.name === 'errorRate') return answers('error rate', 'share', numberOf(target?.value));
  return {
    type: 'Object',
    name: `requests per second of ${of}`,
    target: totalTarget(target, factor),
    ...activation(object?.activationThreshold),
  };
}

type Target = NonNullable<Metric['object']>['target'];

function totalTarget(target: Target | undefined, factor: number): ValueTarget | AverageTarget {
  if (target?.type === 'Value') return { type: 'Value', value: numberOf(target.value) };
  return { type: 'AverageValue', value: numberOf(target?.averageValue) * factor };
}

function activation(threshold: string | number | undefined): { readonly activationThreshold?: number } {
  return threshold === undefined ? {} : { activationThreshold: numberOf(threshold) };
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

function numberOf(quantity: string | number | undefined): number {
  return (quantity === undefined ? undefined : parseQuantity(quantity)) ?? 0;
}

/** A duration, or a plain number of milliseconds. */
function milliseconds(value: string | number | undefined): number {
  if (value === undefined) return 0;
  return (typeof value === 'string' ? parseDuration(value) : undefined) ?? numberOf(value);
}
