import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { fault } from '../app/actions/fault.ts';
import { parseOne } from '../app/resources.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';
import { type FaultType } from '../model/ports.ts';

export default class Fault extends ActCommand {
  static override summary = 'Break a host of the simulated world, or mend it.';
  static override description = `Changes the world and no object: what follows (VMs lost, placed anew, traffic failing) is what
the controllers make of it.`;
  static override examples = [
    '<%= config.bin %> fault host/rack1-a --type Crash --for 30m',
    '<%= config.bin %> fault host/rack1-a --type Slow --speed 0.3',
    '<%= config.bin %> fault host/rack1-a --type NetworkLoss --no-wait',
    '<%= config.bin %> fault host/rack1-a --clear',
  ];
  static override args = {
    host: Args.string({ required: true, description: 'Name of the host, alone or as host/NAME.' }),
  };
  static override flags = {
    type: Flags.string({ summary: 'What fails.', options: ['Crash', 'Slow', 'NetworkLoss'] }),
    for: Flags.string({ summary: 'World time until it mends itself.', helpValue: 'DURATION' }),
    speed: Flags.string({ summary: 'For Slow: share of normal speed that is left.', helpValue: 'SHARE' }),
    clear: Flags.boolean({ summary: 'End every fault of the host; a crashed one powers on again.' }),
    namespace: flags.namespace,
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { args, flags: given } = await this.parse(Fault);
    const request = {
      ...parseOne(args.host.includes('/') ? [args.host] : ['host', args.host]),
      namespace: given.namespace,
      clear: given.clear,
      type: given.type as FaultType | undefined,
      for: given.for,
      speed: given.speed === undefined ? undefined : Number(given.speed),
      wait: given.wait,
      timeout: given.timeout,
    };
    return this.finish(
      await withState(given.state, process.env, (state) => fault(state, request, this.callbacks)),
    );
  }
}
