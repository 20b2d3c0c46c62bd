/** What a run is made from. */
import { type ApplyRequest } from '../app/apply/run-apply.ts';
import { type Loaded } from '../manifest/load.ts';
import { type Scenario } from '../model/kinds/index.ts';
import { type Fidelity } from '../model/run-record.ts';

/** World time that the world has to come up before a scenario begins: from 23:00 to midnight. */
export const bringUpMs = 3_600_000;
/** A load step unless another one is asked for, ms. */
export const defaultStepMs = 15_000;

export interface RunPlan {
  /** Manifests, checked; they have no errors. */
  readonly loaded: Loaded;
  readonly request: Pick<ApplyRequest, 'paths' | 'recursive' | 'namespace'>;
  /** Absent: the manifests alone, for `durationMs`. */
  readonly scenario?: Scenario;
  readonly durationMs: number;
  readonly seed: number;
  readonly stepMs: number;
  readonly fidelity: Fidelity;
  /** World seconds a second; absent: as fast as can be. */
  readonly speed?: number;
  /** Record the CPU of every VM. */
  readonly machines: boolean;
  /** Where a field of the scenario stands, as `friday.yaml:12:5`, by its JSON Pointer. */
  readonly place?: (pointer: string) => string;
}
