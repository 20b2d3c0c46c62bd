/** What a load balancer's status says: its backends, whether it serves, its figures. Nothing here writes. */
import { toTimestamp } from '../../base/clock.ts';
import { compareText } from '../../base/listing.ts';
import { type Condition, type ConditionInput, findCondition } from '../../model/conditions.ts';
import { type LoadBalancer } from '../../model/kinds/index.ts';
import { type BalancerObservation, type Infrastructure, type Metrics } from '../../model/ports.ts';
import { balancerName } from './balancer-request.ts';
import { type Member } from './members.ts';

type Status = NonNullable<LoadBalancer['status']>;
type Backend = NonNullable<Status['backends']>[number];

/** What stands behind a load balancer at present. */
export interface Findings {
  /** Ordered by name; those that are as before are the same objects as in the status. */
  readonly backends: Backend[];
  readonly ready: number;
  /** Members whose health checks pass, but not often enough yet. */
  readonly checking: number;
  /** So few are healthy that all get requests. */
  readonly panic: boolean;
}

/** Shares move with every change of the load and are only taken over with the figures. */
export function examine(
  balancer: LoadBalancer,
  members: readonly Member[],
  world: Infrastructure & Metrics,
  figures: boolean,
): Findings {
  const name = balancerName(balancer);
  const health = world.health(name);
  const before = balancer.status?.backends ?? [];
  const panic = world.isPanicking(name);
  const shares = figures ? sharesOf(world.balancer(name)) : undefined;
  let [ready, checking] = [0, 0];
  let next = 0;
  const backends = members.map((member): Backend => {
    // Both are ordered by name.
    while (compareText(before[next]?.name ?? member.name, member.name) < 0) next++;
    const old = before[next]?.name === member.name ? before[next] : undefined;
    const found = health?.get(member.uid);
    const healthy = found?.healthy === true;
    const gets = healthy && !member.draining && found.ejectedUntilMs === undefined;
    if (gets) ready++;
    if (!healthy && !member.draining && found?.turnsAtMs !== undefined) checking++;
    const mayGet = gets || (panic && !member.draining);
    const share = mayGet ? (shares?.get(member.uid) ?? old?.share ?? 0) : 0;
    return backendOf(member, { ready: gets, share, ejectedUntilMs: found?.ejectedUntilMs }, old);
  });
  return { backends, ready, checking, panic };
}

/** The entry of a member; `old` itself when it says the same. */
function backendOf(
  { name, weight, draining }: Member,
  now: { readonly ready: boolean; readonly share: number; readonly ejectedUntilMs: number | undefined },
  old: Backend | undefined,
): Backend {
  const { ready, share } = now;
  const ejectedUntil = now.ejectedUntilMs === undefined ? undefined : toTimestamp(now.ejectedUntilMs);
  const same =
    old?.ready === ready &&
    old.weight === weight &&
    old.share === share &&
    (old.draining ?? false) === draining &&
    old.ejectedUntil === ejectedUntil;
  if (same) return old;
  return {
    ...{ name, ready, weight, share },
    ...(draining ? { draining: true } : {}),
    ...(ejectedUntil === undefined ? {} : { ejectedUntil }),
  };
}

function sharesOf(seen: BalancerObservation | undefined): Map<string, number> {
  return new Map(seen?.backends.map(({ machineUid, share }) => [machineUid, round(share, 4)]));
}

/** Whether it serves, and if not, what its members are at. `selected` are the VMs that its selector matches. */
export function readiness(
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
    const ejected = backends.filter((backend) => backend.ejectedUntil && !backend.draining).length;
    const unhealthy = backends.length - draining - checking - ejected;
    const parts = [
      [selected - backends.length, 'not running'],
      [checking, 'in the first health checks'],
      [unhealthy, 'not answering health checks'],
      [ejected, 'ejected because requests to them failed'],
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

/** The condition `Panic`, for those that are in it or have ever been. */
export function panicCondition(
  { spec }: LoadBalancer,
  { panic }: Findings,
  before: readonly Condition[] | undefined,
): readonly ConditionInput[] {
  if (panic) {
    const message = `fewer than ${spec.panicThreshold} of the backends are healthy: health is not believed, and all of them get requests`;
    return [{ type: 'Panic', status: 'True', reason: 'TooFewHealthy', message }];
  }
  if (!findCondition(before, 'Panic')) return [];
  const message = 'only healthy backends get requests';
  return [{ type: 'Panic', status: 'False', reason: 'EnoughHealthy', message }];
}

/** Measured: requests a second, share of errors, latency in ms (absent when nothing was answered). */
export function figuresOf(seen: BalancerObservation | undefined): Partial<Status> {
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
    backlog: round(seen.backlog, 0),
    refused: round(seen.totalRefused, 0),
    timedOut: round(seen.totalTimedOut, 0),
    latency: meanMs > 0 ? latency : undefined,
    movedKeys: seen.movedKeys === undefined ? undefined : round(seen.movedKeys, 4),
  };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
