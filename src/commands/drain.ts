import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { drain } from '../app/actions/drain.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Drain extends ActCommand {
  static override summary = 'Empty a host.';
  static override description = `Cordons the host, says what becomes of each VM on it, and moves them: live where the hypervisor can,
else by a restart elsewhere, and never more at a time than their DisruptionBudgets allow. Exit code 1 when something
has to stay; the host remains cordoned until "vctl uncordon".`;
  static override examples = [
    '<%= config.bin %> drain rack1-a --dry-run',
    '<%= config.bin %> drain rack1-a --timeout 1h',
    '<%= config.bin %> drain rack1-a --ignore-budgets',
  ];
  static override args = {
    host: Args.string({ required: true, description: 'Name of the host.' }),
  };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Say what would become of each VM and change nothing.' }),
    'ignore-budgets': Flags.boolean({ summary: 'Move all at once, whatever DisruptionBudgets say.' }),
    timeout: flags.timeout,
  };

  async run(): Promise<ActReport> {
    const { args, flags: given } = await this.parse(Drain);
    if (given['dry-run']) this.lineSuffix = ' (dry run)';
    const request = {
      host: args.host,
      dryRun: given['dry-run'],
      ignoreBudgets: given['ignore-budgets'],
      timeout: given.timeout,
    };
    return withState(given.state, process.env, async (state) =>
      this.finish(await drain(state, request, this.callbacks)),
    );
  }
}
