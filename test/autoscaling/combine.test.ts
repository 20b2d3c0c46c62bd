import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combine, type CombinedInput } from '../../src/autoscaling/combine.ts';
import { decideHorizontal } from '../../src/autoscaling/horizontal.ts';
import { type MetricResult } from '../../src/autoscaling/metrics.ts';
import { type Resources } from '../../src/autoscaling/recommender.ts';
import { decideVertical, type VerticalDecision } from '../../src/autoscaling/vertical.ts';
import { ago, broken, cpu, evaluate, input, nowMs, vms } from './builders.ts';

const gibi = 2 ** 30;
const size = (cores: number, gib = 4): Resources => ({ cpu: cores, memory: gib * gibi });
const holding: VerticalDecision = {
  ...decideVertical({ request: size(2), min: size(1), max: size(8), startedAtMs: 0, nowMs }),
};
const resizing = (target: Resources, more: Partial<VerticalDecision> = {}): VerticalDecision => ({
  ...holding,
  type: 'Resize',
  reason: 'OutOfBounds',
  target,
  ...more,
});

/** Two VMs of 2 cores and 4 GiB, at this utilization of a 60 % target, between 1 and 10 of 1 to 8 cores. */
interface Case extends Partial<Omit<CombinedInput, 'horizontal' | 'metrics'>> {
  readonly utilization?: number;
  readonly replicas?: number;
  readonly horizontally?: Parameters<typeof input>[2];
  readonly results?: readonly MetricResult[];
}
function decide({ utilization = 60, replicas = 2, horizontally = {}, results, ...more }: Case) {
  const usages = Array<number>(replicas).fill(utilization * 10);
  const metrics = results ?? [evaluate(cpu(60), vms(...usages), replicas)];
  const horizontal = decideHorizontal(input(replicas, metrics, { max: 10, ...horizontally }));
  return combine({
    horizontal,
    metrics,
    vertical: holding,
    size: size(2),
    minSize: size(1, 1),
    maxSize: size(8, 32),
    minReplicas: horizontally.min ?? 1,
    maxReplicas: horizontally.max ?? 10,
    resizing: 0,
    ...more,
  });
}

const quick = { scaleDown: { stabilizationWindowSeconds: 0 } };
const idleHour = { behavior: quick };

describe('one direction at a time', () => {
  test.each<[string, Case, string, number, Resources]>([
    ['nothing to do', {}, 'Hold', 2, size(2)],
    ['growth goes up first, by the ratio', { utilization: 90 }, 'ScaleUp', 2, size(3)],
    ['by no more than the whole wish', { utilization: 90, replicas: 1 }, 'ScaleUp', 1, size(3)],
    ['up to the maximum', { utilization: 90, size: size(7) }, 'ScaleUp', 2, size(8)],
    ['at the maximum it goes out', { utilization: 90, size: size(8) }, 'ScaleOut', 3, size(8)],
    [
      'out where no host has room',
      { utilization: 90, verticalBlocked: 'no host has room' },
      'ScaleOut',
      3,
      size(2),
    ],
    ['a resize under way is waited for', { utilization: 90, resizing: 1 }, 'Hold', 2, size(2)],
    [
      'the up window holds both',
      {
        utilization: 90,
        horizontally: {
          behavior: { scaleUp: { stabilizationWindowSeconds: 60 } },
          history: { changes: [], wishes: [ago(5, 2)] },
        },
      },
      'Hold',
      2,
      size(2),
    ],
    [
      'shrinking goes in first',
      { utilization: 20, replicas: 4, horizontally: idleHour, vertical: resizing(size(1)) },
      'ScaleIn',
      2,
      size(2),
    ],
    [
      'while the window holds, it does not go down instead',
      { utilization: 20, replicas: 4, horizontally: { history: undefined }, vertical: resizing(size(1)) },
      'Hold',
      4,
      size(2),
    ],
    [
      'at the fewest it goes down',
      { utilization: 20, replicas: 1, horizontally: idleHour, vertical: resizing(size(1)) },
      'ScaleDown',
      1,
      size(1),
    ],
    [
      'not below what the metric asks for',
      { utilization: 42, replicas: 1, horizontally: idleHour, vertical: resizing(size(1)) },
      'ScaleDown',
      1,
      size(1.5),
    ],
    [
      'not for a small gain',
      { utilization: 55, replicas: 1, horizontally: idleHour, vertical: resizing(size(1)) },
      'Hold',
      1,
      size(2),
    ],
    [
      'not with an unreadable metric',
      { results: [broken()], replicas: 1, vertical: resizing(size(1)) },
      'Hold',
      1,
      size(2),
    ],
    ['the recommender does not grow what a metric owns', { vertical: resizing(size(4)) }, 'Hold', 2, size(2)],
    ['but what no metric measures', { vertical: resizing(size(4, 8)) }, 'ScaleUp', 2, size(2, 8)],
    [
      'unless no host has room',
      { vertical: resizing(size(2, 8)), verticalBlocked: 'no room' },
      'Hold',
      2,
      size(2),
    ],
    [
      'but not by less than a tenth, which is what is left where a metric owns the rest',
      { utilization: 62, vertical: resizing({ cpu: 1, memory: 3.9 * gibi }) },
      'Hold',
      2,
      size(2),
    ],
    ['and shrinks it with any number of VMs', { vertical: resizing(size(2, 2)) }, 'ScaleDown', 2, size(2, 2)],
    [
      'growth takes what the recommender asks for along',
      { utilization: 90, vertical: resizing(size(1, 8)) },
      'ScaleUp',
      2,
      size(3, 8),
    ],
    ['above the maximum of VMs', { replicas: 12, utilization: 90 }, 'ScaleIn', 10, size(2)],
    [
      'below the minimum of VMs',
      { replicas: 2, utilization: 90, horizontally: { min: 3 } },
      'ScaleOut',
      3,
      size(2),
    ],
    [
      'a floor is about the number of VMs',
      { horizontally: { floors: [{ source: 'forecast', replicas: 4 }] } },
      'ScaleOut',
      4,
      size(2),
    ],
    [
      'no VM, nothing to resize',
      {
        results: [
          {
            ok: true,
            source: cpu(60),
            wish: 1,
            ratio: 2,
            value: 1,
            target: 1,
            sampled: 0,
            total: 0,
            active: true,
          },
        ],
        replicas: 0,
        horizontally: { min: 0 },
      },
      'ScaleOut',
      1,
      size(2),
    ],
  ])('%s', (_name, given, type, replicas, expected) => {
    const decision = decide(given);
    expect([decision.type, decision.replicas, decision.size]).toEqual([type, replicas, expected]);
  });

  test('an out of memory grows memory that a metric measures', () => {
    const memory = {
      type: 'Resource',
      name: 'memory',
      target: { type: 'Utilization', percent: 60 },
    } as const;
    const results = [evaluate(memory, vms(600, 600), 2)];
    expect(decide({ results, vertical: resizing(size(2, 8)) }).type).toBe('Hold');
    const crashed = resizing(size(2, 8), { reason: 'OutOfMemory' });
    expect(decide({ results, vertical: crashed })).toMatchObject({ type: 'ScaleUp', size: size(2, 8) });
  });
});

describe('re-basing', () => {
  const past = { wishes: [ago(20, 6), ago(10, 5)], changes: [{ atMs: nowMs - 10_000, change: 1 }] };
  test('wishes for small VMs become wishes for large ones, and the undone change is forgotten', () => {
    const decision = decide({ utilization: 90, horizontally: { history: past } });
    expect(decision.targetFactor).toBe(1.5);
    expect(decision.history).toEqual({
      wishes: [ago(20, 4), ago(10, 4), { atMs: nowMs, wish: 2 }],
      changes: past.changes,
    });
  });
  test('a resource that no metric measures changes no wish', () => {
    const decision = decide({ vertical: resizing(size(2, 8)), horizontally: { history: past } });
    expect([decision.targetFactor, decision.history.wishes[0]]).toEqual([1, ago(20, 6)]);
  });
  test('a horizontal decision keeps its history', () => {
    const decision = decide({ utilization: 90, size: size(8) });
    expect(decision.history.changes).toEqual([{ atMs: nowMs, change: 1 }]);
    expect(decision.targetFactor).toBe(1);
  });
});

describe('in words', () => {
  test('up', () => {
    expect(decide({ utilization: 90 })).toMatchObject({
      summary: 'scale up 2 CPU 4Gi → 3 CPU 4Gi',
      notChosen: ['out       up to the largest size first, then out'],
    });
  });
  test('out', () => {
    expect(decide({ utilization: 90, size: size(8) })).toMatchObject({
      summary: 'scale out 2 → 3',
      notChosen: ['vertical  at its maximum (8 CPU 4Gi)'],
    });
  });
  test('waiting', () => {
    expect(decide({ utilization: 90, resizing: 1 }).summary).toBe(
      'hold at 2 x 2 CPU 4Gi: 1 VMs are being resized',
    );
  });
});

test('what is said to change a size does so, within its limits, and growth never makes a VM smaller', () => {
  const sizes = fc.record({
    cpu: fc.constantFrom(1, 1.17, 2, 3, 7.9, 8),
    gib: fc.constantFrom(1, 2.2, 4, 32),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 12 }),
      sizes,
      sizes,
      (utilization, replicas, now, asked) => {
        const decision = decide({
          utilization,
          replicas,
          size: size(now.cpu, now.gib),
          vertical: resizing(size(asked.cpu, asked.gib)),
        });
        const changed = decision.size.cpu !== now.cpu || decision.size.memory !== now.gib * gibi;
        expect(changed).toBe(decision.type === 'ScaleUp' || decision.type === 'ScaleDown');
        expect(decision.size.cpu).toBeGreaterThanOrEqual(1);
        expect(decision.size.cpu).toBeLessThanOrEqual(8);
        if (utilization > 66) expect(decision.size.cpu).toBeGreaterThanOrEqual(now.cpu);
        if (decision.type === 'ScaleOut') expect(decision.replicas).toBeGreaterThan(replicas);
      },
    ),
  );
});
