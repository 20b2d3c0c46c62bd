import { describe, expect, test } from 'vitest';
import {
  advance,
  complete,
  fallback,
  isRescaled,
  newRecord,
  previous,
  prune,
  rescale,
  type RolloutRecord,
  type Template,
} from '../../src/rollout/revisions.ts';
import { hasProgressed, sparing, spread } from '../../src/rollout/progress.ts';

const template = { spec: { resources: { cpu: 1, memory: '1Gi' } } } as Template;

/** `a! b c!`: revisions by hash, in this order; those with ! became complete. */
function history(text: string): RolloutRecord {
  return text.split(' ').reduce((record, word) => {
    const next = advance(record, { hash: word.replace('!', ''), template, changeCause: undefined });
    return word.endsWith('!') ? complete(next, template, 0) : next;
  }, newRecord('u'));
}

function shown({ revisions, underWay }: RolloutRecord): string {
  return `${revisions.map(({ number, hash, completedAt }) => `${number}${hash}${completedAt ? '!' : ''}`).join(' ')}${underWay ? ' …' : ''}`;
}

describe('the history of a pool', () => {
  test.each([
    ['the first', 'a', '1a …'],
    ['complete', 'a!', '1a!'],
    ['the same again', 'a! a', '1a!'],
    ['another', 'a! b', '1a! 2b …'],
    ['back · a new number, and its merits stay', 'a! b a', '2b 3a! …'],
    ['given up for a third', 'a! b c', '1a! 2b 3c …'],
  ])('%s', (_name, text, expected) => expect(shown(history(text))).toBe(expected));

  test.each([
    ['all fit', 'a! b! c!', 2, '', '1a! 2b! 3c!'],
    ['the oldest go', 'a! b! c! d!', 1, '', '3c! 4d!'],
    ['none but the one in effect', 'a! b!', 0, '', '2b!'],
    ['under way · the way back stays', 'a! b c d', 1, '', '1a! 3c 4d …'],
    ['what VMs are made from stays', 'a! b! c!', 0, 'a', '1a! 3c!'],
  ])('pruned · %s', (_name, text, limit, inUse, expected) => {
    expect(shown(prune(history(text), limit, new Set(inUse.split(''))))).toBe(expected);
  });

  test.each([
    ['to the last complete one', 'a! b! c', '', 'b'],
    ['over one that never was', 'a! b c', '', 'a'],
    ['none was complete', 'a b', '', undefined],
    ['complete itself', 'a! b!', '', undefined],
    ['it is a return itself', 'a! b c a', 'a', undefined],
  ])('the way back · %s', (_name, text, to, expected) => {
    const record = history(text);
    const failed = to === '' ? undefined : { hash: 'x', number: 9, to };
    expect(fallback({ ...record, ...(failed ? { failed } : {}) })?.hash).toBe(expected);
  });

  test.each([
    ['the one before', 'a! b!', 'b', 'a'],
    ['a template that is held back', 'a! b!', 'c', 'b'],
    ['nothing before', 'a!', 'a', undefined],
  ])('undo · %s', (_name, text, spec, expected) => {
    expect(previous(history(text), spec)?.hash).toBe(expected);
  });

  test('what has failed is forgotten once something new is complete', () => {
    const returned = { ...history('a! b a'), failed: { hash: 'b', number: 2, to: 'a' } };
    const back = complete(returned, template, 0);
    expect(back.failed).toBeDefined();
    expect(previous(back, 'a')).toBeUndefined();
    const next = advance(back, { hash: 'c', template, changeCause: 'mended' });
    expect(next.failed).toBeDefined();
    expect(complete(next, template, 0).failed).toBeUndefined();
  });

  test('the same again is the same record', () => {
    const record = history('a! b!');
    expect(advance(record, { hash: 'b', template, changeCause: undefined })).toBe(record);
    expect(complete(record, template, 99)).toBe(record);
    expect(prune(record, 9, new Set())).toBe(record);
  });
});

test.each([
  ['nothing', [10, 8, 4], false],
  ['more up to date', [10, 8, 5], true],
  ['more ready', [10, 9, 4], true],
  ['an old one gone', [9, 8, 4], true],
  ['one ready less', [10, 7, 4], false],
])('progress · %s', (_name, [replicas = 0, ready = 0, updated = 0], expected) => {
  expect(hasProgressed({ replicas: 10, ready: 8, updated: 4 }, { replicas, ready, updated })).toBe(expected);
});

test.each([
  // name, sizes (oldest first), what all may come to before and after, changes
  ['in proportion', [8, 4], 12, 18, [4, 2]],
  ['a stuck update · ten to fifteen, surge 3', [8, 5], 13, 18, [3, 2]],
  ['a stuck update · ten to thirteen, surge 3', [8, 5], 13, 16, [2, 1]],
  ['a stuck update · ten to five, surge 3', [8, 5], 13, 8, [-3, -2]],
  ['what is missing below the surge comes too', [8, 4], 13, 18, [4, 2]],
  ['halves of the new size round up · growing', [5, 5], 10, 15, [2, 3]],
  ['halves of the new size round up · shrinking', [5, 3], 8, 4, [-3, -1]],
  ['halves of the new size round up · no more than the change', [5, 5, 5], 15, 8, [-3, -2, -2]],
  ['equal ones · the newest grows', [5, 5], 10, 11, [0, 1]],
  ['equal ones · the oldest shrinks', [5, 5], 10, 9, [-1, 0]],
  ['smaller in proportion', [8, 4], 12, 6, [-4, -2]],
  ['to none', [3, 1], 5, 0, [-3, -1]],
  ['never below none', [3, 1], 4, -5, [-3, -1]],
  ['from none', [0, 0], 0, 3, [0, 3]],
  ['no change', [3, 2], 5, 5, [0, 0]],
  ['growing · the rest to the largest', [1, 3, 1], 5, 6, [0, 1, 0]],
  ['growing · the rest to the newest of the largest', [3, 1, 3], 7, 8, [0, 0, 1]],
  ['shrinking · the rest from the largest', [1, 3, 1], 5, 4, [0, -1, 0]],
  ['shrinking · the rest from the oldest of the largest', [3, 1, 3], 7, 6, [-1, 0, 0]],
  ['three sets in proportion', [6, 3, 1], 10, 20, [6, 3, 1]],
  ['a small set may get none', [8, 1], 9, 11, [2, 0]],
])('a change in mid-update · %s', (_name, sizes, from, to, expected) => {
  expect(spread(sizes, from, to)).toEqual(expected);
});

test.each([
  ['as they were while enough are left', ['8/8', '2/5'], [-3, -2], 7, [-3, -2]],
  ['unavailable ones of another set go instead', ['12/12', '0/13'], [-7, -8], 6, [-6, -9]],
  ['of an earlier set as well', ['0/4', '4/4'], [-1, -3], 3, [-3, -1]],
  ['as far as there are any', ['4/4', '3/4'], [-3, 0], 8, [-2, -1]],
  ['what grows is none of them', ['2/4', '3/3'], [2, 1], 9, [2, 1]],
])('whom a change in mid-update spares · %s', (_name, sets, changes, least, expected) => {
  const tallies = sets.map((text) => {
    const [ready = 0, count = 0] = text.split('/').map(Number);
    return { count, ready };
  });
  expect(sparing(tallies, changes, least)).toEqual(expected);
});

describe('another count in mid-update', () => {
  const going = { uid: 'u', revisions: [], underWay: true };
  test('is noted with its surge, and counts once', () => {
    expect(isRescaled(going, 4)).toBe(false);
    const first = rescale(going, 4, 1);
    expect(first.scale).toEqual({ replicas: 4, most: 5 });
    expect(rescale(first, 4, 1)).toBe(first);
    expect(isRescaled(first, 6)).toBe(true);
    const second = rescale(first, 6, 2);
    expect(second.scale).toEqual({ replicas: 6, most: 8 });
    expect(isRescaled(second, 6)).toBe(false);
  });
  test('means nothing while no update is under way, nor to the next one', () => {
    const resting = { ...going, underWay: false };
    expect(rescale(resting, 4, 1)).toBe(resting);
    const scaled = rescale(rescale(going, 4, 1), 6, 2);
    expect(isRescaled({ ...scaled, underWay: false }, 9)).toBe(false);
    expect(advance(scaled, { hash: 'b', template, changeCause: undefined }).scale).toBeUndefined();
  });
});
