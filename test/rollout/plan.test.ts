import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  byNeed,
  byWorth,
  type Limits,
  limitsOf,
  type Member,
  planResize,
  planRollout,
  type Tally,
} from '../../src/rollout/plan.ts';

/** `3/5`: three of five are available. */
function tally(text: string): Tally {
  const [ready = 0, count = 0] = text.split('/').map(Number);
  return { count, ready };
}

describe('limits', () => {
  test.each([
    ['the defaults of 4 VMs', 4, '25%', '25%', 1, 1],
    ['surge rounds up, unavailable down', 10, '25%', '25%', 3, 2],
    ['a small pool may miss none', 3, '25%', '25%', 1, 0],
    ['both 0: one may be missing', 5, 0, 0, 0, 1],
    ['both round to 0', 0, '25%', '25%', 0, 1],
    ['numbers as they stand', 10, 2, 3, 2, 3],
    ['no more can be missing than there are', 3, 1, 7, 1, 3],
    ['all at once', 8, '100%', '100%', 8, 8],
  ])('%s', (_name, replicas, maxSurge, maxUnavailable, surge, unavailable) => {
    expect(limitsOf(replicas, { maxSurge, maxUnavailable })).toEqual({ surge, unavailable });
  });
});

describe('the next step of a pool', () => {
  const quarter = (replicas: number): Limits =>
    limitsOf(replicas, { maxSurge: '25%', maxUnavailable: '25%' });
  test.each([
    // name, replicas, outdated, updated, create, remove outdated, remove updated
    ['new · all at once', 10, '0/0', '0/0', 10, 0, 0],
    ['as wanted · nothing', 10, '0/0', '10/10', 0, 0, 0],
    ['still booting · nothing', 10, '0/0', '0/10', 0, 0, 0],
    ['one is gone · one is made', 10, '0/0', '9/9', 1, 0, 0],
    ['scale out', 12, '0/0', '10/10', 2, 0, 0],
    ['scale in', 4, '0/0', '10/10', 0, 0, 6],
    ['scale to zero', 0, '0/0', '5/10', 0, 0, 10],
    ['update · two may go, five come', 10, '10/10', '0/0', 5, 2, 0],
    ['update · nothing more until one is ready', 10, '8/8', '0/5', 0, 0, 0],
    ['update · one ready for one old', 10, '8/8', '1/5', 1, 1, 0],
    ['update · the last old ones go with the tenth ready', 10, '2/2', '8/10', 0, 2, 0],
    ['update · idle old ones go first, no more than may be missing', 10, '4/10', '0/0', 5, 2, 0],
    ['update · they count beside new ones that are not up', 10, '4/8', '0/5', 0, 0, 0],
    ['update · one goes for each new one that is up', 10, '4/8', '3/5', 3, 3, 0],
    ['update while nothing runs yet · as many as may be missing', 10, '0/10', '0/0', 5, 2, 0],
    ['update · a broken template stops short', 10, '8/8', '0/5', 0, 0, 0],
    ['update of a small pool · surge first', 3, '3/3', '0/0', 1, 0, 0],
    ['update of a small pool · then one goes', 3, '3/3', '1/1', 1, 1, 0],
    ['scale out in mid-update', 20, '8/8', '0/5', 12, 0, 0],
    ['scale in in mid-update · the old first', 4, '8/8', '2/5', 0, 7, 1],
    ['scale in in mid-update · newcomers make way', 4, '9/9', '0/5', 0, 6, 3],
    ['old ones made in mid-update get their time', 20, '8/12', '2/8', 5, 0, 0],
    ['until there are enough new ones', 10, '0/4', '10/10', 0, 4, 0],
    ['scale to zero in mid-update', 0, '8/8', '2/5', 0, 8, 5],
  ])('%s', (_name, replicas, outdated, updated, create, removeOutdated, removeUpdated) => {
    expect(planRollout(replicas, tally(outdated), tally(updated), quarter(replicas))).toEqual({
      create,
      removeOutdated,
      removeUpdated,
    });
  });

  const someTally = fc
    .tuple(fc.nat(12), fc.nat(12))
    .map(([a, b]) => ({ ready: Math.min(a, b), count: Math.max(a, b) }));
  const someLimits = fc
    .record({ surge: fc.nat(4), unavailable: fc.nat(4) })
    .filter(({ surge, unavailable }) => surge + unavailable > 0);

  test('never takes what is needed, never makes too many, and is complete', () => {
    fc.assert(
      fc.property(fc.nat(12), someTally, someTally, someLimits, (replicas, outdated, updated, limits) => {
        const plan = planRollout(replicas, outdated, updated, limits);
        const after = apply(plan, outdated, updated);
        const least = Math.min(replicas - limits.unavailable, outdated.ready + updated.ready);
        expect(after.outdated.ready + after.updated.ready).toBeGreaterThanOrEqual(least);
        expect(after.outdated.count + after.updated.count).toBeLessThanOrEqual(replicas + limits.surge);
        expect(planRollout(replicas, after.outdated, after.updated, limits)).toEqual({
          create: 0,
          removeOutdated: 0,
          removeUpdated: 0,
        });
      }),
    );
  });

  test('ends with the wanted VMs when newcomers become ready', () => {
    fc.assert(
      fc.property(fc.nat(12), someTally, someTally, someLimits, (replicas, outdated, updated, limits) => {
        let standing = { outdated, updated };
        for (let step = 0; step < 40; step++) {
          standing = apply(
            planRollout(replicas, standing.outdated, standing.updated, limits),
            standing.outdated,
            standing.updated,
          );
          const { count } = standing.updated;
          standing = { ...standing, updated: { count, ready: count } };
        }
        expect(standing).toEqual({
          outdated: { count: 0, ready: 0 },
          updated: { count: replicas, ready: replicas },
        });
      }),
    );
  });

  function apply(
    plan: ReturnType<typeof planRollout>,
    outdated: Tally,
    updated: Tally,
  ): { outdated: Tally; updated: Tally } {
    const remove = ({ count, ready }: Tally, gone: number): Tally => {
      expect(gone).toBeLessThanOrEqual(count);
      return { count: count - gone, ready: Math.min(ready, count - gone) };
    };
    const left = remove(updated, plan.removeUpdated);
    return {
      outdated: remove(outdated, plan.removeOutdated),
      updated: { count: left.count + plan.create, ready: left.ready },
    };
  }
});

describe('resizing', () => {
  const limits = { surge: 3, unavailable: 2 };
  test.each([
    ['as many as may be missing', { readyToResize: 10, ready: 10 }, true, 2],
    ['those under way count', { readyToResize: 9, ready: 10, resizing: 1, resizingReady: 1 }, true, 1],
    ['one that is down counts', { readyToResize: 9, ready: 9, unready: 1 }, true, 1],
    ['growth waits for those that are down', { readyToResize: 8, ready: 8, unready: 2 }, true, 0],
    ['shrinking does not', { readyToResize: 8, ready: 8, unready: 2 }, false, 1],
    ['shrinking waits for one under way', { readyToResize: 8, ready: 8, resizing: 1, unready: 2 }, false, 0],
    ['no more than there are', { readyToResize: 1, ready: 10 }, true, 1],
    ['none is left', { readyToResize: 0, ready: 10 }, true, 0],
  ])('%s', (_name, sizes, grows, expected) => {
    const standing = { resizing: 0, resizingReady: 0, unready: 0, ...sizes };
    expect(planResize(10, standing, limits, grows)).toBe(expected);
  });

  test('a pool that may miss none still follows, one at a time', () => {
    const sizes = { readyToResize: 3, resizing: 0, resizingReady: 0, ready: 3, unready: 0 };
    expect(planResize(3, sizes, { surge: 1, unavailable: 0 }, true)).toBe(1);
  });
});

test.each([
  ['half of the VMs at a time, rounded down', 9, { readyToResize: 9, resizing: 0, ready: 9 }, 4],
  ['those under way count', 9, { readyToResize: 6, resizing: 3, ready: 9 }, 1],
  ['none while the budget is used up', 4, { readyToResize: 2, resizing: 2, ready: 4 }, 0],
  ['of one VM that one', 1, { readyToResize: 1, resizing: 0, ready: 1 }, 1],
])('how many are resized at a time · %s', (_name, replicas, counts, expected) => {
  const sizes = { ...counts, resizingReady: 0, unready: 0 };
  expect(planResize(replicas, sizes, { surge: 0, unavailable: replicas }, false)).toBe(expected);
});

test.each([
  ['growers first', ['8/8', '1/4', '2/2'], '4/4', '1/4 2/2 8/8'],
  ['then the larger difference', ['3/4', '2/4', '1/4'], '4/4', '1/4 2/4 3/4'],
  ['memory counts as CPU does', ['4/2', '3/4', '2/3'], '4/4', '2/3 4/2 3/4'],
  ['one that grows in memory only is a grower', ['4/5', '8/3'], '4/4', '8/3 4/5'],
  ['of those that shrink too', ['5/4', '8/4'], '4/4', '8/4 5/4'],
])('which sizes are changed first · %s', (_name, sizes, wanted, expected) => {
  const size = (text: string) => {
    const [cpu = 0, memory = 0] = text.split('/').map(Number);
    return { text, cpuMillis: cpu, memoryBytes: memory };
  };
  const order = sizes.map(size).sort(byNeed(size(wanted)));
  expect(order.map(({ text }) => text).join(' ')).toBe(expected);
});

test('the VMs that are missed least go first', () => {
  const member = (name: string, minute: number, state: 'waits' | 'boots' | 'runs'): Member => ({
    name,
    placed: state !== 'waits',
    ready: state === 'runs',
    createdAt: `2000-01-01T00:0${minute}:00Z`,
  });
  const members = [
    member('old', 1, 'runs'),
    member('twin-a', 2, 'runs'),
    member('twin-b', 2, 'runs'),
    member('booting', 0, 'boots'),
    member('waiting', 0, 'waits'),
    member('newest', 3, 'runs'),
  ];
  expect(members.sort(byWorth).map(({ name }) => name)).toEqual([
    'waiting',
    'booting',
    'newest',
    'twin-b',
    'twin-a',
    'old',
  ]);
});
