import { toTimestamp } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { formatCpu, humanMemory } from '../base/quantity.ts';
import { type MetricSource, type MetricWish, metricName } from './metrics.ts';

/** A duration for sentences: `1 h 30 m`, `15 s`. */
export function spacedDuration(ms: number): string {
  return formatDuration(ms)
    .replace(/([a-z]+)(?=[0-9])/g, '$1 ')
    .replace(/([0-9])(?=[a-z])/g, '$1 ');
}

/** The time of day of world time: `14:02:30`; with its date when that is not today's. */
export function timeOfDay(atMs: number, nowMs: number): string {
  const [date = '', time = ''] = toTimestamp(atMs).slice(0, -1).split('T');
  return toTimestamp(nowMs).startsWith(date) ? time : `${date} ${time}`;
}

/** One line of an explanation: its label in a column of its own. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(10)}${text}`;
}

/** What a metric measured and what it should be: `cpu utilization 96 % of a 60 % target`. */
export function metricText(result: MetricWish): string {
  const { source } = result;
  const perVm = isPerVm(source) ? ' a VM' : '';
  const value = formatMetricValue(source, result.value);
  return `${metricName(source)} ${value}${perVm} of a ${formatMetricValue(source, result.target)} target`;
}

/** A value or target of this metric with its unit. */
export function formatMetricValue(source: MetricSource, value: number): string {
  if (source.type === 'Latency') return `${rounded(value)} ms`;
  if (source.type !== 'Resource') {
    const unit = source.type === 'RequestsPerSecond' ? undefined : source.unit;
    if (unit === 'share') return `${rounded(value * 100)} %`;
    return unit === 'ms' ? `${rounded(value)} ms` : String(rounded(value));
  }
  if (source.target.type === 'Utilization') return `${value} %`;
  return source.name === 'memory' ? humanMemory(value) : formatCpu(value);
}

function isPerVm(source: MetricSource): boolean {
  if (source.type === 'Latency') return false;
  return source.type === 'RequestsPerSecond' || source.target.type === 'AverageValue';
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
