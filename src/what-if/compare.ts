/** What `vctl simulate` does with `--against` and `--set`: the same scenario and seeds in several worlds. */
import { isRecord } from '../base/deep.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { type Loaded, loadManifests } from '../manifest/load.ts';
import { type Comparison } from '../model/comparison.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { type RunRecord } from '../model/run-record.ts';
import { compare } from '../objectives/compare.ts';
import { hasErrors } from '../app/apply/run-apply.ts';
import { type RunPlan } from './run-plan.ts';
import { runScenario } from './run-scenario.ts';
import { variantsOf } from './variants.ts';
import { planRuns, type WhatIfOptions, type WhatIfRequest } from './what-if.ts';

export interface CompareRequest extends WhatIfRequest {
  /** Paths of other worlds. What has no scenario takes those of `paths`. */
  readonly against: readonly string[];
  /** `KIND/NAME:PATH=VALUE[,VALUE…]`: all together make a variant, several values one each. */
  readonly set: readonly string[];
  /** How many seeds, from the scenario's on. */
  readonly seeds: number;
}

export interface CompareReport {
  /** One a scenario; of those that were interrupted, only what has a run of every candidate. */
  readonly comparisons: readonly Comparison[];
  /** Every run that was completed. */
  readonly records: readonly RunRecord[];
  readonly interrupted: boolean;
  /** Of the first candidate that has any error, else of the baseline. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
  /** Whose diagnostics they are, when that is not the baseline. */
  readonly refused?: string;
}

interface World {
  readonly name: string;
  readonly loaded: Loaded;
}

const mostSeeds = 100;

/**
 * Runs every scenario in every world with every seed. Invalid manifests do not throw: they are diagnostics, and
 * nothing was run.
 *
 * @throws UserError (usage) as `whatIf` and `variantsOf`, and for a number of seeds out of 1 to 100.
 */
export async function compareWhatIfs(
  request: CompareRequest,
  options: WhatIfOptions = {},
): Promise<CompareReport> {
  if (request.seeds < 1 || request.seeds > mostSeeds) {
    throw new UserError(`--seeds is 1 to ${mostSeeds}, not ${request.seeds}`, { exitCode: ExitCode.Usage });
  }
  const worlds = worldsOf(request);
  const plans: RunPlan[][] = [];
  let diagnostics: readonly Diagnostic[] = [];
  for (const [index, { name, loaded }] of worlds.entries()) {
    const planned = await planRuns(request, loaded, index === 0 ? options.onExpected : undefined);
    if (hasErrors(planned.diagnostics)) {
      const refused = index === 0 ? {} : { refused: name };
      const { sources } = loaded;
      return { comparisons: [], records: [], interrupted: false, sources, ...planned, ...refused };
    }
    if (index === 0) ({ diagnostics } = planned);
    plans.push(planned.plans);
  }
  return {
    ...(await runAll(worlds, plans, request.seeds, options)),
    diagnostics,
    sources: worlds[0]?.loaded.sources ?? new Map(),
  };
}

function worldsOf(request: CompareRequest): World[] {
  const { recursive, stdin, namespace } = request;
  const load = (paths: readonly string[]): Loaded =>
    loadManifests(paths, { recursive, stdin, defaultNamespace: namespace });
  const baseline = load(request.paths);
  const others = request.against.map((path) => ({
    name: path,
    loaded: withScenarios(load([path]), baseline),
  }));
  return [{ name: 'baseline', loaded: baseline }, ...variantsOf(baseline, request.set), ...others];
}

/** Another world with the scenarios of the first, unless it has one of the same name. */
function withScenarios(other: Loaded, first: Loaded): Loaded {
  const known = new Set(other.objects.map(({ object }) => scenarioName(object)));
  const missing = first.objects.filter(({ object }) => {
    const name = scenarioName(object);
    return name !== undefined && !known.has(name);
  });
  const sources = new Map([...other.sources, ...first.sources]);
  return { ...other, objects: [...missing, ...other.objects], sources };
}

function scenarioName(object: unknown): string | undefined {
  if (!isRecord(object) || object['kind'] !== 'Scenario' || !isRecord(object['metadata'])) return undefined;
  return `${String(object['metadata']['namespace'])}/${String(object['metadata']['name'])}`;
}

/** Seed by seed, so that an interrupted comparison still has whole seeds. */
async function runAll(
  worlds: readonly World[],
  plans: readonly (readonly RunPlan[])[],
  seeds: number,
  options: WhatIfOptions,
): Promise<Pick<CompareReport, 'comparisons' | 'records' | 'interrupted'>> {
  const comparisons: Comparison[] = [];
  const all: RunRecord[] = [];
  for (const plan of plans[0] ?? []) {
    const records = worlds.map((): RunRecord[] => []);
    for (let seed = plan.seed; seed < plan.seed + seeds; seed++) {
      const round: RunRecord[] = [];
      for (const [index, { name }] of worlds.entries()) {
        const own = plans[index]?.find((one) => planName(one) === planName(plan));
        if (!own) throw lost(name, plan);
        const label = `${planName(plan)} · ${name} · seed ${seed}`;
        const { record } = await runScenario(
          { ...own, seed },
          {
            signal: options.signal,
            onProgress: (progress) => options.onProgress?.({ ...progress, name: label }),
          },
        );
        if (record.interrupted)
          return { comparisons: withPartial(comparisons, worlds, records), records: all, interrupted: true };
        round.push(record);
        all.push(record);
      }
      round.forEach((record, index) => records[index]?.push(record));
    }
    comparisons.push(compare(worlds.map(({ name }, index) => ({ name, records: records[index] ?? [] }))));
  }
  return { comparisons, records: all, interrupted: false };
}

function withPartial(
  done: readonly Comparison[],
  worlds: readonly World[],
  records: readonly (readonly RunRecord[])[],
): Comparison[] {
  if ((records[0]?.length ?? 0) === 0) return [...done];
  return [...done, compare(worlds.map(({ name }, index) => ({ name, records: records[index] ?? [] })))];
}

function planName({ scenario }: RunPlan): string {
  return scenario?.metadata.name ?? 'what-if';
}

function lost(world: string, plan: RunPlan): UserError {
  return new UserError(`${world} has no scenario "${planName(plan)}"`, { exitCode: ExitCode.Usage });
}
