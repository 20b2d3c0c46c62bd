/** What `vctl fault` does: something breaks in the world, or is mended; no object is written. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Kind } from '../../model/kinds/index.ts';
import { type VirtualMachine } from '../../model/kinds/index.ts';
import { type Acceptance, type FaultType, type World } from '../../model/ports.ts';
import { type ActOptions, type ActReport, reportOf } from '../apply/act.ts';
import { type Engine } from '../engine.ts';
import { type FollowRequest, measured, timeoutOf, withEngine } from '../apply/follow.ts';
import { getObject } from '../resources.ts';
import { type State } from '../state.ts';

export interface FaultRequest extends FollowRequest {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
  /** Ends every fault instead. */
  readonly clear: boolean;
  readonly type?: FaultType;
  /** As `30m`; absent: until cleared. */
  readonly for?: string;
  /** For Slow: share of normal speed that is left, above 0 and below 1. */
  readonly speed?: number;
}

/** An engine that lost a race reads the world anew, and with it forgets a fault that was not stored yet. */
const maxAttempts = 5;

/**
 * @throws UserError (usage) for what cannot fail and for flags that contradict each other, UserError when the
 * world refuses; ApiError NotFound.
 */
export async function fault(
  state: State,
  request: FaultRequest,
  options: ActOptions = {},
): Promise<ActReport> {
  const timeoutMs = timeoutOf(request.timeout);
  checkFlags(request);
  await refuseOtherKinds(state, request);
  const host = await getObject(state.store, 'Host', request.name, '');
  const uid = host.metadata.uid ?? '';
  return withEngine(state, options, async (engine) => {
    const world = await knowing(engine, uid);
    const isSound = world.isReachable(uid) && world.host(uid)?.speed === 1;
    await strike(engine, uid, request);
    const action = !request.clear ? wordOf(request) : isSound ? 'has no fault' : 'repaired';
    const report: ActReport = { objects: [reportOf(host, action)] };
    options.onWritten?.(report);
    if (!request.wait) return report;
    return { ...report, run: await measured(engine, () => engine.settle(timeoutMs)) };
  });
}

/** Tells the world, and lets a turn pass at standing time so that it is durable. */
async function strike(engine: Engine, uid: string, request: FaultRequest): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const world = await knowing(engine, uid);
    const answer = ask(world, uid, request);
    if (!answer.ok) throw new UserError(`host/${request.name}: ${answer.reason}`);
    await engine.advance(0);
    if (engine.manager.world === world) return;
  }
  throw new UserError('other processes write to this state all the time: the fault could not be stored', {
    exitCode: ExitCode.Conflict,
  });
}

/** The world, once it knows the host: one that the engine has not looked at yet is not in it. */
async function knowing(engine: Engine, uid: string): Promise<World> {
  if (!engine.manager.world.host(uid)) await engine.advance(0);
  return engine.manager.world;
}

function ask(world: World, hostUid: string, request: FaultRequest): Acceptance {
  if (request.clear) return world.clearFaults(hostUid);
  const type = request.type ?? 'Crash';
  const forMs = request.for === undefined ? undefined : timeoutOf(request.for);
  return world.inject({ hostUid, type, forMs, speed: request.speed });
}

function wordOf({ type, for: duration, speed }: FaultRequest): string {
  const until = duration === undefined ? 'until it is cleared' : `for ${duration}`;
  switch (type ?? 'Crash') {
    case 'Crash':
      return `crashed ${until}`;
    case 'Slow':
      return `slowed down${speed === undefined ? '' : ` to ${Math.round(speed * 100)} %`} ${until}`;
    case 'NetworkLoss':
      return `cut off from the network ${until}`;
  }
}

function checkFlags({ clear, type, for: duration, speed }: FaultRequest): void {
  const wrong =
    clear && (type ?? duration ?? speed) !== undefined
      ? '--clear ends every fault and takes no other flag'
      : !clear && type === undefined
        ? 'say what fails with --type, or end all faults with --clear'
        : speed !== undefined && type !== 'Slow'
          ? '--speed belongs to --type Slow'
          : speed !== undefined && !(speed > 0 && speed < 1)
            ? `--speed is the share of normal speed that is left, between 0 and 1, not ${speed}`
            : undefined;
  if (wrong !== undefined) {
    throw new UserError(wrong, {
      exitCode: ExitCode.Usage,
      nextSteps: ['vctl fault host/NAME --type Crash --for 30m', 'vctl fault host/NAME --clear'],
    });
  }
  if (duration !== undefined) timeoutOf(duration);
}

/** Only hosts fail; for a VM, its host is what to break. */
async function refuseOtherKinds(state: State, { kind, name, namespace, type }: FaultRequest): Promise<void> {
  if (kind === 'Host') return;
  const steps = ['vctl get hosts'];
  if (kind === 'VirtualMachine') {
    const vm = (await getObject(state.store, kind, name, namespace)) as VirtualMachine;
    const host = vm.status?.host;
    if (host !== undefined) steps.unshift(`vctl fault host/${host} --type ${type ?? 'Crash'}`);
    steps.unshift(`vctl restart ${name}`);
  }
  throw new UserError(`faults are of hosts, not of a ${kind}: what runs on a host fails with it`, {
    exitCode: ExitCode.Usage,
    nextSteps: steps,
  });
}
