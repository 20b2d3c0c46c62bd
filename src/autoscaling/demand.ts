import { isProportional, type MetricResult, type MetricWish } from './metrics.ts';

/**
 * How many VMs the load needs by its metrics, before tolerance and rounding: what a forecast learns from. The largest
 * counts; undefined while a metric cannot be read, as that might have asked for more. Pure.
 */
export function demandOf(metrics: readonly MetricResult[], current: number): number | undefined {
  const wishes = metrics.filter((result) => result.ok);
  if (wishes.length === 0 || wishes.length < metrics.length) return undefined;
  return Math.max(...wishes.map((wish) => demandBy(wish, current)));
}

function demandBy(metric: MetricWish, current: number): number {
  const { source, ratio, sampled, wish } = metric;
  if (!isProportional(source)) return wish;
  if (current === 0) return ratio;
  const shared =
    source.type === 'RequestsPerSecond' ||
    ((source.type === 'Object' || source.type === 'External') && source.target.type === 'AverageValue');
  return ratio * (shared ? current : sampled);
}
