import { randomStream } from '../../src/base/random.ts';

const rows = 288;

/** Requests of a day in rows of five minutes: a wave from 20 to 70, lowest at 4 h and highest at 16 h. */
export function smoothDay(): number[] {
  return Array.from({ length: rows }, (_, row) => 45 - 25 * Math.cos((2 * Math.PI * (row - 48)) / rows));
}

/**
 * The same wave as a small public web service sees it: with bursts of minutes to an hour of up to seven times as much,
 * and noise from row to row. The same seed gives the same day.
 */
export function roughDay(seed = 1): number[] {
  const bursts = randomStream(seed, 'bursts');
  const noise = randomStream(seed, 'noise');
  const load = smoothDay();
  for (let burst = 0; burst < 14; burst++) {
    const first = Math.floor(bursts.next() * rows);
    const length = 1 + Math.floor(bursts.next() ** 2 * 12);
    const factor = 1.5 + 5.5 * bursts.next() ** 3;
    for (let row = first; row < Math.min(rows, first + length); row++) load[row] = (load[row] ?? 0) * factor;
  }
  return load.map((value) => Math.max(1, Math.round(value * Math.exp(0.45 * noise.normal()))));
}

/** How often a series turns round, counting only movements of at least `share` of the value that they lead away from. */
export function turnsOf(values: readonly number[], share = 0): number {
  let turns = 0;
  let direction = 0;
  let [low, high] = [values[0] ?? 0, values[0] ?? 0];
  for (const value of values) {
    [low, high] = [Math.min(low, value), Math.max(high, value)];
    const rises = direction <= 0 && value > low * (1 + share);
    const falls = direction >= 0 && value < high * (1 - share);
    if (!rises && !falls) continue;
    if (direction !== 0) turns++;
    direction = rises ? 1 : -1;
    [low, high] = [value, value];
  }
  return turns;
}
