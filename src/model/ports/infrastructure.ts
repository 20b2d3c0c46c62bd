/** The port to the machines and the network: requests that return at once, and what breaks. */
import {
  type HostObservation,
  type HostRequest,
  type MachineObservation,
  type MachineRequest,
} from './machines.ts';
import {
  type BackendHealth,
  type BalancerRequest,
  type NetworkName,
  type RouteRequest,
  type TrafficRequest,
} from './network.ts';

export type FaultType = 'Crash' | 'Slow' | 'NetworkLoss';

export interface FaultRequest {
  readonly hostUid: string;
  readonly type: FaultType;
  /** Repairs itself after this long; absent: stays until cleared. */
  readonly forMs?: number;
  /** For Slow: share of normal speed that is left. */
  readonly speed?: number;
}

export type Acceptance = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/**
 * The machines and the network. Every request is idempotent and returns at once; what it starts takes world
 * time and shows in the observations. A request that cannot be obeyed in the present state is refused with
 * a reason, never thrown. So is what is asked of a host that does not answer.
 */
export interface Infrastructure {
  host(uid: string): HostObservation | undefined;
  /** Switches a host on, or tells the world of changed facts about one that is on. */
  ensureHost(request: HostRequest): void;
  /** Switches it off and forgets it; machines still on it are lost. */
  removeHost(uid: string): void;
  inject(fault: FaultRequest): Acceptance;
  /** Ends every fault of the host; a crashed one powers on again. */
  clearFaults(hostUid: string): Acceptance;

  /** What is known of it: of one on a host that has fallen silent, what it was before, until that is noticed. */
  machine(uid: string): MachineObservation | undefined;
  provision(request: MachineRequest): Acceptance;
  start(uid: string): Acceptance;
  stop(uid: string): Acceptance;
  /** Live; refused where the hypervisor cannot. */
  resize(uid: string, cpuMillis: number, memoryBytes: number): Acceptance;
  /** Changes a machine that is Stopped. */
  reshape(uid: string, cpuMillis: number, memoryBytes: number): Acceptance;
  /** Pre-copy live migration. */
  migrate(uid: string, targetHostUid: string): Acceptance;
  /** Removes it in any state, at once. */
  destroy(uid: string): void;

  ensureBalancer(request: BalancerRequest): void;
  /** Health of the machines behind a balancer, by uid, at no cost; it is live: what changes later shows in it. */
  health(name: NetworkName): ReadonlyMap<string, BackendHealth> | undefined;
  /** True while so few backends of a balancer are healthy that all get requests. Costs a walk over the backends. */
  isPanicking(name: NetworkName): boolean;
  removeBalancer(name: NetworkName): void;
  ensureRoute(request: RouteRequest): void;
  removeRoute(name: NetworkName): void;
  ensureTraffic(request: TrafficRequest): void;
  removeTraffic(name: NetworkName): void;
}
