import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type LoadBalancer, type ScalingPolicy } from '../../model/kinds/index.ts';
import { type KubeObject, isTerminating, keyOf, type ObjectKey } from '../../model/object.ts';
import { matchesSelector } from '../../model/selectors.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller, type Result } from '../../engine/controller.ts';
import { type ScalingDecision } from './decision.ts';
import { type ScalingMemory, syncPeriodMs } from './inputs.ts';
import { decideFor, judgePolicy, noteKey, notePrefix } from './look.ts';
import { changeOf, reportOf, type ScalingReport, shownDecision, withChange } from './report.ts';
import { type Standing, scaledKey } from './target.ts';
import { giveUpFields, machineLabels, resize, sizesOf, type Target, targetObject } from './view.ts';
import { type Turn } from '../../engine/turn.ts';
import { policiesFor } from './lookup.ts';

const finalizer = 'vctl.dev/scaling';

type Status = NonNullable<ScalingPolicy['status']>;

/** What a policy remembers beside its status. */
interface Note {
  readonly memory: ScalingMemory;
  /** The spec's generation and the directions that the last decision was made for. */
  readonly basis: string;
  readonly latest: ScalingReport;
  /** The last decision that changed something; before that the first one. */
  readonly shown: ScalingReport;
}

/** Sets the number and the size of VMs by their load. */
export const scalingPolicyController = controller<'ScalingPolicy'>({
  kind: 'ScalingPolicy',
  alwaysMeasured: true,
  notes: { prefix: notePrefix, byObject: false },
  watches: {
    ScalingPolicy: (policy, cache) => policiesFor(cache, scaledKey(policy)).map(keyOf),
    VirtualMachinePool: policiesOn,
    VirtualMachine: policiesOn,
    LoadBalancer: (balancer, cache) =>
      cache
        .list('ScalingPolicy', balancer.metadata.namespace)
        .filter((policy) => serves(balancer, targetObject(policy, cache)))
        .map(keyOf),
  },
  reconcile(object, turn) {
    if (isTerminating(object)) return retire(object, turn);
    const policy = turn.addFinalizer(object, finalizer);
    const standing = judgePolicy(policy, turn.cache);
    if (!standing.horizontal && !standing.vertical) return rest(policy, standing, turn);
    const before = turn.getPrivate(noteKey(policy)) as Note | undefined;
    const basis = `${policy.metadata.generation}/${standing.horizontal}/${standing.vertical}`;
    const due = !before || before.basis !== basis || isAppointed(turn.nowMs, before.memory.decidedAtMs);
    if (due) act(policy, standing, basis, before, turn);
    else show(policy, standing, before, turn, turn.figures);
    if (turn.figures) turn.setPrivate(noteKey(policy), turn.getPrivate(noteKey(policy)));
    return { requeueAtMs: (periodOf(turn.nowMs) + 1) * syncPeriodMs };
  },
});

function policiesOn(target: KubeObject, cache: ObjectCache): Iterable<ObjectKey> {
  return policiesFor(cache, keyOf(target)).map(keyOf);
}

function serves(balancer: LoadBalancer, target: Target | undefined): boolean {
  return target !== undefined && matchesSelector(balancer.spec.selector, machineLabels(target));
}

/**
 * Decisions are taken once a period of world time, as it begins, however often anybody looks. Those that change nothing
 * are not saved: whoever takes over from a killed process in the midst of a period knows that it has had its decision.
 */
function isAppointed(nowMs: number, decidedAtMs: number): boolean {
  return nowMs % syncPeriodMs === 0 && periodOf(nowMs) > periodOf(decidedAtMs);
}

function periodOf(timeMs: number): number {
  return Math.floor(timeMs / syncPeriodMs);
}

/** Decides, and carries the decision out. */
function act(
  policy: ScalingPolicy,
  standing: Standing,
  basis: string,
  before: Note | undefined,
  turn: Turn,
): void {
  const target = targetObject(policy, turn.cache);
  if (!target) return;
  const { input, decision } = decideFor(policy, standing, target, before?.memory, turn);
  const latest = reportOf(decision, turn.nowMs);
  const changed = decision.type !== 'Hold';
  const shown = changed || !before ? latest : before.shown;
  const note: Note = { memory: decision.memory, basis, latest, shown };
  // That there was a first one, others have to know.
  if (before) turn.keepPrivate(noteKey(policy), note);
  else turn.setPrivate(noteKey(policy), note);
  if (!changed) {
    show(policy, standing, note, turn, turn.figures || !before);
    return;
  }
  turn.setPrivate(noteKey(policy), note);
  resize(policy, target, decision, turn);
  const change = changeOf(decision, input.replicas, input.size);
  const { kind, name } = scaledKey(policy);
  turn.event(
    policy,
    'Normal',
    eventReasons[decision.type],
    `${kind}/${name} ${change.from} → ${change.to}: ${change.why}`,
  );
  const history = withChange(policy.status?.history, change, turn.nowMs) as Status['history'];
  show(policy, standing, note, turn, true, { history, lastScaleTime: history?.[0]?.time });
}

const eventReasons: Readonly<Record<ScalingDecision['type'], string>> = {
  ScaleOut: 'ScaledOut',
  ScaleIn: 'ScaledIn',
  ScaleUp: 'ScaledUp',
  ScaleDown: 'ScaledDown',
  Hold: 'Held',
};

/**
 * Writes the status. Without `whole` only what says something new: measured figures and the sentences about
 * them would differ with every sample.
 */
function show(
  policy: ScalingPolicy,
  standing: Standing,
  { latest, shown }: Note,
  turn: Turn,
  whole: boolean,
  changes: Partial<Status> = {},
): void {
  const figures = whole || hasTurned(policy, latest.conditions);
  const told = figures
    ? {
        decision: shownDecision(shown, latest),
        currentMetrics: latest.currentMetrics,
        forecast: latest.forecast,
      }
    : {};
  const active = latest.activeSchedules.length > 0 ? [...latest.activeSchedules] : undefined;
  turn.updateStatus(
    policy,
    { ...sizesOf(policy, turn.cache), activeSchedules: active, ...told, ...changes },
    [...standingConditions(policy, standing, turn), ...(figures ? latest.conditions : [])],
  );
}

/** True when a condition has another status than the object's, or metrics are broken for another reason. */
function hasTurned(policy: ScalingPolicy, conditions: readonly ConditionInput[]): boolean {
  return conditions.some(({ type, status, reason }) => {
    const old = findCondition(policy.status?.conditions, type);
    return old?.status !== status || (type === 'ScalingActive' && old.reason !== reason);
  });
}

/** Nothing to decide until something else changes, which the watches tell. */
function rest(policy: ScalingPolicy, standing: Standing, turn: Turn): Result {
  const { reason, message } = standing;
  turn.updateStatus(policy, sizesOf(policy, turn.cache), [
    ...standingConditions(policy, standing, turn),
    { type: 'ScalingActive', status: 'False', reason, message },
  ]);
  return {};
}

/** Effective and Ready, and an event when the first has changed. */
function standingConditions(policy: ScalingPolicy, standing: Standing, turn: Turn): ConditionInput[] {
  const { reason, message, horizontal, vertical } = standing;
  const effective: ConditionInput = {
    type: 'Effective',
    status: reason === 'Effective' ? 'True' : 'False',
    reason,
    message,
  };
  const old = findCondition(policy.status?.conditions, 'Effective');
  if (old?.reason !== reason && (old !== undefined || reason !== 'Effective')) {
    turn.event(policy, reason === 'Effective' ? 'Normal' : 'Warning', reason, message);
  }
  const ready = horizontal || vertical;
  return [
    { type: 'Ready', status: ready ? 'True' : 'False', reason: ready ? 'Scaling' : reason, message },
    effective,
  ];
}

/** The sizes stay as they are; from now on they belong to whoever next sets them. */
function retire(policy: ScalingPolicy, turn: Turn): Result {
  const others = policiesFor(turn.cache, scaledKey(policy)).some((one) => !isTerminating(one));
  const target = targetObject(policy, turn.cache);
  if (target && !others) giveUpFields(target, turn);
  turn.setPrivate(noteKey(policy), undefined);
  turn.removeFinalizer(policy, finalizer);
  return {};
}
