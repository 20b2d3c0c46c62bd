/** What `vctl rollout status` does: waits until an update of a VM pool is complete or has failed. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type VirtualMachinePool } from '../../model/kinds/index.ts';
import { keyOf } from '../../model/object.ts';
import { type EngineOptions } from '../engine.ts';
import { type FollowRequest, timeoutOf, withEngine } from '../apply/follow.ts';
import { getPool, type PoolRequest } from './rollout.ts';
import { type RolloutStanding, rolloutStanding } from '../inspect/rollout-standing.ts';
import { shortName } from '../inspect/summary.ts';
import { type State } from '../state.ts';

export interface RolloutReport extends RolloutStanding {
  readonly pool: string;
  /** World time that has passed, ms. */
  readonly worldMs: number;
}

/**
 * Lets world time pass until the update is complete, or reports how it stands when nothing is to be waited for.
 *
 * @throws UserError when the update has failed or is paused, and (exit code TimedOut) when the time is up first;
 * ApiError NotFound.
 */
export async function rolloutStatus(
  state: State,
  request: PoolRequest & FollowRequest,
  options: EngineOptions = {},
): Promise<RolloutReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const pool = await getPool(state, request);
  const first = rolloutStanding(pool);
  if (!request.wait || first.state === 'Complete') return { ...first, pool: shortName(pool), worldMs: 0 };
  return withEngine(state, options, async (engine) => {
    const { manager } = engine;
    const startedAtMs = manager.nowMs;
    const now = (): RolloutStanding => {
      const found = manager.cache.find(keyOf(pool)) as VirtualMachinePool | undefined;
      return found ? rolloutStanding(found) : { state: 'Failed', text: `${shortName(pool)} was deleted` };
    };
    const outcome = await engine.waitUntil(() => now().state !== 'UnderWay', timeoutMs);
    if (outcome.type === 'interrupted') throw new DOMException('interrupted', 'AbortError');
    const standing = now();
    if (standing.state !== 'Complete') throw notComplete(pool, standing);
    return { ...standing, pool: shortName(pool), worldMs: manager.nowMs - startedAtMs };
  });
}

function notComplete({ metadata }: VirtualMachinePool, { state, text }: RolloutStanding): UserError {
  const pool = `vmp/${metadata.name}`;
  if (state === 'Paused') {
    return new UserError(text, { nextSteps: [`vctl rollout resume ${pool}`] });
  }
  if (state === 'Failed') {
    return new UserError(text, { nextSteps: [`vctl describe ${pool}`, `vctl rollout undo ${pool}`] });
  }
  if (state === 'SizeRefused') {
    return new UserError(text, { nextSteps: [`vctl why ${pool}`, 'make room, or apply a size that fits'] });
  }
  return new UserError(`timed out: ${text}`, {
    exitCode: ExitCode.TimedOut,
    nextSteps: ['wait longer with --timeout 1h'],
  });
}
