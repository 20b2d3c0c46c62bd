import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BehaviorSpec, resolveBehavior } from '../../src/autoscaling/behavior.ts';
import { decideHorizontal, type HorizontalInput } from '../../src/autoscaling/horizontal.ts';
import { ago, broken, changed, cpu, evaluate, input, none, nowMs, vms, wishing } from './builders.ts';

const policy = (type: 'Pods' | 'Percent', value: number, periodSeconds = 60) => ({
  type,
  value,
  periodSeconds,
});
const up = (more: BehaviorSpec['scaleUp']): BehaviorSpec => ({ scaleUp: more });
const down = (more: BehaviorSpec['scaleDown']): BehaviorSpec => ({
  scaleDown: { stabilizationWindowSeconds: 0, ...more },
});
const after = (seconds: number): number => nowMs + seconds * 1000;
const statusOf = (decision: ReturnType<typeof decideHorizontal>, type: string) => {
  const condition = decision.conditions.find((one) => one.type === type);
  return `${condition?.status} ${condition?.reason}`;
};

describe('order of the limits', () => {
  test.each<[string, HorizontalInput, number, string]>([
    ['the wish itself', input(4, 7), 7, 'DesiredWithinRange'],
    ['disabled at 0', input(0, 7), 0, 'ScalingDisabled'],
    [
      'the policy’s own 0 ends when the minimum rises',
      input(0, 0, { zeroByPolicy: true, min: 1 }),
      1,
      'TooFewReplicas',
    ],
    ['above max goes to max at once', input(50, 60, { max: 40 }), 40, 'TooManyReplicas'],
    ['below min goes to min at once', input(2, 1, { min: 9 }), 9, 'TooFewReplicas'],
    ['above max although metrics are broken', input(50, [broken()], { max: 40 }), 40, 'TooManyReplicas'],
    ['the maximum', input(30, 50, { max: 40 }), 40, 'TooManyReplicas'],
    ['at the maximum', input(40, 50, { max: 40 }), 40, 'TooManyReplicas'],
    ['the minimum', input(6, 1, { min: 3, behavior: down({}) }), 3, 'TooFewReplicas'],
    ['the default rate: doubles', input(10, 50), 20, 'ScaleUpLimit'],
    ['the default rate: 4 where doubling is less', input(2, 50), 6, 'ScaleUpLimit'],
    ['the rate equal to max is the maximum', input(20, 90, { max: 40 }), 40, 'TooManyReplicas'],
    [
      'the rate equal to min is the minimum',
      input(10, 1, { min: 7, behavior: down({ policies: [policy('Pods', 3)] }) }),
      7,
      'TooFewReplicas',
    ],
    [
      'the default down window',
      input(9, 2, { history: { ...none, wishes: [ago(299, 8)] } }),
      8,
      'ScaleDownStabilized',
    ],
    [
      'a wish as old as the window is forgotten',
      input(9, 2, { history: { ...none, wishes: [ago(300, 8)] } }),
      2,
      'DesiredWithinRange',
    ],
    ['the first look does not shrink', input(9, 2, { history: undefined }), 9, 'ScaleDownStabilized'],
    ['the first look grows', input(4, 5, { history: undefined }), 5, 'DesiredWithinRange'],
  ])('%s', (_name, given, desired, reason) => {
    const decision = decideHorizontal(given);
    expect([decision.desired, decision.limiter.reason]).toEqual([desired, reason]);
  });
});

describe('stabilisation', () => {
  const window = { ...up({ stabilizationWindowSeconds: 60 }), ...down({ stabilizationWindowSeconds: 120 }) };
  test.each<[string, number, number, [number, number][], number]>([
    [
      'growth takes the least wish of the window',
      4,
      8,
      [
        [50, 6],
        [30, 7],
      ],
      6,
    ],
    [
      'growth ignores wishes outside the window',
      4,
      8,
      [
        [60, 5],
        [30, 7],
      ],
      7,
    ],
    ['a lower wish in the up window keeps the size', 4, 8, [[10, 3]], 4],
    [
      'shrinking takes the greatest wish of the window',
      9,
      2,
      [
        [110, 5],
        [30, 4],
      ],
      5,
    ],
    [
      'shrinking ignores wishes outside the window',
      9,
      2,
      [
        [120, 5],
        [30, 4],
      ],
      4,
    ],
    ['a higher wish in the down window keeps the size', 9, 2, [[110, 12]], 9],
  ])('%s', (_name, current, wish, wishes, desired) => {
    const history = { changes: [], wishes: wishes.map(([seconds, past]) => ago(seconds, past)) };
    expect(decideHorizontal(input(current, wish, { behavior: window, history })).desired).toBe(desired);
  });
});

describe('rate', () => {
  type Change = [number, number];
  test.each<[string, number, number, BehaviorSpec, Change[], number]>([
    ['up by VMs', 10, 90, up({ policies: [policy('Pods', 3)] }), [], 13],
    ['up by percent rounds up', 5, 90, up({ policies: [policy('Percent', 30)] }), [], 7],
    ['up: what was added in the period counts', 10, 90, up({ policies: [policy('Pods', 3)] }), [[59, 2]], 11],
    ['up: what was added before does not', 10, 90, up({ policies: [policy('Pods', 3)] }), [[60, 2]], 13],
    ['up: what was removed counts back', 10, 90, up({ policies: [policy('Pods', 3)] }), [[5, -2]], 15],
    [
      'up: percent of the size at the period start',
      10,
      90,
      up({ policies: [policy('Percent', 50)] }),
      [[5, 2]],
      12,
    ],
    ['up never goes below the size', 10, 90, up({ policies: [policy('Pods', 1)] }), [[5, 6]], 10],
    ['up Max', 10, 90, up({ policies: [policy('Pods', 3), policy('Percent', 50)] }), [], 15],
    [
      'up Min',
      10,
      90,
      up({ selectPolicy: 'Min', policies: [policy('Pods', 3), policy('Percent', 50)] }),
      [],
      13,
    ],
    ['up Disabled', 10, 90, up({ selectPolicy: 'Disabled' }), [], 10],
    [
      'up: each policy has its period',
      10,
      90,
      up({ policies: [policy('Pods', 3, 15), policy('Pods', 4, 60)] }),
      [[30, 4]],
      13,
    ],
    ['down by VMs', 10, 1, down({ policies: [policy('Pods', 3)] }), [], 7],
    ['down by percent truncates', 10, 1, down({ policies: [policy('Percent', 25)] }), [], 7],
    [
      'down: what was removed in the period counts',
      10,
      1,
      down({ policies: [policy('Pods', 3)] }),
      [[59, -2]],
      9,
    ],
    ['down: what was removed before does not', 10, 1, down({ policies: [policy('Pods', 3)] }), [[60, -2]], 7],
    ['down: what was added counts back', 10, 1, down({ policies: [policy('Pods', 3)] }), [[5, 2]], 5],
    ['down never goes above the size', 10, 1, down({ policies: [policy('Pods', 1)] }), [[5, -6]], 10],
    ['down Max', 10, 1, down({ policies: [policy('Pods', 3), policy('Percent', 50)] }), [], 5],
    [
      'down Min',
      10,
      1,
      down({ selectPolicy: 'Min', policies: [policy('Pods', 3), policy('Percent', 50)] }),
      [],
      7,
    ],
    ['down Disabled', 10, 1, down({ selectPolicy: 'Disabled' }), [], 10],
    ['down 100 % by default', 10, 1, down({}), [], 1],
  ])('%s', (_name, current, wish, behavior, changes, desired) => {
    const history = { wishes: [], changes: changes.map(([seconds, change]) => changed(seconds, change)) };
    const decision = decideHorizontal(input(current, wish, { behavior, history }));
    expect(decision.desired).toBe(desired);
    if (desired !== wish) {
      expect(decision.limiter.reason).toBe(wish > current ? 'ScaleUpLimit' : 'ScaleDownLimit');
    }
  });
});

describe('several metrics', () => {
  test.each<[string, HorizontalInput, number, string]>([
    ['the largest wish', input(4, [wishing(5), wishing(7), wishing(6)]), 7, 'True ValidMetricFound'],
    ['all broken hold', input(4, [broken('FailedGetPodsMetric'), broken()]), 4, 'False FailedGetPodsMetric'],
    ['no metric holds', input(4, []), 4, 'False NoMetrics'],
    ['one broken, growth goes on', input(4, [broken(), wishing(6)]), 6, 'True ValidMetricFound'],
    ['one broken, the same size is no shrink', input(4, [broken(), wishing(4)]), 4, 'True ValidMetricFound'],
    [
      'one broken, a shrink is held',
      input(4, [wishing(3), broken()], { behavior: down({}) }),
      4,
      'False FailedGetResourceMetric',
    ],
    ['disabled', input(0, 4), 0, 'False ScalingDisabled'],
  ])('%s', (_name, given, desired, active) => {
    const decision = decideHorizontal(given);
    expect([decision.desired, statusOf(decision, 'ScalingActive')]).toEqual([desired, active]);
  });
  test('ties go to the first', () => {
    const decision = decideHorizontal(input(4, [wishing(7, 'a'), wishing(7, 'b')]));
    expect(decision.metric?.source).toMatchObject({ name: 'a' });
  });
  test('an unreadable wish is not remembered', () => {
    expect(decideHorizontal(input(4, [broken()])).history).toEqual(none);
  });
});

describe('conditions', () => {
  test.each<[string, HorizontalInput, string, string]>([
    ['rescaled', input(4, 7), 'True SucceededRescale', 'False DesiredWithinRange'],
    ['nothing to do', input(4, 4), 'True ReadyForNewScale', 'False DesiredWithinRange'],
    [
      'shrink stabilised',
      input(9, 2, { history: undefined }),
      'True ScaleDownStabilized',
      'False DesiredWithinRange',
    ],
    [
      'growth stabilised',
      input(4, 9, { history: undefined, behavior: up({ stabilizationWindowSeconds: 60 }) }),
      'True ScaleUpStabilized',
      'False DesiredWithinRange',
    ],
    ['rate limited', input(10, 90), 'True SucceededRescale', 'True ScaleUpLimit'],
    ['at the maximum', input(40, 90, { max: 40 }), 'True ReadyForNewScale', 'True TooManyReplicas'],
    ['at the minimum', input(3, 1, { min: 3 }), 'True ReadyForNewScale', 'True TooFewReplicas'],
  ])('%s', (_name, given, able, limited) => {
    const decision = decideHorizontal(given);
    expect([statusOf(decision, 'AbleToScale'), statusOf(decision, 'ScalingLimited')]).toEqual([
      able,
      limited,
    ]);
  });
});

describe('zero', () => {
  const idle = wishing(0, 'queue', false);
  const busy = wishing(1, 'queue', true);
  const zero = (current: number, metrics: Parameters<typeof input>[1], behavior = down({})) =>
    input(current, metrics, { min: 0, behavior });
  test.each<[string, HorizontalInput, number]>([
    ['the last VM goes when there is nothing to do', zero(1, [idle]), 0],
    ['the scale-down policy holds on the way', zero(9, [idle], down({ policies: [policy('Pods', 2)] })), 7],
    ['and for the last one', zero(1, [idle], down({ selectPolicy: 'Disabled' })), 1],
    ['the down window holds too', zero(1, [idle], {}), 0],
    ['an idle total wins over a wish of cpu', zero(1, [wishing(1, 'cpu'), idle]), 0],
    ['activity keeps one', zero(2, [wishing(0, 'queue', true)]), 1],
    ['a metric that cannot tell keeps one', zero(2, [wishing(0)]), 1],
    ['a broken metric keeps them', zero(2, [idle, broken()]), 2],
    ['nothing wakes below the threshold', zero(0, [wishing(1, 'queue', false)]), 0],
    ['activity wakes', zero(0, [busy]), 1],
    [
      'a percentage of nothing does not keep it asleep',
      zero(0, [wishing(3, 'queue', true)], up({ policies: [policy('Percent', 100)] })),
      1,
    ],
    ['a floor wakes', { ...zero(0, [idle]), floors: [{ source: 'forecast', replicas: 2 }] }, 2],
  ])('%s', (_name, given, desired) => {
    expect(decideHorizontal(given).desired).toBe(desired);
  });
  test('a wish in the down window keeps the last VM', () => {
    const history = { changes: [], wishes: [ago(10, 1)] };
    expect(decideHorizontal({ ...zero(1, [idle], {}), history }).desired).toBe(1);
  });
});

describe('floors', () => {
  const floors = [
    { source: 'schedule', replicas: 6 },
    { source: 'forecast', replicas: 8 },
  ];
  test.each<[string, HorizontalInput, number, string]>([
    ['the highest raises the wish', input(5, 5, { floors }), 8, 'True ValidMetricFound'],
    ['never lowers it', input(5, 9, { floors }), 9, 'True ValidMetricFound'],
    ['the maximum is above floors', input(5, 5, { floors, max: 7 }), 7, 'True ValidMetricFound'],
    [
      'raises although metrics are broken',
      input(5, [broken()], { floors }),
      8,
      'False FailedGetResourceMetric',
    ],
    [
      'below the present size broken metrics hold',
      input(9, [broken()], { floors }),
      9,
      'False FailedGetResourceMetric',
    ],
  ])('%s', (_name, given, desired, active) => {
    const decision = decideHorizontal(given);
    expect([decision.desired, statusOf(decision, 'ScalingActive')]).toEqual([desired, active]);
  });
});

describe('the next moment', () => {
  test.each<[string, HorizontalInput, number | undefined, number | undefined]>([
    ['growth: the rate at the next look, shrinking after the window', input(4, 7), after(15), after(300)],
    ['at the maximum', input(4, 7, { max: 7 }), undefined, after(300)],
    ['at the minimum', input(1, 1), after(15), undefined],
    ['disabled', input(0, 4), undefined, undefined],
    ['up Disabled', input(4, 4, { behavior: up({ selectPolicy: 'Disabled' }) }), undefined, after(300)],
    [
      'the up window',
      input(4, 4, { behavior: up({ stabilizationWindowSeconds: 60 }) }),
      after(60),
      after(300),
    ],
    [
      'the up rate used up',
      input(4, 9, { behavior: up({ policies: [policy('Pods', 2, 90)] }) }),
      after(90),
      after(300),
    ],
    [
      'the down rate used up',
      input(9, 1, { behavior: down({ policies: [policy('Pods', 2, 90)] }) }),
      after(15),
      after(90),
    ],
    [
      'a past wish that still holds',
      input(9, 2, { history: { changes: [], wishes: [ago(100, 12)] } }),
      after(15),
      after(200),
    ],
  ])('%s', (_name, given, nextUp, nextDown) => {
    const decision = decideHorizontal(given);
    expect([decision.nextUpAtMs, decision.nextDownAtMs]).toEqual([nextUp, nextDown]);
  });
});

describe('explanation', () => {
  const text = (decision: ReturnType<typeof decideHorizontal>) => [decision.summary, ...decision.explanation];
  test('scale out', () => {
    const metrics = [evaluate(cpu(60), vms(960, 960, 960, 960), 4), wishing(2)];
    const decision = decideHorizontal(input(4, metrics, { max: 40 }));
    expect(text(decision)).toEqual([
      'scale out 4 → 7',
      'metric    cpu utilization 96 % of a 60 % target (4 of 4 VMs sampled) → wish 7',
      'limits    max 40: no · rate (100 % or 4 per 15 s): at most 8: no · up window 0 s: no',
      'next      no earlier than 14:02:30 up, 14:07:15 down (stabilization 5 m)',
    ]);
    expect(decision.notChosen).toEqual([
      'metric    queue 20 a VM of a 10 target (1 of 1 VMs sampled) → wish 2',
    ]);
  });
  test.each<[string, HorizontalInput, string[]]>([
    [
      'held by the window',
      input(9, 2, { history: { changes: [], wishes: [ago(100, 12)] } }),
      [
        'hold at 9',
        'metric    queue 20 a VM of a 10 target (1 of 1 VMs sampled) → wish 2',
        'limits    min 1: no · rate (100 % per 15 s): no · down window 5 m: yes, the highest wish of the last 5 m keeps 9',
        'next      no earlier than 14:02:30 up, 14:05:35 down (stabilization 5 m)',
      ],
    ],
    [
      'at the maximum',
      input(40, 90, { max: 40 }),
      [
        'hold at 40',
        'metric    queue 900 a VM of a 10 target (1 of 1 VMs sampled) → wish 90',
        'limits    max 40: yes, 90 wanted, above the maximum 40 · rate (100 % or 4 per 15 s): at most 80: no · up window 0 s: no',
        'next      not up (max 40), no earlier than 14:07:15 down (stabilization 5 m)',
      ],
    ],
    [
      'broken',
      input(4, [broken()]),
      [
        'hold at 4',
        'metric    cpu utilization cannot be read: no sample',
        'limits    cpu utilization cannot be read: no sample',
        'next      no earlier than 14:02:30 up, 14:02:30 down (stabilization 5 m)',
      ],
    ],
    [
      'disabled',
      input(0, 4),
      [
        'disabled at 0',
        'metric    queue 40 a VM of a 10 target (1 of 1 VMs sampled) → wish 4',
        'limits    the size is 0 although the minimum is above it: set a size above 0 to scale again',
      ],
    ],
    [
      'floor',
      input(4, 4, { floors: [{ source: 'forecast', replicas: 6 }] }),
      [
        'scale out 4 → 6',
        'floor     forecast: at least 6 → wish 6',
        'limits    max 100: no · rate (100 % or 4 per 15 s): at most 8: no · up window 0 s: no',
        'next      no earlier than 14:02:30 up, 14:07:15 down (stabilization 5 m)',
      ],
    ],
  ])('%s', (_name, given, lines) => {
    expect(text(decideHorizontal(given))).toEqual(lines);
  });
});

describe('behavior', () => {
  test('each absent field takes its default by itself', () => {
    expect(resolveBehavior({ scaleUp: { stabilizationWindowSeconds: 30, tolerance: '50m' } })).toEqual({
      up: {
        windowMs: 30_000,
        selectPolicy: 'Max',
        policies: [
          { type: 'Percent', value: 100, periodMs: 15_000 },
          { type: 'Pods', value: 4, periodMs: 15_000 },
        ],
      },
      down: {
        windowMs: 300_000,
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodMs: 15_000 }],
      },
      tolerance: { up: 0.05, down: 0.1 },
    });
  });
});

describe('properties', () => {
  const rules = fc.record({
    stabilizationWindowSeconds: fc.option(fc.nat(600), { nil: undefined }),
    selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const, undefined),
    policies: fc.option(
      fc.array(
        fc.record({
          type: fc.constantFrom('Pods' as const, 'Percent' as const),
          value: fc.integer({ min: 1, max: 200 }),
          periodSeconds: fc.integer({ min: 1, max: 300 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      { nil: undefined },
    ),
  });
  const anyMetric = fc.oneof(
    { weight: 5, arbitrary: fc.nat(60).map((wish) => wishing(wish)) },
    { weight: 1, arbitrary: fc.constant(broken()) },
    { weight: 1, arbitrary: fc.boolean().map((active) => wishing(active ? 1 : 0, 'queue', active)) },
  );
  const anyInput = fc
    .record({
      current: fc.nat(60),
      min: fc.nat(5),
      more: fc.nat(50),
      metrics: fc.array(anyMetric, { maxLength: 3 }),
      spec: fc.record({ scaleUp: rules, scaleDown: rules }),
      wishes: fc.array(fc.tuple(fc.nat(700), fc.nat(60)), { maxLength: 8 }),
      changes: fc.array(fc.tuple(fc.nat(400), fc.integer({ min: -20, max: 20 })), { maxLength: 5 }),
      floor: fc.nat(60),
    })
    .map(({ current, min, more, metrics, spec, wishes, changes, floor }) =>
      input(current, metrics, {
        min,
        max: Math.max(1, min + more),
        behavior: spec,
        floors: [{ source: 'schedule', replicas: floor }],
        history: {
          wishes: wishes.sort((a, b) => b[0] - a[0]).map(([seconds, wish]) => ago(seconds, wish)),
          changes: changes.sort((a, b) => b[0] - a[0]).map(([seconds, change]) => changed(seconds, change)),
        },
      }),
    );

  test('the result is within the limits unless disabled', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { desired, limiter } = decideHorizontal(given);
        const disabled = limiter.reason === 'ScalingDisabled';
        expect(desired).toBeGreaterThanOrEqual(disabled ? 0 : given.min);
        expect(desired).toBeLessThanOrEqual(disabled ? 0 : given.max);
      }),
    );
  });

  test('never shrinks below the greatest wish of the down window, save to the maximum', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { desired } = decideHorizontal(given);
        const { windowMs } = given.behavior.down;
        const recent = given.history?.wishes.filter(({ atMs }) => atMs > nowMs - windowMs) ?? [];
        const greatest = Math.max(0, ...recent.map(({ wish }) => wish));
        if (desired < given.current && desired < given.max)
          expect(desired).toBeGreaterThanOrEqual(Math.min(greatest, given.max));
      }),
    );
  });

  test('with nothing changed, the next decision at the same moment changes nothing', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const first = decideHorizontal(given);
        const again = { ...given, current: first.desired, history: first.history };
        // Metrics of the same load keep wishing the same; only the clamped cases have not looked at it yet.
        fc.pre(given.current <= given.max && (given.current >= given.min || given.current === 0));
        const second = decideHorizontal(again);
        expect(second.desired).toBe(first.desired);
        expect(second.history).toEqual(first.history);
      }),
    );
  });

  test('what is forgotten does not matter: pruned and whole history decide alike', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.nat(60)), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, fc.record({ scaleUp: rules, scaleDown: rules }), (looks, spec) => {
        let [pruned, whole] = [input(5, 5, { behavior: spec }), input(5, 5, { behavior: spec })];
        let atMs = nowMs;
        for (const [seconds, wish] of looks) {
          atMs += seconds * 1000;
          const metrics = [wishing(wish)];
          const a = decideHorizontal({ ...pruned, metrics, nowMs: atMs });
          const b = decideHorizontal({ ...whole, metrics, nowMs: atMs });
          expect([b.desired, b.nextUpAtMs, b.nextDownAtMs]).toEqual([
            a.desired,
            a.nextUpAtMs,
            a.nextDownAtMs,
          ]);
          pruned = { ...pruned, current: a.desired, history: a.history };
          const changes = [...(whole.history?.changes ?? []), { atMs, change: b.desired - whole.current }];
          const wishes = [...(whole.history?.wishes ?? []), { atMs, wish }];
          whole = { ...whole, current: b.desired, history: { wishes, changes } };
        }
        expect(pruned.history?.wishes.length).toBeLessThanOrEqual(looks.length + 1);
      }),
    );
  });

  test('the next moments are honest: no change is possible before them', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 900 }), fc.nat(60), (given, seconds, wish) => {
        const first = decideHorizontal(given);
        fc.pre(first.limiter.reason !== 'ScalingDisabled' && first.desired > 0);
        const atMs = nowMs + seconds * 1000;
        const metrics = [wishing(wish)];
        const later = decideHorizontal({
          ...given,
          ...{ current: first.desired, history: first.history, floors: [], metrics, nowMs: atMs },
        });
        if (atMs >= nowMs + 15_000) {
          if (later.desired > first.desired) expect(first.nextUpAtMs ?? Infinity).toBeLessThanOrEqual(atMs);
          if (later.desired < first.desired) expect(first.nextDownAtMs ?? Infinity).toBeLessThanOrEqual(atMs);
        }
      }),
    );
  });
});
