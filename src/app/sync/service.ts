/** What `vctl sync` calls: one service an action. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { Git } from '../../gitops/git.ts';
import { type Sync } from '../../model/kinds/index.ts';
import { keyOf } from '../../model/object.ts';
import { changeObjects, withAnnotations } from '../apply/act.ts';
import { type EngineOptions, StateFollowed } from '../engine.ts';
import { Snapshot } from '../snapshot.ts';
import { summarize } from '../inspect/summary.ts';
import { reconcileAnnotation } from './names.ts';
import { type State } from '../state.ts';
import { makeSync, type SyncWishes } from './make-sync.ts';
import { Notifier } from './notifier.ts';
import { type SyncResult } from './result.ts';
import { followSyncs } from './run-follow.ts';
import { type OnceReport, syncOnce } from './run-once.ts';
import { type SyncTarget } from './actions.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SyncRequest {
  /** Makes, or changes, this Sync first; absent: those of the state. */
  readonly wishes?: SyncWishes;
  /** Only this one; absent: all, unless `wishes` names one. */
  readonly only?: SyncTarget;
  readonly dangerousPrune: boolean;
  /** World time to wait at most. */
  readonly timeout: string;
}

/** One sync, up to where the world has followed. @throws UserError (usage) when there is nothing to follow */
export async function runSyncOnce(
  state: State,
  request: SyncRequest,
  environment: Environment,
  options: EngineOptions & { readonly onResults?: (results: readonly SyncResult[]) => void } = {},
): Promise<OnceReport> {
  const isMeant = await chosen(state, request);
  const { signal, onResults } = options;
  const { dangerousPrune, timeout } = request;
  const once = {
    ...{ isMeant, timeout, dangerousPrune, git: new Git(environment), notifier: new Notifier(signal) },
    ...(signal ? { signal } : {}),
    ...(onResults ? { onResults } : {}),
  };
  try {
    return await syncOnce(state, once, options);
  } catch (error) {
    if (!(error instanceof StateFollowed)) throw error;
    return handOver(state, (await syncsOf(state)).filter(isMeant), error.pid);
  }
}

/** Asks the process that follows the state to sync now. */
async function handOver(state: State, syncs: readonly Sync[], pid: number): Promise<OnceReport> {
  await changeObjects(
    state,
    syncs.map((sync) => ({
      key: keyOf(sync),
      action: 'reconciled',
      change: (object) => {
        const count = Number(object.metadata.annotations?.[reconcileAnnotation] ?? '0') + 1;
        return withAnnotations(object, { [reconcileAnnotation]: String(count) });
      },
    })),
  );
  const { cache } = await Snapshot.read(state);
  const run = { outcome: { type: 'handed', pid }, worldMs: 0, summary: summarize(cache) } as const;
  return { results: [], run, exitCode: ExitCode.Done };
}

/** Follows until the signal. @throws UserError (usage) when there is nothing to follow */
export async function runSync(
  state: State,
  request: SyncRequest & { readonly speed: number },
  environment: Environment,
  options: EngineOptions & {
    readonly signal: AbortSignal;
    readonly onStart?: (syncs: readonly Sync[]) => void;
    readonly onResults: (results: readonly SyncResult[], nowMs: number) => void;
  },
): Promise<void> {
  const isMeant = await chosen(state, request);
  const { signal, onResults } = options;
  const { dangerousPrune, speed } = request;
  options.onStart?.((await syncsOf(state)).filter(isMeant));
  const git = new Git(environment);
  const notifier = new Notifier(signal);
  await followSyncs(state, { isMeant, speed, signal, onResults, dangerousPrune, git, notifier }, options);
}

async function chosen(state: State, { wishes, only }: SyncRequest): Promise<(sync: Sync) => boolean> {
  const made = wishes && { name: await makeSync(state, wishes), namespace: wishes.namespace };
  const target = made ?? only;
  const isMeant = ({ metadata, spec }: Sync): boolean =>
    target === undefined
      ? !spec.suspend
      : metadata.name === target.name && metadata.namespace === target.namespace;
  const found = (await syncsOf(state)).filter(isMeant);
  if (found.length === 0) throw nothingToFollow(target);
  const suspended = target && found.find(({ spec }) => spec.suspend);
  if (suspended) {
    throw new UserError(`sync/${target.namespace}/${target.name} is suspended`, {
      exitCode: ExitCode.Refused,
      nextSteps: [`vctl sync resume ${target.name} -n ${target.namespace}`],
    });
  }
  return isMeant;
}

function nothingToFollow(target: SyncTarget | undefined): UserError {
  const what = target ? `there is no Sync ${target.namespace}/${target.name}` : 'there is no Sync to follow';
  return new UserError(what, {
    exitCode: ExitCode.Usage,
    nextSteps: ['name a repository: vctl sync --repo URL --path FOLDER', 'or apply a manifest of kind Sync'],
  });
}

async function syncsOf(state: State): Promise<readonly Sync[]> {
  return (await state.store.list('Sync')).items as readonly Sync[];
}
