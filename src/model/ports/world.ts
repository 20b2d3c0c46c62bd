/** What is measured, and a world whose time the engine moves. */
import { type Histogram } from '../../base/histogram.ts';
import { type Infrastructure } from './infrastructure.ts';
import {
  type BalancerObservation,
  type FlowObservation,
  type NetworkName,
  type RouteObservation,
} from './network.ts';
import { type PrivateEntry } from './store.ts';

/** One machine's load in the last step. */
export interface MachineUsage {
  /** CPU that it used, millicores of its host. */
  readonly cpuMillis: number;
  /** Share of its own vCPUs, 0..1. */
  readonly utilization: number;
  readonly memoryBytes: number;
  readonly requestsPerSecond: number;
  /** The step's end, ms of world time. */
  readonly sampledAtMs: number;
}

/** One machine's load at present. */
export interface MachineLoad {
  /** CPU in use, and the size of the machine, millicores. */
  readonly usedMillis: number;
  readonly sizeMillis: number;
}

export interface HostUsage {
  readonly utilization: number;
  readonly watts: number;
}

/** Whose requests: those of a balancer, of a route, or of all traffic, each once (but that straight to machines). */
export type RequestSubject =
  { readonly type: 'Balancer' | 'Route'; readonly name: NetworkName } | { readonly type: 'All' };

/** What has become of single requests in a load step. Those that end in it may have come before it. */
export interface RequestWindow {
  readonly arrived: number;
  readonly answered: number;
  /** All that ended without an answer; the next three are among them. */
  readonly failed: number;
  /** By full queues. */
  readonly refused: number;
  /** Given up waiting. */
  readonly timedOut: number;
  /** By a quota. */
  readonly throttled: number;
  /** Requests that wait now: at a balancer's backends, of a route in any tier, or of all. */
  readonly waiting: number;
  /** Of those answered, ms. It holds until time moves on. */
  readonly latencies: Histogram;
}

/** What is measured. Absent where nothing was sampled yet. */
export interface Metrics {
  /** Absent also while nobody can ask: its host is out of reach. */
  machineUsage(uid: string): MachineUsage | undefined;
  /** What a machine does now, where `machineUsage` tells of the last step. Absent while it is off. */
  machineLoad(uid: string): MachineLoad | undefined;
  /** True while requests to the machine reach it: it works, on a host that is on and can be reached. */
  answers(machineUid: string): boolean;
  /** True while the host is on and the network to it is sound, whether or not anybody knows otherwise. */
  isReachable(hostUid: string): boolean;
  hostUsage(uid: string): HostUsage | undefined;
  balancer(name: NetworkName): BalancerObservation | undefined;
  route(name: NetworkName): RouteObservation | undefined;
  /** What `balancer` says of its requests alone, for who asks at every step. */
  balancerFlow(name: NetworkName): FlowObservation | undefined;
  /** What `route` says of its requests alone. */
  routeFlow(name: NetworkName): FlowObservation | undefined;
  /**
   * The requests of the step under way up to now or, when it has just ended, of that. Only of a world that plays every
   * single request; undefined in all others.
   */
  requestWindow(of: RequestSubject): RequestWindow | undefined;
  /** Of the traffic's last step: what it offered, in its unit. */
  traffic(name: NetworkName): { readonly offered: number } | undefined;
}

/** Something happened in the world that a controller should look at. */
export type WorldChange =
  | { readonly type: 'Host'; readonly name: string }
  | { readonly type: 'Machine'; readonly namespace: string; readonly name: string }
  | { readonly type: 'Balancer'; readonly name: NetworkName };

/** An operation that takes world time and that convergence waits for. */
export interface Operation {
  /** As `vm/saas/crm-db-0`. */
  readonly subject: string;
  /** As `provisioning image`, `booting`, `migrating`, `health check`. */
  readonly activity: string;
  readonly endsAtMs: number;
}

/** A world whose time the engine moves. */
export interface World extends Infrastructure, Metrics {
  readonly nowMs: number;
  /** When something next happens by itself (an operation ends, a load step is due); undefined: never. */
  nextEventAtMs(): number | undefined;
  /**
   * Lets everything before `timeMs` happen of which `nextEventAtMs` does not tell, for who looks at the figures just
   * before that. `timeMs` is not after the next event.
   */
  approach(timeMs: number): void;
  /** Lets everything up to and including `timeMs` happen, and makes that the present. */
  advanceTo(timeMs: number): void;
  /** What has happened since the last call, without duplicates, in a stable order. */
  takeChanges(): readonly WorldChange[];
  /** The entries that have changed since the last call, to be stored with the objects of the same turn. */
  takeDirty(): readonly PrivateEntry[];
  /**
   * Uids of the machines whose sample and of the hosts whose utilization has changed since the last call, in no
   * particular order. Machines that are sampled for the first time are not among them.
   */
  takeMoved(): { readonly machines: readonly string[]; readonly hosts: readonly string[] };
  /** Marks what is stored lazily (measured figures) as changed, so that the next `takeDirty` holds all. */
  checkpoint(): void;
  /** Forgets the requests that wait or are under way, without counting them: as if traffic began only now. */
  forgetRequests(): void;
  /** Operations under way, the one that ends last first. */
  operations(): readonly Operation[];
  operationCount(): number;
}
