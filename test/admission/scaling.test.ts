import { describe, expect, test } from 'vitest';
import { crossCheck } from '../../src/admission/rules.ts';
import { admit, validateObject } from '../../src/admission/validate.ts';

const rate = { type: 'AverageValue', averageValue: '50' };
const total = { type: 'Value', value: 50 };

function policy(metric: object, horizontal: object = { maxReplicas: 3 }): object {
  return {
    apiVersion: 'vctl.dev/v1alpha1',
    kind: 'ScalingPolicy',
    metadata: { name: 'web', namespace: 'default' },
    spec: { target: { kind: 'Application', name: 'crm', tier: 'web' }, horizontal, metrics: [metric] },
  };
}

/** Codes and places of what is wrong, below the metric. */
function wrong(object: unknown): string[] {
  const result = validateObject(object);
  if (result.ok) return [];
  return result.problems.map(({ code, path }) => `${code} ${path.replace('/spec/metrics/0/', '')}`);
}

const pods = (name: string, target: object): object => ({ type: 'Pods', pods: { metric: { name }, target } });
const object = (kind: string, name: string, target: object, more: object = {}): object => ({
  type: 'Object',
  object: { describedObject: { kind, name: 'web' }, metric: { name }, target, ...more },
});
const external = (target: object, more: object = {}): object => ({
  type: 'External',
  external: { metric: { name: 'offered' }, target, ...more },
});

describe('metrics', () => {
  test.each([
    ['Pods', pods('utilization', rate), []],
    ['Pods · unknown figure', pods('coffee', rate), ['NOT_ALLOWED_VALUE pods/metric/name']],
    ['Pods · a total', pods('utilization', total), ['TARGET_MISMATCH pods/target']],
    ['Object', object('LoadBalancer', 'requestsPerSecond', total, { activationThreshold: 5 }), []],
    ['Object · for each VM', object('Traffic', 'offered', rate), []],
    ['Object · unknown figure', object('Traffic', 'coffee', rate), ['NOT_ALLOWED_VALUE object/metric/name']],
    [
      'Object · figure of another kind',
      object('Traffic', 'latency', total),
      ['METRIC_MISMATCH object/metric/name'],
    ],
    [
      'Object · latency for each VM',
      object('LoadBalancer', 'latency', rate),
      ['TARGET_MISMATCH object/target/type'],
    ],
    [
      'Object · errors tell no activity',
      object('LoadBalancer', 'errorRate', total, { activationThreshold: 1 }),
      ['METRIC_MISMATCH object/activationThreshold'],
    ],
    ['External', external(rate, { activationThreshold: '500m' }), []],
    ['External · no value', external({ type: 'Value' }), ['TARGET_MISMATCH external/target']],
    [
      'External · a percentage',
      external({ type: 'Utilization', averageUtilization: 5 }),
      ['TARGET_MISMATCH external/target'],
    ],
    [
      'another type’s field',
      { ...external(rate), type: 'Pods' },
      ['METRIC_MISMATCH type', 'METRIC_MISMATCH type'],
    ],
  ])('%s', (_name, metric, problems) => {
    expect(wrong(policy(metric))).toEqual(problems);
  });

  test.each([
    [
      'none that tells without a VM',
      pods('utilization', rate),
      ['REFERENCE_NOT_FOUND', 'NO_ACTIVITY_METRIC'],
    ],
    ['one that does', external(rate), ['REFERENCE_NOT_FOUND']],
    [
      'one of an object that is not there',
      object('Traffic', 'offered', rate),
      ['REFERENCE_NOT_FOUND', 'REFERENCE_NOT_FOUND'],
    ],
  ])('minReplicas 0 and %s · warned of', async (_name, metric, codes) => {
    const admitted = admit(policy(metric, { minReplicas: 0, maxReplicas: 3 }));
    const found = await crossCheck([admitted], { get: () => undefined, list: () => [] });
    expect(found.flat().map(({ code }) => code)).toEqual(codes);
  });
});
