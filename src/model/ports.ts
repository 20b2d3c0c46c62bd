/**
 * The interfaces by which the parts know each other: `Store` (what is wanted and what was seen),
 * `Infrastructure` and `Metrics` (what is there). A simulator or a real provider stands behind the last
 * two without the controllers noticing.
 */
import { type ApiError } from '../base/errors.ts';
import { type KubeObject, type ObjectKey } from './object.ts';
import { type Propagation } from './lifecycle.ts';
import { type LabelSelector } from './selectors.ts';

// ---------------------------------------------------------------- store

/** One change to one object. The store carries the first three through the rules of `lifecycle.ts`. */
export type Write =
  | { readonly type: 'create'; readonly object: KubeObject }
  /** `metadata.resourceVersion` and `metadata.uid`, when present, are preconditions. */
  | { readonly type: 'update'; readonly object: KubeObject }
  | {
      readonly type: 'delete';
      readonly key: ObjectKey;
      readonly resourceVersion?: string;
      readonly uid?: string;
      readonly propagation?: Propagation;
    }
  /**
   * Already carried through the lifecycle by a writer that knows the whole state (the engine): stored with
   * the next revision as it is. Only allowed in a batch with `expectedRevision`.
   */
  | { readonly type: 'put'; readonly object: KubeObject }
  | { readonly type: 'remove'; readonly key: ObjectKey };

/** A private entry is state that is no API object: the simulated world, the seed, inventories. */
export interface PrivateEntry {
  readonly key: string;
  /** A plain JSON value; undefined deletes the entry. */
  readonly value: unknown;
}

/** Writes that happen together or not at all. Each write that changes something takes the next revision. */
export interface Batch {
  readonly writes: readonly Write[];
  readonly private?: readonly PrivateEntry[];
  /** When given and not the store's revision, the batch fails with Conflict and nothing is written. */
  readonly expectedRevision?: number;
  /** World time, for creation and deletion timestamps. Milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

export interface Committed {
  /** The store's revision after the batch. */
  readonly revision: number;
  /** The outcome of each write, in order: `object` is as stored (or as it was, when removed). */
  readonly outcomes: readonly {
    readonly type: 'put' | 'remove' | 'unchanged';
    readonly object: KubeObject;
  }[];
}

/** A step of the store's history. `object` is the state after the change, or the last one before removal. */
export interface Change {
  readonly revision: number;
  readonly type: 'Added' | 'Modified' | 'Deleted';
  readonly object: KubeObject;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly selector?: LabelSelector;
}

export interface Listing {
  /** Ordered by namespace, then name, by code units. */
  readonly items: readonly KubeObject[];
  readonly revision: number;
}

/**
 * Versioned objects with one monotonic revision for the whole store. Conflicts, misses and duplicates are
 * `ApiError`s. Objects handed out are never mutated by the store and must not be by the caller; nor must
 * objects and private values once they were handed in.
 */
export interface Store {
  /** The revision of the newest write; 0 for a new store. */
  revision(): Promise<number>;
  get(key: ObjectKey): Promise<KubeObject | undefined>;
  list(kind: string, options?: ListOptions): Promise<Listing>;
  /** Atomic and visible to every reader once resolved; durable once `flush` resolves after it. */
  commit(batch: Batch): Promise<Committed>;
  /**
   * The changes after `revision`, oldest first, at most `limit`.
   * @throws ApiError Expired when the store no longer remembers that far back; Timeout when `revision` is
   * still to come.
   */
  changes(revision: number, limit?: number): Promise<readonly Change[]>;
  /**
   * Calls `listener` with each change after `revision`, in order, those already there first.
   * Changes made by other processes arrive too, within a second. The result ends the watch.
   *
   * A watch that falls so far behind that changes are forgotten before it saw them (another process wrote
   * very much at once) ends: `onEnd` is told, and the caller has to list again.
   * @throws ApiError Expired as `changes` does.
   */
  watch(
    revision: number,
    listener: (change: Change) => void,
    onEnd?: (error: ApiError) => void,
  ): Promise<() => void>;
  getPrivate(key: string): Promise<unknown>;
  /** Private entries whose key starts with `prefix`, in the order of their keys. */
  listPrivate(prefix: string): Promise<readonly PrivateEntry[]>;
  /**
   * Replaces one private entry by what `update` makes of it, with no other writer in between; undefined
   * deletes it, an `update` that throws leaves it. Resolves to the new value. Takes no revision.
   */
  transactPrivate(key: string, update: (current: unknown) => unknown): Promise<unknown>;
  /** Resolves once all that was committed is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- infrastructure

export type Architecture = 'Hosted' | 'BareMetal';
export type VirtualizationMode = 'Full' | 'Para';
export type WorkloadProfile = 'Compute' | 'Build' | 'Web' | 'Database' | 'Oltp' | 'FileServer';

/** What the world has to know of a hypervisor product to behave like it. */
export interface HypervisorTraits {
  readonly name: string;
  readonly architecture: Architecture;
  readonly liveMigration: boolean;
  readonly cpuHotplug: boolean;
  readonly memoryHotplug: boolean;
  /** Overrides of the performance model's parameters (`Hypervisor.spec.performance`). */
  readonly performance: Readonly<Record<string, unknown>>;
}

/** A physical machine to have switched on. CPU is in millicores of physical cores, memory in bytes. */
export interface HostRequest {
  readonly uid: string;
  readonly name: string;
  readonly hypervisor: HypervisorTraits;
  readonly hardwareAssist: boolean;
  /** Physical capacity, before any reservation. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** What the host OS and the VMM take for themselves: not available to guests. */
  readonly reservedCpuMillis: number;
  readonly reservedMemoryBytes: number;
  readonly pricePerHour: number;
  readonly idleWatts: number;
  readonly maxWatts: number;
}

export type HostState = 'PoweringOn' | 'On' | 'Crashed';

export interface HostObservation {
  readonly uid: string;
  readonly name: string;
  readonly state: HostState;
  /** Network unreachable (fault NetworkLoss): machines run, requests to them fail. */
  readonly networkLost: boolean;
  /** Share of normal speed, 1 when no fault Slow is in force. */
  readonly speed: number;
  /** When the present fault repairs itself, in ms of world time; absent when it stays until cleared. */
  readonly repairAtMs?: number;
  readonly bootCount: number;
}

/** A guest to have on a host. The world copies the image there, then holds the machine stopped. */
export interface MachineRequest {
  readonly uid: string;
  /** Of the VirtualMachine object, so that changes in the world can be told to its controller. */
  readonly namespace: string;
  readonly name: string;
  readonly hostUid: string;
  readonly mode: VirtualizationMode;
  readonly guestOS: string;
  readonly imageBytes: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly profile: WorkloadProfile;
}

/**
 * `Absent` machines have no observation. `Lost` means that its host crashed under it: what ran is gone, and
 * only `destroy` is left to do.
 */
export type MachineState =
  'Provisioning' | 'Stopped' | 'Booting' | 'Running' | 'Resizing' | 'Migrating' | 'Stopping' | 'Lost';

export interface MachineObservation {
  readonly uid: string;
  readonly hostUid: string;
  readonly state: MachineState;
  readonly mode: VirtualizationMode;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** When the guest last became usable, ms of world time. */
  readonly startedAtMs?: number;
  /** When the operation under way will be done, ms of world time. */
  readonly operationEndsAtMs?: number;
  /** Where a migration goes. */
  readonly targetHostUid?: string;
  readonly bootCount: number;
}

export type BalancingAlgorithm =
  'RoundRobin' | 'WeightedRoundRobin' | 'LeastRequest' | 'RingHash' | 'Maglev' | 'Random';

/** Names of things on the simulated network are `namespace/name` of their object. */
export type NetworkName = string;

export interface BackendRequest {
  readonly machineUid: string;
  readonly weight: number;
  /** A draining backend finishes what it has and gets nothing new. */
  readonly draining: boolean;
}

export interface BalancerRequest {
  readonly name: NetworkName;
  readonly algorithm: BalancingAlgorithm;
  /** CPU time that one request takes on a bare physical core, ms. */
  readonly serviceTimeMs: number;
  readonly healthCheck: {
    readonly intervalMs: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
  readonly backends: readonly BackendRequest[];
  /** Balancers that each request calls once, one after the other (the next tier). */
  readonly calls: readonly NetworkName[];
}

/** What a balancer's health checks have found of one backend. */
export interface BackendHealth {
  /** Health checks have passed: it gets traffic unless it drains. */
  readonly healthy: boolean;
  /** When that turns if nothing comes in between, ms of world time; undefined: it stays. */
  readonly turnsAtMs: number | undefined;
}

export interface BackendObservation {
  readonly machineUid: string;
  /** Health checks have passed: it gets traffic unless it drains. */
  readonly healthy: boolean;
  /** Share of the balancer's requests in the last step, 0..1. */
  readonly share: number;
}

/** Latency of the requests of the last step, ms. */
export interface LatencyObservation {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface FlowObservation {
  /** Offered in the last step, requests a second. */
  readonly requestsPerSecond: number;
  /** Share of the offered requests that failed or were refused, 0..1. */
  readonly errorRate: number;
  /** Refused because of a quota, requests a second; part of the errors. */
  readonly throttledPerSecond: number;
  readonly latency: LatencyObservation;
  /** Since the flow came into being. */
  readonly totalRequests: number;
  readonly totalErrors: number;
}

export interface BalancerObservation extends FlowObservation {
  readonly backends: readonly BackendObservation[];
}

/** A tenant's way in: its host name, its data partition, its quota, and the balancer behind it. */
export interface RouteRequest {
  readonly name: NetworkName;
  readonly host: string;
  /** Absent while the tenant has nowhere to go: its requests fail. */
  readonly balancer?: NetworkName;
  readonly dataPartition: string;
  /** Requests a second above this are refused; absent means no limit. */
  readonly quotaRequestsPerSecond?: number;
}

export interface RouteObservation extends FlowObservation {
  /** Uids of the machines (of every tier) that served this tenant's requests in the last step, sorted. */
  readonly servedBy: readonly string[];
}

/** Load over time; all figures in requests a second (`Requests`) or share of the vCPUs (`Cpu`). */
export type TrafficPattern =
  | { readonly type: 'Constant'; readonly value: number }
  /** Each level holds from its time on, counted from the start of the traffic. */
  | { readonly type: 'Steps'; readonly steps: readonly { readonly atMs: number; readonly value: number }[] }
  /** A cosine with its top at `peakAtMs` of each world-time day (UTC). */
  | { readonly type: 'Daily'; readonly base: number; readonly peak: number; readonly peakAtMs: number }
  /** `base`, and `peak` for `durationMs` from `atMs` after the start, with linear ramps of `rampMs`. */
  | {
      readonly type: 'Spike';
      readonly base: number;
      readonly peak: number;
      readonly atMs: number;
      readonly durationMs: number;
      readonly rampMs: number;
    }
  /** Each sample holds for `intervalMs`; begins again after the last. */
  | { readonly type: 'Trace'; readonly intervalMs: number; readonly samples: readonly number[] }
  /** `mean + amplitude * sin(2 pi (t / period + phase))`; `perTarget`: each VM has a seeded phase of its own. */
  | {
      readonly type: 'Sine';
      readonly mean: number;
      readonly amplitude: number;
      readonly periodMs: number;
      readonly perTarget: boolean;
    };

export type TrafficTarget =
  | { readonly type: 'Balancer'; readonly name: NetworkName }
  | { readonly type: 'Route'; readonly name: NetworkName }
  /** Requests or CPU load straight to machines; requests are split evenly among them. */
  | { readonly type: 'Machines'; readonly uids: readonly string[]; readonly serviceTimeMs: number };

export interface TrafficRequest {
  readonly name: NetworkName;
  readonly target: TrafficTarget;
  readonly unit: 'Requests' | 'Cpu';
  readonly pattern: TrafficPattern;
  readonly poisson: boolean;
  /** The pattern's time zero, ms of world time. */
  readonly startMs: number;
}

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
 * a reason, never thrown.
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
  removeBalancer(name: NetworkName): void;
  ensureRoute(request: RouteRequest): void;
  removeRoute(name: NetworkName): void;
  ensureTraffic(request: TrafficRequest): void;
  removeTraffic(name: NetworkName): void;
}

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

export interface HostUsage {
  readonly utilization: number;
  readonly watts: number;
}

/** What is measured. Absent where nothing was sampled yet. */
export interface Metrics {
  machineUsage(uid: string): MachineUsage | undefined;
  hostUsage(uid: string): HostUsage | undefined;
  balancer(name: NetworkName): BalancerObservation | undefined;
  route(name: NetworkName): RouteObservation | undefined;
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
  /** Lets everything up to and including `timeMs` happen, and makes that the present. */
  advanceTo(timeMs: number): void;
  /** What has happened since the last call, without duplicates, in a stable order. */
  takeChanges(): readonly WorldChange[];
  /** The entries that have changed since the last call, to be stored with the objects of the same turn. */
  takeDirty(): readonly PrivateEntry[];
  /** Marks what is stored lazily (measured figures) as changed, so that the next `takeDirty` holds all. */
  checkpoint(): void;
  /** Operations under way, the one that ends last first. */
  operations(): readonly Operation[];
  operationCount(): number;
}
