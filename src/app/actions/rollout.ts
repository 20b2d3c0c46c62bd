/** What `vctl rollout` does: how an update of a VM pool stands, and its way there and back. */
import { toTimestamp } from '../../base/clock.ts';
import { ExitCode, UserError } from '../../base/errors.ts';
import { annotations } from '../../model/annotations.ts';
import { recordKey, withTemplate } from '../../controllers/pools/rollout.ts';
import { revisionOf } from '../../controllers/pools/members.ts';
import { previous, type Revision, type RolloutRecord } from '../../rollout/revisions.ts';
import { type Kind, type VirtualMachinePool } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf } from '../../model/object.ts';
import { yamlText } from '../../output/yaml-text.ts';
import { act, type ActOptions, type ActReport, keyIn, withAnnotations } from '../apply/act.ts';
import { type FollowRequest } from '../apply/follow.ts';
import { getObject } from '../resources.ts';
import { rolloutStanding } from '../inspect/rollout-standing.ts';
import { shortName } from '../inspect/summary.ts';
import { type State, worldTime } from '../state.ts';

export interface PoolRequest {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
}

export interface RolloutRequest extends PoolRequest, FollowRequest {
  readonly verb: 'undo' | 'restart' | 'pause' | 'resume';
  /** For undo: the revision to go back to; undefined is the one before. */
  readonly toRevision?: number;
}

/** A revision as `rollout history` tells of it. */
export type HistoryEntry = Revision & { readonly present: boolean };

/** @throws UserError (usage) for another kind than a VM pool, ApiError NotFound. */
export async function getPool(
  state: State,
  { kind, name, namespace }: PoolRequest,
): Promise<VirtualMachinePool> {
  if (kind !== 'VirtualMachinePool') {
    throw new UserError(`a ${kind} has no rollouts`, {
      exitCode: ExitCode.Usage,
      nextSteps: ['name a VM pool, as vmp/web'],
    });
  }
  return (await getObject(state.store, kind, name, namespace)) as VirtualMachinePool;
}

/** The revisions that are kept, oldest first. @throws UserError (usage), ApiError NotFound. */
export async function rolloutHistory(state: State, request: PoolRequest): Promise<HistoryEntry[]> {
  const record = await recordOf(state, await getPool(state, request));
  return record.revisions.map((revision, index, all) => ({ ...revision, present: index === all.length - 1 }));
}

/** The template of one revision as YAML. @throws UserError when it is not kept. */
export function templateText(pool: string, history: readonly HistoryEntry[], number: number): string {
  return yamlText(revisionIn(pool, history, number).template);
}

/**
 * Changes the pool so that its update goes back, starts again, rests or goes on, and lets the world follow.
 *
 * @throws UserError when there is nothing to go back to, when the pool is paused and the verb needs it not to be, or
 * when another object sets the pool's template; ApiError NotFound.
 */
export async function rollout(
  state: State,
  request: RolloutRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const pool = await getPool(state, request);
  refuseOwned(pool);
  const { action, change } = await changeFor(state, pool, request);
  const key = keyIn('VirtualMachinePool', request.name, request.namespace);
  const report = await act(state, [{ key, action, change }], request, options);
  if (!report.run || request.verb === 'pause') return report;
  const standing = rolloutStanding(await getPool(state, request));
  return standing.state === 'Complete' ? report : { ...report, unmet: [standing.text] };
}

type Change = (object: KubeObject) => KubeObject;

async function changeFor(
  state: State,
  pool: VirtualMachinePool,
  { verb, toRevision }: RolloutRequest,
): Promise<{ action: string; change: Change }> {
  switch (verb) {
    case 'pause':
      return { action: 'paused', change: pausing(true) };
    case 'resume':
      return { action: 'resumed', change: pausing(false) };
    case 'restart': {
      refusePaused(pool, 'restarted');
      const time = toTimestamp(await worldTime(state));
      return { action: 'restarted', change: (object) => restarted(object as VirtualMachinePool, time) };
    }
    case 'undo': {
      refusePaused(pool, 'taken back');
      const to = wayBack(pool, await recordOf(state, pool), toRevision);
      return {
        action: `back to revision ${to.number}`,
        change: (object) => undone(object as VirtualMachinePool, to),
      };
    }
  }
}

function pausing(paused: boolean): Change {
  return (object) => {
    const { spec } = object as VirtualMachinePool;
    return spec.paused === paused ? object : { ...object, spec: { ...spec, paused } };
  };
}

/** The time in the template makes it another one. World time may stand still between two restarts. */
function restarted(pool: VirtualMachinePool, time: string): VirtualMachinePool {
  const { template } = pool.spec;
  const old = template.metadata?.annotations?.[annotations.restartedAt];
  const [oldTime, count = '0'] = old?.split('+') ?? [];
  const value = oldTime === time ? `${time}+${Number(count) + 1}` : time;
  const noted = { ...template.metadata?.annotations, [annotations.restartedAt]: value };
  const metadata = { ...template.metadata, annotations: noted };
  return { ...pool, spec: { ...pool.spec, template: { ...template, metadata } } };
}

function undone(pool: VirtualMachinePool, to: Revision): KubeObject {
  if (revisionOf(pool.spec.template) === to.hash) return pool;
  return withAnnotations(withTemplate(pool, to.template), { [annotations.changeCause]: to.changeCause });
}

function wayBack(pool: VirtualMachinePool, record: RolloutRecord, number: number | undefined): Revision {
  if (number !== undefined && number !== 0) return revisionIn(shortName(pool), record.revisions, number);
  const found = previous(record, revisionOf(pool.spec.template));
  if (found) return found;
  throw new UserError(`${shortName(pool)} has no earlier revision to go back to`, {
    nextSteps: [`vctl rollout history vmp/${pool.metadata.name}`],
  });
}

function revisionIn<R extends Revision>(pool: string, revisions: readonly R[], number: number): R {
  const found = revisions.find((revision) => revision.number === number);
  if (found) return found;
  const kept = revisions.map((revision) => revision.number).join(', ');
  throw new UserError(`${pool} has no revision ${number}`, { nextSteps: [`name one of: ${kept}`] });
}

function refusePaused(pool: VirtualMachinePool, what: string): void {
  if (!pool.spec.paused) return;
  throw new UserError(`${shortName(pool)} is paused and cannot be ${what}`, {
    nextSteps: [`vctl rollout resume vmp/${pool.metadata.name}`],
  });
}

/** What an application declares for its tiers it sets again at once: the change would roll out and back. */
function refuseOwned(pool: VirtualMachinePool): void {
  const owner = pool.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner) return;
  throw new UserError(`${shortName(pool)} belongs to ${owner.kind} ${owner.name}, which sets its template`, {
    exitCode: ExitCode.Refused,
    nextSteps: [`change the ${owner.kind} instead: vctl describe ${owner.kind.toLowerCase()}/${owner.name}`],
  });
}

async function recordOf(state: State, pool: VirtualMachinePool): Promise<RolloutRecord> {
  const { uid = '' } = pool.metadata;
  const kept = (await state.store.getPrivate(recordKey(keyOf(pool)))) as RolloutRecord | undefined;
  return kept?.uid === uid ? kept : { uid, revisions: [], underWay: false };
}
