/** One sync of some Syncs, up to where the world has followed. */
import { ExitCode } from '../../base/errors.ts';
import { findCondition } from '../../model/conditions.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { type AppliedObject } from '../apply/apply.ts';
import { type Engine, type EngineOptions } from '../engine.ts';
import { measured, type Run, timeoutOf, withEngine } from '../apply/follow.ts';
import { type Outcome } from '../../engine/manager.ts';
import { type State } from '../state.ts';
import { syncName } from './names.ts';
import { type SyncResult } from './result.ts';
import { exitCodeOf, SyncRunner, type RunnerOptions } from './runner.ts';

export interface OnceRequest extends Omit<RunnerOptions, 'state'> {
  /** Which of the state's Syncs. */
  readonly isMeant: (sync: Sync) => boolean;
  /** World time to wait at most, as a duration. */
  readonly timeout: string;
  /** Called after each round that did something. */
  readonly onResults?: (results: readonly SyncResult[]) => void;
}

export interface OnceReport {
  readonly results: readonly SyncResult[];
  readonly run: Run;
  readonly exitCode: ExitCode;
}

/** Syncs, lets the world follow, and goes on with what had to wait for it, until nothing comes further. */
export async function syncOnce(
  state: State,
  request: OnceRequest,
  options: EngineOptions = {},
): Promise<OnceReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const runner = new SyncRunner({ ...request, state });
  const onChange: EngineOptions['onChange'] = (object, old) => {
    runner.noteChange(object, old);
    options.onChange?.(object, old);
  };
  const report = await withEngine(state, { ...options, onChange }, async (engine) => {
    const due = (await runner.syncs()).filter(request.isMeant);
    const first = await runner.round(due, engine.manager);
    request.onResults?.(first);
    const totals = new Map(first.map((result) => [result.sync, result]));
    const run = await measured(engine, () => converge(engine, runner, request, totals, timeoutMs));
    const syncs = await runner.syncs();
    const results = [...totals.values()].map((result) => standing(result, syncs));
    return { results, run, exitCode: worst(results, run) };
  });
  await request.notifier?.drain();
  await runner.noteLost();
  return report;
}

async function converge(
  engine: Engine,
  runner: SyncRunner,
  request: OnceRequest,
  totals: Map<string, SyncResult>,
  timeoutMs: number,
): Promise<Outcome> {
  const { manager } = engine;
  const endMs = manager.nowMs + timeoutMs;
  for (;;) {
    const outcome = await engine.settle(Math.max(0, endMs - manager.nowMs));
    await runner.refresh(manager);
    if (outcome.type === 'interrupted') return outcome;
    const urgent = runner.urgent((await runner.syncs()).filter(request.isMeant));
    const results = urgent.length === 0 ? [] : await runner.round(urgent, manager, false);
    const isProgress = results.some(({ objects, outcome: what }) => objects.length > 0 || what === 'Applied');
    if (!isProgress) {
      // Nothing moves any more: what is not ready by now does not become so by waiting.
      if (outcome.type !== 'timeout') await engine.advance(0).then(() => runner.refresh(manager, true));
      return outcome;
    }
    request.onResults?.(results);
    for (const result of results) totals.set(result.sync, added(totals.get(result.sync), result));
  }
}

/** What was done before, and how it stands now. */
function added(before: SyncResult | undefined, now: SyncResult): SyncResult {
  const objects: readonly AppliedObject[] = [...(before?.objects ?? []), ...now.objects];
  return { ...now, objects };
}

/** The result with the verdict that the objects' health has led to. */
function standing(result: SyncResult, syncs: readonly Sync[]): SyncResult {
  const sync = syncs.find((one) => syncName(one) === result.sync);
  const ready = findCondition(sync?.status?.conditions, 'Ready');
  if (!ready || result.exitCode !== ExitCode.Done) return result;
  const { reason, message, status } = ready;
  const isBad = status === 'False' && result.outcome !== 'Unchanged';
  return {
    ...result,
    ...{ reason, message },
    ...(result.outcome === 'Waiting' && status === 'True' ? { outcome: 'Applied' as const } : {}),
    ...(isBad ? { outcome: 'Failed' as const, exitCode: ExitCode.Failure } : {}),
  };
}

function worst(results: readonly SyncResult[], { outcome }: Run): ExitCode {
  if (outcome.type === 'interrupted') return ExitCode.Interrupted;
  const code = exitCodeOf(results);
  if (code === ExitCode.Done || code === ExitCode.Failure) {
    if (outcome.type === 'timeout') return ExitCode.TimedOut;
    if (results.some(({ outcome: what }) => what === 'Waiting')) return ExitCode.TimedOut;
  }
  return code;
}
