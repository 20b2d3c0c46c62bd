/** What `vctl apply` does: read, admit, merge, prune, and let the world follow. */
import { resolve } from 'node:path';
import { ApiError, ExitCode, UserError } from '../../base/errors.ts';
import { checkManifests } from '../../manifest/check.ts';
import { type Loaded, loadManifests } from '../../manifest/load.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type KubeObject, keyOf, keyText, parseKeyText } from '../../model/object.ts';
import { isKind } from '../../model/kinds/index.ts';
import { type AppliedObject, applyObjects } from './apply.ts';
import { type EngineOptions } from '../engine.ts';
import { follow, type Run, timeoutOf } from './follow.ts';
import { LiveSnapshot } from '../live.ts';
import { type OpenOptions, type State, defaultStatePath, isStateThere, memoryState } from '../state.ts';
import { withState } from '../with-state.ts';

export interface ApplyRequest {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  /** What `-` among the paths stands for. */
  readonly stdin?: string;
  readonly namespace?: string;
  readonly force: boolean;
  readonly prune: boolean;
  /** client: checked and merged here, nothing written; server: the same, as the store would take it. */
  readonly dryRun: 'none' | 'client' | 'server';
  readonly wait: boolean;
  /** World time to wait for convergence. */
  readonly timeout: string;
}

export interface ApplyReport {
  readonly objects: readonly AppliedObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** Texts of the manifests, for excerpts in diagnostics. */
  readonly sources: ReadonlyMap<string, string>;
  /** Absent when nothing was waited for. */
  readonly run?: Run;
}

/** A busy engine commits a few times a second; this many lost races in a row are no coincidence. */
const attempts = 20;

/** Called once the objects are durable, before the world follows. */
export type OnApplied = (objects: readonly AppliedObject[]) => void;

/**
 * @throws UserError for conflicts, a refused prune and a held lease. Invalid manifests do not throw: they
 * are diagnostics of severity error, and nothing was written.
 */
export async function runApply(
  state: State,
  request: ApplyRequest,
  options: EngineOptions & { readonly onApplied?: OnApplied } = {},
  loaded: Loaded = load(request),
): Promise<ApplyReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const stored = await storeManifests(state, request, loaded);
  const { objects, diagnostics } = stored;
  const { sources } = loaded;
  if (hasErrors(diagnostics)) return { objects: [], diagnostics, sources };
  options.onApplied?.(objects);
  const isWaited = request.wait && request.dryRun === 'none';
  const run = isWaited ? await follow(state, timeoutMs, options) : undefined;
  return { objects, diagnostics, sources, run };
}

/**
 * Applies to the state in a folder, which is made when it is missing; but not for manifests that would be
 * refused: they leave nothing behind, not even a state with a seed.
 */
export async function applyIn(
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  opening: Partial<OpenOptions>,
  request: ApplyRequest,
  options: EngineOptions & { readonly onApplied?: OnApplied },
): Promise<ApplyReport> {
  const loaded = load(request);
  if (opening.create === true && !isStateThere(path ?? defaultStatePath(env))) {
    const rehearsed = await withState(path, env, (state) =>
      runApply(state, { ...request, dryRun: 'client' }, {}, loaded),
    );
    if (hasErrors(rehearsed.diagnostics)) return rehearsed;
  }
  return withState(path, env, (state) => runApply(state, request, options, loaded), opening);
}

/** What the request's paths hold. */
export function load(request: Pick<ApplyRequest, 'paths' | 'recursive' | 'stdin' | 'namespace'>): Loaded {
  const { paths, recursive, stdin, namespace } = request;
  return loadManifests(paths, { recursive, stdin, defaultNamespace: namespace });
}

/** What came of one apply. */
export interface Stored {
  readonly objects: readonly AppliedObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** Keys of what was applied before from the same paths, is gone from them, and would be pruned. */
  readonly orphans: readonly string[];
}

/**
 * Admits, merges and writes on one view of the state, anew while others write; writes nothing when a diagnostic
 * is an error.
 */
export function storeManifests(state: State, request: ApplyRequest, loaded: Loaded): Promise<Stored> {
  return again(() => storeOnce(state, request, loaded));
}

async function storeOnce(state: State, request: ApplyRequest, loaded: Loaded): Promise<Stored> {
  const live = await LiveSnapshot.read(state.store);
  const { objects, diagnostics } = await checkManifests(loaded, live);
  if (hasErrors(diagnostics)) return { objects: [], diagnostics, orphans: [] };
  if (objects.length === 0) {
    throw noManifests(request.paths, request.prune);
  }
  const inventory = await readInventory(state, request.paths);
  const present = objects.map(({ object }) => keyText(keyOf(object)));
  const orphans = orphansOf(inventory, present, live);
  const kept = request.prune ? present : [...new Set([...inventory.keys, ...present])];
  const outcome = await applyObjects(state, live, objects, {
    force: request.force,
    dryRun: request.dryRun !== 'none',
    prune: request.prune ? orphans : [],
    private: inventory.entry(kept.sort()),
  });
  return {
    objects: outcome.objects,
    diagnostics: [...diagnostics, ...outcome.refusals],
    orphans: orphans.map((object) => keyText(keyOf(object))),
  };
}

/** Why files that declare nothing are refused: pruning would take all away, anything else would do nothing. */
export function noManifests(paths: readonly string[], prune = false): UserError {
  const places = paths.map((path) => (path === '-' ? 'standard input' : path)).join(', ');
  return new UserError(`there is no manifest in ${places}`, {
    exitCode: prune ? ExitCode.Refused : ExitCode.Usage,
    nextSteps: prune
      ? ['pruning would delete all that was applied from there: if that is meant, use vctl delete']
      : paths.every((path) => path === '-')
        ? ['pipe manifests in: cat world.yaml | vctl apply -f -']
        : ['name files that end in .yaml, .yml or .json', 'or take subfolders too with -R'],
  });
}

/**
 * Runs `attempt` anew while another process changes the same objects between its reading and its writing: a
 * controller that reports a status, or another apply.
 */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = attempts - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const isRace = error instanceof ApiError && ['Conflict', 'AlreadyExists'].includes(error.reason);
      if (!isRace || left === 0) throw error;
    }
  }
}

/** True when something was refused. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** Checks manifests as `apply` would, against the state or, without one, against an empty world. */
export async function runValidate(
  state: State | undefined,
  request: Pick<ApplyRequest, 'paths' | 'recursive' | 'stdin' | 'namespace'>,
): Promise<{ count: number; diagnostics: readonly Diagnostic[]; sources: ReadonlyMap<string, string> }> {
  const loaded = load(request);
  const { store } = state ?? (await memoryState());
  const { objects, diagnostics } = await checkManifests(loaded, await LiveSnapshot.read(store));
  return { count: objects.length, diagnostics, sources: loaded.sources };
}

interface Inventory {
  readonly keys: readonly string[];
  /** The entry to store so that the inventory holds these keys; none when it does already. */
  entry(keys: readonly string[]): { key: string; value: unknown }[];
}

/** What was applied before from the same paths: the only objects that `--prune` may delete. */
async function readInventory(state: State, paths: readonly string[]): Promise<Inventory> {
  const name = paths
    .map((path) => (path === '-' ? '-' : resolve(path)))
    .sort()
    .join(':');
  const key = `inventory/${name}`;
  const keys = ((await state.store.getPrivate(key)) as string[] | undefined) ?? [];
  return {
    keys,
    entry: (next) => (next.join() === keys.join() ? [] : [{ key, value: next }]),
  };
}

function orphansOf(inventory: Inventory, present: readonly string[], live: LiveSnapshot): KubeObject[] {
  const wanted = new Set(present);
  return inventory.keys
    .filter((text) => !wanted.has(text))
    .map((text) => {
      const { kind, namespace, name } = parseKeyText(text);
      return isKind(kind) ? live.get(kind, namespace, name) : undefined;
    })
    .filter((object) => object !== undefined && object.metadata.deletionTimestamp === undefined)
    .filter(
      (object): object is KubeObject => object?.metadata.annotations?.['vctl.dev/prune'] !== 'disabled',
    );
}
