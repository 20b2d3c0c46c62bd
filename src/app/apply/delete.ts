/** What `vctl delete` does: finds what is meant, refuses what would break others, deletes, waits until it is gone. */
import { ApiError, ExitCode, UserError } from '../../base/errors.ts';
import { isRecord } from '../../base/deep.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controllers } from '../../controllers/index.ts';
import { loadManifests } from '../../manifest/load.ts';
import { type Condition, findCondition } from '../../model/conditions.ts';
import { isKind, kinds, qualifiedName } from '../../model/kinds/index.ts';
import { type Propagation } from '../../model/lifecycle.ts';
import { type KubeObject, type ObjectKey, keyOf, keyText } from '../../model/object.ts';
import { type Store, type Write } from '../../model/ports.ts';
import { type ActOptions, type ActReport, keyIn, reportOf } from './act.ts';
import { refuseDeletion } from './delete-guard.ts';
import { follow, type FollowRequest, timeoutOf } from './follow.ts';
import { findObjects, getObject, parseResources } from '../resources.ts';
import { Snapshot } from '../snapshot.ts';
import { type State, worldTime } from '../state.ts';
import { shortName } from '../inspect/summary.ts';

export interface DeleteRequest extends FollowRequest {
  /** KIND/NAME…, or KIND NAME…; empty when `paths` say what is meant. */
  readonly resources: readonly string[];
  readonly paths: readonly string[];
  readonly recursive: boolean;
  readonly stdin?: string;
  readonly selector?: string;
  /** Every object of the kinds. */
  readonly all: boolean;
  /** Undefined: of all namespaces. */
  readonly namespace: string | undefined;
  readonly propagation: Propagation;
  readonly ignoreNotFound: boolean;
  readonly dryRun: boolean;
  /** Also what others still use. */
  readonly force: boolean;
}

/**
 * @throws UserError (usage) when it is not said which objects, UserError (refused) for what others need,
 * ApiError NotFound; nothing is deleted then.
 */
export async function deleteObjects(
  state: State,
  request: DeleteRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const { found, missing = [] } = await targetsOf(state.store, request);
  const targets = unique(found);
  const warnings = missing.map((key) => `${nameOf(key)} is not there: nothing to delete`);
  await refuseDeletion(state.store, targets, request.force);
  const report: ActReport = { objects: targets.map((object) => reportOf(object, 'deleted')), warnings };
  if (request.dryRun || targets.length === 0) return report;
  await state.store.commit({
    writes: targets.map((object) => removal(object, request.propagation)),
    nowMs: await worldTime(state),
  });
  await state.store.flush();
  options.onWritten?.(report);
  if (!request.wait) return report;
  const run = await follow(state, timeoutMs, options);
  const { cache } = await Snapshot.read(state);
  return { ...report, run, unmet: run.outcome.type === 'handed' ? [] : remaining(targets, cache) };
}

function removal(object: KubeObject, propagation: Propagation): Write {
  // The policy is carried out by the engine, which does not look at kinds without a controller.
  const isWatched = (controllers as Partial<Record<string, unknown>>)[object.kind] !== undefined;
  const key = keyOf(object);
  return {
    type: 'delete',
    key,
    uid: object.metadata.uid,
    propagation: isWatched ? propagation : 'Background',
  };
}

/** What is still there, with what it waits for. */
function remaining(targets: readonly KubeObject[], cache: ObjectCache): string[] {
  return targets.flatMap(({ metadata }) => {
    const left = cache.byUid(metadata.uid ?? '');
    if (!left) return [];
    const { conditions } = (left.status ?? {}) as { conditions?: readonly Condition[] };
    const ready = findCondition(conditions, 'Ready');
    const why = ready?.status === 'False' ? `: ${ready.message} (${ready.reason})` : '';
    return [`${shortName(left)} is marked for deletion and still there${why}`];
  });
}

interface Targets {
  readonly found: readonly KubeObject[];
  /** What the files declare and is not there. */
  readonly missing?: readonly ObjectKey[];
}

async function targetsOf(store: Store, request: DeleteRequest): Promise<Targets> {
  if (request.paths.length > 0) {
    if (request.resources.length > 0 || request.selector !== undefined || request.all) {
      throw usage('-f says which objects: it goes with no KIND, no -l and no --all');
    }
    return present(store, keysInManifests(request), request.ignoreNotFound);
  }
  // "all" means all of a namespace: hosts and hypervisors serve the others too, and go by their own names only.
  const isAll = request.resources[0] === 'all';
  const wanted = parseResources(request.resources).filter(({ kind }) => !isAll || kinds[kind].namespaced);
  const scope = { namespace: request.namespace, selector: request.selector };
  if (wanted.every(({ names }) => names.length === 0)) {
    if (request.selector === undefined && !request.all) {
      throw usage('say which objects: by names, by labels with -l, or --all of them');
    }
    return { found: await findObjects(store, wanted, scope) };
  }
  if (request.selector !== undefined || request.all)
    throw usage('give names, or -l, or --all: only one of them');
  const keys = wanted.flatMap(({ kind, names }) => {
    if (kinds[kind].namespaced && request.namespace === undefined)
      throw usage('names need a namespace: -n NAME');
    return names.map((name) => keyIn(kind, name, request.namespace ?? ''));
  });
  return { found: await existing(store, keys, request.ignoreNotFound) };
}

/**
 * Of what files declare, what is there: a deletion that was cut short, or that somebody else began, can be repeated.
 * @throws ApiError NotFound when there is nothing of it at all
 */
async function present(store: Store, keys: readonly ObjectKey[], ignoreNotFound: boolean): Promise<Targets> {
  const found = await existing(store, keys, true);
  if (found.length === 0) return { found: await existing(store, keys, ignoreNotFound) };
  if (ignoreNotFound) return { found };
  const there = new Set(found.map((object) => keyText(keyOf(object))));
  return { found, missing: keys.filter((key) => !there.has(keyText(key))) };
}

/** `virtualmachine.vctl.dev/web` */
function nameOf({ kind, namespace, name }: ObjectKey): string {
  const short = isKind(kind) ? qualifiedName(kind, name) : name;
  return namespace === '' || namespace === 'default' ? short : `${short} in namespace ${namespace}`;
}

/** The keys of what the files declare; whether it is valid does not matter for deleting it. */
function keysInManifests({ paths, recursive, stdin, namespace }: DeleteRequest): ObjectKey[] {
  const { objects, diagnostics } = loadManifests(paths, { recursive, stdin, defaultNamespace: namespace });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const lines = errors.map(({ file, line, message }) => `${file ?? ''}:${line ?? 0}: ${message}`);
    throw usage(`${lines.join('\n')}\nnothing was deleted`);
  }
  return objects.map(({ object, file, line }) => {
    const { kind, metadata } = isRecord(object) ? object : {};
    const name = isRecord(metadata) ? metadata['name'] : undefined;
    if (typeof kind !== 'string' || !isKind(kind) || !isRecord(metadata) || typeof name !== 'string') {
      throw usage(`${file}:${line}: no object of a known kind with a name; nothing was deleted`);
    }
    const { namespace: own } = metadata;
    return keyIn(kind, name, typeof own === 'string' ? own : '');
  });
}

async function existing(
  store: Store,
  keys: readonly ObjectKey[],
  ignoreNotFound: boolean,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for (const { kind, namespace, name } of keys) {
    if (!isKind(kind)) continue;
    try {
      found.push(await getObject(store, kind, name, namespace));
    } catch (error) {
      const isMissing = error instanceof ApiError && error.reason === 'NotFound';
      if (!isMissing || !ignoreNotFound) throw error;
    }
  }
  return found;
}

function unique(objects: readonly KubeObject[]): KubeObject[] {
  return [...new Map(objects.map((object) => [keyText(keyOf(object)), object])).values()];
}

function usage(message: string): UserError {
  return new UserError(message, {
    exitCode: ExitCode.Usage,
    nextSteps: ['vctl delete vm/web', 'vctl delete vm -l app=web', 'vctl delete -f world.yaml'],
  });
}
