import { checksUntil } from '../balancing/health.ts';
import {
  type BackendHealth,
  type BackendRequest,
  type BalancerRequest,
  type Operation,
} from '../model/ports.ts';
import { type Actor } from './core.ts';
import { Rank } from './event-queue.ts';
import { type Host } from './hosts.ts';
import { type Machine } from './machine.ts';
import { type OutlierWatch } from './outliers.ts';

/** True when a health check of the machine passes; undefined arguments are things that are not there. */
export function answersChecks(machine: Machine | undefined, host: Host | undefined): boolean {
  return machine !== undefined && host?.state === 'On' && !host.networkLost && machine.works;
}

/**
 * When the backend will change its health, if all stays as it is; undefined: never. Pure.
 *
 * The rule of `balancing/health.ts` with the checks that lie ahead taken together, as nothing comes between them:
 * one check an interval, the first a whole interval from now, and as many as the threshold says. A change already
 * under way is never put off; one that is no longer called for is given up.
 */
export function verdictAtMs(
  backend: { readonly healthy: boolean; readonly verdictAtMs: number | undefined },
  answers: boolean,
  check: BalancerRequest['healthCheck'],
  nowMs: number,
): number | undefined {
  const checks = checksUntil(backend.healthy, answers, check);
  if (checks === 0) return undefined;
  return Math.min(backend.verdictAtMs ?? Infinity, nowMs + checks * check.intervalMs);
}

/** One machine behind one balancer. Only `Balancers` changes one. */
export class Backend implements Actor, BackendHealth {
  readonly rank = Rank.Health;
  readonly id: string;
  token = 0;
  healthy = false;
  /** It has never been healthy. */
  isNew = true;
  /** What its failing requests have led to; undefined while none has failed, or nobody looks. */
  outliers: OutlierWatch | undefined;
  /** When its health changes, if nothing comes in between, ms. */
  verdictAtMs: number | undefined;

  constructor(
    readonly balancer: string,
    public request: BackendRequest,
    private readonly onDue: (backend: Backend) => void,
    private readonly machineOf: (uid: string) => Machine | undefined,
  ) {
    this.id = `${balancer} ${request.machineUid}`;
  }

  get machineUid(): string {
    return this.request.machineUid;
  }

  get turnsAtMs(): number | undefined {
    return this.verdictAtMs;
  }

  get ejectedUntilMs(): number | undefined {
    return this.outliers?.outlier.ejectedUntilMs;
  }

  get draining(): boolean {
    return this.request.draining;
  }

  /** Its checks pass and it is not ejected. */
  get fit(): boolean {
    return this.healthy && this.ejectedUntilMs === undefined;
  }

  /** True while convergence waits for it to come up. */
  get awaited(): boolean {
    return this.verdictAtMs !== undefined && !this.healthy && !this.request.draining;
  }

  fire(): void {
    this.onDue(this);
  }

  operation(): Operation {
    const machine = this.machineOf(this.machineUid)?.request;
    return {
      subject: machine === undefined ? `vm/${this.machineUid}` : `vm/${machine.namespace}/${machine.name}`,
      activity: 'health check',
      endsAtMs: this.verdictAtMs ?? 0,
    };
  }
}
