import { Flags, type Interfaces } from '@oclif/core';
import { findingsText } from '../app/findings.ts';
import { type DiffReport, runDiff } from '../app/apply/run-diff.ts';
import { withState } from '../app/with-state.ts';
import { ExitCode } from '../base/errors.ts';
import { asSync } from '../app/apply/variables.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { stdinIfNamed } from '../cli/stdin.ts';
import { diffObjects } from '../output/diff-text.ts';

export default class Diff extends BaseCommand {
  static override summary = 'Show what apply would change.';
  static override description = `Merges the manifests as apply would and writes nothing. Prints a unified diff of each object that would
change. Exits with 0 when nothing would, with 1 when something would, with 2 for any error.`;
  static override examples = [
    '<%= config.bin %> diff -f manifests/quickstart',
    '<%= config.bin %> diff -f world/ -R --prune',
    '<%= config.bin %> diff -f vm.yaml || <%= config.bin %> apply -f vm.yaml',
  ];
  static override flags = {
    filename: flags.filename,
    recursive: flags.recursive,
    ...flags.asSync,
    namespace: flags.namespace,
    prune: Flags.boolean({ summary: 'Show what --prune would delete, too.' }),
    ...flags.applySet,
    'force-conflicts': Flags.boolean({ summary: 'As if fields that other managers own were taken over.' }),
  };

  async run(): Promise<Omit<DiffReport, 'sources'>> {
    const { flags: given } = await this.parse(Diff);
    const report = await withState(given.state, process.env, (state) =>
      runDiff(state, {
        paths: given.filename,
        recursive: given.recursive,
        stdin: stdinIfNamed(given.filename),
        namespace: given.namespace,
        ...asSync(given['set-var'], given['from-sync']),
        force: given['force-conflicts'],
        prune: given.prune,
        dangerousPrune: given['dangerous-prune'],
        applySet: given.applyset,
      }),
    );
    const { differences, left, kept, diagnostics, sources } = report;
    const failed = diagnostics.some(({ severity }) => severity === 'error');
    if (failed) this.exitWith(ExitCode.Usage);
    else if (differences.length > 0) this.exitWith(ExitCode.Failure);
    if (!this.jsonEnabled()) {
      const options = { color: this.color };
      process.stderr.write(
        findingsText(diagnostics, sources, { ...options, outcome: 'nothing was compared' }),
      );
      for (const { name, fields } of left) this.note(`${name}: ${fields.join(', ')} left to its autoscaler`);
      for (const { name, why } of kept) this.note(`${name} is not pruned: ${why}`);
      this.write(differences.map(({ before, after }) => diffObjects(before, after, options)));
    }
    return { differences, left, kept, diagnostics };
  }

  /** 1 means that there are differences: every failure is 2. */
  protected override async catch(error: Interfaces.CommandError): Promise<void> {
    await super.catch(error);
    if (process.exitCode !== ExitCode.Interrupted) this.exitWith(ExitCode.Usage);
  }
}
