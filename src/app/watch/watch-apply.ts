/** What `vctl apply --watch` does: files are followed while world time runs. */
import { later } from '../../base/clock.ts';
import { type Condition, findCondition } from '../../model/conditions.ts';
import { type Summary } from '../../model/summary.ts';
import { type KubeObject } from '../../model/object.ts';
import { Engine } from '../engine.ts';
import { Bell, keepPace } from '../pace.ts';
import { type ApplyRequest } from '../apply/run-apply.ts';
import { type State, worldTime } from '../state.ts';
import { shortName, summarize } from '../inspect/summary.ts';
import { watchFiles, type WatchedFiles } from './files.ts';
import { type Scan, WatchSession } from './session.ts';

/** Something that a person who watches should know. */
export type WatchEvent =
  | { readonly type: 'Scan'; readonly scan: Scan }
  /** An object's Ready condition has turned. */
  | { readonly type: 'Turned'; readonly object: string; readonly ready: Condition }
  /** All is as wanted again, or cannot become so by itself. */
  | { readonly type: 'Settled' };

/** How all stands, for a screen. */
export interface WatchView {
  /** World time, ms since the Unix epoch. */
  readonly nowMs: number;
  readonly total: number;
  readonly done: number;
  /** What is waited for, the slowest first. */
  readonly waiting: readonly string[];
  readonly problems: Summary['problems'];
}

export interface WatchOptions {
  readonly speed: number;
  readonly signal: AbortSignal;
  /** At the world's present, `nowMs`. */
  readonly onEvent: (event: WatchEvent, nowMs: number) => void;
  readonly onView: (view: WatchView) => void;
}

/** A second look at what has gone comes after this long, ms of wall time: no editor takes as long to save. */
const confirmAfterMs = 1_000;

/**
 * Applies the files now and after each change, until the signal; meanwhile world time runs. What is invalid is told
 * of, and what was applied before stays. The state is consistent whenever it ends.
 *
 * @throws UserError while another process reconciles the state.
 */
export async function watchApply(state: State, request: ApplyRequest, options: WatchOptions): Promise<void> {
  const bell = new Bell();
  const files = await watchFiles(request.paths, request.recursive, bell);
  const session = new WatchSession(state, request);
  const turned: Turned[] = [];
  const startMs = await worldTime(state);
  let engine: Engine | undefined;
  try {
    const first = await session.scan();
    files.alsoFollow(session.references);
    engine = await Engine.start(state, {
      following: true,
      signal: options.signal,
      onChange: (object, old) => turned.push(...turnOf(object, old, engine?.manager.nowMs ?? startMs)),
    });
    try {
      await follow(engine, { bell, files, session, turned, first, ...options });
    } finally {
      await engine.stop();
    }
  } finally {
    await files.close();
  }
}

interface Watch extends WatchOptions {
  readonly bell: Bell;
  readonly files: WatchedFiles;
  readonly session: WatchSession;
  /** What the engine has seen turn; taken out as it is told. */
  readonly turned: Turned[];
  readonly first: Scan;
}

async function follow(engine: Engine, watch: Watch): Promise<void> {
  const { manager } = engine;
  const { bell, files, session } = watch;
  let cancelConfirm: (() => void) | undefined;
  let due = false;
  let settled = false;
  const tell = (event: WatchEvent, atMs = manager.nowMs): void => watch.onEvent(event, atMs);
  const took = (scan: Scan): void => {
    tell({ type: 'Scan', scan });
    cancelConfirm?.();
    if (scan.type !== 'Applied' || !scan.confirming) return;
    cancelConfirm = later(confirmAfterMs, () => {
      due = true;
      bell.ring();
    });
  };
  const onSlice = async (): Promise<void> => {
    for (const { event, atMs } of watch.turned.splice(0)) tell(event, atMs);
    if (manager.isSettled() !== settled) {
      settled = !settled;
      if (settled) tell({ type: 'Settled' });
    }
    watch.onView(viewOf(manager));
    if (!files.hasChanged() && !due) return;
    due = false;
    const scan = await session.scan();
    files.alsoFollow(session.references);
    took(scan);
  };
  took(watch.first);
  // Sees what was applied, so that the first look at whether all has settled is not at an idle engine.
  await engine.advance(0);
  await keepPace(engine, bell, { ...watch, onSlice });
  cancelConfirm?.();
}

function viewOf(manager: Engine['manager']): WatchView {
  const { nowMs, objectCount, unsettledCount } = manager;
  return {
    nowMs,
    total: objectCount,
    done: objectCount - unsettledCount,
    waiting: manager.waiting(3),
    problems: summarize(manager.cache).problems,
  };
}

/** An event, and the world time at which it happened. */
interface Turned {
  readonly event: WatchEvent;
  readonly atMs: number;
}

/** The news that an object has become ready, or is no more; what was never ready needs no word before it is. */
function turnOf(object: KubeObject | undefined, old: KubeObject | undefined, atMs: number): Turned[] {
  const ready = object && readyOf(object);
  const before = old && readyOf(old);
  if (!ready || !before || ready.status === before.status || object === undefined) return [];
  if (ready.status !== 'True' && before.status !== 'True') return [];
  return [{ event: { type: 'Turned', object: shortName(object), ready }, atMs }];
}

function readyOf({ status }: KubeObject): Condition | undefined {
  return findCondition((status as { conditions?: readonly Condition[] } | undefined)?.conditions, 'Ready');
}
