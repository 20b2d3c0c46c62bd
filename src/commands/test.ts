import { Flags } from '@oclif/core';
import { findingsText } from '../app/findings.ts';
import { wantedOutputs, writeOutputs } from '../what-if/outputs.ts';
import { type TimedRun, whatIf } from '../what-if/what-if.ts';
import { ExitCode } from '../base/errors.ts';
import * as flags from '../cli/flags.ts';
import { stdinIfNamed } from '../cli/stdin.ts';
import { fidelityOf, runFlags, stateNote, WhatIfCommand } from '../cli/what-if-command.ts';
import { runTitle, testResult, verdictLines } from '../cli/what-if-text.ts';
import { type RunRecord } from '../model/run-record.ts';

export default class Test extends WhatIfCommand {
  static override summary = 'Run scenarios and judge their objectives.';
  static override description = `Each scenario that the manifests hold runs in a world of its own, in memory and as fast as can be; the state
is neither read nor written. Exits with 99 when an objective is missed, one without a measured value included.`;
  static override examples = [
    '<%= config.bin %> test -f manifests/scenarios/flash-crowd',
    '<%= config.bin %> test -f world/ -R --scenario friday --seed 7',
    '<%= config.bin %> test -f world/ --report junit=report.xml --report html=report.html',
  ];
  static override flags = {
    filename: flags.filename,
    recursive: flags.recursive,
    namespace: flags.namespace,
    scenario: Flags.string({
      summary: 'Only this scenario; may be given several times.',
      helpValue: 'NAME',
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...runFlags,
  };

  async run(): Promise<readonly RunRecord[]> {
    const { flags: given } = await this.parse(Test);
    for (const line of stateNote(given.state)) this.note(line);
    const outputs = wantedOutputs(given);
    const { display } = this;
    const request = {
      ...{ paths: given.filename, recursive: given.recursive, namespace: given.namespace },
      ...{ scenarios: given.scenario ?? [], seed: given.seed, step: given.step, judged: true },
      ...{ stdin: stdinIfNamed(given.filename), machines: given['trace-machines'] },
      ...fidelityOf(given),
    };
    const onRun = (run: TimedRun): void => {
      display.clear();
      this.tell([runTitle(run), ...verdictLines(run.record.verdicts, this.paints)]);
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
    const result = testResult(records);
    const files = await writeOutputs(outputs, records).catch((error: unknown) => {
      // What the runs came to is known, whatever becomes of the files.
      this.tell([result]);
      throw error;
    });
    this.tell([`${result}${files.length === 0 ? '' : ` Written: ${files.join(', ')}`}`]);
    if (records.some(({ interrupted }) => interrupted)) this.exitWith(ExitCode.Interrupted);
    else if (records.some(({ verdicts }) => verdicts.some(({ met }) => !met))) {
      this.exitWith(ExitCode.ObjectiveMissed);
    }
    return records;
  }
}
