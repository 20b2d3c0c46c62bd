import { Args } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { edit } from '../app/apply/edit.ts';
import { parseOne } from '../app/resources.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import { EditedFile } from '../cli/editor.ts';
import * as flags from '../cli/flags.ts';

export default class Edit extends ActCommand {
  static override summary = 'Change an object in your editor.';
  static override description = `Opens the object as YAML in $VISUAL, $EDITOR or vi. What you change is checked as a manifest would be and
written; while it is refused, the editor opens again with the reason on top.`;
  static override examples = [
    '<%= config.bin %> edit vm/web-0',
    'EDITOR="code --wait" <%= config.bin %> edit sp web -n shop',
  ];
  static override strict = false;
  static override args = {
    object: Args.string({ required: true, description: 'KIND/NAME or KIND NAME' }),
  };
  static override flags = { namespace: flags.namespace, ...followFlags };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Edit);
    const one = parseOne(argv as string[]);
    const editor = new EditedFile(`${one.kind.toLowerCase()}-${one.name}.yaml`, process.env);
    return withState(given.state, process.env, async (state) =>
      this.finish(await edit(state, { ...given, ...one }, editor, this.callbacks)),
    );
  }
}
