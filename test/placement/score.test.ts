import { describe, expect, test } from 'vitest';
import { place } from '../../src/placement/place.ts';
import { capacityScore, type CapacityScoring } from '../../src/placement/score.ts';
import { fleetOf, host, vm } from './builders.ts';

interface Row {
  readonly name: string;
  readonly scoring: CapacityScoring;
  /** Requested of allocatable: cpu, memory. */
  readonly of: readonly [number, number, number, number];
  readonly score: number;
}

const steps = [
  { utilization: 20, score: 100 },
  { utilization: 60, score: 50 },
  { utilization: 100, score: 0 },
];

const rows: readonly Row[] = [
  // floor(3000/4000) = 75, floor(5000/10000) = 50, mean 62.5
  { name: 'least: the mean is cut off', scoring: {}, of: [1000, 4000, 5000, 10000], score: 62 },
  { name: 'least: empty', scoring: {}, of: [0, 4000, 0, 10000], score: 100 },
  { name: 'least: full', scoring: {}, of: [4000, 4000, 10000, 10000], score: 0 },
  // floor(100 * 2/3) = 66 each
  { name: 'least: each resource is cut off', scoring: {}, of: [1, 3, 1, 3], score: 66 },
  { name: 'least: beyond capacity counts 0', scoring: {}, of: [5000, 4000, 0, 10000], score: 50 },
  { name: 'least: no capacity counts 0', scoring: {}, of: [0, 0, 0, 10000], score: 50 },
  {
    name: 'least: weighted 3 to 1',
    scoring: { resourceWeights: { cpu: 3, memory: 1 } },
    of: [1000, 4000, 5000, 10000], // (225 + 50) / 4 = 68.75
    score: 68,
  },
  {
    name: 'most: the mean is cut off',
    scoring: { strategy: 'MostAllocated' },
    of: [1000, 4000, 5000, 10000],
    score: 37,
  },
  { name: 'most: full', scoring: { strategy: 'MostAllocated' }, of: [4000, 4000, 10000, 10000], score: 100 },
  {
    name: 'most: beyond capacity counts as full',
    scoring: { strategy: 'MostAllocated' },
    of: [5000, 4000, 0, 10000],
    score: 50,
  },
  {
    name: 'balanced: equal shares',
    scoring: { strategy: 'BalancedAllocation' },
    of: [1000, 4000, 2500, 10000],
    score: 100,
  },
  // |0.75 - 0.25| / 2 = 0.25
  {
    name: 'balanced: three quarters to one',
    scoring: { strategy: 'BalancedAllocation' },
    of: [3000, 4000, 2500, 10000],
    score: 75,
  },
  {
    name: 'balanced: all to nothing',
    scoring: { strategy: 'BalancedAllocation' },
    of: [4000, 4000, 0, 10000],
    score: 50,
  },
  // |1/3 - 0| / 2 = 0.1667: 83.3
  { name: 'balanced: cut off', scoring: { strategy: 'BalancedAllocation' }, of: [1, 3, 0, 10], score: 83 },
  {
    name: 'ratio: packs by default, half up',
    scoring: { strategy: 'RequestedToCapacityRatio' },
    of: [1, 4, 5, 10],
    score: 38,
  },
  {
    name: 'ratio: a zero is left out of the mean',
    scoring: { strategy: 'RequestedToCapacityRatio' },
    of: [0, 4, 5, 10],
    score: 50,
  },
  { name: 'ratio: all zero', scoring: { strategy: 'RequestedToCapacityRatio' }, of: [0, 4, 0, 10], score: 0 },
  {
    name: 'ratio: before the first point',
    scoring: { strategy: 'RequestedToCapacityRatio', shape: steps },
    of: [1, 10, 2, 10],
    score: 100,
  },
  // at 40 %: 100 + (-50) * 20 / 40 = 75; at 80 %: 50 + (-50) * 20 / 40 = 25
  {
    name: 'ratio: between points',
    scoring: { strategy: 'RequestedToCapacityRatio', shape: steps },
    of: [4, 10, 8, 10],
    score: 50,
  },
  // at 33 %: 100 + trunc(-50 * 13 / 40) = 100 - 16
  {
    name: 'ratio: a fall is cut off towards zero',
    scoring: { strategy: 'RequestedToCapacityRatio', shape: steps },
    of: [1, 3, 1, 3],
    score: 84,
  },
];

describe('capacity scores', () => {
  test.each(rows)('$name', ({ scoring, of, score }) => expect(capacityScore(scoring)(...of)).toBe(score));
});

describe('the weighted sum', () => {
  const tainted = { taints: [{ key: 'slow', effect: 'PreferNoSchedule' as const }] };
  const web = { matchLabels: { app: 'web' } };
  const webVm = vm('w', { labels: { app: 'web' } });

  test('ties go to the lower name', () => {
    expect(place(vm('new'), fleetOf([host('c'), host('a'), host('b')]))).toMatchObject({ host: 'a' });
  });
  test('a taint to avoid weighs 3: 300 of an untainted host, 150 of one with a taint', () => {
    const answer = place(vm('new'), fleetOf([host('a', tainted), host('b')]));
    expect(answer).toMatchObject({ host: 'b', score: 391, next: { host: 'a', score: 241 } });
  });
  test('a wish to be near weighs 2, shared by weight', () => {
    const affinity = [
      { selector: web, preferred: 75 },
      { selector: { matchLabels: { app: 'db' } }, preferred: 25 },
    ];
    const answer = place(
      vm('new', { placement: { affinity } }),
      fleetOf([host('a'), host('b')], { b: [webVm] }),
    );
    // b: 200 * 75 % and a capacity score of (75 + 93) / 2 = 84
    expect(answer).toMatchObject({
      host: 'b',
      score: 300 + 150 + 84,
      next: { host: 'a', score: 300 + 91 },
    });
  });
  test('a wish to spread gives 200 in the emptiest domain, 0 in the fullest', () => {
    const topologySpread = [
      { selector: web, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' as const },
    ];
    const asked = vm('new', { placement: { topologySpread } });
    const answer = place(asked, fleetOf([host('a'), host('b')], { a: [webVm] }), {
      strategy: 'MostAllocated',
    });
    expect(answer).toMatchObject({ host: 'b', score: 300 + 200 + 7, next: { host: 'a', score: 300 + 15 } });
  });
  test('weights can be set', () => {
    const answer = place(vm('new'), fleetOf([host('a', tainted), host('b')]), {
      weights: { taints: 0, capacity: 2 },
    });
    expect(answer).toMatchObject({ host: 'a', score: 182 });
  });
});
