/**
 * The rate of a traffic pattern over time, cut into pieces on each of which its integral can be written down and
 * turned round. So arrivals are exact: nothing is looked at in steps, and no burst is too short to happen.
 *
 * Times are ms since the start of the traffic, rates are per ms (a pattern's are per second). Pure.
 */
import { assertNever } from '../../base/errors.ts';
import { type TrafficPattern } from '../../model/ports.ts';

/** One piece of a rate, which is never below 0. It ends before `untilMs`, where the next one begins. */
export type RatePiece =
  | { readonly type: 'Flat'; readonly untilMs: number; readonly rate: number }
  /** `rate` at `fromMs`, and `slope` more with each ms. */
  | {
      readonly type: 'Ramp';
      readonly untilMs: number;
      readonly fromMs: number;
      readonly rate: number;
      readonly slope: number;
    }
  /** `mean + swing * sin(omega t + phase)`, and it only rises or only falls. */
  | {
      readonly type: 'Wave';
      readonly untilMs: number;
      readonly mean: number;
      readonly swing: number;
      readonly omega: number;
      readonly phase: number;
    };

const dayMs = 86_400_000;
const perMs = 1 / 1000;

/** A pattern, with all that does not change over time worked out. */
export interface Rate {
  /** The piece that `sinceMs` (0 or more) lies in. */
  readonly pieceAt: (sinceMs: number) => RatePiece;
  /** False when nothing will ever come. */
  readonly everFlows: boolean;
}

/**
 * The rate of a pattern. `startMs` is the world time at which it starts, for `Daily`, which goes by the time of day;
 * `phase`, in turns, is for `Sine` alone.
 */
export function rateOf(pattern: TrafficPattern, startMs: number, phase = 0): Rate {
  switch (pattern.type) {
    case 'Constant': {
      const piece = flat(Infinity, pattern.value);
      return { pieceAt: () => piece, everFlows: pattern.value > 0 };
    }
    case 'Steps': {
      // A later one of the same time takes the place of the one before it.
      const steps = [...pattern.steps].sort((a, b) => a.atMs - b.atMs);
      return levels(steps);
    }
    case 'Spike':
      return spike(pattern);
    case 'Trace':
      return trace(pattern);
    case 'Daily': {
      const { base, peak, peakAtMs } = pattern;
      const turns = (startMs % dayMs) / dayMs - peakAtMs / dayMs + 0.25;
      return wave((base + peak) / 2, (peak - base) / 2, dayMs, turns);
    }
    case 'Sine':
      return wave(pattern.mean, pattern.amplitude, pattern.periodMs, phase);
    default:
      return assertNever(pattern);
  }
}

/** How many requests the rate comes to between two times, ms since the start; what lies before 0 counts nothing. */
export function integralOf({ pieceAt }: Rate, fromMs: number, toMs: number): number {
  let sum = 0;
  for (let atMs = Math.max(0, fromMs); atMs < toMs;) {
    const piece = pieceAt(atMs);
    const endMs = Math.min(piece.untilMs, toMs);
    sum += pieceIntegral(piece, atMs, endMs);
    atMs = endMs;
  }
  return sum;
}

/** How many requests a piece comes to between two times within it. */
export function pieceIntegral(piece: RatePiece, fromMs: number, toMs: number): number {
  const length = toMs - fromMs;
  switch (piece.type) {
    case 'Flat':
      return piece.rate === 0 ? 0 : piece.rate * length;
    case 'Ramp':
      return length * (piece.rate + piece.slope * ((fromMs + toMs) / 2 - piece.fromMs));
    case 'Wave': {
      const { mean, swing, omega, phase } = piece;
      // cos a - cos b as a product: exact also for stretches that are short against the period.
      const middle = Math.sin((omega * (fromMs + toMs)) / 2 + phase);
      return mean * length + ((2 * swing) / omega) * middle * Math.sin((omega * length) / 2);
    }
  }
}

/**
 * When a piece has come to `wanted` requests, counted from `fromMs`, a time within it. Precondition: it comes to that
 * many before it ends.
 */
export function whenIntegral(piece: RatePiece, fromMs: number, wanted: number): number {
  switch (piece.type) {
    case 'Flat':
      return fromMs + wanted / piece.rate;
    case 'Ramp': {
      const rate = piece.rate + piece.slope * (fromMs - piece.fromMs);
      const root = Math.sqrt(Math.max(0, rate * rate + 2 * piece.slope * wanted));
      return fromMs + (2 * wanted) / (rate + root);
    }
    case 'Wave':
      return waveReaches(piece, fromMs, wanted);
  }
}

/** By Newton's method, which is kept between the times that are known to be too early and too late. */
function waveReaches(piece: Extract<RatePiece, { type: 'Wave' }>, fromMs: number, wanted: number): number {
  const rateAt = (ms: number): number => piece.mean + piece.swing * Math.sin(piece.omega * ms + piece.phase);
  let low = fromMs;
  let high = piece.untilMs;
  let at = fromMs + wanted / rateAt(fromMs);
  for (let turn = 0; turn < 60; turn++) {
    if (!(at > low && at < high)) at = (low + high) / 2;
    const missing = wanted - pieceIntegral(piece, fromMs, at);
    if (Math.abs(missing) <= 1e-12 * wanted) break;
    if (missing > 0) low = at;
    else high = at;
    const next = at + missing / rateAt(at);
    if (next === at) break;
    at = next;
  }
  return Math.min(at, piece.untilMs);
}

function flat(untilMs: number, perSecond: number): RatePiece {
  return { type: 'Flat', untilMs, rate: Math.max(0, perSecond) * perMs };
}

/** 0 before the first, then each until the next. */
function levels(steps: readonly { readonly atMs: number; readonly value: number }[]): Rate {
  const pieces = steps.map(({ value }, index) => flat(steps[index + 1]?.atMs ?? Infinity, value));
  const before = flat(steps[0]?.atMs ?? Infinity, 0);
  const pieceAt = (sinceMs: number): RatePiece => {
    const index = steps.findLastIndex(({ atMs }) => atMs <= sinceMs);
    return pieces[index] ?? before;
  };
  return { pieceAt, everFlows: steps.some(({ value }) => value > 0) };
}

function spike({ base, peak, atMs, durationMs, rampMs }: Extract<TrafficPattern, { type: 'Spike' }>): Rate {
  const slope = rampMs > 0 ? ((peak - base) / rampMs) * perMs : 0;
  const ramp = (fromMs: number, rate: number, by: number): RatePiece => {
    return { type: 'Ramp', fromMs, untilMs: fromMs + rampMs, rate: rate * perMs, slope: by };
  };
  const endMs = atMs + durationMs;
  const pieces: RatePiece[] = [
    flat(atMs - rampMs, base),
    ramp(atMs - rampMs, base, slope),
    flat(endMs, peak),
    ramp(endMs, peak, -slope),
    flat(Infinity, base),
  ];
  const last = flat(Infinity, base);
  const pieceAt = (sinceMs: number): RatePiece => pieces.find(({ untilMs }) => sinceMs < untilMs) ?? last;
  return { pieceAt, everFlows: base > 0 || (peak > 0 && endMs > 0) };
}

function trace({ samples, intervalMs }: Extract<TrafficPattern, { type: 'Trace' }>): Rate {
  const pieceAt = (sinceMs: number): RatePiece => {
    let index = Math.floor(sinceMs / intervalMs);
    // A time that is the end of an interval but for rounding belongs to the next one.
    if ((index + 1) * intervalMs <= sinceMs) index++;
    return flat((index + 1) * intervalMs, samples[index % samples.length] ?? 0);
  };
  return { pieceAt, everFlows: samples.some((sample) => sample > 0) };
}

/** `mean + swing * sin(2 pi (t / period + turns))`, and 0 where that is below 0. */
function wave(mean: number, swing: number, periodMs: number, turns: number): Rate {
  const omega = (2 * Math.PI) / periodMs;
  const phase = 2 * Math.PI * turns;
  const valueAt = (ms: number): number => mean + swing * Math.sin(omega * ms + phase);
  const rising = (untilMs: number): RatePiece => {
    return { type: 'Wave', untilMs, mean: mean * perMs, swing: swing * perMs, omega, phase };
  };
  const pieceAt = (sinceMs: number): RatePiece => {
    // Within a quarter of the period it only rises or only falls.
    let quarter = Math.floor(4 * (sinceMs / periodMs + turns));
    let endMs = ((quarter + 1) / 4 - turns) * periodMs;
    if (endMs <= sinceMs) endMs = ((++quarter + 1) / 4 - turns) * periodMs;
    const startMs = endMs - periodMs / 4;
    const [atStart, atEnd] = [valueAt(startMs), valueAt(endMs)];
    if (atStart >= 0 && atEnd >= 0) return rising(endMs);
    if (atStart <= 0 && atEnd <= 0) return flat(endMs, 0);
    const crossingMs = crossing(valueAt, startMs, endMs);
    if (sinceMs < crossingMs) return atStart > 0 ? rising(crossingMs) : flat(crossingMs, 0);
    return atStart > 0 ? flat(endMs, 0) : rising(endMs);
  };
  return { pieceAt, everFlows: mean + Math.abs(swing) > 0 };
}

/** Where a function changes its sign, by halving. */
function crossing(valueAt: (ms: number) => number, startMs: number, endMs: number): number {
  const positive = valueAt(startMs) > 0;
  let [low, high] = [startMs, endMs];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (valueAt(middle) > 0 === positive) low = middle;
    else high = middle;
  }
}
