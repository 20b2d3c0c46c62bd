import { Args } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { power } from '../app/actions/power.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Start extends ActCommand {
  static override summary = 'Switch VMs on.';
  static override description = `A VM whose runPolicy is Halted becomes Always; one whose runPolicy is Manual keeps it and is switched on by hand.`;
  static override examples = [
    '<%= config.bin %> start web-0',
    '<%= config.bin %> start web-0 web-1 -n shop',
    '<%= config.bin %> start -l app=batch --no-wait',
  ];
  static override strict = false;
  static override args = {
    vm: Args.string({ description: 'Names of VMs; or none and -l.' }),
  };
  static override flags = { namespace: flags.namespace, selector: flags.selector, ...followFlags };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Start);
    const request = { ...given, verb: 'start', names: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await power(state, request, this.callbacks)),
    );
  }
}
