import { describe, expect, test } from 'vitest';
import { parseCron } from '../../src/autoscaling/cron.ts';
import { demandOf } from '../../src/autoscaling/demand.ts';
import { decideHorizontal } from '../../src/autoscaling/horizontal.ts';
import { type Schedule, scheduledLimits, schedulesInForce } from '../../src/autoscaling/schedule.ts';
import { broken, input, wishing } from './builders.ts';

const hour = 3_600_000;

function schedule(name: string, cron: string, more: Partial<Schedule>): Schedule {
  const parsed = parseCron(cron);
  if (!parsed.ok) throw new Error(parsed.message);
  return { name, cron: parsed.cron, timeZone: 'UTC', durationMs: 10 * hour, ...more };
}

const office = schedule('office', '0 8 * * MON-FRI', { minReplicas: 5 });
const sale = schedule('sale', '0 12 4 1 *', { durationMs: hour, minReplicas: 8 });
const night = schedule('night', '0 12 * * *', { durationMs: hour, replicas: 0 });
const fixed = schedule('fixed', '0 12 * * *', { durationMs: hour, replicas: 3 });

describe('schedules', () => {
  test.each([
    ['before', '2000-01-04T07:59:59Z', []],
    ['at the first moment', '2000-01-04T08:00:00Z', ['office until 18']],
    ['two at once', '2000-01-04T12:30:00Z', ['office until 18', 'sale until 13']],
    ['at the last moment', '2000-01-04T17:59:59Z', ['office until 18']],
    ['after', '2000-01-04T18:00:00Z', []],
  ])('in force · %s', (_name, now, expected) => {
    const found = schedulesInForce([office, sale], Date.parse(now));
    expect(found.map((one) => `${one.schedule.name} until ${new Date(one.untilMs).getUTCHours()}`)).toEqual(
      expected,
    );
  });

  test('in force · never in a time zone that is none', () => {
    expect(
      schedulesInForce([{ ...office, timeZone: 'Mars/Base' }], Date.parse('2000-01-04T09:00:00Z')),
    ).toEqual([]);
  });

  test.each([
    ['none', [], { min: 2, max: 9 }],
    ['a minimum', [office], { min: 5, max: 9, by: 'schedule office' }],
    ['two minima · the larger', [office, sale], { min: 8, max: 9, by: 'schedule sale' }],
    ['a minimum below the own', [schedule('low', '* * * * *', { minReplicas: 1 })], { min: 2, max: 9 }],
    ['a size', [fixed], { min: 3, max: 3, by: 'schedule fixed' }],
    ['a size of none', [night], { min: 0, max: 0, by: 'schedule night' }],
    ['a size and a larger minimum', [fixed, office], { min: 5, max: 5, by: 'schedule office' }],
  ])('limits · %s', (_name, schedules, expected) => {
    const inForce = schedules.map((one) => ({ schedule: one, untilMs: 0 }));
    expect(scheduledLimits({ min: 2, max: 9 }, inForce)).toEqual(expected);
  });

  test('a minimum wakes what sleeps, but not what is switched off', () => {
    const raised = { min: 5, limitedBy: 'schedule office' };
    const asleep = decideHorizontal(input(0, 0, { ...raised, ownMin: 0 }));
    expect([asleep.desired, asleep.limiter.message]).toEqual([
      5,
      'the size 0 was below the minimum 5 of schedule office',
    ]);
    expect(decideHorizontal(input(0, 0, { ...raised, ownMin: 1 })).desired).toBe(0);
  });
});

describe('demand', () => {
  test.each([
    ['before rounding', [{ ...wishing(4), ratio: 0.9 }], 4, 3.6],
    ['from no VM', [{ ...wishing(4), ratio: 3.5 }], 0, 3.5],
    [
      'the largest',
      [
        { ...wishing(1), ratio: 0.5 },
        { ...wishing(1), ratio: 0.7 },
      ],
      10,
      7,
    ],
    ['unknown while a metric is', [wishing(4), broken()], 4, undefined],
    ['unknown without a metric', [], 4, undefined],
  ])('%s', (_name, metrics, current, expected) => {
    expect(demandOf(metrics, current)).toEqual(expected);
  });
});
