/** What is wrong with a scenario's patches, found before it runs. */
import { validateObject } from '../admission/validate.ts';
import { durationMs } from '../base/duration.ts';
import { ApiError, UserError } from '../base/errors.ts';
import { type CheckedObject } from '../manifest/check.ts';
import { mergePatch } from '../merge/patch.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { type Kind, kinds, type Scenario } from '../model/kinds/index.ts';
import { parsePatch } from '../app/apply/patch.ts';

/**
 * Problems of the patches of objects that the manifests declare, each patch on top of those before it; paths are
 * within the scenario. Objects that come into being in the run are checked when their patch is due.
 */
export function patchProblems(scenario: Scenario, objects: readonly CheckedObject[]): Diagnostic[] {
  const home = scenario.metadata.namespace ?? '';
  const present = new Map(
    objects.map(({ kind, object }) => [idOf(kind, object.metadata, home), object as unknown]),
  );
  const problems: Diagnostic[] = [];
  const inTime = scenario.spec.events
    .map((event, index) => ({ ...event, index, atMs: durationMs(event.at) }))
    .sort((a, b) => a.atMs - b.atMs || a.index - b.index);
  for (const { patch, index } of inTime) {
    if (!patch) continue;
    const id = idOf(patch.kind as Kind, patch, home);
    const before = present.get(id);
    if (before === undefined) continue;
    const path = `/spec/events/${index}/patch/merge`;
    const after = patched(before, patch.merge, patch.kind as Kind);
    if (after instanceof Error)
      problems.push({ severity: 'error', code: 'PATCH_REFUSED', path, message: after.message });
    else {
      const result = validateObject(after);
      if (result.ok) present.set(id, after);
      else
        problems.push(...result.problems.map((problem) => ({ ...problem, path: `${path}${problem.path}` })));
    }
  }
  return problems;
}

/** The object with the patch merged in, or why it cannot be patched so. */
function patched(object: unknown, merge: unknown, kind: Kind): unknown {
  try {
    return mergePatch(object, parsePatch(JSON.stringify(merge), kind));
  } catch (error) {
    if (error instanceof UserError || error instanceof ApiError) return error;
    throw error;
  }
}

function idOf(
  kind: Kind,
  named: { readonly name: string; readonly namespace?: string },
  home: string,
): string {
  return `${kind}/${kinds[kind].namespaced ? (named.namespace ?? home) : ''}/${named.name}`;
}
