import { durationMs } from '../base/duration.ts';
import { compareText } from '../base/listing.ts';
import { type ConditionInput, findCondition, isTrue } from '../model/conditions.ts';
import { type LoadBalancer } from '../model/kinds/index.ts';
import { isTerminating, keyOf } from '../model/object.ts';
import { type BalancerObservation, type BalancerRequest } from '../model/ports.ts';
import { controller, type SharedLook } from './controller.ts';
import { isUrgent, looksTheSame, type Member, membersOf, standingOf } from './members.ts';
import { type Turn } from './turn.ts';

const finalizer = 'vctl.dev/balancer';

type Status = NonNullable<LoadBalancer['status']>;
type Backend = NonNullable<Status['backends']>[number];

/** Has requests spread over the VMs that a selector matches, and tells which of them get any. */
export const loadBalancerController = controller<'LoadBalancer'>({
  kind: 'LoadBalancer',
  watches: {
    VirtualMachine: (vm, cache, other) => {
      if (other && looksTheSame(other, vm)) return [];
      const { namespace = '', labels } = vm.metadata;
      const urgent = isUrgent(vm, other);
      return cache.selecting
        .matching('LoadBalancer', namespace, labels)
        .map((balancer) => (urgent || !isLarge(balancer) ? keyOf(balancer) : shared(balancer)));
    },
    // Those that call one which comes or goes.
    LoadBalancer: (called, cache, other) =>
      other
        ? []
        : cache
            .list('LoadBalancer', called.metadata.namespace)
            .filter(({ spec }) => spec.calls?.includes(called.metadata.name))
            .map(keyOf),
  },
  reconcile(object, turn) {
    const name = networkName(object);
    if (isTerminating(object)) {
      turn.world.removeBalancer(name);
      turn.removeFinalizer(object, finalizer);
      return {};
    }
    const balancer = turn.addFinalizer(object, finalizer);
    const { namespace = '' } = balancer.metadata;
    const selected = turn.cache.selectMachines(namespace, balancer.spec.selector);
    const known = turn.world.health(name);
    const members = membersOf(selected, (uid) => known?.get(uid)?.healthy === true);
    turn.world.ensureBalancer(requestOf(balancer, members));
    const found = examine(balancer, members, turn);
    const missing = (balancer.spec.calls ?? []).filter(
      (call) => !turn.cache.get('LoadBalancer', namespace, call),
    );
    report(balancer, found, readiness(found, selected.length, missing), turn);
    return { settled: found.checking === 0 };
  },
});

/** A look walks over all members: from so many on, those that come in the same second of world time share one. */
const largeFrom = 100;
const sharedEveryMs = 1000;

function isLarge({ status }: LoadBalancer): boolean {
  return (status?.backends?.length ?? 0) >= largeFrom;
}

function shared(balancer: LoadBalancer): SharedLook {
  return { key: keyOf(balancer), everyMs: sharedEveryMs };
}

function networkName({ metadata }: LoadBalancer): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function requestOf(balancer: LoadBalancer, members: readonly Member[]): BalancerRequest {
  const { algorithm, serviceTime, healthCheck, calls = [] } = balancer.spec;
  return {
    name: networkName(balancer),
    algorithm,
    serviceTimeMs: durationMs(serviceTime),
    healthCheck: {
      intervalMs: durationMs(healthCheck.interval),
      healthyThreshold: healthCheck.healthyThreshold,
      unhealthyThreshold: healthCheck.unhealthyThreshold,
    },
    backends: members.map(({ uid, weight, draining }) => ({ machineUid: uid, weight, draining })),
    calls: calls.map((call) => `${balancer.metadata.namespace ?? ''}/${call}`),
  };
}

/** What stands behind a load balancer at present. */
interface Findings {
  /** Ordered by name; those that are as before are the same objects as in the status. */
  readonly backends: Backend[];
  readonly ready: number;
  /** Members whose health checks pass, but not often enough yet. */
  readonly checking: number;
}

/** Shares move with every change of the load and are only taken over with the figures. */
function examine(balancer: LoadBalancer, members: readonly Member[], turn: Turn): Findings {
  const name = networkName(balancer);
  const health = turn.world.health(name);
  const before = balancer.status?.backends ?? [];
  const shares = turn.figures ? sharesOf(turn.world.balancer(name)) : undefined;
  let [ready, checking] = [0, 0];
  let next = 0;
  const backends = members.map((member): Backend => {
    // Both are ordered by name.
    while (compareText(before[next]?.name ?? member.name, member.name) < 0) next++;
    const old = before[next]?.name === member.name ? before[next] : undefined;
    const found = health?.get(member.uid);
    const healthy = found?.healthy === true;
    const gets = healthy && !member.draining;
    if (gets) ready++;
    if (!healthy && !member.draining && found?.turnsAtMs !== undefined) checking++;
    const share = gets ? (shares?.get(member.uid) ?? old?.share ?? 0) : 0;
    const same =
      old?.ready === gets &&
      old.weight === member.weight &&
      old.share === share &&
      (old.draining ?? false) === member.draining;
    if (same) return old;
    const draining = member.draining ? { draining: true } : {};
    return { name: member.name, ready: gets, weight: member.weight, share, ...draining };
  });
  return { backends, ready, checking };
}

function sharesOf(seen: BalancerObservation | undefined): Map<string, number> {
  return new Map(seen?.backends.map(({ machineUid, share }) => [machineUid, round(share, 4)]));
}

function readiness(
  { backends, ready, checking }: Findings,
  selected: number,
  missing: readonly string[],
): ConditionInput {
  const not = (reason: string, message: string): ConditionInput => ({
    ...{ type: 'Ready', status: 'False', reason, message },
  });
  if (selected === 0) return not('NoMembers', 'no VM of the namespace matches spec.selector');
  if (ready === 0) {
    const draining = backends.filter((backend) => backend.draining).length;
    const unhealthy = backends.length - draining - checking;
    const parts = [
      [selected - backends.length, 'not running'],
      [checking, 'in the first health checks'],
      [unhealthy, 'not answering health checks'],
      [draining, 'draining'],
    ] as const;
    const text = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
    const all = selected === 1 ? 'the one VM that matches is not ready' : `none of ${selected} VMs is ready`;
    return not('NoReadyBackends', `${all}: ${text.join(', ')}`);
  }
  if (missing.length > 0) {
    const names = missing.map((call) => `"${call}"`).join(', ');
    return not('CallsNotFound', `its requests call ${names}, which the namespace does not have: they fail`);
  }
  const message =
    ready === backends.length
      ? `all ${ready} backends are ready`
      : `${ready} of ${backends.length} are ready`;
  return {
    ...{ type: 'Ready', status: 'True', reason: 'Ready' },
    message: backends.length === 1 ? 'its one backend is ready' : message,
  };
}

function report(balancer: LoadBalancer, found: Findings, ready: ConditionInput, turn: Turn): void {
  const figures = turn.figures ? figuresOf(turn.world.balancer(networkName(balancer))) : {};
  const before = findCondition(balancer.status?.conditions, 'Ready');
  const next = turn.updateStatus(
    balancer,
    { backends: found.backends, readyBackends: found.ready, ...figures },
    [ready],
  );
  if (next === balancer) return;
  for (const name of failures(balancer, found, turn)) {
    turn.event(
      balancer,
      'Warning',
      'BackendFailed',
      `${name} fails its health checks and gets no more requests`,
    );
  }
  if (ready.status === 'True' && before?.status !== 'True')
    turn.event(balancer, 'Normal', 'Ready', ready.message);
  if (ready.status === 'False' && isTrue(balancer.status?.conditions, 'Ready')) {
    turn.event(balancer, 'Warning', ready.reason, ready.message);
  }
}

/** Names of those that got requests until now and do no more, though nobody took them out. */
function failures({ metadata, status }: LoadBalancer, { backends }: Findings, turn: Turn): readonly string[] {
  const stay = new Set(backends.filter(({ ready, draining }) => ready || draining).map(({ name }) => name));
  const lost = status?.backends?.filter(({ name, ready }) => ready && !stay.has(name)) ?? [];
  return lost
    .map(({ name }) => turn.cache.get('VirtualMachine', metadata.namespace ?? '', name))
    .filter((vm) => vm && ['Serves', 'Off'].includes(standingOf(vm)))
    .map((vm) => vm?.metadata.name ?? '');
}

/** Measured: requests a second, share of errors, latency in ms (absent when nothing was answered). */
function figuresOf(seen: BalancerObservation | undefined): Partial<Status> {
  if (!seen) return {};
  const { meanMs, p50Ms, p95Ms, p99Ms } = seen.latency;
  const latency = {
    mean: round(meanMs, 1),
    p50: round(p50Ms, 1),
    p95: round(p95Ms, 1),
    p99: round(p99Ms, 1),
  };
  return {
    requestsPerSecond: round(seen.requestsPerSecond, 2),
    errorRate: round(seen.errorRate, 6),
    latency: meanMs > 0 ? latency : undefined,
  };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
