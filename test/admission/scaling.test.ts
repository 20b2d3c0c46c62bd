import { nothingLive } from '../support/nothing-live.ts';
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

describe('schedules', () => {
  const schedule = (more: object, minReplicas = 1): object =>
    policy(external(rate), {
      minReplicas,
      maxReplicas: 3,
      schedules: [{ name: 'office', cron: '0 8 * * MON-FRI', duration: '10h', ...more }],
    });
  const at = '/spec/horizontal';

  test.each([
    ['a minimum', schedule({ minReplicas: 2, timeZone: 'Europe/Berlin' }), []],
    ['a size', schedule({ replicas: 3 }), []],
    ['neither', schedule({}), [`EXACTLY_ONE ${at}/schedules/0`]],
    ['more than the maximum', schedule({ minReplicas: 4 }), [`MAX_BELOW_MIN ${at}/schedules`]],
    ['none, where there must be one', schedule({ replicas: 0 }), [`ZERO_BELOW_MIN ${at}/schedules`]],
    ['none, where that may be', schedule({ replicas: 0 }, 0), []],
    ['no cron', schedule({ replicas: 1, cron: '0 25 * * *' }), [`BAD_FORMAT ${at}/schedules/0/cron`]],
  ])('%s', (_name, given, problems) => {
    expect(wrong(given)).toEqual(problems);
  });

  test.each([
    ['of no time zone', { timeZone: 'Mars/Base' }, 'UNKNOWN_TIME_ZONE'],
    ['too short', { duration: '59s' }, 'OUT_OF_RANGE'],
    ['too long', { duration: '8d' }, 'OUT_OF_RANGE'],
  ])('%s', async (_name, more, code) => {
    const admitted = admit(schedule({ replicas: 1, ...more }));
    const found = await crossCheck([admitted], nothingLive);
    expect(found.flat().map((problem) => problem.code)).toEqual(['REFERENCE_NOT_FOUND', code]);
  });
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
    const found = await crossCheck([admitted], nothingLive);
    expect(found.flat().map(({ code }) => code)).toEqual(codes);
  });
});
