import { defaultStatePath, openState, type State } from './state.ts';

/** Opens the state to read it, lets `use` work, and closes it whatever comes. A missing state reads as a new one. */
export async function withState<T>(
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  use: (state: State) => Promise<T>,
): Promise<T> {
  const state = await openState({ path: path ?? defaultStatePath(env), create: false });
  try {
    return await use(state);
  } finally {
    await state.store.close();
  }
}
