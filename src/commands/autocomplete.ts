import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.ts';
import { completionScript, type Shell, shells } from '../cli/completion.ts';
import { kindNames, kinds } from '../model/kinds/index.ts';

export default class Autocomplete extends BaseCommand {
  static override summary = 'Print a script that completes commands, flags, kinds and names in a shell.';
  static override examples = [
    'source <(<%= config.bin %> autocomplete bash)',
    'source <(<%= config.bin %> autocomplete zsh)',
    '<%= config.bin %> autocomplete fish | source',
  ];
  static override enableJsonFlag = false;
  static override args = {
    shell: Args.string({ required: true, options: [...shells], description: 'The shell.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Autocomplete);
    const commands = this.config.commands
      .filter(({ hidden }) => hidden !== true)
      .map(({ id, summary = '', flags }) => ({
        id,
        summary,
        flags: Object.values(flags).flatMap((flag) => {
          const { name, char, summary: text = '' } = flag;
          const one = { name, char, summary: text };
          const isSwitch = flag.type === 'boolean' && flag.allowNo === true;
          return isSwitch ? [one, { name: `no-${name}`, summary: `Not: ${text}` }] : [one];
        }),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const words = kindNames.map((kind) => kinds[kind].shortNames[0] ?? kinds[kind].singular);
    const input = { bin: this.config.bin, commands, kinds: words };
    this.write(completionScript(args.shell as Shell, input));
  }
}
