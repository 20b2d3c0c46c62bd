/** Admission's verdict on loaded manifests, with every problem at its place. */
import { crossCheck, type LiveObjects } from '../admission/rules.ts';
import { validateObject } from '../admission/validate.ts';
import { isRecord } from '../base/deep.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../model/object.ts';
import { inOrder, type Loaded, type LoadedObject, placed } from './load.ts';

/** An object that passed by itself. */
export interface CheckedObject extends LoadedObject {
  readonly kind: Kind;
  /** As written, without defaults: what server-side apply takes. */
  readonly object: KubeObject;
  /** With its defaults. */
  readonly admitted: KubeObject;
}

export interface Checked {
  /** In the order of the files. Apply them only when no diagnostic is an error. */
  readonly objects: readonly CheckedObject[];
  /** Those of loading and of admission, by file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
  /** The objects that have an error of their own, for callers that go on with the others. */
  readonly refused: readonly RefusedObject[];
}

/** An object with an error, and what it is called if it says so. */
export interface RefusedObject extends Pick<LoadedObject, 'file' | 'line'> {
  readonly key?: ObjectKey;
}

/** Checks every object by itself, then those that passed beside each other and beside what is live. */
export async function checkManifests(loaded: Loaded, live: LiveObjects): Promise<Checked> {
  const objects: CheckedObject[] = [];
  const diagnostics: Diagnostic[] = [...loaded.diagnostics];
  const refused: RefusedObject[] = [];
  for (const one of loaded.objects) {
    const result = validateObject(one.object);
    if (result.ok) {
      const { kind, object, admitted } = result;
      objects.push({ kind, object, admitted, file: one.file, line: one.line, position: one.position });
    } else {
      diagnostics.push(...result.problems.map((problem) => placed(problem, one)));
      refused.push({ file: one.file, line: one.line, key: keyIn(one.object) });
    }
  }
  const problems = await crossCheck(
    objects.map(({ admitted }) => admitted),
    live,
    {
      placeOf: (index) => `in ${objects[index]?.file ?? ''}:${objects[index]?.line ?? 0}`,
      refused: refused.map(({ key }) => key).filter((key) => key !== undefined),
    },
  );
  for (const [index, one] of objects.entries()) {
    for (const problem of problems[index] ?? []) diagnostics.push(placed(problem, one));
    const isRefused = problems[index]?.some(({ severity }) => severity === 'error') ?? false;
    if (isRefused) refused.push({ file: one.file, line: one.line, key: keyOf(one.object) });
  }
  return { objects, refused, diagnostics: inOrder(diagnostics, [...loaded.sources.keys()]) };
}

/** What a refused object is called, if it says so. */
function keyIn(object: unknown): ObjectKey | undefined {
  if (!isRecord(object) || !isRecord(object['metadata'])) return undefined;
  const { kind, metadata } = object;
  const { name, namespace } = metadata;
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  return { kind, name, namespace: typeof namespace === 'string' ? namespace : '' };
}
