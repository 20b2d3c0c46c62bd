import { describe, expect, test } from 'vitest';
import { readingOf } from '../../../src/controllers/scaling/inputs.ts';
import { sourceOf } from '../../../src/controllers/scaling/sources.ts';
import { type ScalingPolicySpec } from '../../../src/model/kinds/index.ts';
import { type BalancerObservation } from '../../../src/model/ports.ts';

type Metric = ScalingPolicySpec['metrics'][number];

const cpu = (target: object): Metric => ({ type: 'Resource', resource: { name: 'cpu', target } }) as Metric;
const requests = (target: object): Metric =>
  ({ type: 'RequestsPerSecond', requestsPerSecond: { target } }) as Metric;
const pods = (name: string, averageValue: string): Metric =>
  ({ type: 'Pods', pods: { metric: { name }, target: { type: 'AverageValue', averageValue } } }) as Metric;
const object = (kind: string, name: string, target: object): Metric =>
  ({ type: 'Object', object: { describedObject: { kind, name: 'x' }, metric: { name }, target } }) as Metric;
const outside: Metric = {
  type: 'External',
  external: {
    metric: { name: 'offered' },
    target: { type: 'AverageValue', averageValue: 40 },
    activationThreshold: '500m',
  },
};
const latency = (value: string | number): Metric => ({
  type: 'Latency',
  latency: { statistic: 'p99', target: { type: 'Value', value } },
});

describe('a metric of the manifest', () => {
  test.each([
    ['utilization', cpu({ type: 'Utilization', averageUtilization: 60 }), { target: { percent: 60 } }],
    // Each VM carries twice as much as when the manifest was written.
    [
      'average · follows the size',
      cpu({ type: 'AverageValue', averageValue: '500m' }),
      { target: { value: 1000 } },
    ],
    [
      'requests for each VM · follow the size',
      requests({ type: 'AverageValue', averageValue: '50' }),
      { target: 100 },
    ],
    [
      'requests in total',
      requests({ type: 'Value', value: '2k' }),
      { type: 'Object', target: { value: 2000 } },
    ],
    ['requests without a value · 0, unreadable', requests({ type: 'AverageValue' }), { target: 0 }],
    ['latency as a duration', latency('1.5s'), { statistic: 'p99', targetMs: 1500 }],
    ['latency in milliseconds', latency(250), { targetMs: 250 }],
    [
      'requests that each VM serves · follow the size',
      pods('requestsPerSecond', '50'),
      { type: 'Pods', target: { value: 100 } },
    ],
    [
      'share of each VM · the same at every size',
      pods('utilization', '600m'),
      { unit: 'share', target: { value: 0.6 } },
    ],
    [
      'requests of a named load balancer, in total',
      object('LoadBalancer', 'requestsPerSecond', { type: 'Value', value: '2k' }),
      { name: 'requests per second of LoadBalancer/x', target: { type: 'Value', value: 2000 } },
    ],
    [
      'load of a named traffic · follows the size',
      object('Traffic', 'offered', { type: 'AverageValue', averageValue: 40 }),
      { target: { type: 'AverageValue', value: 80 } },
    ],
    [
      'latency of a named load balancer',
      object('LoadBalancer', 'latency', { type: 'Value', value: '1.5s' }),
      { unit: 'ms', answers: true, target: { value: 1500 } },
    ],
    [
      'errors of a named load balancer',
      object('LoadBalancer', 'errorRate', { type: 'Value', value: '50m' }),
      { unit: 'share', answers: true, target: { value: 0.05 } },
    ],
    ['load from outside', outside, { type: 'External', target: { value: 80 }, activationThreshold: 0.5 }],
  ])('%s', (_name, metric, expected) => {
    expect(sourceOf(metric, 2)).toMatchObject(expected);
  });
});

describe('figures of the load balancers', () => {
  const balancer = (requestsPerSecond: number, p99Ms: number): BalancerObservation => ({
    requestsPerSecond,
    latency: { meanMs: 1, p50Ms: 1, p95Ms: 1, p99Ms },
    errorRate: 0,
    throttledPerSecond: 0,
    refusedPerSecond: 0,
    timedOutPerSecond: 0,
    totalRefused: 0,
    totalTimedOut: 0,
    backlog: 0,
    totalRequests: 0,
    totalErrors: 0,
    movedKeys: undefined,
    backends: [],
  });
  const perVm = sourceOf(requests({ type: 'AverageValue', averageValue: '50' }), 1);
  const p99 = sourceOf(latency(250), 1);

  test.each([
    ['requests · the sum', perVm, [balancer(30, 5), balancer(12, 9)], 42],
    ['latency · the slowest', p99, [balancer(30, 5), balancer(12, 9)], 9],
    ['latency · nothing asked', p99, [balancer(0, 9)], 0],
    ['no balancer · unknown', perVm, [], undefined],
  ])('%s', (_name, source, balancers, expected) => {
    expect(readingOf(source, [], balancers).value).toBe(expected);
  });
});
