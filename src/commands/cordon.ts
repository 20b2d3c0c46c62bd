import { Args } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { cordon } from '../app/actions/cordon.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Cordon extends ActCommand {
  static override summary = 'Close hosts to new VMs.';
  static override description = 'What runs there stays.';
  static override examples = [
    '<%= config.bin %> cordon rack1-a',
    '<%= config.bin %> cordon -l topology.vctl.dev/zone=a',
  ];
  static override strict = false;
  static override args = {
    host: Args.string({ description: 'Names of hosts; or none and -l.' }),
  };
  static override flags = { selector: flags.selector, ...followFlags };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Cordon);
    const request = { ...given, names: argv as string[], unschedulable: true };
    return withState(given.state, process.env, async (state) =>
      this.finish(await cordon(state, request, this.callbacks)),
    );
  }
}
