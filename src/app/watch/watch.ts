import { matchesSelector, parseSelector } from '../../model/selectors.ts';
import { kinds } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';
import { type Scope, type Wanted } from '../resources.ts';
import { type State, worldTime } from '../state.ts';

/**
 * Shows each later change of the objects meant, until the signal: the new state, or the last one of an
 * object that is gone.
 */
export async function watchObjects(
  state: State,
  revision: number,
  wanted: readonly Wanted[],
  scope: Scope,
  show: (object: KubeObject, nowMs: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const selector = scope.selector === undefined ? undefined : parseSelector(scope.selector);
  const isMeant = ({ kind, metadata }: KubeObject): boolean =>
    wanted.some(
      (one) =>
        one.kind === kind &&
        (one.names.length === 0 || one.names.includes(metadata.name)) &&
        (!kinds[one.kind].namespaced ||
          scope.namespace === undefined ||
          scope.namespace === metadata.namespace) &&
        (selector === undefined || matchesSelector(selector, metadata.labels)),
    );
  let nowMs = await worldTime(state);
  const stop = await state.store.watch(revision, ({ object }) => {
    if (isMeant(object)) show(object, nowMs);
    void worldTime(state).then((time) => (nowMs = time));
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  stop();
}
