import { type ActReport } from '../app/apply/act.ts';
import { setMetadata } from '../app/apply/metadata.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand } from '../cli/act-command.ts';
import { metadataArgs, metadataFlags } from '../cli/metadata-flags.ts';

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
  static override args = metadataArgs;
  static override flags = metadataFlags;

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Label);
    const request = { ...given, field: 'labels', words: argv as string[] } as const;
    return withState(given.state, process.env, async (state) =>
      this.finish(await setMetadata(state, request, this.callbacks)),
    );
  }
}
