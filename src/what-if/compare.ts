/** What `vctl simulate` does with several seeds: one world, or with `--against` and `--set` several side by side. */
import { isRecord } from '../base/deep.ts';
import { type Loaded, loadManifests } from '../manifest/load.ts';
import { type Comparison, type SeedSummary } from '../model/comparison.ts';
import { compare } from '../objectives/compare.ts';
import { summarize } from '../objectives/summarize.ts';
import { runSeeds, type SeedRuns, type World } from './seed-runs.ts';
import { variantsOf } from './variants.ts';
import { type WhatIfOptions, type WhatIfRequest } from './what-if.ts';

export interface SeedsRequest extends WhatIfRequest {
  /** How many seeds, from the scenario's on. */
  readonly seeds: number;
}

export interface CompareRequest extends SeedsRequest {
  /** Paths of other worlds. What has no scenario takes those of `paths`. */
  readonly against: readonly string[];
  /** `KIND/NAME:PATH=VALUE[,VALUE…]`: all together make a variant, several values one each. */
  readonly set: readonly string[];
  /** The least difference that matters, as a share of the baseline's figure. */
  readonly minEffect: number;
}

/** One a scenario; of those that were interrupted, only what has whole seeds. */
export interface SeedsReport extends Omit<SeedRuns, 'groups'> {
  readonly summaries: readonly SeedSummary[];
}

/** One a scenario; of those that were interrupted, only what has a run of every candidate. */
export interface CompareReport extends Omit<SeedRuns, 'groups'> {
  readonly comparisons: readonly Comparison[];
}

/** Runs every scenario with every seed. @throws UserError as `runSeeds` */
export async function whatIfSeeds(request: SeedsRequest, options: WhatIfOptions = {}): Promise<SeedsReport> {
  const worlds = [{ name: 'baseline', loaded: load(request, request.paths) }];
  const { groups, ...runs } = await runSeeds(worlds, request.seeds, request, options);
  return { ...runs, summaries: groups.map(([records = []]) => summarize(records)) };
}

/**
 * Runs every scenario in every world with every seed.
 *
 * @throws UserError as `runSeeds`, and (usage) as `variantsOf`.
 */
export async function compareWhatIfs(
  request: CompareRequest,
  options: WhatIfOptions = {},
): Promise<CompareReport> {
  const worlds = worldsOf(request);
  const { groups, ...runs } = await runSeeds(worlds, request.seeds, request, options);
  const comparisons = groups.map((group) =>
    compare(
      worlds.map(({ name }, index) => ({ name, records: group[index] ?? [] })),
      request.minEffect,
    ),
  );
  return { ...runs, comparisons };
}

function load({ recursive, stdin, namespace }: WhatIfRequest, paths: readonly string[]): Loaded {
  return loadManifests(paths, { recursive, stdin, defaultNamespace: namespace });
}

function worldsOf(request: CompareRequest): World[] {
  const baseline = load(request, request.paths);
  const others = request.against.map((path) => ({
    name: path,
    loaded: withScenarios(load(request, [path]), baseline),
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
