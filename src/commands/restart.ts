import { Args } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { power } from '../app/actions/power.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Restart extends ActCommand {
  static override summary = 'Restart VMs.';
  static override description = `Each VM finishes its requests, shuts down and boots again on its host.`;
  static override examples = [
    '<%= config.bin %> restart web-0',
    '<%= config.bin %> restart -l app=web --timeout 1h',
  ];
  static override strict = false;
  static override args = {
    vm: Args.string({ description: 'Names of VMs; or none and -l.' }),
  };
  static override flags = { namespace: flags.namespace, selector: flags.selector, ...followFlags };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Restart);
    const request = { ...given, verb: 'restart', names: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await power(state, request, this.callbacks)),
    );
  }
}
