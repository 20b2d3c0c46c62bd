/** Runs the scenarios of several worlds with several seeds. */
import { ExitCode, UserError } from '../base/errors.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { type RunRecord } from '../model/run-record.ts';
import { type Loaded } from '../manifest/load.ts';
import { hasErrors } from '../app/apply/run-apply.ts';
import { type RunPlan } from './run-plan.ts';
import { runScenario } from './run-scenario.ts';
import { planRuns, type WhatIfOptions, type WhatIfRequest } from './what-if.ts';

export interface World {
  readonly name: string;
  readonly loaded: Loaded;
}

export interface SeedRuns {
  /** One a scenario: of each world its runs, one a seed. Where it was interrupted, only whole seeds. */
  readonly groups: readonly (readonly (readonly RunRecord[])[])[];
  /** Every run that was completed. */
  readonly records: readonly RunRecord[];
  readonly interrupted: boolean;
  /** Of the first world that has any error, else of the first world. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  /** Whose diagnostics they are, when that is not the first world. */
  readonly refused?: string;
}

const mostSeeds = 100;

/**
 * Runs every scenario of the first world in every world, with `seeds` seeds from the scenario's on. Invalid manifests
 * do not throw: they are diagnostics, and nothing was run.
 *
 * @throws UserError (usage) as `whatIf`, for a number of seeds out of 1 to 100, and for a world without the scenario.
 */
export async function runSeeds(
  worlds: readonly World[],
  seeds: number,
  request: WhatIfRequest,
  options: WhatIfOptions = {},
): Promise<SeedRuns> {
  if (seeds < 1 || seeds > mostSeeds) {
    throw new UserError(`--seeds is 1 to ${mostSeeds}, not ${seeds}`, { exitCode: ExitCode.Usage });
  }
  const plans: RunPlan[][] = [];
  let diagnostics: readonly Diagnostic[] = [];
  for (const [index, { name, loaded }] of worlds.entries()) {
    const onExpected: WhatIfOptions['onExpected'] = (expected) =>
      options.onExpected?.({ ...expected, runs: seeds * worlds.length });
    const planned = await planRuns(request, loaded, index === 0 ? onExpected : undefined);
    if (hasErrors(planned.diagnostics)) {
      const refused = index === 0 ? {} : { refused: name };
      return { groups: [], records: [], interrupted: false, sources: loaded.sources, ...planned, ...refused };
    }
    if (index === 0) ({ diagnostics } = planned);
    plans.push(planned.plans);
  }
  const sources = worlds[0]?.loaded.sources ?? new Map<string, string>();
  return { ...(await runAll(worlds, plans, seeds, options)), diagnostics, sources };
}

/** Seed by seed, so that what is interrupted still has whole seeds. */
async function runAll(
  worlds: readonly World[],
  plans: readonly (readonly RunPlan[])[],
  seeds: number,
  options: WhatIfOptions,
): Promise<Pick<SeedRuns, 'groups' | 'records' | 'interrupted'>> {
  const groups: RunRecord[][][] = [];
  const records: RunRecord[] = [];
  for (const plan of plans[0] ?? []) {
    const group = worlds.map((): RunRecord[] => []);
    groups.push(group);
    for (let seed = plan.seed; seed < plan.seed + seeds; seed++) {
      const round: RunRecord[] = [];
      for (const [index, { name }] of worlds.entries()) {
        const own = plans[index]?.find((one) => planName(one) === planName(plan));
        if (!own) throw lost(name, plan);
        const label = [planName(plan), ...(worlds.length > 1 ? [name] : []), `seed ${seed}`].join(' · ');
        const { record } = await runScenario(
          { ...own, seed },
          {
            signal: options.signal,
            onProgress: (progress) => options.onProgress?.({ ...progress, name: label }),
          },
        );
        if (record.interrupted) {
          return {
            groups: groups.filter(([first]) => first && first.length > 0),
            records,
            interrupted: true,
          };
        }
        round.push(record);
        records.push(record);
      }
      round.forEach((record, index) => group[index]?.push(record));
    }
  }
  return { groups, records, interrupted: false };
}

function planName({ scenario }: RunPlan): string {
  return scenario?.metadata.name ?? 'what-if';
}

function lost(world: string, plan: RunPlan): UserError {
  return new UserError(`${world} has no scenario "${planName(plan)}"`, { exitCode: ExitCode.Usage });
}
