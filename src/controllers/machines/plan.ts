/**
 * What to do next about one VM, from what is wanted and what is there. Pure: the controller carries it out.
 */
import { fromTimestamp, toTimestamp } from '../../base/clock.ts';
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type MachineObservation } from '../../model/ports.ts';
import { annotations } from '../../model/annotations.ts';
import { type ResizeMethod } from './resize-method.ts';
import { backOffEndsAtMs } from './termination.ts';
import { type Amount } from '../../model/amount.ts';

export interface MachineView {
  readonly vm: VirtualMachine;
  /** What the world has of it; undefined: nothing. */
  readonly machine: MachineObservation | undefined;
  /** Its host can take requests. */
  readonly hostReady: boolean;
  /** Of the host that its status names; '' when that is gone. */
  readonly hostUid: string;
  /** Why it has to leave its host, if so. */
  readonly leaving: Leaving | undefined;
  readonly wanted: Amount;
  /** How it would come to the wanted size; only asked when that is another. */
  readonly resizeMethod: () => ResizeMethod;
  /** Whether its host has room for the wanted size; when not, why no other has, if so. */
  readonly room: () => 'Here' | 'Elsewhere' | { readonly nowhere: string };
  /** Longest draining time of the load balancers in front of it; 0 without any. */
  readonly drainMs: number;
  readonly nowMs: number;
}

/** A reason to be somewhere else. */
export interface Leaving {
  readonly reason: 'Moving' | 'Tainted' | 'Preempted' | 'ModeChanging';
  readonly message: string;
  /** By a live migration; else it stops first. */
  readonly live: boolean;
}

export type Action =
  | { readonly type: 'none' }
  | { readonly type: 'provision' }
  | { readonly type: 'start' }
  | { readonly type: 'stop'; readonly why: string }
  | { readonly type: 'destroy' }
  /** The host is given up: destroy what is left there and wait for a place. */
  | { readonly type: 'release'; readonly why: string }
  | { readonly type: 'reshape' }
  | { readonly type: 'resize' }
  | { readonly type: 'migrate' }
  /** The world has moved it: note the new host. */
  | { readonly type: 'arrive' }
  /** All is cleaned up: let the object go. */
  | { readonly type: 'finish' };

export type Phase = NonNullable<NonNullable<VirtualMachine['status']>['phase']>;

export interface Plan {
  /** The machine was seen to have the size that is wanted. */
  readonly hasItsSize?: true;
  readonly action: Action;
  readonly phase: Phase;
  /** Of the Ready condition when it is not True. */
  readonly reason: string;
  readonly message: string;
  /** How its size is being changed, or why it is not. */
  readonly resized?: ConditionInput;
  readonly requeueAtMs?: number;
  /** Nothing is left to wait for. */
  readonly settled: boolean;
}

/** True when the VM should be on: by its run policy, or by the last start or stop asked for by hand. */
export function wantsPower(vm: VirtualMachine): boolean {
  switch (vm.spec.runPolicy) {
    case 'Always':
      return true;
    case 'Halted':
      return false;
    case 'Manual':
      return vm.metadata.annotations?.[annotations.power] === 'On';
  }
}

/** True when the VM has no place and needs one. */
export function wantsHost(vm: VirtualMachine): boolean {
  return !isTerminating(vm) && vm.status?.host === undefined && wantsPower(vm) && !hasFailed(vm);
}

/** What a disk is made from: changing it means a new one. */
export function imageOf(vm: VirtualMachine): string {
  const { os, build } = vm.spec.guest;
  return build === undefined ? os : `${os}/${build}`;
}

/** The next step for a VM. Steps that only wait have action `none`. */
export function planMachine(view: MachineView): Plan {
  const { vm, machine } = view;
  if (isTerminating(vm)) return planRemoval(view);
  if (machine?.state === 'Lost') {
    return step({ type: 'release', why: 'HostLost' }, 'Pending', 'HostLost', 'its host crashed under it');
  }
  if (vm.status?.host === undefined) return planWithoutHost(view);
  const otherMode = modeChange(vm);
  if (!machine) {
    if (view.leaving) return giveUp(view.leaving);
    if (otherMode) return giveUp(otherMode);
    if (!view.hostReady) {
      return step(
        { type: 'release', why: 'HostNotReady' },
        'Pending',
        'HostNotReady',
        `${vm.status.host} is not ready`,
      );
    }
    if (!wantsPower(vm)) return step({ type: 'release', why: 'Stopped' }, 'Stopped', 'Stopped', 'it is off');
    return step(
      { type: 'provision' },
      'Provisioning',
      'Provisioning',
      `its disk is made on ${vm.status.host}`,
    );
  }
  switch (machine.state) {
    case 'Provisioning':
      return wait('Provisioning', provisioningText(machine, vm.status.host));
    case 'Booting':
      return wait('Booting', 'the guest boots');
    case 'Resizing':
      return wait('Resizing', 'its resources change');
    case 'Migrating':
      return wait('Migrating', `it moves to ${vm.status.migrationTarget ?? 'another host'}`);
    case 'Stopping':
      return wait('Stopping', 'the guest shuts down');
    case 'Stopped':
      return planStopped(view);
    case 'Running':
      return planRunning(view, machine);
  }
}

/** What goes on while its disk is made. */
export function provisioningText({ disk }: MachineObservation, host: string): string {
  return disk === 'Copied' ? `its image is copied to ${host}` : `its disk is cloned from the copy on ${host}`;
}

function planWithoutHost({ vm, machine }: MachineView): Plan {
  if (machine) return step({ type: 'destroy' }, 'Pending', 'Pending', 'what is left of it is removed');
  if (hasFailed(vm) && vm.spec.runPolicy === 'Manual') {
    return rest('Failed', 'HostLost', 'its host crashed under it; start it again with "vctl start"');
  }
  if (!wantsPower(vm)) return rest('Stopped', 'Stopped', `it is off (runPolicy ${vm.spec.runPolicy})`);
  const nominated = vm.status?.nominatedHost;
  if (nominated !== undefined) {
    const message = `it waits for others to make room on ${nominated}`;
    return { ...rest('Pending', 'Preempting', message), settled: false };
  }
  const scheduled = findCondition(vm.status?.conditions, 'Scheduled');
  const refused = scheduled?.status === 'False';
  return {
    ...rest(
      'Pending',
      refused ? 'Unschedulable' : 'Pending',
      refused ? 'no host can take it' : 'it waits for a host',
    ),
    settled: refused,
  };
}

function planStopped(view: MachineView): Plan {
  const { vm, machine, wanted, hostReady } = view;
  if (isOutdated(vm)) return step({ type: 'destroy' }, 'Provisioning', 'Replacing', 'its disk is made anew');
  if (view.leaving) return giveUp(view.leaving);
  const otherMode = modeChange(vm);
  if (otherMode) return giveUp(otherMode);
  if (!wantsPower(vm)) return rest('Stopped', 'Stopped', `it is off (runPolicy ${vm.spec.runPolicy})`);
  if (!hostReady) return rest('Stopped', 'HostNotReady', `${vm.status?.host} is not ready`);
  const start = step({ type: 'start' }, 'Booting', 'Booting', 'the guest boots');
  if (!machine) return start;
  if (differs(machine, wanted)) {
    const room = view.room();
    if (room === 'Here') return step({ type: 'reshape' }, 'Stopped', 'Resizing', 'its resources change');
    if (room === 'Elsewhere') {
      const message = 'its host has no room for its size';
      return step({ type: 'release', why: 'NoHeadroom' }, 'Pending', 'NoHeadroom', message);
    }
    // Better a guest of the old size than none.
    const why = `its host has no room for its size, nor has another: ${room.nowhere}`;
    return backedOff(view, machine) ?? { ...start, resized: refusal('NoHeadroom', why) };
  }
  return backedOff(view, machine) ?? start;
}

/** A guest that goes down again and again is started less and less often. */
function backedOff({ vm, nowMs }: MachineView, machine: MachineObservation): Plan | undefined {
  const untilMs = backOffEndsAtMs(vm, machine);
  if (untilMs <= nowMs) return undefined;
  const { count, memory } = vm.status?.lastTermination ?? {};
  const message = `out of its memory of ${memory} ${count} times in a row: it starts again at ${toTimestamp(untilMs)}`;
  return { ...rest('Stopped', 'CrashLoopBackOff', message), requeueAtMs: untilMs };
}

function planRunning(view: MachineView, machine: MachineObservation): Plan {
  const { vm, leaving, wanted } = view;
  if (vm.status?.migrationTarget !== undefined || machine.hostUid !== view.hostUid) {
    return step({ type: 'arrive' }, 'Running', 'Running', 'it has moved');
  }
  if (!wantsPower(vm)) return stopAfterDrain(view, 'Stopping', 'it is to be off');
  if (isOutdated(vm)) return stopAfterDrain(view, 'Replacing', `its image changes to ${imageOf(vm)}`);
  if (isRestartAsked(vm)) return stopAfterDrain(view, 'Restarting', 'a restart was asked for');
  const otherMode = modeChange(vm);
  if (otherMode) return stopAfterDrain(view, otherMode.reason, otherMode.message);
  if (leaving) {
    // A migration needs both hosts: it waits until this one can be reached again.
    if (leaving.live && !view.hostReady)
      return { ...running(), message: `${leaving.message} once that can be reached` };
    if (leaving.live) return { ...running(), ...leaving, action: { type: 'migrate' }, settled: false };
    return stopAfterDrain(view, leaving.reason, leaving.message);
  }
  if (differs(machine, wanted)) return planResize(view);
  // It may have come to its size although the answer to the request was lost.
  return { ...running(), hasItsSize: true };
}

/** How long a VM that was refused its size waits before it asks again. */
const retryMs = 60_000;

function planResize(view: MachineView): Plan {
  const method = view.resizeMethod();
  switch (method.type) {
    case 'InPlace':
      return { ...running(), action: { type: 'resize' } };
    case 'Migrate': {
      const resized: ConditionInput = condition('Unknown', 'Migrating', `it moves first: ${method.why}`);
      const action: Action = { type: 'migrate' };
      return { ...running(), reason: 'Resizing', message: method.why, action, resized, settled: false };
    }
    case 'Restart':
    case 'Relocate': {
      const resized = condition('Unknown', 'Restarting', `it restarts for it: ${method.why}`);
      return { ...stopAfterDrain(view, 'Resizing', method.why), resized };
    }
    case 'Refused':
      return {
        ...running(),
        resized: refusal(method.reason, method.why),
        requeueAtMs: view.nowMs + retryMs,
      };
  }
}

function refusal(reason: string, why: string): ConditionInput {
  return condition('False', reason, `it keeps its size: ${why}`);
}

function condition(status: ConditionInput['status'], reason: string, message: string): ConditionInput {
  return { type: 'Resized', status, reason, message };
}

function planRemoval(view: MachineView): Plan {
  const { machine } = view;
  if (!machine) return step({ type: 'finish' }, 'Stopping', 'Terminating', 'it is being removed');
  if (machine.state === 'Running') return stopAfterDrain(view, 'Terminating', 'it is being removed');
  if (machine.state === 'Stopping' || machine.state === 'Migrating' || machine.state === 'Resizing') {
    return wait('Stopping', 'it is being removed');
  }
  return step({ type: 'destroy' }, 'Stopping', 'Terminating', 'it is being removed');
}

/**
 * A VM that serves requests first drains: its Ready condition turns False, the load balancers send it
 * nothing new, and after their draining time it is stopped.
 */
function stopAfterDrain({ vm, drainMs, nowMs }: MachineView, why: string, message: string): Plan {
  const ready = findCondition(vm.status?.conditions, 'Ready');
  const draining = ready?.reason === 'Draining';
  const sinceMs = draining ? fromTimestamp(ready.lastTransitionTime) : nowMs;
  if (drainMs > 0 && (ready?.status === 'True' || draining) && nowMs < sinceMs + drainMs) {
    return {
      action: { type: 'none' },
      phase: 'Stopping',
      reason: 'Draining',
      message: `${message}; it finishes its requests first`,
      requeueAtMs: sinceMs + drainMs,
      settled: false,
    };
  }
  return step({ type: 'stop', why }, 'Stopping', why, message);
}

function isOutdated(vm: VirtualMachine): boolean {
  return vm.status?.image !== undefined && vm.status.image !== imageOf(vm);
}

/**
 * Why a guest cannot go on in the mode in which it was placed. It goes down and is placed anew: its host may not have the
 * other one.
 */
function modeChange({ spec, status }: VirtualMachine): Leaving | undefined {
  const mode = status?.mode;
  if (mode === undefined) return undefined;
  const leaving = (message: string): Leaving => ({ reason: 'ModeChanging', message, live: false });
  if (spec.mode !== undefined && spec.mode !== mode)
    return leaving(`its mode changes from ${mode} to ${spec.mode}`);
  if (mode === 'Para' && !spec.guest.paravirtualized)
    return leaving('its guest is not paravirtualized any more: it cannot go on in mode Para');
  return undefined;
}

/** A VM that failed stays so until it is started, which asks for a restart as well. */
function hasFailed(vm: VirtualMachine): boolean {
  return vm.status?.phase === 'Failed' && !isRestartAsked(vm);
}

function isRestartAsked(vm: VirtualMachine): boolean {
  const asked = vm.metadata.annotations?.[annotations.restart];
  return asked !== undefined && asked !== vm.status?.restartRequest;
}

function giveUp({ reason, message }: Leaving): Plan {
  return step({ type: 'release', why: reason }, 'Pending', reason, message);
}

function differs(machine: MachineObservation, wanted: Amount): boolean {
  return machine.cpuMillis !== wanted.cpuMillis || machine.memoryBytes !== wanted.memoryBytes;
}

function running(): Plan {
  return { action: { type: 'none' }, phase: 'Running', reason: 'Running', message: 'it runs', settled: true };
}

function rest(phase: Phase, reason: string, message: string): Plan {
  return { action: { type: 'none' }, phase, reason, message, settled: true };
}

function wait(phase: Phase, message: string): Plan {
  return { action: { type: 'none' }, phase, reason: phase, message, settled: false };
}

function step(action: Action, phase: Phase, reason: string, message: string): Plan {
  return { action, phase, reason, message, settled: false };
}
