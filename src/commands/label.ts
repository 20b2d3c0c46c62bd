import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/act.ts';
import { setMetadata } from '../app/metadata.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Label extends ActCommand {
  static override summary = 'Set or remove labels.';
  static override description =
    'Selectors go by labels: VMs may come to belong to a load balancer, or leave it.';
  static override examples = [
    '<%= config.bin %> label vm/web-0 tier=front',
    '<%= config.bin %> label vm -l app=web release=blue --overwrite',
    '<%= config.bin %> label host rack1-a rack1-b maintenance-',
  ];
  static override strict = false;
  static override args = {
    object: Args.string({
      required: true,
      description: 'KIND/NAME…, KIND NAME… or KIND with -l or --all; and KEY=VALUE, or KEY- to remove it.',
    }),
  };
  static override flags = {
    overwrite: Flags.boolean({ summary: 'Give keys that are there another value.' }),
    selector: flags.selector,
    all: Flags.boolean({ summary: 'Every object of the kind.' }),
    namespace: flags.namespace,
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Label);
    const request = { ...given, field: 'labels', words: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await setMetadata(state, request, this.callbacks)),
    );
  }
}
