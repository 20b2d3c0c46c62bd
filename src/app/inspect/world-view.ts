/** What is measured, from the world as it was last saved; no engine runs and nothing changes. */
import { type Metrics } from '../../model/ports.ts';
import { worldPrefix } from '../../sim/core.ts';
import { createWorld } from '../../sim/world.ts';
import { type State, worldTime } from '../state.ts';

/** The figures of the world's last load step. Those of a state whose world never ran are all absent. */
export async function openWorldView(state: State): Promise<Metrics> {
  return createWorld({
    seed: state.seed,
    nowMs: await worldTime(state),
    restore: await state.store.listPrivate(worldPrefix),
  });
}
