/** A revision as it is to be: its objects admitted and in order, with everything that is wrong with the others. */
import { dependenciesOf, dependsOnAnnotation, referencesOf } from '../../gitops/references.ts';
import { type Held, planApply, type PlanNode } from '../../gitops/plan.ts';
import { type CheckedObject, checkManifests } from '../../manifest/check.ts';
import { inOrder, type Loaded, placed } from '../../manifest/load.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { isKind } from '../../model/kinds/index.ts';
import { keyOf, keyText, type ObjectKey } from '../../model/object.ts';
import { type LiveSnapshot } from '../live.ts';

export interface Revision {
  readonly commit: string;
  /** As `main@sha1:…`. */
  readonly text: string;
  /** Id of the folder's content. */
  readonly tree: string;
  readonly author: string;
  readonly subject: string;
}

/** One object of a revision. */
export interface DesiredObject extends PlanNode {
  readonly checked: CheckedObject;
}

export interface Desired {
  readonly revision: Revision;
  /** What is applied, in order. */
  readonly order: readonly DesiredObject[];
  /** What is admitted and must wait for others to be mended. */
  readonly held: readonly Held<DesiredObject>[];
  /** Key texts of all that the revision declares, applied or not. */
  readonly declared: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  /** False when anything is wrong: then nothing is deleted. */
  readonly complete: boolean;
}

/** Admits the objects of a revision beside what is live, and plans them. */
export async function desiredOf(revision: Revision, loaded: Loaded, live: LiveSnapshot): Promise<Desired> {
  const checked = await checkManifests(loaded, live);
  const brokenFiles = new Set(
    loaded.diagnostics.filter(({ severity }) => severity === 'error').map(({ file }) => file),
  );
  const refused = new Map<string, string>();
  for (const { key, file, line } of checked.refused) if (key) refused.set(keyText(key), `${file}:${line}`);
  const declared = new Set<string>(refused.keys());
  const dependencyProblems: Diagnostic[] = [];
  const nodes: DesiredObject[] = [];
  for (const one of checked.objects) {
    const text = keyText(keyOf(one.object));
    declared.add(text);
    const node = nodeOf(one);
    const problem = dependencyProblem(one);
    if (problem) dependencyProblems.push(problem);
    // Of a file that cannot be read in full, nothing is taken: what is missing may belong to what is there.
    if (problem || brokenFiles.has(one.file)) refused.set(text, node.place);
    else if (!refused.has(text)) nodes.push(node);
  }
  const plan = planApply(nodes, {
    refused,
    exists: ({ kind, namespace, name }) => isKind(kind) && live.get(kind, namespace, name) !== undefined,
  });
  const diagnostics = inOrder(
    [...checked.diagnostics, ...dependencyProblems, ...plan.held.map(heldDiagnostic)],
    [...loaded.sources.keys()],
  );
  const complete = !diagnostics.some(({ severity }) => severity === 'error');
  const { order, held } = plan;
  return { revision, order, held, declared, diagnostics, sources: loaded.sources, complete };
}

function nodeOf(checked: CheckedObject): DesiredObject {
  const { line, column } = checked.position('');
  return {
    checked,
    key: keyOf(checked.object),
    place: `${checked.file}:${line}:${column}`,
    after: dependenciesOf(checked.object).filter((key): key is ObjectKey => key !== undefined),
    references: referencesOf(checked.admitted),
  };
}

const annotationPath = `/metadata/annotations/${dependsOnAnnotation.replaceAll('/', '~1')}`;

function dependencyProblem(one: CheckedObject): Diagnostic | undefined {
  if (dependenciesOf(one.object).every((key) => key !== undefined)) return undefined;
  const message = `${dependsOnAnnotation} names no object: "${one.object.metadata.annotations?.[dependsOnAnnotation] ?? ''}"`;
  const help = 'write KIND/NAME or KIND/NAMESPACE/NAME, several with commas';
  return placed({ severity: 'error', code: 'BAD_DEPENDENCY', message, path: annotationPath, help }, one);
}

function heldDiagnostic({ node, why }: Held<DesiredObject>): Diagnostic {
  const isCycle = why.startsWith('it is part of a circle') || why === 'it depends on itself';
  const message = `${node.key.kind} "${node.key.name}" is held back: ${why}`;
  return placed(
    { severity: 'error', code: isCycle ? 'DEPENDENCY_CYCLE' : 'HELD_BACK', message, path: '' },
    node.checked,
  );
}
