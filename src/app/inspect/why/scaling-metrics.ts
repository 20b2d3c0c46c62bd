/** The inputs of a scaling decision: each metric's figure, whose samples were believed, and what it wishes. Pure. */
import { type ScalingDecision } from '../../../controllers/scaling/decision.ts';
import { readingOf, type ScalingInput } from '../../../controllers/scaling/inputs.ts';
import { metricName, type MetricResult } from '../../../autoscaling/metrics.ts';
import { groupSamples } from '../../../autoscaling/readiness.ts';
import { formatMetricValue } from '../../../autoscaling/text.ts';
import { type DescribeNode } from '../../../output/describe.ts';
import { table } from '../describe/parts.ts';

interface Samples {
  readonly believed: number;
  /** Too young, or not started. */
  readonly unready: number;
  readonly missing: number;
}

/** One row a metric. */
export function metricsNode(input: ScalingInput, { metrics, asHorizontal }: ScalingDecision): DescribeNode {
  const rows = metrics.map((result, index) => {
    const { believed, unready, missing } = samplesOf(input, result, index);
    const samples = [String(believed), String(unready), String(missing)];
    if (!result.ok) return [metricName(result.source), '', '', '', ...samples, '', result.message];
    const { source, value, target, ratio, wish } = result;
    const chosen = result === asHorizontal.metric ? 'the largest wish' : '';
    const figures = [formatMetricValue(source, value), formatMetricValue(source, target), ratio.toFixed(2)];
    return [metricName(source), ...figures, ...samples, String(wish), chosen];
  });
  const headings = [
    'Metric',
    '>Current',
    '>Target',
    '>Ratio',
    '>Sampled',
    '>Unready',
    '>Missing',
    '>Wish',
    'Note',
  ];
  return table('Inputs', headings, rows);
}

/** The same as data. */
export function metricsData(
  input: ScalingInput,
  { metrics }: ScalingDecision,
): readonly Record<string, unknown>[] {
  return metrics.map((result, index) => ({
    name: metricName(result.source),
    samples: samplesOf(input, result, index),
    ...(result.ok
      ? { value: result.value, target: result.target, ratio: result.ratio, wish: result.wish }
      : { problem: result.message, reason: result.reason }),
  }));
}

function samplesOf(input: ScalingInput, { source }: MetricResult, index: number): Samples {
  const { vms } = readingOf(source, input.vms, input.balancers, input.totals[index]);
  const resource = source.type === 'Resource' ? source.name : '';
  const { ready, unready, missing } = groupSamples(vms, resource, input.nowMs);
  return { believed: ready.length, unready: unready.length, missing: missing.length };
}
