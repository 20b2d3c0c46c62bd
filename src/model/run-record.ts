/**
 * What one run of a scenario showed: plain data that every report, comparison and export is made from. It holds
 * nothing of the machine it was made on (no wall time), so the same manifests and seed give the same record.
 */

import { type BalancingAlgorithm } from './ports/network.ts';

/** How the load was played: as a fluid of rates, or every single request as an event of its own. */
export type Fidelity = 'flow' | 'requests';

/** What a series or an objective is about: `tenant/saas/acme`, `lb/default/web`, `host/rack1-a`; absent: the whole. */
export type SubjectName = string;

/**
 * What is recorded over time. Latencies are those of the step's answered requests. `backlog` is what waits at the end of
 * the step, `refused` and `timedOut` are parts of the errors a second; the three are there only where it ever came to that.
 */
export type SeriesName =
  | 'requestsPerSecond'
  | 'latencyMean'
  | 'latencyP50'
  | 'latencyP95'
  | 'latencyP99'
  | 'errorRate'
  | 'availability'
  | 'backlog'
  | 'refused'
  | 'timedOut'
  | 'utilization'
  | 'replicas'
  | 'readyReplicas'
  | 'pending'
  | 'costPerHour'
  | 'watts';

/** `ratio` is 0..1; `perHour` is money an hour, in the unit of the hosts' prices. */
export type SeriesUnit = 'perSecond' | 'ms' | 'ratio' | 'count' | 'perHour' | 'watts';

/** One figure over time. `values[i]` holds from `times[i]` of the record on; null where nothing was measured. */
export interface Series {
  readonly name: SeriesName;
  readonly of?: SubjectName;
  readonly unit: SeriesUnit;
  readonly values: readonly (number | null)[];
}

export type MarkType = 'Scale' | 'Fault' | 'Repair' | 'Change' | 'Migration';

/** Something that happened at one moment and explains what the series show. */
export interface Mark {
  /** World time, ms since the Unix epoch. */
  readonly atMs: number;
  readonly type: MarkType;
  readonly subject: SubjectName;
  /** One sentence: `4 → 7 replicas: cpu utilization 96 % of a 60 % target`. */
  readonly text: string;
}

export type ObjectiveMetric =
  | 'latency'
  | 'errorRate'
  | 'availability'
  | 'utilization'
  | 'cost'
  | 'energy'
  | 'pendingTime'
  | 'replicas'
  | 'migrations';

export type Statistic = 'mean' | 'max' | 'min' | 'p50' | 'p90' | 'p95' | 'p99' | 'total';

/**
 * Unit of an objective's figures: latency and pendingTime in ms, shares as ratios, totals of cost and energy in money
 * and kWh, all other statistics of them in money an hour and watts.
 */
export type ObjectiveUnit = 'ms' | 'ratio' | 'count' | 'money' | 'perHour' | 'kWh' | 'watts';

/** An objective with what came out. `met` is false, too, when nothing was measured (`value` is absent). */
export interface Verdict {
  readonly name: string;
  readonly of?: SubjectName;
  readonly metric: ObjectiveMetric;
  readonly statistic: Statistic;
  readonly unit: ObjectiveUnit;
  readonly below?: number;
  readonly above?: number;
  readonly value?: number;
  readonly met: boolean;
  /** What the flow model makes of it, where requests were played one by one and it has a value. */
  readonly flowValue?: number;
  /** World time that was judged, ms since the Unix epoch. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** Why there is no value. */
  readonly note?: string;
  /** When it was worst, and what happened then; for a missed objective. */
  readonly worst?: { readonly fromMs: number; readonly toMs: number; readonly during: readonly string[] };
}

export interface TopologyMachine {
  /** `namespace/name` */
  readonly name: string;
  readonly mode: 'Full' | 'Para';
  readonly phase: string;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Of its own vCPUs, 0..1. */
  readonly utilization?: number;
  /** `namespace/name` of the pool that made it. */
  readonly pool?: string;
}

export interface TopologyHost {
  readonly name: string;
  readonly hypervisor: string;
  readonly architecture: 'Hosted' | 'BareMetal';
  readonly phase: string;
  readonly zone?: string;
  /** Of what guests may have: allocatable and allocated. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly allocatedCpuMillis: number;
  readonly allocatedMemoryBytes: number;
  readonly utilization?: number;
  readonly machines: readonly TopologyMachine[];
}

export interface TopologyBalancer {
  readonly name: string;
  readonly algorithm: BalancingAlgorithm;
  /** `namespace/name` of the VMs behind it. */
  readonly backends: readonly { readonly machine: string; readonly ready: boolean; readonly share: number }[];
}

export interface TopologyTenant {
  readonly name: string;
  readonly application: string;
  readonly level: 'I' | 'II' | 'III' | 'IV';
  /** Its host name. */
  readonly route?: string;
  readonly balancer?: string;
  readonly costPerHour?: number;
}

/** What stood where when the run ended. Everything is ordered by name. */
export interface Topology {
  readonly hosts: readonly TopologyHost[];
  /** Machines without a host. */
  readonly waiting: readonly TopologyMachine[];
  readonly balancers: readonly TopologyBalancer[];
  readonly tenants: readonly TopologyTenant[];
}

/** Totals of a whole run. */
export interface RunTotals {
  readonly requests: number;
  /** Requests that failed or were refused. */
  readonly errors: number;
  /** Of these, refused by full queues and given up after waiting. */
  readonly refused: number;
  readonly timedOut: number;
  /** Price of the hosts, and of VMs that have one, in the unit of their prices. */
  readonly cost: number;
  readonly energyKWh: number;
  readonly migrations: number;
  /** Changes of size that policies made. */
  readonly scaleDecisions: number;
  /** Hours that VMs ran, added up. */
  readonly machineHours: number;
}

/** The requests of a subject over a whole run. Latencies are those of the answered ones; absent: there were none. */
export interface RequestFigures {
  readonly requests: number;
  /** Share of them that failed, 0..1. */
  readonly failed: number;
  readonly meanMs?: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
}

/** What single requests came to, and what the flow model makes of the same scenario and seed. */
export interface FidelityComparison {
  /** Absent: the whole. */
  readonly of?: SubjectName;
  readonly played: RequestFigures;
  readonly flow: RequestFigures;
}

/** A traffic whose pattern is finer than a load step. */
export interface FinerTraffic {
  readonly of: SubjectName;
  /** What is shorter than a step: the interval of a trace, or how long a spike lasts. */
  readonly what: 'trace' | 'spike';
  readonly everyMs: number;
  readonly stepMs: number;
}

export interface RunRecord {
  /** `namespace/name` of the scenario; absent for a run of manifests without one. */
  readonly scenario?: string;
  readonly seed: number;
  readonly fidelity: Fidelity;
  /** World time, ms since the Unix epoch. `endMs` is earlier than planned when the run was interrupted. */
  readonly startMs: number;
  readonly endMs: number;
  /** How the world came up before `startMs`, from nothing; no part of what is judged. */
  readonly bringUp?: {
    /** World time that it took, ms. */
    readonly worldMs: number;
    /** False: the scenario began although not all was as wanted. */
    readonly settled: boolean;
    /** What was not as wanted when the scenario began. */
    readonly waitingFor: readonly string[];
  };
  /** Set when Ctrl-C ended the run. */
  readonly interrupted: boolean;
  /** Start of each sample, ms since the Unix epoch, in equal steps. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** In the order of time. */
  readonly marks: readonly Mark[];
  readonly verdicts: readonly Verdict[];
  readonly topology: Topology;
  readonly totals: RunTotals;
  /** Traffic whose requests went straight to VMs: they are in no figure but the VMs' and hosts'. Absent: none. */
  readonly uncounted?: readonly SubjectName[];
  /** Traffic that changes faster than the load steps: what it comes to is exact, but figures are means of a step. Absent: none. */
  readonly finerThanStep?: readonly FinerTraffic[];
  /** Where requests were played one by one: all subjects with requests, the whole first, then by name. */
  readonly fidelities?: readonly FidelityComparison[];
  /**
   * Short hash of all of the above, but for what the flow model makes of it, and of every object at the end: equal
   * runs have equal results.
   */
  readonly result: string;
}
