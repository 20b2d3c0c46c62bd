import { memoryState, type State } from '../../src/app/state.ts';
import { type Kind, kinds, type KindMap } from '../../src/model/kinds/index.ts';
import { applyText } from './state.ts';

/** Waits as long as it takes: an hour of world time. */
export const patient = { wait: true, timeout: '1h' } as const;

/** A state in memory on which these manifests were applied, with the world that has followed. */
export async function stateWith(...documents: readonly string[]): Promise<State> {
  const state = await memoryState();
  await applyText(state, documents.join('\n---\n'));
  return state;
}

/** The stored object of the namespace `default`, or undefined. */
export async function stored<K extends Kind>(
  state: State,
  kind: K,
  name: string,
): Promise<KindMap[K] | undefined> {
  const namespace = kinds[kind].namespaced ? 'default' : '';
  return (await state.store.get({ kind, namespace, name })) as KindMap[K] | undefined;
}
