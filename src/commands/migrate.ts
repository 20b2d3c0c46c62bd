import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { migrate } from '../app/actions/migrate.ts';
import { parseNamed } from '../app/actions/targets.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Migrate extends ActCommand {
  static override summary = 'Move a running VM to another host while it works on.';
  static override description = `The hypervisor must be able to migrate live, and the other host must run the same one and have room;
what is not possible is refused with the reason and exit code 6.`;
  static override examples = [
    '<%= config.bin %> migrate vm/web-0',
    '<%= config.bin %> migrate web-0 --to rack1-b',
  ];
  static override args = {
    vm: Args.string({ required: true, description: 'Name of the VM.' }),
  };
  static override flags = {
    to: Flags.string({ summary: 'The host; by default the one that placement prefers.', helpValue: 'HOST' }),
    namespace: flags.namespace,
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { args, flags: given } = await this.parse(Migrate);
    const request = {
      ...given,
      name: parseNamed('VirtualMachine', args.vm),
      to: given.to === undefined ? undefined : parseNamed('Host', given.to),
    };
    return withState(given.state, process.env, async (state) =>
      this.finish(await migrate(state, request, this.callbacks)),
    );
  }
}
