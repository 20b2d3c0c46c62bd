/** What came of running worlds with several seeds: plain data, for reports. */
import { type Fidelity, type ObjectiveUnit } from './run-record.ts';

/** The least difference that matters, when nobody says otherwise, as a share of the baseline's figure: a hundredth. */
export const defaultMinEffect = 0.01;

/** Mean of the paired differences (candidate less baseline, seed by seed) and its 95 % confidence interval. */
export interface Difference {
  readonly mean: number;
  /** Half of the interval, where it lies evenly around the mean. Absent for a single seed, which tells nothing of chance. */
  readonly margin?: number;
  /** The interval of what is counted and rare, which does not. */
  readonly low?: number;
  readonly high?: number;
  /** Same: no larger than the least difference that matters; Unsure: the interval holds more than one answer. */
  readonly verdict: 'Better' | 'Worse' | 'Lower' | 'Higher' | 'Same' | 'Unsure';
}

export interface ComparedFigure {
  /** `cost`, `requests failed`, or of an objective `fast: latency p95 of lb/default/web`. */
  readonly name: string;
  readonly unit: ObjectiveUnit;
  /** One a candidate, in their order: the mean over the seeds; null where it was not measured in every seed. */
  readonly means: readonly (number | null)[];
  /** One a candidate; null for the baseline, and where there is nothing to compare. */
  readonly differences: readonly (Difference | null)[];
}

export interface Candidate {
  /** `baseline`, or what differs: `minReplicas=10`. */
  readonly name: string;
  /** In how many seeds all objectives were met. */
  readonly met: number;
  /** How many objectives were met, over all seeds. */
  readonly metEach: number;
}

export interface Comparison {
  /** `namespace/name`; absent for manifests without a scenario. */
  readonly scenario?: string;
  readonly seeds: readonly number[];
  readonly fidelity: Fidelity;
  /** World time of each run, ms. */
  readonly durationMs: number;
  /** How many objectives the scenario has. */
  readonly objectives: number;
  /** The least difference that matters, as a share of the baseline's figure: what is smaller counts as the same. */
  readonly minEffect: number;
  /** The first is the baseline. */
  readonly candidates: readonly Candidate[];
  readonly figures: readonly ComparedFigure[];
  /** Index of the candidate to take, and why, in one sentence. */
  readonly choice: { readonly candidate: number; readonly sentence: string };
  /** Of each candidate, the result hash of each seed. */
  readonly results: readonly (readonly string[])[];
}

/** One world, run with several seeds. */
export interface SeedSummary {
  /** `namespace/name`; absent for manifests without a scenario. */
  readonly scenario?: string;
  readonly seeds: readonly number[];
  readonly fidelity: Fidelity;
  /** World time of each run, ms. */
  readonly durationMs: number;
  /** How many objectives the scenario has. */
  readonly objectives: number;
  /** In how many seeds all of them were met. */
  readonly met: number;
  /** Totals that were measured in every seed, and every objective. */
  readonly figures: readonly SeedFigure[];
  /** The result hash of each seed. */
  readonly results: readonly string[];
}

export interface SeedFigure {
  /** As of `ComparedFigure`. */
  readonly name: string;
  readonly unit: ObjectiveUnit;
  /** Over the seeds; absent when it was not measured in every one. */
  readonly mean?: number;
  /** Half of the mean's 95 % confidence interval, where it lies evenly around it; absent for a single seed. */
  readonly margin?: number;
  /** The interval of what is counted and rare, which does not. */
  readonly low?: number;
  readonly high?: number;
  /** The lowest and the highest of the seeds; absent as the mean. */
  readonly least?: number;
  readonly most?: number;
  /** Of an objective: in how many seeds it was met. */
  readonly met?: number;
}
