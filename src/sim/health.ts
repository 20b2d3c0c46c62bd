import { type BackendRequest, type BalancerRequest, type Operation } from '../model/ports.ts';
import { type Actor } from './core.ts';
import { Rank } from './event-queue.ts';
import { type Host } from './hosts.ts';
import { isServing, type Machine } from './machine.ts';

/**
 * What a health check finds: `Up` answers, `Refused` answers that nothing is there (at once), and `Silent`
 * answers nothing until the check times out.
 */
export type Reach = 'Up' | 'Refused' | 'Silent';

/** How a machine answers; undefined arguments are things that are not there. */
export function reachOf(machine: Machine | undefined, host: Host | undefined): Reach {
  if (machine === undefined || host?.state !== 'On' || !isServing(machine.state)) return 'Refused';
  return host.networkLost ? 'Silent' : 'Up';
}

/**
 * When the backend will change its health, if all stays as it is; undefined: never. Pure.
 *
 * A backend comes up after `healthyThreshold` checks that pass and goes after `unhealthyThreshold` that time out,
 * one an interval. A refused connection needs no second look: it goes with the next check, which is at most an
 * interval away (and counted as a whole one). A change already under way is never put off.
 */
export function verdictAtMs(
  backend: { readonly healthy: boolean; readonly verdictAtMs: number | undefined },
  reach: Reach,
  check: BalancerRequest['healthCheck'],
  nowMs: number,
): number | undefined {
  const up = reach === 'Up';
  if (up === backend.healthy) return undefined;
  const checks = up ? check.healthyThreshold : reach === 'Refused' ? 1 : check.unhealthyThreshold;
  return Math.min(backend.verdictAtMs ?? Infinity, nowMs + Math.max(1, checks) * check.intervalMs);
}

/** One machine behind one balancer. Only `Balancers` changes one. */
export class Backend implements Actor {
  readonly rank = Rank.Health;
  readonly id: string;
  token = 0;
  healthy = false;
  /** When its health changes, if nothing comes in between, ms. */
  verdictAtMs: number | undefined;
  /** Share of the balancer's requests that goes to it at present, 0..1. */
  share = 0;

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
