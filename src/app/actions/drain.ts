/**
 * What `vctl drain` does: closes a host, then lets its VMs leave in rounds, never more at a time than their
 * disruption budgets allow.
 */
import { machinesOn } from '../../controllers/machines/lookup.ts';
import { annotations } from '../../model/annotations.ts';
import { type Outcome } from '../../engine/manager.ts';
import { type Host } from '../../model/kinds/index.ts';
import { type KubeObject, keyOf, keyText } from '../../model/object.ts';
import {
  type ActOptions,
  type ActReport,
  changeObjects,
  type ChangedObject,
  reportOf,
  withAnnotations,
} from '../apply/act.ts';
import { cordonEdit } from './cordon.ts';
import { type Leaver, leaversOf, nextRound } from './drain-plan.ts';
import { type Engine } from '../engine.ts';
import { measured, timeoutOf, withEngine } from '../apply/follow.ts';
import { Snapshot } from '../snapshot.ts';
import { type State } from '../state.ts';
import { shortName } from '../inspect/summary.ts';
import { targetsOfKind } from './targets.ts';

export interface DrainRequest {
  readonly host: string;
  /** Say what would happen, and change nothing. */
  readonly dryRun: boolean;
  /** Move all at once, whatever the budgets say. */
  readonly ignoreBudgets: boolean;
  /** World time to wait at most. */
  readonly timeout: string;
}

/** @throws ApiError NotFound. What has to stay is no error: `unmet` names it with the reason. */
export async function drain(
  state: State,
  request: DrainRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const timeoutMs = timeoutOf(request.timeout);
  const [host] = await targetsOfKind(state, 'Host', { names: [request.host], namespace: '' });
  if (!host) return { objects: [] };
  const edit = cordonEdit(host, true);
  const [cordoned] = await changeObjects(state, [edit], request.dryRun);
  const prospects = prospectsOf(host, await Snapshot.read(state), request.ignoreBudgets);
  const report: ActReport = { objects: [...(cordoned ? [cordoned] : []), ...prospects] };
  options.onWritten?.(report);
  if (request.dryRun) return report;
  return withEngine(state, options, async (engine) => {
    const run = await measured(engine, () => empty(state, engine, host, request, timeoutMs));
    const unmet = stayed(host, engine, request.ignoreBudgets);
    await takeBack(state, host);
    return { ...report, run, unmet };
  });
}

/** Round after round until nobody is left who can go. */
async function empty(
  state: State,
  engine: Engine,
  host: Host,
  request: DrainRequest,
  timeoutMs: number,
): Promise<Outcome> {
  const { name } = host.metadata;
  const deadlineMs = engine.manager.nowMs + timeoutMs;
  /** Those that were asked to go and did not: once is enough. */
  const tried = new Set<string>();
  for (;;) {
    const outcome = await engine.settle(Math.max(0, deadlineMs - engine.manager.nowMs));
    if (outcome.type === 'interrupted' || outcome.type === 'timeout') return outcome;
    const { leavers, allowances } = leaversOf(name, snapshotOf(engine));
    const open = leavers.filter(({ vm }) => !tried.has(keyText(keyOf(vm))));
    const { go } = nextRound(open, request.ignoreBudgets ? unlimited(allowances) : allowances);
    if (go.length === 0) return outcome;
    for (const { vm } of go) tried.add(keyText(keyOf(vm)));
    await changeObjects(
      state,
      go.map(({ vm }) => ({ key: keyOf(vm), action: 'moves', change: (object) => leave(object, name) })),
    );
  }
}

function leave(vm: KubeObject, from: string | undefined): KubeObject {
  return withAnnotations(vm, { [annotations.moveFrom]: from, [annotations.moveTo]: undefined });
}

/** A drain that has ended wants nothing more: what stays would leave one day, when nobody expects it. */
async function takeBack(state: State, host: Host): Promise<void> {
  const { name } = host.metadata;
  const { cache } = await Snapshot.read(state);
  const left = machinesOn(cache, name)
    .filter(({ metadata }) => metadata.annotations?.[annotations.moveFrom] === name)
    .filter(({ status }) => status?.migrationTarget === undefined);
  const edits = left.map((vm) => ({
    key: keyOf(vm),
    action: 'stays',
    change: (object: KubeObject) => leave(object, undefined),
  }));
  await changeObjects(state, edits);
}

function prospectsOf(host: Host, snapshot: Snapshot, ignoreBudgets: boolean): ChangedObject[] {
  return standingsOf(host, snapshot, ignoreBudgets).map(({ leaver, obstacle }) =>
    reportOf(leaver.vm, obstacle ?? wayText[leaver.way.type]),
  );
}

/** The VMs that are still there, each with the reason. */
function stayed(host: Host, engine: Engine, ignoreBudgets: boolean): string[] {
  return standingsOf(host, snapshotOf(engine), ignoreBudgets).map(({ leaver, obstacle }) =>
    leaver.way.type === 'moving'
      ? `${shortName(leaver.vm)} is on its way to ${leaver.way.to} (Migrating)`
      : `${shortName(leaver.vm)} stays on ${host.metadata.name}: it ${obstacle ?? 'has not left yet'}`,
  );
}

const wayText: Record<Leaver['way']['type'], string> = {
  live: 'can move (live)',
  moving: 'is on its way',
  restart: 'will restart elsewhere',
  idle: 'is off and gives up its place',
  none: 'cannot leave',
};

interface Standing {
  readonly leaver: Leaver;
  /** Why it cannot go now. */
  readonly obstacle: string | undefined;
}

function standingsOf(host: Host, snapshot: Snapshot, ignoreBudgets: boolean): Standing[] {
  const { leavers, allowances } = leaversOf(host.metadata.name, snapshot);
  const limits = ignoreBudgets ? unlimited(allowances) : allowances;
  return leavers.map((leaver) => {
    if (leaver.way.type === 'none') {
      return { leaver, obstacle: `cannot leave: ${leaver.way.why}` };
    }
    // Each by itself: that they take turns is no reason to call one of them blocked.
    const blocker = nextRound([leaver], limits).blocked.get(leaver);
    return { leaver, obstacle: blocker === undefined ? undefined : `is blocked by ${blocker}` };
  });
}

function snapshotOf({ manager }: Engine): Snapshot {
  return new Snapshot(manager.cache, [], manager.nowMs);
}

function unlimited(
  allowances: ReturnType<typeof leaversOf>['allowances'],
): ReturnType<typeof leaversOf>['allowances'] {
  return new Map([...allowances].map(([key, one]) => [key, { ...one, allowed: Infinity, kept: true }]));
}
