import { Flags } from '@oclif/core';
import { findingsText } from '../app/findings.ts';
import { validateManifests, type ValidateReport } from '../app/apply/run-validate.ts';
import { asSync } from '../app/apply/variables.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { ExitCode } from '../base/errors.ts';
import { stdinIfNamed } from '../cli/stdin.ts';

export default class Validate extends BaseCommand {
  static override summary = 'Check manifests without touching any state.';
  static override description = `Checks all that apply checks before it writes, and shows every finding with its place. By itself it looks
at the files alone, so that the answer is the same on every machine; with --live also at the objects of the state.`;
  static override examples = [
    '<%= config.bin %> validate -f manifests/quickstart',
    '<%= config.bin %> validate -f world/ -R --json',
    '<%= config.bin %> validate -f vm.yaml --live',
  ];
  static override flags = {
    filename: flags.filename,
    recursive: flags.recursive,
    ...flags.asSync,
    namespace: flags.namespace,
    live: Flags.boolean({ summary: 'Check beside the objects of the state.' }),
  };

  async run(): Promise<Omit<ValidateReport, 'sources'>> {
    const { flags: given } = await this.parse(Validate);
    const request = {
      paths: given.filename,
      recursive: given.recursive,
      stdin: stdinIfNamed(given.filename),
      namespace: given.namespace,
      ...asSync(given['set-var'], given['from-sync']),
    };
    const { sources, ...report } = await validateManifests(request, {
      live: given.live,
      path: given.state,
      env: process.env,
    });
    if (!report.valid) this.exitWith(ExitCode.Usage);
    if (!this.jsonEnabled()) {
      const options = { color: this.color, outcome: 'not valid' };
      process.stderr.write(findingsText(report.diagnostics, sources, options));
      if (report.valid) this.log(report.text);
    }
    return report;
  }
}
