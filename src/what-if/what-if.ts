/** What `vctl simulate` and `vctl test` do: find the scenarios in manifests and run each in a world of its own. */
import { wallClock } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { type CheckedObject, checkManifests } from '../manifest/check.ts';
import { inOrder, type Loaded, loadManifests, placed } from '../manifest/load.ts';
import { type Diagnostic } from '../model/diagnostic.ts';
import { type Scenario } from '../model/kinds/index.ts';
import { type Fidelity } from '../model/run-record.ts';
import { timeoutOf } from '../app/apply/follow.ts';
import { LiveSnapshot } from '../app/live.ts';
import { parseSpeed } from '../app/pace.ts';
import { hasErrors } from '../app/apply/run-apply.ts';
import { memoryState } from '../app/state.ts';
import { boundRequests, defaultMaxRequests, type ExpectedRequests } from './expected-requests.ts';
import { runAtFidelity } from './fidelity.ts';
import { inlineProblems } from './inline-objects.ts';
import { patchProblems } from './patch-problems.ts';
import { defaultStepMs, type RunPlan } from './run-plan.ts';
import { type Run, type RunProgress } from './run-scenario.ts';

export interface WhatIfRequest {
  readonly paths: readonly string[];
  readonly recursive: boolean;
  /** What `-` among the paths stands for. */
  readonly stdin?: string;
  readonly namespace?: string;
  /** Names of scenarios, or `namespace/name`; empty: all that the manifests hold. */
  readonly scenarios: readonly string[];
  /** Instead of the scenario's duration, or of 24h without a scenario. */
  readonly for?: string;
  /** Instead of the scenario's seed, or of 1 without a scenario. */
  readonly seed?: number;
  /** Length of a load step. */
  readonly step?: string;
  /** `max` or, as `60x`, world seconds a second. */
  readonly speed?: string;
  /** Record the CPU of every VM. */
  readonly machines?: boolean;
  /** `flow`, or `requests` to play every single request. @defaultValue `flow` */
  readonly fidelity?: Fidelity;
  /** Most requests that a scenario may come to when they are played. @defaultValue 50,000,000 */
  readonly maxRequests?: number;
  /** Demand a scenario with objectives, as `test` does. */
  readonly judged: boolean;
}

export interface WhatIfOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress & { readonly name: string }) => void;
  /** Called before requests are played, with how many they will be on the mean and how many they may be. */
  readonly onExpected?: (expected: ExpectedRequests) => void;
  /** Called as each run ends. */
  readonly onRun?: (run: TimedRun) => void;
}

export interface TimedRun extends Run {
  /** Wall time that it took, ms. */
  readonly wallMs: number;
}

export interface WhatIfReport {
  /** In the order of the manifests. Empty when a diagnostic is an error. */
  readonly runs: readonly TimedRun[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

const defaultFor = '24h';
/** Shorter steps cost more than they tell, and longer ones than the period of policies hide what these see. */
const stepRange = { fromMs: 1000, toMs: 300_000 };
/** Of a run: a record keeps a number of 8 bytes a series and step, and a world of some size has hundreds of series. */
const mostSteps = 600_000;

/**
 * Runs every scenario that is asked for, one after the other. Invalid manifests do not throw: they are diagnostics of
 * severity error, and nothing was run.
 *
 * @throws UserError (usage) when there is no such scenario or, judged, none with objectives; for flags that cannot be
 * read; and as `runScenario`.
 */
export async function whatIf(request: WhatIfRequest, options: WhatIfOptions = {}): Promise<WhatIfReport> {
  const { paths, recursive, stdin, namespace } = request;
  const loaded = loadManifests(paths, { recursive, stdin, defaultNamespace: namespace });
  const { plans, diagnostics } = await planRuns(request, loaded, options.onExpected);
  const runs: TimedRun[] = [];
  for (const plan of plans) {
    const startedAtMs = wallClock.now();
    const name = plan.scenario?.metadata.name ?? 'what-if';
    const run = await runAtFidelity(plan, {
      signal: options.signal,
      onProgress: (progress) => options.onProgress?.({ name, ...progress }),
    });
    const timed = { ...run, wallMs: wallClock.now() - startedAtMs };
    runs.push(timed);
    options.onRun?.(timed);
    if (run.record.interrupted) break;
  }
  return { runs, diagnostics, sources: loaded.sources };
}

/** The runs that are asked for of loaded manifests; none when a diagnostic is an error. @throws UserError (usage) */
export async function planRuns(
  request: WhatIfRequest,
  loaded: Loaded,
  onExpected?: WhatIfOptions['onExpected'],
): Promise<{ readonly plans: RunPlan[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { objects, diagnostics } = await check(loaded);
  if (hasErrors(diagnostics)) return { plans: [], diagnostics };
  if (objects.length === 0) {
    throw usage(
      `there are no manifests in ${request.paths.join(', ')}`,
      'name a file or a folder with -f, or add -R',
    );
  }
  const plans = plansOf(request, loaded, objects);
  if (request.fidelity === 'requests')
    boundRequests(plans, request.maxRequests ?? defaultMaxRequests, onExpected);
  return { plans, diagnostics };
}

/** As `apply` would check them on an empty state; and what a scenario names has to be there. */
async function check(
  loaded: Loaded,
): Promise<{ objects: readonly CheckedObject[]; diagnostics: Diagnostic[] }> {
  const { store } = await memoryState();
  const { objects, diagnostics } = await checkManifests(loaded, await LiveSnapshot.read(store));
  const scenarioFiles = objects.filter(({ kind }) => kind === 'Scenario');
  const strict = diagnostics.flatMap((diagnostic) => strictly(diagnostic, scenarioFiles));
  const inline = scenarioFiles.flatMap((one) => [
    ...inlineDiagnostics(one),
    ...patchProblems(one.admitted as Scenario, objects).map((problem) => placed(problem, one)),
  ]);
  return { objects, diagnostics: inOrder([...strict, ...inline], [...loaded.sources.keys()]) };
}

/**
 * A reference to nothing may come true later in a state; a scenario has only what the manifests and its own events
 * make. Of one whose events apply manifests the run itself finds out.
 */
function strictly(diagnostic: Diagnostic, scenarios: readonly CheckedObject[]): Diagnostic[] {
  if (diagnostic.code !== 'REFERENCE_NOT_FOUND') return [diagnostic];
  const naming = scenarios.find(({ file, position }) => {
    const { line, column } = position(diagnostic.path);
    return file === diagnostic.file && line === diagnostic.line && column === diagnostic.column;
  });
  if (!naming) return [diagnostic];
  if ((naming.admitted as Scenario).spec.events.some(({ apply }) => apply !== undefined)) return [];
  return [{ ...diagnostic, severity: 'error', help: 'correct the name, or add the manifest' }];
}

/** What is wrong with manifests within a scenario. */
function inlineDiagnostics(one: CheckedObject): Diagnostic[] {
  const { metadata, spec } = one.admitted as Scenario;
  return spec.events.flatMap(({ apply }, index) =>
    (apply ? inlineProblems(apply.manifest, metadata.namespace ?? '') : []).map((problem) =>
      placed({ ...problem, path: `/spec/events/${index}/apply/manifest${problem.path}` }, one),
    ),
  );
}

function plansOf(request: WhatIfRequest, loaded: Loaded, objects: readonly CheckedObject[]): RunPlan[] {
  const { paths, recursive, namespace, seed, machines = false } = request;
  const speed = parseSpeed(request.speed ?? 'max');
  const shared = {
    ...{ loaded, request: { paths, recursive, namespace }, machines },
    fidelity: request.fidelity ?? 'flow',
    stepMs: stepOf(request.step),
    ...(speed === Infinity ? {} : { speed }),
  };
  const chosen = chosenScenarios(request, objects);
  if (chosen.length === 0) {
    const durationMs = positive(timeoutOf(request.for ?? defaultFor), '--for');
    return [{ ...shared, durationMs: recordable(durationMs, shared.stepMs), seed: seed ?? 1 }];
  }
  return chosen.map(({ admitted, file, position }): RunPlan => {
    const scenario = admitted as Scenario;
    const durationMs = positive(timeoutOf(request.for ?? scenario.spec.duration), 'the duration');
    const place = (pointer: string): string => {
      const { line, column } = position(pointer);
      return `${file}:${line}:${column}`;
    };
    recordable(durationMs, shared.stepMs);
    return { ...shared, scenario, durationMs, seed: seed ?? scenario.spec.seed, place };
  });
}

/** Those asked for, or all. @throws UserError (usage) when one is not there or, judged, there is nothing to judge. */
function chosenScenarios(
  { scenarios, judged, paths }: WhatIfRequest,
  objects: readonly CheckedObject[],
): CheckedObject[] {
  const all = objects.filter(({ kind }) => kind === 'Scenario');
  const namesOf = ({ admitted: { metadata } }: CheckedObject): string[] => [
    metadata.name,
    `${metadata.namespace ?? ''}/${metadata.name}`,
  ];
  for (const name of scenarios) {
    if (all.some((one) => namesOf(one).includes(name))) continue;
    const there = all.map(({ admitted }) => admitted.metadata.name).join(', ');
    throw usage(
      `there is no scenario "${name}" in ${paths.join(', ')}`,
      there === '' ? 'there is none at all' : `there is: ${there}`,
    );
  }
  const chosen =
    scenarios.length === 0 ? all : all.filter((one) => namesOf(one).some((name) => scenarios.includes(name)));
  if (!judged) return chosen;
  if (chosen.length === 0) {
    throw usage(
      `there is no scenario in ${paths.join(', ')}`,
      'add a manifest of kind Scenario: vctl explain scenario.spec',
    );
  }
  const aimless = chosen.find(({ admitted }) => (admitted as Scenario).spec.objectives.length === 0);
  if (aimless) {
    const next = 'add spec.objectives, or run it without judging: vctl simulate';
    throw usage(
      `scenario "${aimless.admitted.metadata.name}" has no objectives, so there is nothing to judge`,
      next,
    );
  }
  return chosen;
}

function stepOf(text: string | undefined): number {
  if (text === undefined) return defaultStepMs;
  const ms = timeoutOf(text);
  if (ms >= stepRange.fromMs && ms <= stepRange.toMs && Number.isInteger(ms)) return ms;
  throw usage(
    `a load step of ${text} is too ${ms < stepRange.fromMs ? 'short' : 'long'}`,
    'take one of 1s to 5m',
  );
}

/** @throws UserError (usage) when the record of so many steps would not fit in memory */
function recordable(durationMs: number, stepMs: number): number {
  if (durationMs / stepMs <= mostSteps) return durationMs;
  const longest = formatDuration(Math.floor((mostSteps * stepMs) / 3_600_000) * 3_600_000);
  const [given, step] = [formatDuration(durationMs), formatDuration(stepMs)];
  throw usage(
    `${given} in load steps of ${step} are more steps than can be recorded (${mostSteps.toLocaleString('en-US')})`,
    `take at most ${longest}, or longer steps: --step 5m`,
  );
}

function positive(ms: number, what: string): number {
  if (ms > 0) return ms;
  throw usage(`${what} must be longer than 0s`, 'as 24h');
}

function usage(message: string, nextStep: string): UserError {
  return new UserError(message, { exitCode: ExitCode.Usage, nextSteps: [nextStep] });
}
