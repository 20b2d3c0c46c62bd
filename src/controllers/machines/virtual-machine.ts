import { formatCpu, formatMemory, memoryBytes } from '../../base/quantity.ts';
import { toTimestamp } from '../../base/clock.ts';
import { type ConditionInput, isTrue } from '../../model/conditions.ts';
import { deepEqual } from '../../base/deep.ts';
import { type Host, type VirtualMachine } from '../../model/kinds/index.ts';
import { type KubeObject, isTerminating } from '../../model/object.ts';
import { type Acceptance, type Metrics } from '../../model/ports.ts';
import { isUnreachable, isUnreached } from '../../model/reachability.ts';
import { durationMs } from '../../base/duration.ts';
import { defaultImageBytes } from '../../performance/boot.ts';
import { annotations } from '../../model/annotations.ts';
import { controller, type FigureStanding, type Result } from '../../engine/controller.ts';
import { shownShare } from '../../engine/figures.ts';
import { evictionOf, leavingOf } from './leaving.ts';
import { type MachineView, type Plan, imageOf, planMachine, provisioningText } from './plan.ts';
import { report, type Status } from './report.ts';
import { resizeMethodOf, roomFor } from './resize-room.ts';
import { migratedText, migrationReport } from './migration-report.ts';
import { newTermination, terminationText } from './termination.ts';
import { type Turn } from '../../engine/turn.ts';
import { machinesHeld, machinesOn } from './lookup.ts';
import { selecting } from './selecting.ts';
import { amountOf } from '../../model/amount.ts';
import { nominatedHostOf, preemptorOf, victimsOf } from './preemption.ts';

const finalizer = 'vctl.dev/machine';

/** Runs one guest: from a place on a host to a running machine, and all that may happen to it. */
export const virtualMachineController = controller<'VirtualMachine'>({
  kind: 'VirtualMachine',
  figureStanding,
  watches: {
    Host: (host, cache, other) => [
      ...(isTerminating(host) ||
      isUnreachable(host) !== isUnreachable(other) ||
      !deepEqual(host.spec.taints, other?.spec.taints ?? [])
        ? machinesOn(cache, host.metadata.name).map(keyOf)
        : []),
      // A new way out for those that could go nowhere.
      ...(becomesReady(host, other) ? cache.index(machinesHeld).at('').map(keyOf) : []),
    ],
    // Victims go on making room only as long as somebody wants it.
    VirtualMachine: (vm, cache, other) =>
      vm.status?.nominatedHost === other?.status?.nominatedHost ? [] : victimsOf(vm, cache).map(keyOf),
  },
  reconcile(object, turn) {
    const ours = turn.addFinalizer(object, finalizer);
    const vm = noteTermination(noteTaints(notePreemption(ours, turn), turn), turn);
    const evictAtMs = evictionOf(vm, hostOf(vm, turn))?.atMs ?? 0;
    const result = carryOut(vm, planMachine(viewOf(vm, turn)), turn);
    if (evictAtMs <= turn.nowMs) return result;
    return { ...result, requeueAtMs: Math.min(evictAtMs, result.requeueAtMs ?? Infinity) };
  },
});

function becomesReady({ status }: Host, other: Host | undefined): boolean {
  return isTrue(status?.conditions, 'Ready') && !isTrue(other?.status?.conditions, 'Ready');
}

function figureStanding(vm: VirtualMachine, world: Metrics): FigureStanding {
  const { metadata, status } = vm;
  if (isUnreached(vm)) return 'Fresh';
  const usage = world.machineUsage(metadata.uid ?? '');
  if (usage === undefined) return status?.startedAt === undefined ? 'Fresh' : 'Unmeasured';
  return shownShare(usage.utilization) === status?.utilization ? 'Fresh' : 'Stale';
}

function keyOf(vm: KubeObject): { kind: string; namespace: string; name: string } {
  return { kind: 'VirtualMachine', namespace: vm.metadata.namespace ?? '', name: vm.metadata.name };
}

function viewOf(vm: VirtualMachine, turn: Turn): MachineView {
  const host = hostOf(vm, turn);
  const hypervisor = turn.cache.get('Hypervisor', '', host?.spec.hypervisor ?? '');
  const machine = turn.world.machine(vm.metadata.uid ?? '');
  const isMoving = machine?.state !== 'Running' || vm.status?.migrationTarget !== undefined;
  const hasLive = hypervisor?.spec.features.liveMigration === true;
  return {
    vm,
    machine,
    // The world may have moved it although nobody heard that it had taken the request.
    hostUid: host?.metadata.uid ?? machine?.hostUid ?? '',
    hostReady: turn.world.host(host?.metadata.uid ?? '')?.state === 'On' && !isUnreachable(host),
    leaving: leavingOf(vm, host, preemptorOf(vm, turn.cache), turn.nowMs, {
      hasLive,
      live: () => isMoving || (hasLive && turn.placer.elsewhere(vm).type === 'placed'),
      stopped: () => turn.placer.elsewhereStopped(vm).type === 'placed',
    }),
    wanted: amountOf(vm.spec.resources),
    resizeMethod: () => resizeMethodOf(vm, turn),
    room: () => roomFor(vm, turn),
    drainMs: drainTime(vm, turn),
    nowMs: turn.nowMs,
  };
}

function hostOf(vm: VirtualMachine, turn: Turn): Host | undefined {
  return vm.status?.host === undefined ? undefined : turn.cache.get('Host', '', vm.status.host);
}

/** Takes back what no longer holds: room that the VM does not want any more, or that nobody wants of it. */
function notePreemption(vm: VirtualMachine, turn: Turn): VirtualMachine {
  const { nominatedHost, preemptedBy } = vm.status ?? {};
  if (nominatedHost !== undefined && nominatedHostOf(vm) === undefined) {
    return turn.updateStatus(vm, { nominatedHost: undefined });
  }
  if (preemptedBy === undefined || preemptorOf(vm, turn.cache)) return vm;
  const message = `${preemptedBy} no longer needs its place`;
  return turn.updateStatus(vm, { preemptedBy: undefined }, [
    { type: 'Preempted', status: 'False', reason: 'Spared', message },
  ]);
}

/** Notes since when the VM puts up with taints for a time only, so that the time ends in any process. */
function noteTaints(vm: VirtualMachine, turn: Turn): VirtualMachine {
  const since = vm.status?.taintedSince;
  const isTimed = evictionOf(vm, hostOf(vm, turn))?.isTimed ?? false;
  if (isTimed === (since !== undefined)) return vm;
  return turn.updateStatus(vm, { taintedSince: isTimed ? toTimestamp(turn.nowMs) : undefined });
}

/** Notes that the guest has gone down by itself. */
function noteTermination(vm: VirtualMachine, turn: Turn): VirtualMachine {
  const machine = turn.world.machine(vm.metadata.uid ?? '');
  const lastTermination = newTermination(vm, machine);
  if (!lastTermination || !machine?.lastTermination) return vm;
  turn.event(vm, 'Warning', lastTermination.reason, terminationText(machine.lastTermination));
  return turn.updateStatus(vm, { lastTermination, startedAt: undefined, utilization: undefined });
}

/** The longest draining time of the load balancers that the VM stands behind. */
function drainTime(vm: VirtualMachine, turn: Turn): number {
  const { namespace = '', labels } = vm.metadata;
  const balancers = selecting(turn.cache, 'LoadBalancer', namespace, labels);
  return balancers.reduce((longest, { spec }) => Math.max(longest, durationMs(spec.drain)), 0);
}

function carryOut(vm: VirtualMachine, plan: Plan, turn: Turn): Result {
  const uid = vm.metadata.uid ?? '';
  const { world } = turn;
  switch (plan.action.type) {
    case 'none':
      return report(vm, plan, turn);
    case 'provision':
      return arriveByRestart(vm, plan, turn);
    case 'start': {
      const restarts = vm.status?.restarts === undefined ? 0 : vm.status.restarts + 1;
      return obey(vm, plan, turn, world.start(uid), { restarts });
    }
    case 'stop':
      if (plan.action.why === 'Resizing')
        turn.event(vm, 'Normal', 'Restarting', `for another size: ${plan.message}`);
      return obey(vm, plan, turn, world.stop(uid), {
        startedAt: undefined,
        restartRequest: restartRequest(vm),
      });
    case 'destroy':
      world.destroy(uid);
      if (!isTerminating(vm)) turn.event(vm, 'Normal', plan.reason, plan.message);
      return report(vm, plan, turn, { image: undefined, disk: undefined });
    case 'release':
      return release(vm, plan, plan.action.why, turn);
    case 'reshape':
    case 'resize':
      return changeSize(vm, plan, plan.action.type, turn);
    case 'migrate':
      return migrate(vm, plan, turn);
    case 'arrive':
      return arrive(vm, turn);
    case 'finish':
      turn.event(vm, 'Normal', 'Removed', 'the machine is gone');
      turn.removeFinalizer(vm, finalizer);
      return {};
  }
}

/** The restarts that were asked for so far: a machine that is made or stopped now has had them. */
function restartRequest(vm: VirtualMachine): string | undefined {
  return vm.metadata.annotations?.[annotations.restart];
}

/** A new machine on a host; one that was to leave another host has done so. */
function arriveByRestart(vm: VirtualMachine, plan: Plan, turn: Turn): Result {
  const status = { image: imageOf(vm), restartRequest: restartRequest(vm) };
  const answer = provision(vm, turn);
  const machine = turn.world.machine(vm.metadata.uid ?? '');
  const message = machine ? provisioningText(machine, vm.status?.host ?? '') : plan.message;
  const result = obey(vm, { ...plan, message }, turn, answer, status);
  if (vm.metadata.annotations?.[annotations.moveFrom] !== vm.status?.host) forgetMove(vm, turn);
  return result;
}

/** The wish to leave a host ends when the VM has left it: else it could never come back. */
function forgetMove({ metadata }: VirtualMachine, turn: Turn): void {
  const vm = turn.cache.get('VirtualMachine', metadata.namespace ?? '', metadata.name);
  if (vm?.metadata.annotations?.[annotations.moveFrom] === undefined) return;
  const { [annotations.moveFrom]: _from, [annotations.moveTo]: _to, ...rest } = vm.metadata.annotations;
  turn.update({ ...vm, metadata: { ...vm.metadata, annotations: rest } });
}

function provision(vm: VirtualMachine, turn: Turn): Acceptance {
  const { guest, profile } = vm.spec;
  const host = turn.cache.get('Host', '', vm.status?.host ?? '');
  return turn.world.provision({
    uid: vm.metadata.uid ?? '',
    namespace: vm.metadata.namespace ?? '',
    name: vm.metadata.name,
    hostUid: host?.metadata.uid ?? '',
    mode: vm.status?.mode ?? 'Full',
    guestOS: guest.os,
    image: imageOf(vm),
    imageBytes: guest.imageSize === undefined ? defaultImageBytes(guest.os) : memoryBytes(guest.imageSize),
    ...amountOf(vm.spec.resources),
    profile,
  });
}

/** Reports the plan when the world took the request, else what it said, to try again shortly. */
function obey(
  vm: VirtualMachine,
  plan: Plan,
  turn: Turn,
  answer: Acceptance,
  status: Partial<Status>,
  conditions: readonly ConditionInput[] = [],
): Result {
  if (answer.ok) {
    // On the way up, being placed and running are what people look for; the steps between are phases. A change
    // of resources has told its event already.
    const steps = ['Provisioning', 'Booting', 'Running', 'Resizing'];
    if (!steps.includes(plan.reason)) turn.event(vm, 'Normal', plan.reason, plan.message);
    return report(vm, plan, turn, status, conditions);
  }
  report(vm, { ...plan, reason: 'Refused', message: answer.reason }, turn);
  return { settled: false, requeueAtMs: turn.nowMs + 5_000 };
}

function release(vm: VirtualMachine, plan: Plan, why: string, turn: Turn): Result {
  turn.world.destroy(vm.metadata.uid ?? '');
  const lost = why === 'HostLost' || why === 'HostNotReady';
  const failed = lost && vm.spec.runPolicy === 'Manual';
  turn.event(vm, lost ? 'Warning' : 'Normal', why, `${plan.message} (was on ${vm.status?.host})`);
  const cleared = { host: undefined, hypervisor: undefined, mode: undefined, resources: undefined };
  const phase = failed ? 'Failed' : plan.phase;
  report(vm, { ...plan, phase }, turn, {
    ...cleared,
    image: undefined,
    disk: undefined,
    startedAt: undefined,
    taintedSince: undefined,
    preemptedBy: undefined,
    utilization: undefined,
    migrationTarget: undefined,
    ...(failed ? { restartRequest: restartRequest(vm) } : {}),
  });
  return { settled: false };
}

/** Has the world change the size: of a stopped guest at once, of a running one within seconds. */
function changeSize(vm: VirtualMachine, plan: Plan, how: 'reshape' | 'resize', turn: Turn): Result {
  const uid = vm.metadata.uid ?? '';
  const { cpuMillis, memoryBytes: bytes } = amountOf(vm.spec.resources);
  const answer = turn.world[how](uid, cpuMillis, bytes);
  const from = vm.status?.resources;
  const [way, reason] = how === 'resize' ? ['while it runs', 'InPlace'] : ['while it is down', 'Restarted'];
  const text = `from ${from?.cpu} CPU and ${from?.memory} to ${formatCpu(cpuMillis)} CPU and ${formatMemory(bytes)} ${way}`;
  const resized: ConditionInput = { type: 'Resized', status: 'True', reason, message: text };
  if (answer.ok) turn.event(vm, 'Normal', 'Resized', text);
  const phase = how === 'resize' ? 'Resizing' : plan.phase;
  return obey(vm, { ...plan, phase, settled: false }, turn, answer, { resources: vm.spec.resources }, [
    resized,
  ]);
}

/** Starts a live migration; without a host that could take the VM it stays, and its condition says why. */
function migrate(vm: VirtualMachine, plan: Plan, turn: Turn): Result {
  const asked = vm.metadata.annotations?.[annotations.moveTo];
  const target = turn.placer.elsewhere(vm, asked);
  if (target.type === 'refused') {
    const message = `cannot leave ${vm.status?.host}: ${target.summary}`;
    report(vm, plan, turn, {}, [{ type: 'Resized', status: 'False', reason: 'Moving', message }]);
    return { settled: true, requeueAtMs: turn.nowMs + 60_000 };
  }
  const host = turn.cache.get('Host', '', target.host);
  const answer = turn.world.migrate(vm.metadata.uid ?? '', host?.metadata.uid ?? '');
  const moving: Plan = {
    ...plan,
    phase: 'Migrating',
    reason: 'Migrating',
    message: `it moves to ${target.host}${plan.reason === 'Tainted' || plan.reason === 'Resizing' ? `: ${plan.message}` : ''}`,
  };
  if (answer.ok) return obey(vm, moving, turn, answer, { migrationTarget: target.host });
  const message = `cannot leave ${vm.status?.host} yet: ${answer.reason}`;
  report(vm, plan, turn, {}, [{ type: 'Resized', status: 'False', reason: 'Moving', message }]);
  return { settled: false, requeueAtMs: turn.nowMs + 5_000 };
}

/** A migration has ended: on the target, or back at the source when the target failed. */
function arrive(vm: VirtualMachine, turn: Turn): Result {
  const machine = turn.world.machine(vm.metadata.uid ?? '');
  const { host: from = '', migrationTarget: target = '' } = vm.status ?? {};
  const host = turn.cache.byUid(machine?.hostUid ?? '')?.metadata.name ?? from;
  if (host === from) return stay(vm, target, machine?.lastMigration?.failure ?? 'it was given up', turn);
  const lastMigration = machine?.lastMigration && migrationReport(machine.lastMigration, from, host);
  turn.event(vm, 'Normal', 'Migrated', migratedText(from, host, lastMigration));
  const status = { phase: 'Running', host, migrationTarget: undefined, taintedSince: undefined } as const;
  turn.updateStatus(vm, { ...status, lastMigration });
  forgetMove(vm, turn);
  return { settled: false };
}

/** The target or the way to it has failed: a move to one host is over, one away from a host goes on to another. */
function stay(vm: VirtualMachine, target: string, failure: string, turn: Turn): Result {
  turn.event(vm, 'Warning', 'MigrationFailed', `to ${target}: ${failure}; it stays on ${vm.status?.host}`);
  turn.updateStatus(vm, { phase: 'Running', migrationTarget: undefined });
  if (vm.metadata.annotations?.[annotations.moveTo] !== undefined) forgetMove(vm, turn);
  return { settled: false };
}
