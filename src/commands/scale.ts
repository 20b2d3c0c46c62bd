import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { parseOne } from '../app/resources.ts';
import { scale } from '../app/actions/scale.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';

export default class Scale extends ActCommand {
  static override summary = 'Set how many VMs or hosts a pool has.';
  static override description = `A ScalingPolicy on the pool sets the count again as it sees fit: change its limits instead.`;
  static override examples = [
    '<%= config.bin %> scale vmp/web --replicas 5',
    '<%= config.bin %> scale hostpool/rack2 --replicas 40 --timeout 1h',
    '<%= config.bin %> scale vmp/web --replicas 5 --current-replicas 3',
  ];
  static override args = {
    pool: Args.string({ required: true, description: 'KIND/NAME of a VM pool or a host pool.' }),
  };
  static override flags = {
    replicas: Flags.integer({ summary: 'How many.', required: true, helpValue: 'COUNT' }),
    'current-replicas': Flags.integer({
      summary: 'Only if the pool is set to so many now; exit code 5 otherwise.',
      helpValue: 'COUNT',
    }),
    namespace: flags.namespace,
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { args, flags: given } = await this.parse(Scale);
    const request = {
      ...parseOne([args.pool]),
      namespace: given.namespace,
      replicas: given.replicas,
      currentReplicas: given['current-replicas'],
      wait: given.wait,
      timeout: given.timeout,
    };
    return withState(given.state, process.env, async (state) =>
      this.finish(await scale(state, request, this.callbacks)),
    );
  }
}
