/** One run: a world from nothing, brought up, then a scenario's time with all that happens in it. */
import { defaultEpochMs, sleep, toTimestamp, wallClock } from '../base/clock.ts';
import { ApiError, ExitCode, UserError } from '../base/errors.ts';
import { type Manager } from '../engine/manager.ts';
import { type Scenario } from '../model/kinds/index.ts';
import { type RequestFigures, type RunRecord, type SubjectName } from '../model/run-record.ts';
import { Engine } from '../app/engine.ts';
import { type ApplyRequest, runApply } from '../app/apply/run-apply.ts';
import { memoryState, type State } from '../app/state.ts';
import { actionsOf } from './actions.ts';
import { refuseErrors } from './inline-objects.ts';
import { exactWindows } from '../objectives/judge.ts';
import { mayMakeObjects, missingTarget, objectivesOf } from './objectives.ts';
import { makeRecord } from './record.ts';
import { Recorder } from './recorder.ts';
import { bringUpMs, type RunPlan } from './run-plan.ts';
import { type SeriesTable } from './series-table.ts';

/** Where a run stands. */
export interface RunProgress {
  readonly phase: 'bringing up' | 'running';
  /** World time that has passed in the phase, and that it may take, ms. */
  readonly doneMs: number;
  readonly totalMs: number;
  /** This is the run of the flow model that goes before the one of single requests. */
  readonly isFlowModel?: boolean;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface Run {
  readonly record: RunRecord;
  /** All that was recorded. */
  readonly table: SeriesTable;
  /** The requests of every tenant, load balancer and of the whole (which has no name), worked out when asked for. */
  readonly requestFigures: () => ReadonlyMap<SubjectName, RequestFigures>;
}

/**
 * Runs in memory; nothing outside of it is read or written. The scenario's clock begins at 2000-01-01T00:00:00Z, an
 * hour after the world's, or less when the run is interrupted; traffic begins anew with it.
 *
 * @throws UserError (usage) for an event that cannot be carried out and for an objective whose target never was.
 */
export async function runScenario(plan: RunPlan, options: RunOptions = {}): Promise<Run> {
  const startMs = defaultEpochMs;
  const endMs = startMs + plan.durationMs;
  const state = await memoryState(plan.seed, startMs - bringUpMs);
  refuseErrors((await runApply(state, applyRequest(plan), {}, plan.loaded)).diagnostics);
  const { scenario, stepMs, machines, fidelity } = plan;
  const objectives = scenario ? objectivesOf(scenario) : [];
  const windows = exactWindows(objectives, startMs, endMs);
  const wanted = new Set(objectives.map(({ of }) => of).filter((of) => of !== undefined));
  // Set once the engine has started: while it does, changes come in already.
  const known: { manager?: Manager } = {};
  const silentSince = (host: string): number | undefined => {
    const uid = known.manager?.cache.get('Host', '', host)?.metadata.uid;
    return uid === undefined ? undefined : known.manager?.world.host(uid)?.silentSinceMs;
  };
  const recorder = new Recorder({ startMs, endMs, stepMs, wanted, machines, fidelity, silentSince, windows });
  const pace = new Pace(startMs, plan.speed, options.signal);
  const engine = await Engine.start(state, {
    signal: options.signal,
    ...{ stepMs, fidelity },
    // Single requests are counted from the start of a step to its end, which have to be those that are recorded.
    ...(fidelity === 'requests' ? { stepOriginMs: startMs } : {}),
    onChange: (object, old) => recorder.note(object, old, known.manager?.nowMs ?? state.epochMs),
    onPass: (world, untilMs) => {
      if (known.manager) recorder.pass(world, known.manager.cache, untilMs);
    },
    onTurn: (running) => {
      options.onProgress?.(progressAt(running.nowMs, startMs, endMs));
      return pace.keep(running.nowMs);
    },
  });
  const { manager } = engine;
  known.manager = manager;
  const stage: Stage = { plan, engine, state, recorder, signal: options.signal, startMs, endMs };
  const bringUp = await bringUpWorld(stage);
  let { interrupted } = bringUp;
  if (!interrupted) {
    if (scenario && !mayMakeObjects(scenario)) demandTargets(stage, scenario);
    recorder.begin(manager.world);
    interrupted = await carryOut(stage);
    if (scenario && !interrupted) demandTargets(stage, scenario);
  }
  const { figures } = bringUp;
  const record = makeRecord({ plan, recorder, objectives, manager, startMs, interrupted, bringUp: figures });
  await engine.stop();
  return { record, table: recorder.table, requestFigures: () => recorder.requestFigures() };
}

/** What the parts of a run work on. */
interface Stage {
  readonly plan: RunPlan;
  readonly engine: Engine;
  readonly state: State;
  readonly recorder: Recorder;
  readonly signal: AbortSignal | undefined;
  readonly startMs: number;
  readonly endMs: number;
}

/** @throws UserError (usage) when an objective is of something that was never there. */
function demandTargets({ plan, recorder }: Stage, scenario: Scenario): void {
  const missing = missingTarget(scenario, (subject) => recorder.roster.seen.has(subject));
  if (!missing) return;
  throw new UserError(`${plan.place?.(missing.path) ?? missing.path}: ${missing.message}`, {
    exitCode: ExitCode.Usage,
    nextSteps: ['correct its kind, name or namespace; `vctl get all -A` after an apply shows what there is'],
  });
}

function applyRequest({ request }: RunPlan): ApplyRequest {
  return {
    ...request,
    force: false,
    prune: false,
    isRecorded: false,
    dryRun: 'none',
    wait: false,
    timeout: '0s',
  };
}

function progressAt(nowMs: number, startMs: number, endMs: number): RunProgress {
  return nowMs < startMs
    ? { phase: 'bringing up', doneMs: nowMs - (startMs - bringUpMs), totalMs: bringUpMs }
    : { phase: 'running', doneMs: nowMs - startMs, totalMs: endMs - startMs };
}

interface BringUp {
  readonly interrupted: boolean;
  readonly figures: NonNullable<RunRecord['bringUp']>;
}

/**
 * Lets the world settle, waits for the start, and has all traffic begin anew then. What waits by then is of a traffic that
 * the scenario knows nothing of: it is forgotten.
 */
async function bringUpWorld({ engine, state, startMs, signal }: Stage): Promise<BringUp> {
  const { manager } = engine;
  const outcome = await manager.settle(startMs, signal);
  const settled = outcome.type === 'settled';
  const worldMs = manager.nowMs - state.epochMs;
  const waitingFor = 'waitingFor' in outcome ? outcome.waitingFor : [];
  const rest = outcome.type === 'interrupted' ? outcome : await manager.runUntil(startMs, signal);
  if (rest.type !== 'interrupted') {
    await restartTraffic(state, startMs);
    await manager.runUntil(startMs, signal);
    manager.world.forgetRequests();
  }
  return { interrupted: rest.type === 'interrupted', figures: { worldMs, settled, waitingFor } };
}

/** Patterns that count from the start of their traffic count from the start of the scenario. */
async function restartTraffic(state: State, startMs: number): Promise<void> {
  const startedAt = toTimestamp(startMs);
  const { items } = await state.store.list('Traffic');
  if (items.length === 0) return;
  await state.store.commit({
    writes: items.map((object) => ({
      type: 'update',
      object: { ...object, status: { ...(object.status as object | undefined), startedAt } },
    })),
    nowMs: startMs,
  });
}

/** Lets time pass to the end, with each action at its time; true when it was interrupted. */
async function carryOut(stage: Stage): Promise<boolean> {
  const { plan, engine, state, recorder, signal, startMs, endMs } = stage;
  for (const { atMs, path, act } of plan.scenario ? actionsOf(plan.scenario, startMs) : []) {
    if (atMs >= endMs) break;
    const outcome = await engine.manager.runUntil(atMs, signal);
    if (outcome.type === 'interrupted') return true;
    recorder.marks.push(await act(engine, state).catch((error: unknown) => refuse(stage, path, error)));
  }
  return (await engine.manager.runUntil(endMs, signal)).type === 'interrupted';
}

/** @throws UserError (usage) that says which event failed. */
function refuse({ plan }: Stage, path: string, error: unknown): never {
  if (!(error instanceof UserError) && !(error instanceof ApiError)) throw error;
  throw new UserError(`${plan.place?.(path) ?? path}: this event cannot be carried out: ${error.message}`, {
    exitCode: ExitCode.Usage,
    nextSteps: error instanceof UserError ? error.nextSteps : [],
  });
}

/** Holds world time back to a speed. */
class Pace {
  #wallStartMs: number | undefined;

  constructor(
    private readonly startMs: number,
    private readonly speed: number | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Resolves when the wall clock has come as far as world time, counted from the start of the scenario. */
  async keep(nowMs: number): Promise<void> {
    if (this.speed === undefined || nowMs < this.startMs) return;
    const wallMs = wallClock.now();
    this.#wallStartMs ??= wallMs;
    const dueMs = this.#wallStartMs + (nowMs - this.startMs) / this.speed;
    if (dueMs <= wallMs) return;
    // Ctrl-C ends the waiting; the run sees the signal itself.
    await sleep(dueMs - wallMs, this.signal).catch(() => undefined);
  }
}
