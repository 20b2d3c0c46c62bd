import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/objectives/summarize.ts';
import { madeRecord, type Outcome } from './builders.ts';

const runs = (...outcomes: readonly Omit<Outcome, 'seed'>[]) =>
  summarize(outcomes.map((outcome, index) => madeRecord({ seed: 7 + index, ...outcome })));
const figure = (summary: ReturnType<typeof runs>, name: string) =>
  summary.figures.find((one) => one.name === name);

const sound = { requests: 1000, errors: 0 };

describe('what a world comes to over several seeds', () => {
  test('mean, interval and extremes, as by hand', () => {
    const summary = runs({ ...sound, cost: 10 }, { ...sound, cost: 12 }, { ...sound, cost: 14 });
    expect(summary).toMatchObject({ seeds: [7, 8, 9], objectives: 0 });
    // Student's t at two degrees of freedom, 4.3027, times 2 / sqrt(3).
    expect(figure(summary, 'cost')).toEqual({
      ...{ name: 'cost', unit: 'money', mean: 12, least: 10, most: 14 },
      margin: expect.closeTo(4.9683, 3) as number,
    });
  });

  test('the same in each seed · no interval to speak of', () => {
    const summary = runs({ ...sound, cost: 0.1 }, { ...sound, cost: 0.1 }, { ...sound, cost: 0.1 });
    expect(figure(summary, 'cost')).toMatchObject({ margin: 0, least: 0.1, most: 0.1 });
  });

  test('one seed · tells nothing of chance', () => {
    expect(figure(runs({ ...sound, cost: 10 }), 'cost')).not.toHaveProperty('margin');
  });

  test('objectives · in how many seeds each was met, and all of them', () => {
    const summary = runs(
      { ...sound, cost: 10, met: true },
      { ...sound, cost: 10, met: false },
      { ...sound, cost: 10, met: true },
    );
    expect(summary).toMatchObject({ objectives: 1, met: 2 });
    expect(summary.figures.at(-1)).toMatchObject({ met: 2 });
  });

  test('a total that was not measured in every seed is left out', () => {
    const summary = runs({ cost: 10, requests: 0, errors: 0 }, { ...sound, cost: 10 });
    expect(figure(summary, 'requests failed')).toBeUndefined();
  });
});
