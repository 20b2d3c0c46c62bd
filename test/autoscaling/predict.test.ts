import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observeDemand, predictFloor, type SeasonState } from '../../src/autoscaling/predict.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The state after observing `demand(hour of world time)` each minute. */
function observe(hours: number, demand: (hour: number) => number, stepMs = minuteMs): SeasonState {
  let state: SeasonState | undefined;
  for (let atMs = 0; atMs <= hours * hourMs; atMs += stepMs)
    state = observeDemand(state, demand(atMs / hourMs), atMs);
  return state as SeasonState;
}
/** Busy from 9 to 17. */
const office = (hour: number): number => (hour % 24 >= 9 && hour % 24 < 17 ? 8 : 2);
const replicasAt = (state: SeasonState, hours: number, leadMs?: number) => {
  const prediction = predictFloor(state, hours * hourMs, { leadMs });
  return prediction.type === 'Floor' ? prediction.floor.replicas : prediction.reason;
};

describe('floor', () => {
  const twoDays = observe(48, office);
  test.each<[string, number, number | string]>([
    ['at night', 48, 2],
    ['a lead time before the morning', 48 + 8 + 50 / 60, 8],
    ['earlier than that', 48 + 8 + 49 / 60, 2],
    ['in the afternoon', 48 + 15, 8],
    ['after work', 48 + 17, 2],
  ])('%s', (_name, hours, expected) => {
    expect(replicasAt(twoDays, hours)).toBe(expected);
  });
  test('the lead time is an option', () => {
    expect(replicasAt(twoDays, 48 + 8, hourMs)).toBe(8);
  });
  test('fractions are rounded up', () => {
    expect(
      replicasAt(
        observe(30, () => 2.1),
        30,
      ),
    ).toBe(3);
  });
  test('the newest day counts half', () => {
    expect(
      replicasAt(
        observe(48, (hour) => (hour < 24 ? 4 : 5)),
        49,
      ),
    ).toBe(5);
  });
  test('each slot remembers its highest demand', () => {
    expect(
      replicasAt(
        observe(25, (hour) => (Math.round(hour * 60) % 5 === 2 ? 7 : 1)),
        25,
      ),
    ).toBe(7);
  });
  test('says what it does', () => {
    expect(predictFloor(twoDays, 48 * hourMs)).toEqual({
      type: 'Floor',
      floor: { source: 'forecast', replicas: 2 },
      message: '2 VMs forecast, error 0 %',
    });
  });
});

describe('no floor', () => {
  test.each<[string, SeasonState | undefined, number, string, string]>([
    ['nothing seen', undefined, 0, 'TooShort', '0 h of the 24 h seen that a forecast needs'],
    [
      'less than a day seen',
      observe(23, office),
      23.9,
      'TooShort',
      '23 h of the 24 h seen that a forecast needs',
    ],
    [
      'a gap at this time of day',
      observeDemand(observe(2, office), 2, dayMs),
      36,
      'Unknown',
      'this time of day was not seen yet',
    ],
  ])('%s', (_name, state, hours, reason, message) => {
    expect(predictFloor(state, hours * hourMs)).toEqual({ type: 'None', reason, message });
  });
  test('a day that is unlike the last one makes it step back', () => {
    const wrong = observe(48, (hour) => (hour < 24 ? 10 : 5));
    expect(predictFloor(wrong, 48 * hourMs)).toMatchObject({
      reason: 'Inaccurate',
      message: 'forecasts were wrong by 100 % on the mean',
    });
    expect(predictFloor(wrong, 48 * hourMs, { maxError: 1 }).type).toBe('Floor');
  });
  test('and regularity brings it back', () => {
    const state = observe(24 * 6, (hour) => (hour < 24 ? 10 : 5));
    expect(predictFloor(state, 24 * 6 * hourMs)).toMatchObject({ type: 'Floor', floor: { replicas: 6 } });
  });
});

test('a forecast is never above what was seen, and the state never grows', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 120, maxLength: 200 }), (demands) => {
      const state = observe(demands.length - 1, (hour) => demands[Math.floor(hour)] ?? 0, hourMs);
      expect(state.season).toHaveLength(288);
      const prediction = predictFloor(state, demands.length * hourMs, { maxError: Infinity });
      if (prediction.type === 'Floor')
        expect(prediction.floor.replicas).toBeLessThanOrEqual(Math.max(...demands));
    }),
    { numRuns: 30 },
  );
});
