import { expect, test } from 'vitest';
import {
  type Backlog,
  backlogAt,
  flowThrough,
  mostBacklog,
  overflowAt,
  turnsAfterMs,
} from '../../src/sim/flow/fluid-queue.ts';

const stationary = { refused: 0.25, timedOut: 0.05 };
const losing = (): typeof stationary => stationary;
const patient = { limit: 100 };
const hasty = { limit: 100, timeoutMs: 2000 };

test.each([
  [
    'below capacity · what a stationary queue loses',
    8,
    10,
    patient,
    0,
    { served: 5.6, refused: 2, timedOut: 0.4 },
  ],
  ['above capacity · nothing is lost while there is room', 15, 10, patient, 0, { served: 10, growth: 5 }],
  ['below capacity with a backlog · it is drained', 4, 10, patient, 50, { served: 10, growth: -6 }],
  ['no more comes · it is drained', 0, 10, patient, 50, { served: 10, growth: -10 }],
  ['full · the rest is lost', 15, 10, patient, 100, { served: 10, refused: 5 / 1.2, timedOut: 1 / 1.2 }],
  [
    'full, and just as much comes as is served',
    10,
    10,
    patient,
    100,
    { served: 7, refused: 2.5, timedOut: 0.5 },
  ],
  ['as long as may be waited', 15, 10, hasty, 20, { served: 10, refused: 5 / 1.2, timedOut: 1 / 1.2 }],
  ['not as long yet', 15, 10, hasty, 19, { served: 10, growth: 5 }],
  [
    'so short that chance rules',
    15,
    10,
    { limit: 4 },
    0,
    { served: 10, refused: 5 / 1.2, timedOut: 1 / 1.2 },
  ],
  ['no queue at all', 15, 10, { limit: 0 }, 0, { served: 10, refused: 5 / 1.2, timedOut: 1 / 1.2 }],
  [
    'the limit was lowered · nothing gets in until there is room',
    15,
    10,
    patient,
    120,
    { served: 10, refused: 15, growth: -10 },
  ],
  ['nothing is served · all waits', 15, 0, patient, 0, { growth: 15 }],
])('a queue · %s', (_name, arrivals, capacity, queue, waiting, expected) => {
  const seen = flowThrough(arrivals, capacity, queue, waiting, losing);
  for (const [name, value] of Object.entries({
    served: 0,
    refused: 0,
    timedOut: 0,
    growth: 0,
    ...expected,
  })) {
    expect(seen[name as keyof typeof seen], name).toBeCloseTo(value, 9);
  }
  // None invented, none lost.
  expect(seen.served + seen.refused + seen.timedOut + seen.growth).toBeCloseTo(arrivals, 9);
});

const growing: Backlog = { amount: 10, growth: 5, most: 30, sinceMs: 1000 };
const drained: Backlog = { amount: 10, growth: -5, most: Infinity, sinceMs: 1000 };

test.each<[string, Backlog, number, number, number]>([
  ['at once', growing, 1000, 10, 0],
  ['grown', growing, 3000, 20, 0],
  ['full', growing, 5000, 30, 0],
  ['full for a second', growing, 6000, 30, 5],
  ['drained', drained, 2000, 5, 0],
  ['empty', drained, 3000, 0, 0],
  ['long empty', drained, 9000, 0, 0],
  ['at rest', { ...growing, growth: 0 }, 9000, 10, 0],
])('a backlog · %s', (_name, backlog, atMs, amount, overflow) => {
  expect(backlogAt(backlog, atMs)).toBeCloseTo(amount, 9);
  expect(overflowAt(backlog, atMs)).toBeCloseTo(overflow, 9);
});

test('a backlog turns when it is full or empty', () => {
  expect(turnsAfterMs(growing)).toBe(4000);
  expect(turnsAfterMs(drained)).toBe(2000);
  expect(turnsAfterMs({ ...growing, growth: 0 })).toBeUndefined();
  expect(turnsAfterMs({ ...growing, most: Infinity })).toBeUndefined();
});

test.each([
  ['the limit', { limit: 40 }, 40],
  ['what is served before it is given up', { limit: 40, timeoutMs: 3000 }, 30],
  ['the limit, where that comes first', { limit: 20, timeoutMs: 3000 }, 20],
])('no more waits than %s', (_name, queue, most) => {
  expect(mostBacklog(queue, 10)).toBe(most);
});
