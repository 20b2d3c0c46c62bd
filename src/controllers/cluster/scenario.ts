import { type Kind, isKind, kinds, type Scenario } from '../../model/kinds/index.ts';
import { controller } from '../../engine/controller.ts';
import { type Turn } from '../../engine/turn.ts';

/** Every so often references are looked at again: what they name may come and go without a word. World time, ms. */
const recheckMs = 60_000;

/** A scenario is kept as data; its condition tells whether everything that it names is there. */
export const scenarioController = controller<'Scenario'>({
  kind: 'Scenario',
  reconcile(scenario, turn) {
    const missing = missingReferences(scenario, turn);
    const message =
      missing.length === 0
        ? 'everything that it names is there'
        : `there is no ${missing.join(', no ')}: apply it, or correct the name`;
    turn.updateStatus(scenario, {}, [
      missing.length === 0
        ? { type: 'Ready', status: 'True', reason: 'Complete', message }
        : { type: 'Ready', status: 'False', reason: 'ReferenceNotFound', message },
    ]);
    return missing.length === 0 ? {} : { requeueAtMs: turn.nowMs + recheckMs };
  },
});

/** As `Host/rack1-a`, in the order of the scenario, each once. */
function missingReferences(scenario: Scenario, turn: Turn): string[] {
  const named = [
    ...scenario.spec.events.flatMap(({ fault, patch }) => [fault, patch]),
    ...scenario.spec.objectives.map(({ of }) => of),
  ].filter((reference) => reference !== undefined);
  const missing = named
    .filter((reference) => !exists(reference, scenario.metadata.namespace ?? '', turn))
    .map(({ kind, name }) => `${kind}/${name}`);
  return [...new Set(missing)];
}

function exists(
  reference: { readonly kind: string; readonly name: string; readonly namespace?: string },
  ownNamespace: string,
  turn: Turn,
): boolean {
  if (!isKind(reference.kind)) return false;
  const kind: Kind = reference.kind;
  const namespace = kinds[kind].namespaced ? (reference.namespace ?? ownNamespace) : '';
  return turn.cache.get(kind, namespace, reference.name) !== undefined;
}
