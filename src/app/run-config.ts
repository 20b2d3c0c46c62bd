/** Where the state is and what is in it: `vctl config`. */
import { toTimestamp } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { kindNames, kinds } from '../model/kinds/index.ts';
import { type State, worldTime } from './state.ts';

export interface StateView {
  readonly path: string;
  /** False while nothing was applied yet: the rest is then what a new state would have. */
  readonly exists: boolean;
  readonly seed: number;
  /** Where world time began, RFC 3339. */
  readonly epoch: string;
  readonly worldTime: string;
  /** World time since the epoch: `1h30m`. */
  readonly worldAge: string;
  readonly revision: number;
  /** How many objects there are, by the plural of their kind; kinds without any are left out. */
  readonly objects: Readonly<Record<string, number>>;
}

/** Looks at a state and changes nothing. `path` is where it was looked for. */
export async function viewState(state: State, path: string): Promise<StateView> {
  const objects: Record<string, number> = {};
  for (const kind of kindNames) {
    const { items } = await state.store.list(kind);
    if (items.length > 0) objects[kinds[kind].plural] = items.length;
  }
  const nowMs = await worldTime(state);
  return {
    path,
    exists: state.path !== undefined,
    seed: state.seed,
    epoch: toTimestamp(state.epochMs),
    worldTime: toTimestamp(nowMs),
    worldAge: formatDuration(nowMs - state.epochMs),
    revision: await state.store.revision(),
    objects,
  };
}
