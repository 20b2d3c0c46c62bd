/** How the world follows what was written: the engine runs until all has settled. */
import { longestDurationMs, parseDuration } from '../../base/duration.ts';
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Outcome } from '../../engine/manager.ts';
import { Engine, type EngineOptions, StateFollowed } from '../engine.ts';
import { Snapshot } from '../snapshot.ts';
import { type State } from '../state.ts';
import { type Summary } from '../../model/summary.ts';
import { summarize } from '../inspect/summary.ts';

/** Another process follows the state: it carries out what was stored. */
export interface Handed {
  readonly type: 'handed';
  readonly pid: number;
}

/** What came of letting the world follow. */
export interface Run {
  readonly outcome: Outcome | Handed;
  /** World time that it took, ms. */
  readonly worldMs: number;
  readonly summary: Summary;
}

/** Whether and for how long a command lets the world follow. */
export interface FollowRequest {
  readonly wait: boolean;
  /** World time to wait at most, as a duration: `5m`. */
  readonly timeout: string;
}

/** Runs the engine for as long as `use` takes, and gives it back whatever happens. */
export async function withEngine<T>(
  state: State,
  options: EngineOptions,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await Engine.start(state, options);
  try {
    return await use(engine);
  } finally {
    await engine.stop();
  }
}

/**
 * Lets world time pass until all has settled, for at most `timeoutMs` of it; where another process does so anyway,
 * leaves it to that one.
 */
export async function follow(state: State, timeoutMs: number, options: EngineOptions = {}): Promise<Run> {
  try {
    return await withEngine(state, options, (engine) => measured(engine, () => engine.settle(timeoutMs)));
  } catch (error) {
    if (!(error instanceof StateFollowed)) throw error;
    const { cache } = await Snapshot.read(state);
    return { outcome: { type: 'handed', pid: error.pid }, worldMs: 0, summary: summarize(cache) };
  }
}

/** What a run of the engine came to. */
export async function measured(engine: Engine, run: () => Promise<Outcome>): Promise<Run> {
  const startedAtMs = engine.manager.nowMs;
  const outcome = await run();
  const worldMs = engine.manager.nowMs - startedAtMs;
  return { outcome, worldMs, summary: summarize(engine.manager.cache) };
}

/** World time from a flag or an argument. @throws UserError (usage) when it is no duration. */
export function timeoutOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) {
    throw new UserError(`"${text}" is no duration`, {
      exitCode: ExitCode.Usage,
      nextSteps: ['write it like 90s, 5m or 1h30m'],
    });
  }
  if (ms > longestDurationMs) {
    throw new UserError(`${text} is longer than ten years`, {
      exitCode: ExitCode.Usage,
      nextSteps: [`take at most ${longestDurationMs / 3_600_000}h at once`],
    });
  }
  return ms;
}
