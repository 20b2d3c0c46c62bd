import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import VctlHelp from '../cli/help.ts';

export default class Help extends BaseCommand {
  static override summary = 'Explain a command, or list all of them.';
  static override examples = ['<%= config.bin %> help', '<%= config.bin %> help apply'];
  static override enableJsonFlag = false;
  static override args = {
    command: Args.string({ description: 'Name of a command.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    await new VctlHelp(this.config).showHelp(args.command === undefined ? [] : [args.command]);
  }
}
