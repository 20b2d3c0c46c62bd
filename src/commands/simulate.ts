import { Flags } from '@oclif/core';
import { findingsText } from '../app/findings.ts';
import { compareWhatIfs, type CompareRequest, type SeedsRequest, whatIfSeeds } from '../what-if/compare.ts';
import { type SeedRuns } from '../what-if/seed-runs.ts';
import { type WantedOutputs, wantedOutputs, writeOutputs } from '../what-if/outputs.ts';
import { type TimedRun, whatIf, type WhatIfOptions } from '../what-if/what-if.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { comparisonLines } from '../cli/comparison-text.ts';
import { seedLines } from '../cli/seeds-text.ts';
import * as flags from '../cli/flags.ts';
import { minEffectOf } from '../cli/min-effect.ts';
import { stdinIfNamed } from '../cli/stdin.ts';
import { fidelityOf, runFlags, stateNote, WhatIfCommand } from '../cli/what-if-command.ts';
import { runSummary, runTitle, verdictLines } from '../cli/what-if-text.ts';
import { type Comparison, defaultMinEffect, type SeedSummary } from '../model/comparison.ts';
import { type RunRecord } from '../model/run-record.ts';

/** How many seeds a comparison runs when nobody says how many. */
const comparedSeeds = 5;

export default class Simulate extends WhatIfCommand {
  static override summary = 'See what manifests come to over time, in a world of their own.';
  static override description = `Brings the manifests up in memory and lets time pass, with the faults, changes and traffic of their scenarios;
the state is neither read nor written. Without a scenario the manifests alone run for a day.

The scenario's clock begins at midnight, an hour after the world's, with everything up.

With --seeds it runs each scenario with several seeds, one after the other, and shows what chance does: the mean of
each figure with its 95 % confidence interval, the lowest and the highest.

With --against or --set it compares: the same scenario with the same seeds in each world, every difference with its
95 % confidence interval, and which to take. A difference counts when chance does not explain it and it is at least
--min-effect, 1 % by default.`;
  static override examples = [
    '<%= config.bin %> simulate -f manifests/quickstart --for 24h --report html=report.html',
    '<%= config.bin %> simulate -f manifests/scenarios/flash-crowd --seed 7',
    '<%= config.bin %> simulate -f manifests/scenarios/flash-crowd --seeds 10',
    '<%= config.bin %> simulate -f world/ --for 2h --speed 60x',
    '<%= config.bin %> simulate -f world/ --trace run.csv --trace-machines',
    '<%= config.bin %> simulate -f manifests/scenarios/flash-crowd --set sp/web:spec.horizontal.minReplicas=6,10',
    '<%= config.bin %> simulate -f world/ --against cheaper-world/ --seeds 10',
  ];
  static override flags = {
    filename: flags.filename,
    recursive: flags.recursive,
    namespace: flags.namespace,
    scenario: Flags.string({ summary: 'The scenario, when the files hold several.', helpValue: 'NAME' }),
    for: Flags.string({
      summary: "World time that it covers, instead of the scenario's duration; 24h without a scenario.",
      helpValue: 'DURATION',
    }),
    speed: Flags.string({
      summary: 'max, or world seconds a second as 60x.',
      helpValue: 'SPEED',
      default: 'max',
    }),
    against: Flags.string({
      summary: 'Compare with the world in another file or folder; may be given several times.',
      helpValue: 'PATH',
      multiple: true,
      multipleNonGreedy: true,
    }),
    set: Flags.string({
      summary:
        'Compare with a field set to another value, or to each of several; may be given several times.',
      helpValue: 'KIND/NAME:PATH=VALUE[,VALUE…]',
      multiple: true,
      multipleNonGreedy: true,
    }),
    seeds: Flags.integer({
      summary: 'Run so many seeds and show means with their intervals; a comparison runs 5 by default.',
      helpValue: 'COUNT',
    }),
    'min-effect': Flags.string({
      summary: 'The least difference from the baseline that counts as better or worse, as 1% or 0.01.',
      helpValue: 'SHARE',
    }),
    ...runFlags,
  };

  async run(): Promise<readonly RunRecord[] | readonly SeedSummary[] | readonly Comparison[]> {
    const { flags: given } = await this.parse(Simulate);
    for (const line of stateNote(given.state)) this.note(line);
    const outputs = wantedOutputs(given);
    const { display } = this;
    const request = {
      ...{ paths: given.filename, recursive: given.recursive, namespace: given.namespace },
      ...{ for: given.for, seed: given.seed, step: given.step, speed: given.speed, judged: false },
      ...{ stdin: stdinIfNamed(given.filename), machines: given['trace-machines'] },
      ...fidelityOf(given),
      scenarios: given.scenario === undefined ? [] : [given.scenario],
    };
    const { against = [], set = [], seeds, 'min-effect': effect } = given;
    const minEffect = effect === undefined ? defaultMinEffect : minEffectOf(effect);
    if (against.length + set.length > 0) {
      return this.#compare({ ...request, against, set, minEffect, seeds: seeds ?? comparedSeeds }, outputs);
    }
    if (effect !== undefined) {
      throw new UserError('--min-effect judges differences: there is nothing to compare with', {
        exitCode: ExitCode.Usage,
        nextSteps: ['add --against PATH or --set KIND/NAME:PATH=VALUE'],
      });
    }
    if (seeds !== undefined) return this.#repeat({ ...request, seeds }, outputs);
    const onRun = (run: TimedRun): void => {
      display.clear();
      this.tell([runTitle(run), ...runSummary(run), ...verdictLines(run.record.verdicts, this.paints)]);
      this.caution(run.record);
    };
    const { onProgress, onExpected } = this;
    const options = { signal: display.signal, onProgress, onExpected, onRun };
    const { runs, diagnostics, sources } = await whatIf(request, options).finally(() => display.clear());
    this.findings(findingsText(diagnostics, sources, { color: this.color, outcome: 'nothing was run' }));
    if (diagnostics.some(({ severity }) => severity === 'error')) {
      this.exitWith(ExitCode.Usage);
      return [];
    }
    const records = runs.map(({ record }) => record);
    const files = await writeOutputs(outputs, records);
    if (files.length > 0) this.tell([`Written: ${files.join(', ')}`]);
    if (records.some(({ interrupted }) => interrupted)) this.exitWith(ExitCode.Interrupted);
    return records;
  }

  async #repeat(request: SeedsRequest, outputs: WantedOutputs): Promise<readonly SeedSummary[]> {
    const { display } = this;
    const report = await whatIfSeeds(request, this.#options).finally(() => display.clear());
    if (this.#isRefused(report)) return [];
    for (const one of report.summaries) this.tell(seedLines(one, display.wallMs));
    await this.#finish(report, outputs);
    return report.summaries;
  }

  async #compare(request: CompareRequest, outputs: WantedOutputs): Promise<readonly Comparison[]> {
    const { display } = this;
    const report = await compareWhatIfs(request, this.#options).finally(() => display.clear());
    if (this.#isRefused(report)) return [];
    for (const one of report.comparisons) this.tell(comparisonLines(one, display.wallMs, this.paints));
    await this.#finish(report, outputs);
    return report.comparisons;
  }

  get #options(): WhatIfOptions {
    const { onProgress, onExpected } = this;
    return { signal: this.display.signal, onProgress, onExpected };
  }

  /** Prints what admission has to say; true when nothing was run for it. */
  #isRefused({ diagnostics, sources, refused }: Omit<SeedRuns, 'groups'>): boolean {
    const outcome = refused === undefined ? 'nothing was run' : `with ${refused}, so nothing was run`;
    this.findings(findingsText(diagnostics, sources, { color: this.color, outcome }));
    if (!diagnostics.some(({ severity }) => severity === 'error')) return false;
    this.exitWith(ExitCode.Usage);
    return true;
  }

  async #finish({ records, interrupted }: Omit<SeedRuns, 'groups'>, outputs: WantedOutputs): Promise<void> {
    this.caution(...records);
    const files = await writeOutputs(outputs, records);
    if (files.length > 0) this.tell([`Written: ${files.join(', ')}`]);
    if (interrupted) this.exitWith(ExitCode.Interrupted);
  }
}
