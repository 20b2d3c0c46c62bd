/** What `vctl apply` does: read, admit, merge, prune, and let the world follow. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { checkManifests } from '../../manifest/check.ts';
import { type Loaded, loadManifests } from '../../manifest/load.ts';
import { parseText } from '../../manifest/parse.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { withVariables } from '../../gitops/substitute.ts';
import { nameOf } from '../../gitops/plan.ts';
import { planPrune, type PrunePlan } from '../../gitops/prune.ts';
import { isKind, qualifiedName } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf, keyText } from '../../model/object.ts';
import { type AppliedObject, applyObjects } from './apply.ts';
import { again } from '../again.ts';
import { type EngineOptions } from '../engine.ts';
import { follow, type Run, timeoutOf } from './follow.ts';
import { keeper } from './kept.ts';
import { claimsBeside, entriesOf, recordSets, requireName, setKeyOf, storedSet } from './sets.ts';
import { LiveSnapshot } from '../live.ts';
import {
  type OpenOptions,
  type State,
  defaultStatePath,
  isStateThere,
  memoryState,
  worldTime,
} from '../state.ts';
import { withState } from '../with-state.ts';
import { type AsSync } from './variables.ts';

/** Which manifests are read, and how. */
export type LoadRequest = Pick<
  ApplyRequest,
  'paths' | 'recursive' | 'stdin' | 'namespace' | 'variables' | 'exclude'
>;

export interface ApplyRequest extends AsSync {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  /** What `-` among the paths stands for. */
  readonly stdin?: string;
  readonly namespace?: string;
  readonly force: boolean;
  readonly prune: boolean;
  /** Prune more than the set's maxPrune, and what a forgotten -R would leave out. */
  readonly dangerousPrune?: boolean;
  /** Name of the set that is applied; without one the paths and the namespace tell sets apart. */
  readonly applySet?: string;
  /** False: nothing is noted of what was applied together, as in a world that nobody applies to again. */
  readonly isRecorded?: boolean;
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
  /** What the set owned, is declared no more, and was not deleted by a prune. */
  readonly kept: readonly KeptObject[];
  /** Of what was applied and what it controls: what the controllers could not bring about. */
  readonly unmet: readonly string[];
  /** Absent when nothing was waited for. */
  readonly run?: Run;
}

/** An object that a prune left alone. */
export interface KeptObject {
  /** `virtualmachine.vctl.dev/web-0`, and the namespace where there is one. */
  readonly name: string;
  readonly namespace?: string;
  readonly why: string;
}

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
  const { objects, diagnostics, kept } = stored;
  const { sources } = loaded;
  if (hasErrors(diagnostics)) return { objects: [], diagnostics, sources, kept: [], unmet: [] };
  options.onApplied?.(objects);
  const isWaited = request.wait && request.dryRun === 'none';
  const run = isWaited ? await follow(state, timeoutMs, options) : undefined;
  return { objects, diagnostics, sources, kept, unmet: unmetOf(objects, run), run };
}

function unmetOf(objects: readonly AppliedObject[], run: Run | undefined): string[] {
  const applied = new Set(objects.map(({ after }) => after && keyText(keyOf(after))));
  const failures = run?.summary.problems.filter(({ isFailure }) => isFailure) ?? [];
  return failures.filter(({ within }) => within.some((key) => applied.has(key))).map(({ object }) => object);
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
export function load(request: LoadRequest): Loaded {
  const { paths, recursive, stdin, namespace, variables, exclude } = request;
  return loadManifests(paths, {
    ...{ recursive, stdin, exclude, defaultNamespace: namespace },
    ...(variables ? { parse: ({ text }) => withVariables(parseText(text), variables) } : {}),
  });
}

/** What came of one apply. */
export interface Stored {
  readonly objects: readonly AppliedObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** Keys of what the set owns, is declared no more, and would be pruned, or would be but for a limit. */
  readonly orphans: readonly string[];
  readonly kept: readonly KeptObject[];
}

/**
 * Admits, merges and writes on one view of the state, anew while others write; writes nothing when a diagnostic
 * is an error.
 */
export function storeManifests(state: State, request: ApplyRequest, loaded: Loaded): Promise<Stored> {
  return again(() => storeOnce(state, request, loaded));
}

async function storeOnce(state: State, request: ApplyRequest, loaded: Loaded): Promise<Stored> {
  if (request.prune) requireName(request);
  const live = await LiveSnapshot.read(state.store);
  const { objects, diagnostics } = await checkManifests(loaded, live);
  if (hasErrors(diagnostics)) return { objects: [], diagnostics, orphans: [], kept: [] };
  if (objects.length === 0) {
    throw noManifests(request.paths, loaded.sources, request.prune);
  }
  const declared = new Set(objects.map(({ object }) => keyText(keyOf(object))));
  const plan = pruneOf(request, live, declared);
  if (request.prune) refuseRisks(request, live, plan);
  const outcome = await applyObjects(state, live, objects, {
    force: request.force,
    dryRun: request.dryRun !== 'none',
    prune: request.prune ? plan.prune : [],
  });
  const isRecorded = request.dryRun === 'none' && (request.isRecorded ?? true);
  if (isRecorded && outcome.refusals.length === 0) await record(state, request, outcome.objects, plan);
  const orphans = plan.refused === undefined ? plan.prune.map(keyOf) : plan.kept.map(({ entry }) => entry);
  return {
    objects: outcome.objects,
    diagnostics: [...diagnostics, ...outcome.refusals],
    orphans: orphans.map(keyText),
    kept: request.prune ? keptBy(plan) : [],
  };
}

/** What would go of the set that is applied, were it pruned. */
function pruneOf(request: ApplyRequest, live: LiveSnapshot, declared: ReadonlySet<string>): PrunePlan {
  const key = setKeyOf(request);
  if (!key) return { prune: [], kept: [], released: [] };
  const set = storedSet(live, key);
  return planPrune({
    inventory: entriesOf(set),
    declared,
    live: ({ kind, namespace, name }) => (isKind(kind) ? live.get(kind, namespace, name) : undefined),
    claimed: claimsBeside(live, key),
    keeper: keeper(live, 'this set'),
    enabled: true,
    // With one error nothing is applied, let alone deleted.
    incomplete: false,
    maxPrune: set?.spec.maxPrune ?? 0,
    dangerous: request.dangerousPrune ?? false,
  });
}

/** @throws UserError (refused) when more would go than may at once, or when subfolders seem to be forgotten. */
function refuseRisks(request: ApplyRequest, live: LiveSnapshot, plan: PrunePlan): void {
  const key = setKeyOf(request);
  const set = key && storedSet(live, key);
  const going = plan.refused === undefined ? plan.prune.map(keyOf) : plan.kept.map(({ entry }) => entry);
  if (!set || going.length === 0 || request.dangerousPrune === true) return;
  const isHalved = set.spec.recursive && !request.recursive;
  const why = isHalved ? 'it was applied with its subfolders before (-R), and is not now' : plan.refused;
  if (why === undefined) return;
  const names = going.slice(0, named).map(nameOf).join(', ');
  const more = going.length > named ? `, … (${going.length})` : '';
  throw new UserError(`nothing was applied: ${why}; what would be pruned: ${names}${more}`, {
    exitCode: ExitCode.Refused,
    nextSteps: [
      ...(isHalved ? ['take the subfolders too: -R'] : []),
      'look at what would go: vctl diff --prune --dangerous-prune, with the same -f',
      ...(isHalved ? ['if it is meant: --dangerous-prune'] : []),
    ],
  });
}

/** More objects than this are counted and not named. */
const named = 5;

/** Why something stays; what is gone anyway is not worth a word. */
function keptBy({ kept, released }: PrunePlan): KeptObject[] {
  return [...kept, ...released.filter(({ isGone }) => !isGone)].map(({ entry, why }) => ({
    name: isKind(entry.kind) ? qualifiedName(entry.kind, entry.name) : entry.name,
    ...(entry.namespace === '' ? {} : { namespace: entry.namespace }),
    why,
  }));
}

async function record(
  state: State,
  request: ApplyRequest,
  objects: readonly AppliedObject[],
  { prune, released }: PrunePlan,
): Promise<void> {
  const pruned = request.prune ? prune.map((object) => keyText(keyOf(object))) : [];
  const applied = objects
    .filter(({ action }) => action !== 'pruned')
    .map(({ after }) => after)
    .filter((after): after is KubeObject => after !== undefined);
  const dropped = new Set([...pruned, ...released.map(({ entry }) => keyText(entry))]);
  await recordSets(state.store, { request, applied, dropped }, await worldTime(state));
}

/** Why files that declare nothing are refused: pruning would take all away, anything else would do nothing. */
export function noManifests(
  paths: readonly string[],
  sources: ReadonlyMap<string, string>,
  prune = false,
): UserError {
  const places = paths.map((path) => (path === '-' ? 'standard input' : path)).join(', ');
  const texts = [...sources.values()];
  const isCommented = texts.some((text) => text.trim() !== '') && texts.every(isComment);
  const why = isCommented ? ': comments only' : '';
  return new UserError(`there is no manifest in ${places}${why}`, {
    exitCode: prune ? ExitCode.Refused : ExitCode.Usage,
    nextSteps: prune
      ? ['pruning would delete all that was applied from there: if that is meant, use vctl delete']
      : isCommented
        ? ['take the # away from what is to be applied']
        : paths.every((path) => path === '-')
          ? ['pipe manifests in: cat world.yaml | vctl apply -f -']
          : ['name files that end in .yaml, .yml or .json', 'or take subfolders too with -R'],
  });
}

/** True for a text of which YAML keeps nothing: comments, blanks and lines that part documents. */
function isComment(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---(?:\s.*)?|\.\.\.\s*)?$/.test(line));
}

/** True when something was refused. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** Checks manifests as `apply` would, against the state or, without one, against an empty world. */
export async function runValidate(
  state: State | undefined,
  request: LoadRequest,
): Promise<{ count: number; diagnostics: readonly Diagnostic[]; sources: ReadonlyMap<string, string> }> {
  const loaded = load(request);
  const { store } = state ?? (await memoryState());
  const { objects, diagnostics } = await checkManifests(loaded, await LiveSnapshot.read(store));
  return { count: objects.length, diagnostics, sources: loaded.sources };
}
