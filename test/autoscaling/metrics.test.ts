import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateMetric, type MetricSource } from '../../src/autoscaling/metrics.ts';
import { groupSamples, type VmSample } from '../../src/autoscaling/readiness.ts';
import { isWithinTolerance, sizeByTotal, sizeByValue } from '../../src/autoscaling/sizing.ts';
import { cpu, evaluate, hourMs, nowMs, pending, tolerance, vm, vms } from './builders.ts';

const old = { startedAtMs: nowMs - hourMs, readyChangedAtMs: nowMs - hourMs };

describe('which samples are believed', () => {
  const minute = 60_000;
  const young = { startedAtMs: nowMs - 2 * minute, readyChangedAtMs: nowMs - minute };
  test.each<[string, VmSample, string, string]>([
    ['long ready', vm(1, old), 'cpu', 'ready'],
    ['pending', pending(), 'cpu', 'unready'],
    ['pending, for memory too', pending(), 'memory', 'unready'],
    ['no sample', vm(undefined, old), 'cpu', 'missing'],
    ['failed', vm(1, { phase: 'Failed' }), 'cpu', 'ignored'],
    ['terminating', vm(1, { phase: 'Terminating' }), 'cpu', 'ignored'],
    ['young and ready, sampled since', vm(1, young), 'cpu', 'ready'],
    ['young and not ready', vm(1, { ...young, ready: false }), 'cpu', 'unready'],
    ['young and not ready, for memory', vm(1, { ...young, ready: false }), 'memory', 'ready'],
    [
      'young, sampled before it became ready',
      vm(1, { ...young, sampledAtMs: nowMs - 61_000 }),
      'cpu',
      'unready',
    ],
    ['young, sample ends after but began before', vm(1, { ...young, windowMs: 60_001 }), 'cpu', 'unready'],
    ['young, sample began as it became ready', vm(1, { ...young, windowMs: 60_000 }), 'cpu', 'ready'],
    ['never started', vm(1, { startedAtMs: undefined }), 'cpu', 'unready'],
    ['readiness never decided', vm(1, { readyChangedAtMs: undefined }), 'cpu', 'unready'],
    [
      'exactly 5 min old is no longer young',
      vm(1, { startedAtMs: nowMs - 5 * minute, readyChangedAtMs: nowMs, ready: false }),
      'cpu',
      'ready',
    ],
    [
      'old, never ready',
      vm(1, { ...old, ready: false, readyChangedAtMs: old.startedAtMs + 29_999 }),
      'cpu',
      'unready',
    ],
    [
      'old, unready since 30 s after its start',
      vm(1, { ...old, ready: false, readyChangedAtMs: old.startedAtMs + 30_000 }),
      'cpu',
      'ready',
    ],
  ])('%s', (_name, sample, resource, expected) => {
    const groups = groupSamples([sample], resource, nowMs);
    const group = (['ready', 'unready', 'missing'] as const).find((name) => groups[name].length > 0);
    expect(group ?? 'ignored').toBe(expected);
    expect(groups.total).toBe(expected === 'ignored' ? 0 : 1);
  });
});

describe('tolerance', () => {
  test.each([
    [0.9, true],
    [0.8999, false],
    [1, true],
    [1.1, true],
    [1.1001, false],
  ])('ratio %d is within 10 %%: %s', (ratio, expected) => {
    expect(isWithinTolerance(ratio, tolerance)).toBe(expected);
  });
  test('each direction has its own', () => {
    expect(isWithinTolerance(1.05, { up: 0, down: 0.5 })).toBe(false);
    expect(isWithinTolerance(0.5, { up: 0, down: 0.5 })).toBe(true);
  });
});

test('fractions compare as they are written: 0.18 is 0.9 of 0.2', () => {
  const context = { current: 10, tolerance: { up: 0.1, down: 0.1 }, nowMs: 0 };
  expect(sizeByValue(0.18, 0.2, 10, context).wish).toBe(10);
  expect(sizeByValue(0.179, 0.2, 10, context).wish).toBe(9);
  // 1.1 / 0.1 is 11.000000000000002 in binary fractions.
  expect(sizeByTotal(1.1, 0.1, { ...context, current: 0 }).wish).toBe(11);
  expect(sizeByTotal(1e-12, 0.1, { ...context, current: 0 }).wish).toBe(1);
});

describe('utilization', () => {
  const rows: [string, number, VmSample[], number, { wish: number; value: number }][] = [
    ['above the target grows', 60, vms(960, 960, 960, 960), 4, { wish: 7, value: 96 }],
    ['below the target shrinks', 60, vms(100, 100, 100, 100), 4, { wish: 1, value: 10 }],
    ['the upper edge of the tolerance stays', 50, vms(550, 550), 2, { wish: 2, value: 55 }],
    ['above it grows', 50, vms(560, 560), 2, { wish: 3, value: 56 }],
    ['the percentage is truncated: 55.9 is 55', 50, vms(559, 559), 2, { wish: 2, value: 55 }],
    ['the lower edge stays', 50, vms(450, 450, 450), 3, { wish: 3, value: 45 }],
    ['below it shrinks', 50, vms(330, 330, 330), 3, { wish: 2, value: 33 }],
    ['binary fractions are not truncated away', 60, vms(59.99999999999999 * 10), 1, { wish: 1, value: 60 }],
    [
      'requests are summed, not averaged',
      50,
      [vm(900, { request: 1000 }), vm(300, { request: 3000 })],
      2,
      { wish: 2, value: 30 },
    ],
    ['growth counts unready as idle', 30, [...vms(300, 500, 700), pending()], 4, { wish: 5, value: 50 }],
    ['unready ones can take all of the growth', 50, [...vms(600), pending()], 2, { wish: 2, value: 60 }],
    ['shrinking drops unready', 50, [...vms(200, 200), pending(), pending()], 4, { wish: 1, value: 20 }],
    ['growth counts missing as idle', 50, [...vms(900, 900), vm(undefined)], 3, { wish: 4, value: 90 }],
    ['direction turned by missing keeps', 50, vms(600, undefined, undefined), 3, { wish: 3, value: 60 }],
    ['shrinking counts missing as busy', 50, vms(100, 100, 100, undefined), 4, { wish: 3, value: 10 }],
    ['missing busy turns the direction', 50, vms(400, 400, undefined, undefined), 4, { wish: 4, value: 40 }],
    ['missing at a target above 100 %: the target', 200, vms(400, 400, undefined), 3, { wish: 2, value: 40 }],
    [
      'missing and unready on shrink: only missing count',
      50,
      [...vms(100, 100, undefined), pending()],
      4,
      { wish: 3, value: 10 },
    ],
    [
      'missing at exactly the target: nothing is filled in',
      50,
      vms(500, undefined),
      2,
      { wish: 2, value: 50 },
    ],
    ['VMs that do not exist yet are not multiplied', 50, vms(900), 4, { wish: 2, value: 90 }],
    [
      'the new count must not go the wrong way with doubtful ones',
      50,
      [...vms(900, 900), pending()],
      6,
      { wish: 6, value: 90 },
    ],
    [
      'failed and terminating count for nothing',
      50,
      [...vms(500), vm(1000, { phase: 'Failed' })],
      1,
      { wish: 1, value: 50 },
    ],
    [
      'surge does not make a shrink a growth',
      60,
      vms(500, 500, 500, 500, 500, 500),
      4,
      { wish: 4, value: 50 },
    ],
    ['surge does not enlarge a growth', 60, vms(900, 900, 900, 900, 900, 900), 4, { wish: 6, value: 90 }],
  ];
  test.each(rows)('%s', (_name, percent, samples, current, expected) => {
    expect(evaluate(cpu(percent), samples, current)).toMatchObject({
      ok: true,
      ...expected,
      target: percent,
    });
  });

  test('says how many were believed', () => {
    expect(evaluate(cpu(50), [...vms(900, undefined), pending()], 3)).toMatchObject({ sampled: 1, total: 3 });
  });

  test.each<[string, VmSample[], string]>([
    ['no VM', [], 'no VM'],
    ['no believable sample', [pending(), vm(undefined)], 'none of 2 VMs'],
    ['a VM without a request', [vm(5, { name: 'web-1', request: undefined })], 'VM web-1 has no cpu'],
  ])('broken: %s', (_name, samples, message) => {
    const result = evaluate(cpu(50), samples, 2);
    expect(result).toMatchObject({ ok: false, reason: 'FailedGetResourceMetric' });
    expect(!result.ok && result.message).toContain(message);
  });
});

describe('averages, values and totals', () => {
  const pods: MetricSource = { type: 'Pods', name: 'jobs', target: { type: 'AverageValue', value: 10 } };
  const object: MetricSource = { type: 'Object', name: 'queue', target: { type: 'Value', value: 100 } };
  const share: MetricSource = {
    type: 'External',
    name: 'queue',
    target: { type: 'AverageValue', value: 30 },
  };
  const memory: MetricSource = {
    type: 'Resource',
    name: 'memory',
    target: { type: 'AverageValue', value: 2 },
  };
  const latency: MetricSource = { type: 'Latency', statistic: 'p95', targetMs: 100 };
  const rps: MetricSource = { type: 'RequestsPerSecond', target: 50 };
  const three = vms(1, 1, 1);
  test.each<[string, MetricSource, VmSample[], number, number | undefined, number]>([
    ['Pods grows', pods, vms(20, 20, 20), 3, undefined, 6],
    ['Pods within tolerance stays', pods, vms(11, 11), 2, undefined, 2],
    ['Pods truncates to thousandths', pods, vms(11.0009, 11.0009), 2, undefined, 2],
    ['Pods above a thousandth grows', pods, vms(11.001, 11.001), 2, undefined, 3],
    ['Pods on shrink counts missing at the target', pods, [...vms(2, 2), vm(undefined)], 3, undefined, 2],
    [
      'Pods does not ask for readiness',
      pods,
      [vm(20, { ready: false, startedAtMs: nowMs - 5 })],
      1,
      undefined,
      2,
    ],
    ['AverageValue of bytes truncates: 5/2 is 2', memory, vms(2, 3), 2, undefined, 2],
    ['Value: ratio times the ready ones', object, [...three, pending()], 4, 200, 6],
    ['Value within tolerance', object, three, 3, 110, 3],
    ['Value shrinks', object, three, 3, 40, 2],
    ['Value from zero: the ratio, without tolerance', object, [], 0, 105, 2],
    ['Value from zero, nothing to do', object, [], 0, 0, 0],
    ['Value: surge does not make it grow more', object, vms(1, 1, 1, 1), 3, 200, 6],
    ['AverageValue: total over target', share, three, 3, 200, 7],
    ['AverageValue within tolerance of the present share', share, three, 3, 99, 3],
    ['AverageValue from zero', share, [], 0, 31, 2],
    ['requests per second: a share for each VM', rps, three, 3, 301, 7],
    ['latency: ratio times the ready ones', latency, three, 3, 200, 6],
    [
      'latency above target never shrinks while VMs boot',
      latency,
      [...vms(1), pending(), pending(), pending()],
      4,
      150,
      4,
    ],
    ['latency far below target shrinks', latency, three, 3, 10, 1],
  ])('%s', (_name, source, samples, current, value, wish) => {
    expect(evaluate(source, samples, current, value)).toMatchObject({ ok: true, wish });
  });

  test.each<[string, MetricSource, number, number | undefined, string]>([
    ['no value', object, 3, undefined, 'FailedGetObjectMetric'],
    ['no latency while there is no VM', latency, 0, 5, 'FailedGetLatency'],
    ['a target of 0', { ...object, target: { type: 'Value', value: 0 } }, 3, 5, 'FailedGetObjectMetric'],
  ])('broken: %s', (_name, source, current, value, reason) => {
    expect(evaluate(source, three, current, value)).toMatchObject({ ok: false, reason });
  });

  test.each([
    [undefined, 0, false],
    [undefined, 0.1, true],
    [5, 5, false],
    [5, 5.1, true],
  ])('activation above %s at %d: %s', (activationThreshold, value, active) => {
    expect(evaluate({ ...share, activationThreshold }, [], 0, value)).toMatchObject({
      active,
    });
  });
  test('a resource cannot tell whether there is work', () => {
    expect(evaluate(cpu(50), vms(0), 1)).not.toHaveProperty('active');
  });
});

describe('properties', () => {
  const sample = fc.record({
    usage: fc.option(fc.nat(2000), { nil: undefined, freq: 4 }),
    phase: fc.constantFrom(
      'Running' as const,
      'Running' as const,
      'Pending' as const,
      'Terminating' as const,
    ),
    ready: fc.boolean(),
  });
  const arbitrary = [fc.array(sample, { maxLength: 12 }), fc.integer({ min: 1, max: 12 })] as const;

  test('no change inside the tolerance', () => {
    fc.assert(
      fc.property(...arbitrary, fc.integer({ min: 1, max: 150 }), (samples, current, percent) => {
        const result = evaluate(
          cpu(percent),
          samples.map(({ usage, ...more }) => vm(usage, more)),
          current,
        );
        fc.pre(result.ok && isWithinTolerance(result.ratio, tolerance));
        expect(result.ok && result.wish).toBe(current);
      }),
    );
  });

  const usages = fc.array(fc.nat(2000), { minLength: 1, maxLength: 8 });
  const context = (current: number) => ({ current, tolerance, nowMs });

  test('VMs without a sample never make a wish larger', () => {
    fc.assert(
      fc.property(usages, fc.nat(5), (sampled, more) => {
        const unsampled = Array<undefined>(more).fill(undefined);
        const alone = evaluateMetric(cpu(50), { vms: vms(...sampled) }, context(sampled.length));
        const result = evaluateMetric(
          cpu(50),
          { vms: vms(...sampled, ...unsampled) },
          context(sampled.length),
        );
        expect(result.ok && result.wish).toBeLessThanOrEqual(
          Math.max(sampled.length, alone.ok ? alone.wish : 0),
        );
      }),
    );
  });

  test('surge that is as busy as the rest never makes a wish larger', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 8 }), fc.nat(5), (usage, current, surge) => {
        const count = (n: number) => vms(...Array<number>(n).fill(usage));
        const alone = evaluateMetric(cpu(50), { vms: count(current) }, context(current));
        const surged = evaluateMetric(cpu(50), { vms: count(current + surge) }, context(current));
        const bound = Math.max(current, alone.ok ? alone.wish : 0);
        expect(surged.ok && surged.wish).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
