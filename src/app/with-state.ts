import { defaultStatePath, openState, type OpenOptions, type State } from './state.ts';

/**
 * Opens the state, lets `use` work, and closes it whatever comes. Unless `opening` says to create it, a missing
 * state reads as a new one and stays missing.
 */
export async function withState<T>(
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  use: (state: State) => Promise<T>,
  opening: Partial<OpenOptions> = {},
): Promise<T> {
  const state = await openState({ path: path ?? defaultStatePath(env), create: false, ...opening });
  try {
    return await use(state);
  } finally {
    await state.store.close();
  }
}
