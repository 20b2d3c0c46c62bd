/** What is told of a VM after a look: its phase, its figures and its conditions. */
import { toTimestamp } from '../../base/clock.ts';
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { hostUnreachable, isUnreachable, isUnreached, unreachedBecause } from '../../model/reachability.ts';
import { type Result } from '../../engine/controller.ts';
import { shownShare } from '../../engine/figures.ts';
import { type Turn } from '../../engine/turn.ts';
import { type Plan } from './plan.ts';

/** After these the world is at work, or nothing is to be done: another look would say the same. */
const restful: ReadonlySet<Plan['action']['type']> = new Set([
  'none',
  'provision',
  'start',
  'resize',
  'migrate',
] as const);

export type Status = NonNullable<VirtualMachine['status']>;

/** Writes what a look came to into the status, with the conditions Ready and Resized; what is new is an event too. */
export function report(
  vm: VirtualMachine,
  plan: Plan,
  turn: Turn,
  status: Partial<Status> = {},
  conditions: readonly ConditionInput[] = [],
): Result {
  const machine = turn.world.machine(vm.metadata.uid ?? '');
  const runs = isUp(plan);
  const usage = turn.figures && machine ? turn.world.machineUsage(machine.uid) : undefined;
  const ready = readiness(vm, plan, status.host ?? vm.status?.host, turn);
  const started = runs && machine?.startedAtMs !== undefined ? toTimestamp(machine.startedAtMs) : undefined;
  if (runs && vm.status?.startedAt === undefined && started !== undefined) {
    turn.event(vm, 'Normal', 'Running', `the guest is up on ${vm.status?.host}`);
  }
  turn.updateStatus(
    vm,
    {
      phase: plan.phase,
      ...(machine ? { disk: machine.disk } : {}),
      ...(plan.hasItsSize ? { resources: vm.spec.resources } : {}),
      ...(started === undefined ? {} : { startedAt: started }),
      ...(usage ? { utilization: shownShare(usage.utilization) } : {}),
      // Of a guest that is down or out of reach the last figure would tell of a load that is gone.
      ...(plan.phase === 'Stopped' || ready.reason === hostUnreachable ? { utilization: undefined } : {}),
      ...status,
    },
    [ready, ...resizedNow(vm, plan, turn), ...conditions],
  );
  // Draining counts from the time that its condition tells, in whole seconds: that asks for a look at what was written.
  const rests = restful.has(plan.action.type) && plan.requeueAtMs === undefined;
  return { settled: plan.settled, requeueAtMs: plan.requeueAtMs, rests };
}

function isUp({ phase }: Plan): boolean {
  return phase === 'Running' || phase === 'Resizing' || phase === 'Migrating';
}

/** The condition Ready. A guest that runs where nobody reaches it is not. */
function readiness(vm: VirtualMachine, plan: Plan, on: string | undefined, turn: Turn): ConditionInput {
  const type = 'Ready';
  if (!isUp(plan)) return { type, status: 'False', reason: plan.reason, message: plan.message };
  const host = turn.cache.get('Host', '', on ?? '');
  if (host && isUnreachable(host)) {
    const message = unreachedBecause(host);
    if (!isUnreached(vm)) turn.event(vm, 'Warning', hostUnreachable, message);
    return { type, status: 'False', reason: hostUnreachable, message };
  }
  const message = `it runs on ${on} in mode ${vm.status?.mode}`;
  return { type, status: 'True', reason: 'Running', message };
}

/** The condition Resized where it has something new to say; a refusal is an event as well. */
function resizedNow(vm: VirtualMachine, plan: Plan, turn: Turn): readonly ConditionInput[] {
  const old = findCondition(vm.status?.conditions, 'Resized');
  const { resized } = plan;
  if (resized) {
    const isNew = old?.status !== resized.status || old.reason !== resized.reason;
    if (isNew && resized.status === 'False') turn.event(vm, 'Warning', 'ResizeRefused', resized.message);
    return [resized];
  }
  // What was refused or under way is as wanted now, be it that the wish was taken back.
  const rests = plan.action.type === 'none' && plan.phase === 'Running';
  if (!rests || !old || old.status === 'True') return [];
  const message = 'it has the size that it is to have';
  return [{ type: 'Resized', status: 'True', reason: 'AsWanted', message }];
}
