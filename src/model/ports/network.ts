/** What is told to the world of balancers, routes and traffic, and what is seen of them. */

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

/** When a balancer ejects a backend, and for how long. */
export interface OutlierDetection {
  /** Failures in a row that eject. */
  readonly consecutiveFailures: number;
  /** How often it is looked who may come back, ms. */
  readonly intervalMs: number;
  /** The first ejection lasts this long, the n-th n times as long. */
  readonly baseEjectionMs: number;
  /** No ejection lasts longer. */
  readonly maxEjectionMs: number;
  /** Largest share of the backends that may be out, 0..1; one may be in any case. */
  readonly maxEjected: number;
}

/** How many requests of a balancer may wait at one backend, and for how long. */
export interface RequestQueue {
  /** Most that wait at a time, beside those being served; more are refused. 0: none waits. */
  readonly limit: number;
  /** A request that has waited so long is given up, ms, above 0; absent: never. */
  readonly timeoutMs?: number;
}

export interface BalancerRequest {
  readonly name: NetworkName;
  readonly algorithm: BalancingAlgorithm;
  /** CPU time that one request takes on a bare physical core, ms: the mean of all requests. */
  readonly serviceTimeMs: number;
  /** Standard deviation of the service times over their mean: 1, exponential; 0, all the same. */
  readonly serviceVariation: number;
  /** What waits at each backend while all of its vCPUs serve others; first come, first served. */
  readonly queue: RequestQueue;
  readonly healthCheck: {
    readonly intervalMs: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
  };
  /**
   * When a smaller share of the backends is healthy, 0..1, health is not believed and all get requests; 0: never. New
   * backends that have not passed their first checks do not count.
   */
  readonly panicThreshold: number;
  /** Backends whose requests fail are left out for some time; absent: they are not. */
  readonly outlierDetection?: OutlierDetection;
  /** Who the hashing algorithms keep together; absent: very many clients, each with few requests. */
  readonly affinity?: {
    /** Distinct clients. */
    readonly keys: number;
    /** The n-th client sends in proportion to 1 / n^skew. */
    readonly skew: number;
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
  /** Until then it gets nothing because its requests failed, ms of world time; undefined: it is not ejected. */
  readonly ejectedUntilMs: number | undefined;
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
  /** Refused because the queue at the backend was full, requests a second; part of the errors. */
  readonly refusedPerSecond: number;
  /** Given up because they had waited as long as the queue lets them, requests a second; part of the errors. */
  readonly timedOutPerSecond: number;
  readonly latency: LatencyObservation;
  /** Since the flow came into being. */
  readonly totalRequests: number;
  readonly totalErrors: number;
  /** Part of `totalErrors`: refused by full queues, and given up after waiting. */
  readonly totalRefused: number;
  readonly totalTimedOut: number;
  /** Requests that wait now because more came than could be served. */
  readonly backlog: number;
  /** By how much that grows until something happens, requests a second; absent: it does not glide. */
  readonly backlogGrowth?: number;
}

export interface BalancerObservation extends FlowObservation {
  /**
   * Share of the requests whose client went over to another backend when a backend last came or went, 0..1; undefined
   * while none has, or the balancer keeps no clients together.
   */
  readonly movedKeys: number | undefined;
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
  /** Its part of a balancer that has not capacity for all, beside others; above 0. @defaultValue 1 */
  readonly weight?: number;
}

export interface RouteObservation extends FlowObservation {
  /** Failed because it asked for more than its share of a saturated balancer, requests a second; part of the errors. */
  readonly heldPerSecond: number;
  /** Uids of the machines (of every tier) that served this tenant's requests in the last step, sorted. */
  readonly servedBy: readonly string[];
}

/**
 * Load over time; all figures in requests a second (`Requests`), share of the vCPUs (`Cpu`), or MiB that the guest's
 * programs want (`Memory`).
 */
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
  /** Load straight to machines; requests are split evenly among them, CPU and memory are wanted in each. */
  | { readonly type: 'Machines'; readonly uids: readonly string[]; readonly serviceTimeMs: number };

export interface TrafficRequest {
  readonly name: NetworkName;
  readonly target: TrafficTarget;
  readonly unit: 'Requests' | 'Cpu' | 'Memory';
  readonly pattern: TrafficPattern;
  readonly poisson: boolean;
  /** The pattern's time zero, ms of world time. */
  readonly startMs: number;
}
