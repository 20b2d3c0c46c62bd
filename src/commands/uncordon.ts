import { Args } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { cordon } from '../app/actions/cordon.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Uncordon extends ActCommand {
  static override summary = 'Open hosts to new VMs again.';
  static override description = 'VMs that found no host are tried again.';
  static override examples = [
    '<%= config.bin %> uncordon rack1-a',
    '<%= config.bin %> uncordon -l topology.vctl.dev/zone=a',
  ];
  static override strict = false;
  static override args = {
    host: Args.string({ description: 'Names of hosts; or none and -l.' }),
  };
  static override flags = { selector: flags.selector, ...followFlags };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Uncordon);
    const request = { ...given, names: argv as string[], unschedulable: false };
    return withState(given.state, process.env, async (state) =>
      this.finish(await cordon(state, request, this.callbacks)),
    );
  }
}
