import { formatDuration } from '../../base/duration.ts';
import { formatCpu, formatMemory, humanMemory } from '../../base/quantity.ts';
import { type ConditionInput, findCondition } from '../../model/conditions.ts';
import { deepEqual } from '../../base/deep.ts';
import { type Host, type VirtualMachine } from '../../model/kinds/index.ts';
import { isTerminating } from '../../model/object.ts';
import { type HostObservation, type HostUsage, type Metrics } from '../../model/ports.ts';
import { shownShare } from '../../engine/figures.ts';
import { allocatableOf, hostRequest, mismatchOf } from './facts.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { controller, type FigureStanding, type Result } from '../../engine/controller.ts';
import { type Turn } from '../../engine/turn.ts';
import { countMachinesOn, isHeld, machinesOn } from '../machines/lookup.ts';
import { hostsWith } from './lookup.ts';
import { amountOf, type Amount } from '../../model/amount.ts';

const finalizer = 'vctl.dev/host';

type Phase = NonNullable<NonNullable<Host['status']>['phase']>;

interface Standing {
  readonly phase: Phase;
  readonly ready: Pick<ConditionInput, 'status' | 'reason' | 'message'>;
  readonly settled: boolean;
}

/** Keeps a physical machine switched on and tells what it has for guests. */
export const hostController = controller<'Host'>({
  kind: 'Host',
  figureStanding,
  watches: {
    Hypervisor: (hypervisor, cache) =>
      hostsWith(cache, hypervisor.metadata.name).map((host) => ({
        kind: 'Host',
        namespace: '',
        name: host.metadata.name,
      })),
    VirtualMachine: (vm, cache, other) =>
      [vm.status?.host, vm.status?.migrationTarget]
        .filter((name) => name !== undefined && (!isAlike(vm, other) || isLeft(name, cache)))
        .map((name = '') => ({ kind: 'Host', namespace: '', name })),
  },
  reconcile(object, turn) {
    if (isTerminating(object)) return retire(object, turn);
    const host = turn.addFinalizer(object, finalizer);
    const hypervisor = turn.cache.get('Hypervisor', '', host.spec.hypervisor);
    const mismatch = hypervisor ? mismatchOf(host, hypervisor) : undefined;
    if (!hypervisor || mismatch !== undefined) {
      const reason = hypervisor ? 'HypervisorMismatch' : 'HypervisorNotFound';
      const message =
        mismatch ?? `there is no Hypervisor "${host.spec.hypervisor}": apply one, or change spec.hypervisor`;
      turn.updateStatus(host, { phase: 'Pending' }, [{ type: 'Ready', status: 'False', reason, message }]);
      return {};
    }
    turn.world.ensureHost(hostRequest(host, hypervisor));
    const observation = turn.world.host(host.metadata.uid ?? '');
    const standing = standingOf(host, observation, turn.nowMs);
    const { architecture } = hypervisor.spec;
    const next = report(host, turn, standing, allocatableOf(host, hypervisor), architecture);
    tell(next, host.status?.phase, observation, turn);
    return { settled: standing.settled, rests: true };
  },
});

function figureStanding({ metadata, status }: Host, world: Metrics): FigureStanding {
  const usage = measuredUsage(metadata.uid ?? '', status?.phase, world);
  return usage === undefined || shownShare(usage.utilization) === status?.utilization ? 'Fresh' : 'Stale';
}

/** What is measured of a host. Nobody can ask one that passes for ready and does not answer. */
function measuredUsage(uid: string, phase: Phase | undefined, world: Metrics): HostUsage | undefined {
  return phase === 'Ready' && !world.isReachable(uid) ? undefined : world.hostUsage(uid);
}

/** True when the VM takes the same of the same hosts. */
function isAlike(vm: VirtualMachine, other: VirtualMachine | undefined): boolean {
  const [now, then] = [vm.status, other?.status];
  return (
    now?.host === then?.host &&
    now?.migrationTarget === then?.migrationTarget &&
    deepEqual(now?.resources, then?.resources)
  );
}

/** A host that is to go waits for its VMs, and tells how they are getting on. */
function isLeft(name: string, cache: ObjectCache): boolean {
  const host = cache.get('Host', '', name);
  return host !== undefined && isTerminating(host);
}

function report(
  host: Host,
  turn: Turn,
  { phase, ready }: Standing,
  allocatable: Amount,
  architecture: 'Hosted' | 'BareMetal',
): Host {
  const { uid = '' } = host.metadata;
  const allocated = turn.placer.allocated(host.metadata.name);
  const usage = turn.figures ? measuredUsage(uid, phase, turn.world) : undefined;
  return turn.updateStatus(
    host,
    {
      phase,
      architecture,
      capacity: quantities(amountOf(host.spec.capacity)),
      allocatable: quantities(allocatable),
      allocated: quantities(allocated),
      virtualMachines: countMachinesOn(turn.cache, host.metadata.name),
      ...(usage ? { utilization: shownShare(usage.utilization) } : {}),
    },
    [{ type: 'Ready', ...ready }, ...withinCapacity(host, allocated, allocatable)],
  );
}

/**
 * Whether it can keep what it has promised: a capacity, a reservation or an overcommitment may change under its VMs.
 * Nothing is said of a host that never was short.
 */
function withinCapacity({ status }: Host, allocated: Amount, allocatable: Amount): ConditionInput[] {
  const type = 'WithinCapacity';
  const short = [
    allocated.cpuMillis > allocatable.cpuMillis
      ? `${formatCpu(allocated.cpuMillis)} CPU of ${formatCpu(allocatable.cpuMillis)}`
      : '',
    allocated.memoryBytes > allocatable.memoryBytes
      ? `${humanMemory(allocated.memoryBytes)} memory of ${humanMemory(allocatable.memoryBytes)}`
      : '',
  ].filter(Boolean);
  if (short.length > 0) {
    const message = `its VMs have been promised ${short.join(' and ')}: they stay, and nothing more is placed here`;
    return [{ type, status: 'False', reason: 'OverAllocated', message }];
  }
  if (!findCondition(status?.conditions, type)) return [];
  return [{ type, status: 'True', reason: 'Fits', message: 'it has what its VMs have been promised' }];
}

/** The event for a new phase; for a silence, with how long nobody noticed it. */
function tell(
  host: Host,
  before: Phase | undefined,
  observation: HostObservation | undefined,
  turn: Turn,
): void {
  const { phase, conditions } = host.status ?? {};
  if (phase === before) return;
  const { message = '' } = findCondition(conditions, 'Ready') ?? {};
  if (phase === 'Ready') turn.event(host, 'Normal', 'HostReady', message);
  const since = observation?.silentSinceMs;
  const isMissed = phase === 'NotReady' || (phase === 'PoweringOn' && before === 'Ready');
  if (!isMissed) return;
  const noticed =
    since === undefined
      ? ''
      : since === turn.nowMs
        ? '; noticed at once'
        : `; noticed after ${formatDuration(turn.nowMs - since)}`;
  turn.event(host, 'Warning', 'HostNotReady', `${message}${noticed}`);
}

function standingOf(host: Host, observation: HostObservation | undefined, nowMs: number): Standing {
  const name = host.metadata.name;
  const notReady = (reason: string, message: string): Standing => ({
    phase: 'NotReady',
    ready: { status: 'False', reason, message },
    settled: true,
  });
  if (!observation || observation.state === 'PoweringOn') {
    return {
      phase: 'PoweringOn',
      ready: { status: 'False', reason: 'PoweringOn', message: `${name} is powering on` },
      settled: false,
    };
  }
  const repair =
    observation.repairAtMs === undefined
      ? `until "vctl fault host/${name} --clear"`
      : `for another ${formatDuration(observation.repairAtMs - nowMs)}`;
  if (observation.state === 'Crashed')
    return notReady('Crashed', `${name} has crashed and stays down ${repair}`);
  if (observation.networkLost) return notReady('NetworkLost', `${name} cannot be reached ${repair}`);
  const speed =
    observation.speed < 1 ? `, at ${Math.round(observation.speed * 100)} % of its speed ${repair}` : '';
  return {
    phase: 'Ready',
    ready: { status: 'True', reason: 'Ready', message: `${name} is on${speed}` },
    settled: true,
  };
}

/** A host goes once its VMs have moved away; they see its deletion and leave. */
function retire(host: Host, turn: Turn): Result {
  const residents = machinesOn(turn.cache, host.metadata.name);
  if (residents.length > 0) {
    turn.updateStatus(host, { phase: 'Terminating', virtualMachines: residents.length }, [
      {
        type: 'Ready',
        status: 'False',
        reason: 'Draining',
        message: `${residents.length} ${residents.length > 1 ? 'VMs have' : 'VM has'} to leave first: ${residents[0]?.metadata.name}${residents.length > 1 ? ', …' : ''}`,
      },
    ]);
    // Nobody leaves a host that is cut off: they go once it can be reached again.
    const isCutOff = turn.world.host(host.metadata.uid ?? '')?.networkLost === true;
    const waits = residents.some((vm) => vm.status?.phase === 'Pending') || residents.every(isHeld);
    return { settled: isCutOff || waits };
  }
  turn.world.removeHost(host.metadata.uid ?? '');
  turn.removeFinalizer(host, finalizer);
  return {};
}

function quantities(amount: Amount): { cpu: string; memory: string } {
  return { cpu: formatCpu(amount.cpuMillis), memory: formatMemory(amount.memoryBytes) };
}
