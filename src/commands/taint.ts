import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { taintHosts } from '../app/actions/taint.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Taint extends ActCommand {
  static override summary = 'Keep VMs off hosts that do not tolerate it.';
  static override description = `Effects: NoSchedule (no new VM comes), PreferNoSchedule (rather none), NoExecute (VMs that are there leave too:
live where the hypervisor can, else by a restart elsewhere). VMs put up with taints by spec.placement.tolerations.`;
  static override examples = [
    '<%= config.bin %> taint rack1-a rack1-b dedicated=erp:NoSchedule',
    '<%= config.bin %> taint -l topology.vctl.dev/zone=a maintenance=:NoExecute',
    '<%= config.bin %> taint rack1-a dedicated=crm:NoSchedule --overwrite',
    '<%= config.bin %> taint rack1-a maintenance-',
  ];
  static override strict = false;
  static override args = {
    host: Args.string({
      required: true,
      description: 'Names of hosts, or none and -l; and KEY=VALUE:EFFECT, or KEY- to remove it.',
    }),
  };
  static override flags = {
    overwrite: Flags.boolean({ summary: 'Give taints that are there another value.' }),
    selector: flags.selector,
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Taint);
    return withState(given.state, process.env, async (state) =>
      this.finish(await taintHosts(state, { ...given, words: argv as string[] }, this.callbacks)),
    );
  }
}
