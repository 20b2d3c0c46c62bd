import { Args } from '@oclif/core';
import { init, type InitReport } from '../app/init.ts';
import { BaseCommand } from '../cli/base-command.ts';

export default class Init extends BaseCommand {
  static override summary = 'Write a starter folder: hosts, a pool behind a load balancer, scaling, traffic.';
  static override description = 'Every file explains itself. Nothing is overwritten.';
  static override examples = [
    '<%= config.bin %> init shop',
    '<%= config.bin %> init shop && <%= config.bin %> apply -f shop',
  ];
  static override args = {
    folder: Args.string({ default: '.', description: 'Where to; made if need be.' }),
  };

  async run(): Promise<InitReport> {
    const { args } = await this.parse(Init);
    const report = init(args.folder, this.config.root);
    if (this.jsonEnabled()) return report;
    const prefix = args.folder === '.' ? '' : `${args.folder.replace(/\/+$/, '')}/`;
    for (const name of report.files) this.log(`${prefix}${name} written`);
    this.note(`Next: vctl apply -f ${args.folder}`);
    return report;
  }
}
