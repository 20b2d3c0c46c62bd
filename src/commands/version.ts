import { BaseCommand } from '../cli/base-command.ts';

export default class Version extends BaseCommand {
  static override summary = 'Print the version of vctl and of Node.';
  static override examples = ['<%= config.bin %> version', '<%= config.bin %> version --json'];

  async run(): Promise<{ vctl: string; node: string }> {
    await this.parse(Version);
    const versions = { vctl: this.config.version, node: process.version };
    if (!this.jsonEnabled()) this.log(`vctl ${versions.vctl} (Node ${versions.node})`);
    return versions;
  }
}
