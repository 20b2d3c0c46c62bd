/** What `vctl wait` does: lets world time pass until objects are as they should be. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { formatDuration } from '../../base/duration.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controllers } from '../../controllers/index.ts';
import { type Kind, kinds, qualifiedName } from '../../model/kinds/index.ts';
import { type KubeObject, type ObjectKey, keyOf } from '../../model/object.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { type Outcome } from '../../engine/manager.ts';
import { type EngineOptions } from '../engine.ts';
import { timeoutOf, withEngine } from '../apply/follow.ts';
import { findObjects, type Scope, selectorOf, type Wanted } from '../resources.ts';
import { type State } from '../state.ts';
import { type Goal, type Standing, standingOf } from './wait-for.ts';

export interface WaitRequest {
  readonly wanted: readonly Wanted[];
  readonly scope: Scope;
  readonly goal: Goal;
  /** World time, as `5m`. */
  readonly timeout: string;
}

export interface WaitReport {
  readonly objects: readonly (Standing & { readonly name: string; readonly namespace?: string })[];
  /** World time that has passed, ms. */
  readonly worldMs: number;
}

interface Target {
  readonly key: ObjectKey;
  /** As it was at the start; undefined for one that was not there. */
  readonly object: KubeObject | undefined;
}

/**
 * Waits until every object meant has what is waited for. Nothing runs when all have it already. Of a kind or
 * a selector, those count that there are at the time, and at least one; for deletion, those that were there.
 *
 * @throws ApiError NotFound for a name that is not there, UserError for a selector that matches nothing yet; UserError (exit code TimedOut) that says how the
 * others stand, once the world time is up or nothing more can happen.
 */
export async function runWait(
  state: State,
  request: WaitRequest,
  options: EngineOptions = {},
): Promise<WaitReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const goal = request.goal;
  const first = await targetsAtStart(state, request);
  if (first.length === 0 && goal.type !== 'delete' && request.scope.selector !== undefined) {
    throw new UserError(`no object matches -l '${request.scope.selector}'`, {
      nextSteps: ['vctl get KIND --show-labels tells which labels there are'],
    });
  }
  const isMet = (targets: readonly Target[]): boolean =>
    (targets.length > 0 || goal.type === 'delete') &&
    targets.every(({ object }) => standingOf(goal, object).met);
  if (isMet(first)) return { objects: reportOf(goal, first), worldMs: 0 };

  let stale = true;
  const onChange: EngineOptions['onChange'] = (object, old) => {
    stale ||= request.wanted.some(({ kind }) => kind === (object ?? old)?.kind);
    options.onChange?.(object, old);
  };
  return withEngine(state, { ...options, onChange }, async (engine) => {
    const { manager } = engine;
    const startedAtMs = manager.nowMs;
    // Looking at all objects of a kind is only worth it when one of them has changed.
    const isDone = (): boolean => {
      if (!stale) return false;
      stale = false;
      return isMet(targetsNow(manager.cache, request, first));
    };
    const outcome = await engine.waitUntil(isDone, timeoutMs);
    const worldMs = manager.nowMs - startedAtMs;
    const targets = targetsNow(manager.cache, request, first);
    if (!isMet(targets)) throw notMet(outcome, worldMs, reportOf(goal, targets));
    return { objects: reportOf(goal, targets), worldMs };
  });
}

/** For deletion a name that is not there is what was waited for. */
async function targetsAtStart(state: State, { wanted, scope, goal }: WaitRequest): Promise<Target[]> {
  if (goal.type !== 'delete') return (await findObjects(state.store, wanted, scope)).map(targetOf);
  const found: Target[] = [];
  for (const { kind, names } of wanted) {
    if (names.length === 0) {
      found.push(...(await findObjects(state.store, [{ kind, names }], scope)).map(targetOf));
    }
    for (const name of names) {
      const key = { kind, namespace: kinds[kind].namespaced ? (scope.namespace ?? '') : '', name };
      found.push({ key, object: await state.store.get(key) });
    }
  }
  return found;
}

function targetOf(object: KubeObject): Target {
  return { key: keyOf(object), object };
}

/** The objects as they are now; for deletion only those that were there at the start. */
function targetsNow(
  cache: ObjectCache,
  { wanted, scope, goal }: WaitRequest,
  first: readonly Target[],
): Target[] {
  if (goal.type === 'delete') {
    return first.map(({ key, object }) => {
      const now = current(cache, key, object);
      return { key, object: now?.metadata.uid === object?.metadata.uid ? now : undefined };
    });
  }
  const selector = selectorOf(scope.selector);
  return wanted.flatMap(({ kind, names }) => {
    const known = first.filter(({ key }) => key.kind === kind);
    if (names.length > 0 || !isRun(kind)) {
      return known.map(({ key, object }) => ({ key, object: current(cache, key, object) }));
    }
    return cache
      .list(kind, kinds[kind].namespaced ? scope.namespace : undefined)
      .filter((object) => selector === undefined || matchesSelector(selector, object.metadata.labels))
      .map(targetOf);
  });
}

/** Objects that no controller looks after stay as they were. */
function current(cache: ObjectCache, key: ObjectKey, object: KubeObject | undefined): KubeObject | undefined {
  return isRun(key.kind) ? cache.find(key) : object;
}

function isRun(kind: string): boolean {
  return controllers[kind as Exclude<Kind, 'Event' | 'Lease'>] !== undefined;
}

function reportOf(goal: Goal, targets: readonly Target[]): WaitReport['objects'] {
  return targets.map(({ key, object }) => ({
    name: qualifiedName(key.kind as Kind, key.name),
    ...(key.namespace === '' ? {} : { namespace: key.namespace }),
    ...standingOf(goal, object),
  }));
}

/** More than these are counted and not named. */
const named = 10;

function notMet(outcome: Outcome, worldMs: number, objects: WaitReport['objects']): Error {
  if (outcome.type === 'interrupted') return new DOMException('interrupted', 'AbortError');
  const missing = objects.filter(({ met }) => !met);
  const lines = missing.slice(0, named).map(({ name, text }) => `  ${name}: ${text}`);
  if (missing.length > named) lines.push(`  and ${missing.length - named} more`);
  if (objects.length === 0) lines.push('  no object is meant yet');
  const after = formatDuration(Math.round(worldMs / 100) * 100);
  const head =
    outcome.type === 'stuck'
      ? `nothing is under way any more after ${after} of world time, and this is not as wanted:`
      : `timed out after ${after} of world time; not as wanted:`;
  return new UserError([head, ...lines].join('\n'), {
    exitCode: ExitCode.TimedOut,
    nextSteps: ['vctl describe KIND/NAME tells what it waits for', 'or wait longer with --timeout 30m'],
  });
}
