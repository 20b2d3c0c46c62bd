/** From what was recorded to the plain record of a run. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../base/deep.ts';
import { parseDuration } from '../base/duration.ts';
import { compareText } from '../base/listing.ts';
import { type Traffic } from '../model/kinds/index.ts';
import { type Manager } from '../engine/manager.ts';
import { type KubeObject } from '../model/object.ts';
import { type FinerTraffic, type RunRecord, type RunTotals } from '../model/run-record.ts';
import { judge, type Objective } from '../objectives/judge.ts';
import { type Recorder } from './recorder.ts';
import { type RunPlan } from './run-plan.ts';
import { topologyOf } from './topology.ts';

export interface RecordParts {
  readonly plan: RunPlan;
  readonly recorder: Recorder;
  readonly objectives: readonly Objective[];
  readonly manager: Manager;
  readonly startMs: number;
  readonly interrupted: boolean;
  readonly bringUp: NonNullable<RunRecord['bringUp']>;
}

/** Digits of a result hash that are kept: enough to tell two runs apart, short enough to read out. */
const hashDigits = 8;

/** Judges the objectives and puts everything together. */
export function makeRecord(parts: RecordParts): RunRecord {
  const { plan, recorder, objectives, manager, startMs, interrupted, bringUp } = parts;
  const { scenario, seed, stepMs, fidelity } = plan;
  const endMs = Math.max(startMs, manager.nowMs);
  const recording = recorder.recording(endMs);
  const record: Omit<RunRecord, 'result'> = {
    ...(scenario ? { scenario: `${scenario.metadata.namespace ?? ''}/${scenario.metadata.name}` } : {}),
    ...{ seed, fidelity, startMs, endMs, bringUp, interrupted },
    times: Array.from({ length: recorder.steps }, (_, step) => startMs + step * stepMs),
    series: recorder.table.series(recorder.steps),
    marks: recorder.marksInOrder(),
    verdicts: objectives.map((objective) => judge(objective, recording)),
    topology: topologyOf(manager.cache, manager.world),
    totals: totalsOf(recorder),
    ...(recorder.uncounted.length > 0 ? { uncounted: recorder.uncounted } : {}),
    ...finerThan(stepMs, manager.cache.list('Traffic')),
  };
  return { ...record, result: resultOf(record, manager.cache.all()) };
}

/** Which traffic has a pattern that is finer than a load step. */
function finerThan(stepMs: number, traffic: readonly Traffic[]): Pick<RunRecord, 'finerThanStep'> {
  const finer = traffic.flatMap(({ metadata: { namespace, name }, spec: { pattern } }): FinerTraffic[] => {
    const of = `traffic/${namespace}/${name}`;
    const [what, text] = pattern.trace
      ? (['trace', pattern.trace.interval] as const)
      : (['spike', pattern.spike?.duration] as const);
    const everyMs = text === undefined ? undefined : parseDuration(text);
    return everyMs !== undefined && everyMs < stepMs ? [{ of, what, everyMs, stepMs }] : [];
  });
  finer.sort((a, b) => compareText(a.of, b.of));
  return finer.length > 0 ? { finerThanStep: finer } : {};
}

function totalsOf({ sums, ledger, marks, options }: Recorder): RunTotals {
  return {
    requests: Math.round(sums.requests),
    errors: significant(sums.errors),
    refused: significant(sums.refused),
    timedOut: significant(sums.timedOut),
    cost: significant(sums.cost),
    energyKWh: significant(sums.energyKWh),
    migrations: ledger.moves.filter(({ atMs }) => atMs >= options.startMs).length,
    scaleDecisions: marks.filter(({ type }) => type === 'Scale').length,
    machineHours: significant(sums.machineHours),
  };
}

/** Equal for equal records and objects, in whatever order they or their fields came to be, and whatever their uids. */
function resultOf(record: Omit<RunRecord, 'result'>, objects: Iterable<KubeObject>): string {
  const hash = createHash('sha256').update(canonicalJson(record));
  const contents = Array.from(objects, (object) => canonicalJson(contentOf(object))).sort(compareText);
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, hashDigits);
}

/**
 * What an object says. Its version counts the writes to all objects, which tells of their order, and uids only tell
 * objects of one name apart; an event's name is made from them.
 */
export function contentOf(object: KubeObject): unknown {
  const { resourceVersion: _version, uid: _uid, ownerReferences, name, ...metadata } = object.metadata;
  const { involvedObject, ...rest } = object as KubeObject & { readonly involvedObject?: object };
  return {
    ...rest,
    metadata: {
      ...metadata,
      ...(object.kind === 'Event' ? {} : { name }),
      ...(ownerReferences ? { ownerReferences: ownerReferences.map(withoutUid) } : {}),
    },
    ...(involvedObject ? { involvedObject: withoutUid(involvedObject) } : {}),
  };
}

function withoutUid(reference: object): object {
  return { ...reference, uid: undefined };
}

/** Without what only the order of additions decides: totals are compared, and may be as small as one failed request. */
function significant(value: number): number {
  return Number(value.toPrecision(9));
}
