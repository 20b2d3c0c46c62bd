import { Args } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { power } from '../app/actions/power.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Stop extends ActCommand {
  static override summary = 'Shut VMs down.';
  static override description = `A VM whose runPolicy is Always becomes Halted; one whose runPolicy is Manual keeps it and is switched off by hand. It
finishes its requests first. A pool's VMs cannot be stopped alone: scale the pool.`;
  static override examples = [
    '<%= config.bin %> stop web-0',
    '<%= config.bin %> stop vm/web-0 --no-wait',
    '<%= config.bin %> stop -l app=batch',
  ];
  static override strict = false;
  static override args = {
    vm: Args.string({ description: 'Names of VMs; or none and -l.' }),
  };
  static override flags = { namespace: flags.namespace, selector: flags.selector, ...followFlags };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Stop);
    const request = { ...given, verb: 'stop', names: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await power(state, request, this.callbacks)),
    );
  }
}
