import { Args, Flags } from '@oclif/core';
import { explainField } from '../app/inspect/explain.ts';
import { BaseCommand } from '../cli/base-command.ts';
import { type Explained, renderExplanation } from '../output/explain-text.ts';

export default class Explain extends BaseCommand {
  static override summary = 'Explain a kind, or a field of it.';
  static override description = `Tells from the schemas what a field means, its type, default and allowed values, and what it must hold.`;
  static override examples = [
    '<%= config.bin %> explain vm',
    '<%= config.bin %> explain vm.spec.placement.topologySpread',
    '<%= config.bin %> explain sp.spec --recursive',
  ];
  static override args = {
    field: Args.string({ required: true, description: 'KIND or KIND.FIELD.PATH.' }),
  };
  static override flags = {
    recursive: Flags.boolean({ summary: 'Show the names of all fields below.' }),
  };

  async run(): Promise<Explained> {
    const { args, flags } = await this.parse(Explain);
    const explained = explainField(args.field);
    if (!this.jsonEnabled()) this.write(renderExplanation(explained, flags.recursive));
    return explained;
  }
}
