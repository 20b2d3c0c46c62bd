/** Manifests that stand within a scenario, and objects that it deletes. */
import { validateObject } from '../admission/validate.ts';
import { isRecord } from '../base/deep.ts';
import { assert, ExitCode, UserError } from '../base/errors.ts';
import { checkManifests } from '../manifest/check.ts';
import { type Loaded, type LoadedObject } from '../manifest/load.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { isKind, type Kind, kinds } from '../model/kinds/index.ts';
import { applyObjects } from '../app/apply/apply.ts';
import { LiveSnapshot } from '../app/live.ts';
import { getObject } from '../app/resources.ts';
import { type State, worldTime } from '../app/state.ts';

export interface InlineApplied {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  /** `created`, `configured` or `unchanged`. */
  readonly action: string;
}

/** What is wrong with a manifest within a scenario by itself; paths are within the manifest. */
export function inlineProblems(manifest: unknown, home: string): readonly Diagnostic[] {
  const result = validateObject(withNamespace(manifest, home));
  return result.ok ? [] : result.problems;
}

/** Admits and applies a manifest as `apply` does. @throws UserError (usage) when it is refused. */
export async function applyInline(state: State, manifest: unknown, home: string): Promise<InlineApplied> {
  const live = await LiveSnapshot.read(state.store);
  const one: LoadedObject = {
    object: withNamespace(manifest, home),
    file: 'the scenario',
    line: 0,
    position: () => ({ line: 0, column: 0 }),
  };
  const loaded: Loaded = { objects: [one], diagnostics: [], sources: new Map() };
  const { objects, diagnostics } = await checkManifests(loaded, live);
  refuseErrors(diagnostics);
  const [checked] = objects;
  assert(checked, 'a manifest without errors is an object');
  const options = { force: false, dryRun: false, prune: [], private: [] };
  const { objects: applied, refusals } = await applyObjects(state, live, [checked], options);
  refuseErrors(refusals);
  const { namespace = '', name } = checked.object.metadata;
  return { kind: checked.kind, namespace, name, action: applied[0]?.action ?? 'unchanged' };
}

/** @throws UserError (usage) that lists every error, each with its place where that is known. */
export function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.map(({ file, line, column, code, message }) => {
    const place = line === undefined || line === 0 ? '' : `${file ?? ''}:${line}:${column ?? 1}: `;
    return `${place}${code}: ${message}`;
  });
  throw new UserError(lines.join('\n'), {
    exitCode: ExitCode.Usage,
    nextSteps: errors.map(({ help }) => help).filter((help) => help !== undefined),
  });
}

/** Deletes an object as `delete` does. @throws ApiError NotFound. */
export async function removeObject(state: State, kind: Kind, namespace: string, name: string): Promise<void> {
  const { metadata } = await getObject(state.store, kind, name, namespace);
  const key = { kind, namespace: kinds[kind].namespaced ? namespace : '', name };
  await state.store.commit({
    writes: [{ type: 'delete', key, uid: metadata.uid, propagation: 'Background' }],
    nowMs: await worldTime(state),
  });
}

/** A namespaced object that names none goes to the scenario's. */
export function withNamespace(manifest: unknown, home: string): unknown {
  if (!isRecord(manifest) || !isRecord(manifest['metadata'])) return manifest;
  const { kind, metadata } = manifest;
  if (typeof kind !== 'string' || !isKind(kind) || !kinds[kind].namespaced) return manifest;
  return { ...manifest, metadata: { namespace: home, ...metadata } };
}
