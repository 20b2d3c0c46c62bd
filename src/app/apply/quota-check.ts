/** Holds what is about to be written to the quotas of its namespaces. */
import { admitToQuota, type Change } from '../../admission/rules/quotas.ts';
import { ExitCode, UserError } from '../../base/errors.ts';
import { withDefaults } from '../../model/defaults.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type ResourceQuota } from '../../model/kinds/index.ts';
import { keyOf, keyText, type KubeObject } from '../../model/object.ts';
import { askedBy, type Figures, plus } from '../../model/quota.ts';
import { LiveSnapshot } from '../live.ts';
import { type State } from '../state.ts';

/** The problems of each change, in their order; `live` is all that there is before them. */
export function quotaProblemsOf(changes: readonly Change[], live: readonly KubeObject[]): Diagnostic[][] {
  const problems = changes.map((): Diagnostic[] => []);
  const quotas = quotasAfter(changes, live);
  for (const [namespace, found] of quotas) {
    const indexes = [...changes.keys()].filter((index) => namespaceOf(changes[index]) === namespace);
    if (indexes.length === 0) continue;
    let asked: Figures = {};
    for (const object of live)
      if (object.metadata.namespace === namespace) asked = plus(asked, askedBy(object));
    const inside = indexes.map((index) => changes[index] ?? {});
    const verdicts = admitToQuota(inside, { quotas: found, asked });
    indexes.forEach((index, i) => (problems[index] = verdicts[i] ?? []));
  }
  return problems;
}

/**
 * Refuses changes of single objects that a quota does not let in. Reads the state only where there is a quota.
 *
 * @throws UserError (usage) that says which limit, what is used and what was asked for.
 */
export async function holdToQuota(state: State, changes: readonly Change[]): Promise<void> {
  const namespaces = new Set(changes.map(namespaceOf));
  const grows = changes.some(({ before, after }) => before?.spec !== after?.spec);
  if (!grows) return;
  const { items } = await state.store.list('ResourceQuota');
  if (!items.some(({ metadata }) => namespaces.has(metadata.namespace))) return;
  const live = await LiveSnapshot.read(state.store);
  const problems = quotaProblemsOf(changes, [...live.all()]).flat();
  if (problems.length === 0) return;
  throw new UserError(
    `${problems.map(({ code, message }) => `${code}: ${message}`).join('\n')}\nnothing was changed`,
    {
      exitCode: ExitCode.Usage,
      nextSteps: problems.map(({ help }) => help).filter((help) => help !== undefined),
    },
  );
}

function namespaceOf(change: Change | undefined): string | undefined {
  return (change?.after ?? change?.before)?.metadata.namespace;
}

/** The quotas by namespace, as they stand after the changes. */
function quotasAfter(
  changes: readonly Change[],
  live: readonly KubeObject[],
): ReadonlyMap<string, readonly ResourceQuota[]> {
  const quotas = new Map<string, ResourceQuota>();
  const note = (object: KubeObject): void => {
    if (object.kind !== 'ResourceQuota' || object.metadata.deletionTimestamp !== undefined) return;
    quotas.set(keyText(keyOf(object)), withDefaults('ResourceQuota', object));
  };
  for (const object of live) note(object);
  for (const { before, after } of changes) {
    if (before?.kind === 'ResourceQuota') quotas.delete(keyText(keyOf(before)));
    if (after) note(after);
  }
  const byNamespace = new Map<string, ResourceQuota[]>();
  for (const quota of quotas.values()) {
    const { namespace = '' } = quota.metadata;
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), quota]);
  }
  return byNamespace;
}
