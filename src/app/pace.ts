/** World time that goes along with the wall clock. */
import { sleep, wallClock } from '../base/clock.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { type Engine } from './engine.ts';

export interface PaceOptions {
  /** How many times as fast as the wall clock world time goes; see `parseSpeed`. */
  readonly speed: number;
  /** Ends it, between two moments of world time. */
  readonly signal: AbortSignal;
  /** Called before each slice of world time; what it writes to the state is taken over by the engine. */
  readonly onSlice: () => Promise<void> | void;
}

/** Wall time between two slices, ms: short for the eye, long for a disk that is written at the end of each. */
const sliceMs = 500;
/** With no speed limit, the world time of one slice, ms. */
const unpacedSliceMs = 60_000;

/** A bell that one side rings and the other waits for; rung before the wait, it ends the wait at once. */
export class Bell {
  #rung = false;
  #waiting: AbortController | undefined;

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Resolves when the bell rings, when the time is up, or at the signal. */
  async wait(forMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      this.#waiting = new AbortController();
      const either = AbortSignal.any([this.#waiting.signal, signal]);
      await sleep(forMs, either).catch(() => undefined);
    }
    this.#waiting = undefined;
    this.#rung = false;
  }
}

/**
 * Lets world time go on at the pace of the wall clock until the signal. Time that was lost (the machine slept, a
 * slice took long) is not caught up with. The bell asks for the next slice at once.
 */
export async function keepPace(engine: Engine, bell: Bell, options: PaceOptions): Promise<void> {
  const { speed, signal, onSlice } = options;
  let lastWallMs = wallClock.now();
  while (!signal.aborted) {
    await onSlice();
    const wallMs = wallClock.now();
    const passedMs = Math.min(wallMs - lastWallMs, 2 * sliceMs);
    lastWallMs = wallMs;
    await engine.advance(speed === Infinity ? unpacedSliceMs : Math.round(passedMs * speed));
    if (speed !== Infinity) await bell.wait(sliceMs, signal);
  }
}

/** `1x`, `60x`, `0.5x` or `max` as a factor of the wall clock's speed. @throws UserError (usage) */
export function parseSpeed(text: string): number {
  if (text === 'max') return Infinity;
  const factor = /^\d+(\.\d+)?x$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (factor > 0) return factor;
  throw new UserError(`"${text}" is no speed`, {
    exitCode: ExitCode.Usage,
    nextSteps: ['write it like 1x, 60x or max'],
  });
}
