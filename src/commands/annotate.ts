import { type ActReport } from '../app/apply/act.ts';
import { setMetadata } from '../app/apply/metadata.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand } from '../cli/act-command.ts';
import { metadataArgs, metadataFlags } from '../cli/metadata-flags.ts';

export default class Annotate extends ActCommand {
  static override summary = 'Set or remove annotations.';
  static override description = 'Annotations are notes for people and tools.';
  static override examples = [
    '<%= config.bin %> annotate vm/web-0 owner=ada',
    '<%= config.bin %> annotate vm -l app=web note-',
  ];
  static override strict = false;
  static override args = metadataArgs;
  static override flags = metadataFlags;

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Annotate);
    const request = { ...given, field: 'annotations', words: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await setMetadata(state, request, this.callbacks)),
    );
  }
}
