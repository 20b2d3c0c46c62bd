import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { patch } from '../app/apply/patch.ts';
import { parseOne } from '../app/resources.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Patch extends ActCommand {
  static override summary = 'Change fields of an object.';
  static override description = `A merge patch (RFC 7386): maps are merged, null takes a field away, all else, lists too, replaces. The
outcome is checked as a manifest would be.`;
  static override examples = [
    `<%= config.bin %> patch vm/web-0 -p '{"spec": {"resources": {"cpu": 2}}}'`,
    `<%= config.bin %> patch vmp/web -p 'spec: {template: {spec: {guest: {build: shop-1.5}}}}'`,
    `<%= config.bin %> patch host/rack1-a -p '{"metadata": {"labels": {"old": null}}}'`,
  ];
  static override args = {
    object: Args.string({ required: true, description: 'KIND/NAME' }),
  };
  static override flags = {
    patch: Flags.string({
      char: 'p',
      summary: 'What to change, in JSON or YAML.',
      helpValue: 'PATCH',
      required: true,
    }),
    type: Flags.string({ summary: 'Kind of patch.', options: ['merge'], default: 'merge' }),
    namespace: flags.namespace,
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { args, flags: given } = await this.parse(Patch);
    const request = { ...given, ...parseOne([args.object]) };
    return withState(given.state, process.env, async (state) =>
      this.finish(await patch(state, request, this.callbacks)),
    );
  }
}
