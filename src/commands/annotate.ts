import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/act.ts';
import { setMetadata } from '../app/metadata.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Annotate extends ActCommand {
  static override summary = 'Set or remove annotations.';
  static override description = 'Annotations are notes for people and tools.';
  static override examples = [
    '<%= config.bin %> annotate vm/web-0 owner=ada',
    '<%= config.bin %> annotate vm -l app=web note-',
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
    const { flags: given, argv } = await this.parse(Annotate);
    const request = { ...given, field: 'annotations', words: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await setMetadata(state, request, this.callbacks)),
    );
  }
}
