import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  floorResources,
  recommend,
  recordOutOfMemory,
  recordUsage,
  type UsageState,
} from '../../src/autoscaling/recommender.ts';
import { clampSize, steppedSize } from '../../src/autoscaling/size-steps.ts';
import { decideVertical, type VerticalInput } from '../../src/autoscaling/vertical.ts';
import { hourMs, nowMs } from './builders.ts';

const mebi = 2 ** 20;
const gibi = 2 ** 30;
const dayMs = 24 * hourMs;
const minuteMs = 60_000;
/** One core and 2 GB, measured each minute, the last time now. */
function steady(minutes: number, cpu = 1, memory = 2e9, endMs = nowMs): UsageState {
  const samples = Array.from({ length: minutes + 1 }, (_, i) => ({
    cpu,
    memory,
    atMs: endMs - (minutes - i) * minuteMs,
  }));
  return recordUsage(undefined, samples) as UsageState;
}
/** The end of the bucket of one core, and of 2 GB, times the margin. */
const core = 1.0162814 * 1.15;
const twoGB = 2.09348e9 * 1.15;

describe('recommendation', () => {
  test.each<[string, UsageState, number, number, number]>([
    ['a day of samples: confidence 1', steady(1440), 1, (1 + 0.001) ** -2, 2],
    ['an hour: 1/24', steady(60), 1 / 24, (1 + 0.024) ** -2, 25],
    ['ten days', steady(14_400), 10, (1 + 0.0001) ** -2, 1.1],
    ['few samples in a day count for less', { ...steady(1440), samples: 144 }, 0.1, (1 + 0.01) ** -2, 11],
    ['one sample: nothing is certain', steady(0), 0, 0, Infinity],
  ])('%s', (_name, state, confidence, lower, upper) => {
    const result = recommend(state);
    expect(result.confidence).toBeCloseTo(confidence, 6);
    expect(result.cpu?.target).toBeCloseTo(core, 5);
    expect(result.cpu?.lower).toBeCloseTo(Math.max(floorResources.cpu, core * lower), 5);
    expect(result.cpu?.upper).toEqual(upper === Infinity ? Infinity : expect.closeTo(core * upper, 4));
    expect(result.memory?.target).toBeCloseTo(twoGB, -5);
  });
  test('percentiles of usage: 50th, 90th and 95th', () => {
    const usages = [
      ...Array<number>(55).fill(0.5),
      ...Array<number>(38).fill(1),
      ...Array<number>(7).fill(2),
    ];
    const samples = usages.map((cpu) => ({ cpu, memory: 1e9, atMs: nowMs }));
    const state = {
      ...(recordUsage(undefined, samples) as UsageState),
      firstSampleMs: nowMs - 1e6 * dayMs,
      samples: 1e12,
    };
    const { cpu } = recommend(state);
    expect(cpu?.lower).toBeCloseTo(0.511135 * 1.15, 3);
    expect(cpu?.target).toBeCloseTo(core, 4);
    expect(cpu?.upper).toBeCloseTo(2.09348 * 1.15, 2);
  });
  test('idle VMs are recommended the floors', () => {
    const result = recommend(steady(1440, 0.001, 1e6));
    expect([result.cpu?.target, result.memory?.target]).toEqual([0.025, 250 * mebi]);
  });
  test('the half-life is an option', () => {
    const halfLifeMs = hourMs;
    const first = recordUsage(undefined, [{ cpu: 4, memory: 1e9, atMs: nowMs - 12 * hourMs }], {
      halfLifeMs,
    });
    const state = recordUsage(first, [{ cpu: 1, memory: 1e9, atMs: nowMs }], { halfLifeMs }) as UsageState;
    expect(recommend(state, { halfLifeMs }).cpu?.target).toBeCloseTo(core, 4);
  });
  test('no samples change nothing', () => {
    expect(recordUsage(undefined, [])).toBeUndefined();
  });
});

describe('memory windows', () => {
  const sample = (hours: number, memory: number) => ({ cpu: 1, memory, atMs: nowMs + hours * hourMs });
  const windows = (...samples: ReturnType<typeof sample>[]) =>
    recordUsage(undefined, samples)?.memory.map(({ endMs, peak }) => [(endMs - nowMs) / hourMs, peak]);
  test.each<[string, ReturnType<typeof sample>[], number[][]]>([
    ['one peak a window', [sample(0, 5), sample(1, 9), sample(23, 7)], [[24, 9]]],
    [
      'the next window',
      [sample(0, 5), sample(24, 3)],
      [
        [24, 5],
        [48, 3],
      ],
    ],
    [
      'windows without samples are skipped',
      [sample(0, 5), sample(75, 3)],
      [
        [24, 5],
        [96, 3],
      ],
    ],
    ['what is older than the window is ignored', [sample(24, 5), sample(-1, 9)], [[48, 5]]],
  ])('%s', (_name, samples, expected) => {
    expect(windows(...samples)).toEqual(expected);
  });
  test('eight windows are kept', () => {
    const days = Array.from({ length: 12 }, (_, day) => sample(24 * day, day + 1));
    expect(windows(...days)?.map(([, peak]) => peak)).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

describe('out of memory', () => {
  const needed = (state: UsageState) => state.memory.at(-1)?.outOfMemory;
  test.each<[string, UsageState | undefined, number, number]>([
    ['20 % more than the request', undefined, 2 * gibi, 2.4 * gibi],
    ['at least 100Mi more', undefined, 256 * mebi, 356 * mebi],
    ['more than the peak where that is larger', steady(5, 1, 4e9), 2e9, 4.8e9],
  ])('%s', (_name, state, request, expected) => {
    expect(needed(recordOutOfMemory(state, request, nowMs))).toBeCloseTo(expected, 0);
  });
  test('repeats do not compound', () => {
    const once = recordOutOfMemory(undefined, 2 * gibi, nowMs);
    expect(recordOutOfMemory(once, 2 * gibi, nowMs + minuteMs)).toEqual(once);
  });
  test('says nothing about CPU', () => {
    const result = recommend(recordOutOfMemory(undefined, 2 * gibi, nowMs));
    expect(result.cpu).toBeUndefined();
    expect(result.memory?.target).toBeGreaterThan(2.4 * gibi * 1.15);
  });
});

const given = (more: Partial<VerticalInput>): VerticalInput => ({
  request: { cpu: 1.2, memory: 2400 * mebi },
  min: { cpu: 0.1, memory: 256 * mebi },
  max: { cpu: 8, memory: 32 * gibi },
  state: steady(1440),
  startedAtMs: nowMs - dayMs,
  nowMs,
  ...more,
});
/** One core and 2 GB with their margins, rounded up to a millicore and a MiB. */
const recommended = { cpu: 1.169, memory: 2296 * mebi };

describe('when to act', () => {
  const busy = Array.from({ length: 500 }, () => ({ cpu: 1, memory: 2e9, atMs: nowMs }));
  const uneven = recordUsage(steady(1440, 0.5), busy);
  const young = { startedAtMs: nowMs - 12 * hourMs + 1 };
  const request = (cpu: number, memory = 2296 * mebi) => ({ request: { cpu, memory } });
  test.each<[string, Partial<VerticalInput>, string]>([
    ['nothing measured', { state: undefined }, 'Hold NoUsageYet'],
    ['at the target', { request: recommended }, 'Hold AtTarget'],
    ['below the lower bound, however young', { ...young, ...request(1.16) }, 'Resize OutOfBounds'],
    ['above the upper bound, however young', { ...young, ...request(2.4) }, 'Resize OutOfBounds'],
    ['memory below its lower bound', { ...young, ...request(1.169, 2 * gibi) }, 'Resize OutOfBounds'],
    ['within the bounds and young', { ...young, ...request(2) }, 'Hold TooYoung'],
    [
      'within the bounds and exactly 12 h old',
      { startedAtMs: nowMs - 12 * hourMs, ...request(2) },
      'Resize LongDifferent',
    ],
    ['old, but hardly different', request(1.29), 'Hold SmallDifference'],
    ['old and 10 % different', request(1.3), 'Resize LongDifferent'],
    ['differences of the resources add up', request(1.24, 2400 * mebi), 'Resize LongDifferent'],
    [
      'out of memory soon after the start',
      { ...young, ...request(2, 2 * gibi), outOfMemory: { atMs: nowMs, startedAtMs: nowMs - 599_999 } },
      'Resize OutOfMemory',
    ],
    [
      'out of memory soon after the start, but no more is recommended',
      { ...young, ...request(2), outOfMemory: { atMs: nowMs, startedAtMs: nowMs - 599_999 } },
      'Hold TooYoung',
    ],
    [
      'out of memory 10 min after the start',
      { ...young, ...request(2), outOfMemory: { atMs: nowMs, startedAtMs: nowMs - 600_000 } },
      'Hold TooYoung',
    ],
    [
      'below the policy minimum',
      { ...young, min: { cpu: 3, memory: 0 }, ...request(2) },
      'Resize OutOfBounds',
    ],
    [
      'above the policy maximum',
      { ...young, state: steady(0), max: { cpu: 1.5, memory: 32 * gibi }, ...request(2) },
      'Resize OutOfBounds',
    ],
    [
      'the maximum is the best there is',
      { max: recommended, request: recommended, state: steady(1440, 6) },
      'Hold AtMaximum',
    ],
    [
      'the minimum is the least there may be',
      { min: { cpu: 3, memory: 0 }, request: { cpu: 3, memory: recommended.memory } },
      'Hold AtMinimum',
    ],
    [
      'recent usage above the upper bound',
      { ...young, ...request(1.5), recent: { cpu: 2.4 } },
      'Resize OutOfBounds',
    ],
    [
      'recent usage below the lower bound',
      { ...young, ...request(2), recent: { cpu: 0.2 } },
      'Resize OutOfBounds',
    ],
    [
      'recent low usage does not make it grow',
      { ...young, ...request(1), state: uneven, recent: { cpu: 0.2 } },
      'Hold TooYoung',
    ],
    ['recent usage within the bounds', { ...young, ...request(2), recent: { cpu: 1.9 } }, 'Hold TooYoung'],
  ])('%s', (_name, more, expected) => {
    const decision = decideVertical(given(more));
    expect(`${decision.type} ${decision.reason}`).toBe(expected);
  });

  test('goes to the step above the recommendation', () => {
    const decision = decideVertical(given({ request: { cpu: 4, memory: gibi } }));
    expect(decision.target).toEqual({ cpu: 1.5, memory: 3 * gibi });
    expect(decision.summary).toBe('resize 4 CPU 1Gi → 1.5 CPU 3Gi');
    expect(decision.explanation).toEqual([
      'cpu       4 CPU, recommended 1.17 CPU, bounds 1.17 CPU to 2.34 CPU',
      'memory    1Gi, recommended 2.2Gi, bounds 2.2Gi to 4.5Gi',
      'rule      cpu request 4 CPU is above the upper bound 2.34 CPU',
    ]);
  });
  test('a surge is given the step above its present usage with the margin', () => {
    expect(decideVertical(given({ recent: { cpu: 3 } })).target.cpu).toBe(4);
  });
  test('shrinking that would not reach the step goes to the recommendation, in whole millicores and MiB', () => {
    expect(decideVertical(given({ request: { cpu: 1.3, memory: 2600 * mebi } })).target).toEqual(recommended);
  });
  test('on the step above what is recommended it stays, also beyond the upper bound and for days', () => {
    const state = steady(14_400);
    const request = { cpu: 1.5, memory: 3 * gibi };
    const decision = decideVertical(given({ request, state, startedAtMs: nowMs - 9 * dayMs }));
    expect(decision.recommendation?.cpu?.upper).toBeLessThan(1.5);
    expect([decision.type, decision.reason]).toEqual(['Hold', 'AtTarget']);
  });
  test('a history that rises by a percent a look is followed in a handful of steps', () => {
    const sizes = new Set<number>();
    let state: UsageState | undefined;
    let memory = 512 * mebi;
    for (let look = 0; look < 240; look++) {
      const usage = 300e6 * 1.01 ** look;
      state = recordUsage(state, [{ cpu: 0.1, memory: usage, atMs: nowMs + look * minuteMs }]);
      const request = { cpu: 0.15, memory };
      ({ memory } = decideVertical(
        given({
          request,
          state,
          startedAtMs: nowMs,
          nowMs: nowMs + look * minuteMs,
          recent: { memory: usage },
        }),
      ).target);
      sizes.add(memory / mebi);
    }
    expect([...sizes]).toEqual([512, 768, 1024, 1536, 2048, 3072, 4096]);
  });
  test('what the limits cut off is said', () => {
    const max = { cpu: 4, memory: 2 * gibi };
    const decision = decideVertical(given({ max, request: { cpu: 1.169, memory: 2 * gibi } }));
    expect([decision.type, decision.message]).toEqual([
      'Hold',
      'at its maximum: memory 2.2Gi would be recommended, max.memory is 2Gi',
    ]);
    expect(decision.uncapped.memory).toBeCloseTo(twoGB, -5);
    expect(decision.explanation[1]).toBe(
      'memory    2Gi, recommended 2Gi, 2.2Gi without the limits, bounds 2Gi to 2Gi',
    );
  });
  test('what the maximum cuts off is said too where another resource holds for a reason of its own', () => {
    const max = { cpu: 8, memory: 2 * gibi };
    const decision = decideVertical(
      given({ max, request: { cpu: 2, memory: 2 * gibi }, startedAtMs: nowMs - 11 * hourMs }),
    );
    expect([decision.reason, decision.message]).toEqual([
      'TooYoung',
      'within the bounds, and too young for a smaller correction for another 1h; memory 2.2Gi would be recommended, max.memory is 2Gi',
    ]);
  });
  test('after an out-of-memory at the maximum the larger wish is said, and nothing is resized', () => {
    const request = { cpu: 1.169, memory: 4 * gibi };
    const state = recordOutOfMemory(steady(1440), 4 * gibi, nowMs);
    const outOfMemory = { atMs: nowMs, startedAtMs: nowMs - minuteMs };
    const decision = decideVertical(
      given({ request, max: { cpu: 8, memory: 4 * gibi }, state, outOfMemory }),
    );
    expect([decision.type, decision.reason, decision.message]).toEqual([
      'Hold',
      'AtMaximum',
      'at its maximum: memory 5.7Gi would be recommended, max.memory is 4Gi',
    ]);
  });
  test.each([
    ['cpu', 1, 1],
    ['cpu', 1.0000000001, 1],
    ['cpu', 1.01, 1.5],
    ['cpu', 1.5, 1.5],
    ['cpu', 1.6, 2],
    ['cpu', 0.3, 0.375],
    ['cpu', 0, 0.1],
    ['cpu', 6.5, 8],
    ['cpu', 100, 8],
    ['memory', 2.1 * gibi, 3 * gibi],
    ['memory', 700 * mebi, 768 * mebi],
  ] as const)('%s %d goes to the step %d', (name, value, expected) => {
    const { min, max } = given({});
    expect(steppedSize(name, value, min, max)).toBe(expected);
  });
  test('what is not measured keeps its size', () => {
    const state = recordOutOfMemory(undefined, 4 * gibi, nowMs);
    expect(decideVertical(given({ state })).target.cpu).toBe(1.2);
  });
  test('holding says the present size', () => {
    const decision = decideVertical(given({ startedAtMs: nowMs }));
    expect([decision.target, decision.message]).toEqual([
      { cpu: 1.2, memory: 2400 * mebi },
      'within the bounds, and too young for a smaller correction for another 12h',
    ]);
  });
  test.each([
    ['cpu', 0.30000000000000004, 0.3],
    ['cpu', 0.3001, 0.301],
    ['memory', 300.5 * mebi, 301 * mebi],
    ['cpu', 9, 8],
    ['memory', 0, 256 * mebi],
  ] as const)('%s %d is rounded to %d', (name, value, expected) => {
    const { min, max } = given({});
    expect(clampSize(name, value, min, max)).toBe(expected);
  });

  test('a carried out decision is not repeated, and stays within the limits', () => {
    const size = fc.record({
      cpu: fc.double({ min: 0.05, max: 20, noNaN: true }),
      memory: fc.integer({ min: 1e8, max: 6e10 }),
    });
    fc.assert(
      fc.property(size, size, fc.nat(3000), fc.nat(30), (request, usage, minutes, ageHours) => {
        const input = given({
          request,
          state: steady(minutes % 90, usage.cpu, usage.memory),
          startedAtMs: nowMs - ageHours * hourMs,
        });
        const first = decideVertical(input);
        fc.pre(first.type === 'Resize');
        expect(first.target.cpu).toBeLessThanOrEqual(input.max.cpu);
        expect(first.target.memory).toBeGreaterThanOrEqual(input.min.memory);
        expect(decideVertical({ ...input, request: first.target }).type).toBe('Hold');
      }),
      { numRuns: 50 },
    );
  });
});
