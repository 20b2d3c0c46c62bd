/** Follows Syncs for as long as it is let: repositories by this computer's clock, the world at a chosen speed. */
import { wallClock } from '../../base/clock.ts';
import { durationMs } from '../../base/duration.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { type Engine, type EngineOptions } from '../engine.ts';
import { withEngine } from '../apply/follow.ts';
import { Bell, keepPace } from '../pace.ts';
import { type State } from '../state.ts';
import { syncKeyText } from './names.ts';
import { type SyncResult } from './result.ts';
import { isActive, SyncRunner, type RunnerOptions } from './runner.ts';

export interface FollowSyncsRequest extends Omit<RunnerOptions, 'state' | 'signal'> {
  readonly isMeant: (sync: Sync) => boolean;
  /** See `parseSpeed`. */
  readonly speed: number;
  readonly signal: AbortSignal;
  /** Called with what each round, and each change of readiness, came to; idle ones are not told. */
  readonly onResults: (results: readonly SyncResult[], nowMs: number) => void;
}

/** The shortest interval: repositories are nobody's to be asked all the time, ms of wall time. */
const minIntervalMs = 1_000;

/** Resolves when the signal comes; all that was done is durable then. */
export async function followSyncs(
  state: State,
  request: FollowSyncsRequest,
  options: EngineOptions = {},
): Promise<void> {
  const runner = new SyncRunner({ ...request, state });
  const { signal } = request;
  const onChange: EngineOptions['onChange'] = (object, old) => {
    runner.noteChange(object, old);
    options.onChange?.(object, old);
  };
  await withEngine(state, { ...options, onChange, signal, following: true }, async (engine) => {
    const { manager } = engine;
    const schedule = new Schedule();
    const told = new Told();
    const onSlice = async (): Promise<void> => {
      const revision = await state.store.revision();
      const synced = await syncDue(engine, runner, schedule, request);
      // What was just written the engine has not seen yet: how that is can be asked at the next slice.
      const isSeen = (await state.store.revision()) === revision;
      const refreshed = isSeen ? await runner.refresh(manager) : [];
      const results = [...synced, ...refreshed].filter((one) => told.isNews(one));
      await runner.noteLost();
      if (results.length > 0) request.onResults(results, manager.nowMs);
    };
    // What other commands have left is taken in before anything is compared with it.
    await engine.advance(0);
    await keepPace(engine, new Bell(), { speed: request.speed, signal, onSlice });
  });
  await request.notifier?.drain();
}

/** What is due by the clock, and what cannot wait for it. */
async function syncDue(
  { manager }: Engine,
  runner: SyncRunner,
  schedule: Schedule,
  { isMeant }: FollowSyncsRequest,
): Promise<SyncResult[]> {
  const syncs = manager.cache.list('Sync').filter((sync) => isMeant(sync) && isActive(sync));
  const due = schedule.due(syncs, wallClock.now());
  const polled = due.length === 0 ? [] : await runner.round(due, manager);
  schedule.looked(due, wallClock.now());
  const urgent = runner.urgent(syncs.filter((sync) => !due.includes(sync)));
  const hurried = urgent.length === 0 ? [] : await runner.round(urgent, manager, false);
  return [...polled, ...hurried];
}

/** Leaves out what was told before: a repository that cannot be reached is told once, and again when it changes. */
class Told {
  readonly #last = new Map<string, string>();

  isNews({ sync, outcome, message, objects }: SyncResult): boolean {
    if (outcome === 'Unchanged') return false;
    const text = `${outcome} ${message}`;
    if (objects.length === 0 && this.#last.get(sync) === text) return false;
    this.#last.set(sync, text);
    return true;
  }
}

/** When the repository of each Sync is to be looked at next. */
class Schedule {
  /** Key text of a Sync -> wall time, and the spec for which it holds. */
  readonly #next = new Map<string, { readonly atMs: number; readonly spec: string }>();

  due(syncs: readonly Sync[], nowMs: number): Sync[] {
    return syncs.filter((sync) => {
      const next = this.#next.get(syncKeyText(sync));
      return !next || next.atMs <= nowMs || next.spec !== versionOf(sync);
    });
  }

  looked(syncs: readonly Sync[], nowMs: number): void {
    for (const sync of syncs) {
      const atMs = nowMs + Math.max(minIntervalMs, durationMs(sync.spec.interval));
      this.#next.set(syncKeyText(sync), { atMs, spec: versionOf(sync) });
    }
  }
}

/** Changes with whatever a person may have changed about a Sync: its spec, or an annotation that holds it. */
function versionOf({ metadata }: Sync): string {
  return `${metadata.uid} ${metadata.generation} ${JSON.stringify(metadata.annotations ?? {})}`;
}
