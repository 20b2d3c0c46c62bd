import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { parseOne } from '../app/resources.ts';
import { type HistoryEntry, rollout, rolloutHistory, templateText } from '../app/actions/rollout.ts';
import { type RolloutReport, rolloutStatus } from '../app/actions/rollout-status.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';
import { type HeardFlags, refuseIdleFlags } from '../cli/idle-flags.ts';
import { historyLines } from '../cli/rollout-text.ts';

const actions = ['status', 'history', 'undo', 'restart', 'pause', 'resume'] as const;
type Action = (typeof actions)[number];

const follow = ['namespace', 'wait', 'timeout'] as const;
const heard: HeardFlags<Action> = {
  status: follow,
  history: ['namespace', 'revision'],
  undo: [...follow, 'to-revision'],
  restart: follow,
  pause: follow,
  resume: follow,
};

export default class Rollout extends ActCommand {
  static override summary = 'Follow, pause, repeat or take back the update of a VM pool.';
  static override description = `status lets world time pass until the update is complete; exit code 1 when it has failed: no progress within
the pool's spec.progressDeadline.
history lists the templates that are kept, the last one in effect; with --revision it prints one.
undo sets an earlier template again, restart replaces all VMs, pause holds new templates back, resume lets
them through. The size of the VMs goes back too, unless a ScalingPolicy has set it.`;
  static override examples = [
    '<%= config.bin %> rollout status vmp/web',
    '<%= config.bin %> rollout history vmp/web --revision 2',
    '<%= config.bin %> rollout undo vmp/web --to-revision 2',
    '<%= config.bin %> rollout restart vmp/web --timeout 1h',
    '<%= config.bin %> rollout pause vmp/web -n shop',
  ];
  static override args = {
    action: Args.string({
      required: true,
      options: [...actions],
      description: 'What to do.',
    }),
    pool: Args.string({ required: true, description: 'vmp/NAME.' }),
  };
  static override flags = {
    'to-revision': Flags.integer({
      summary: 'With undo: the revision to go back to; by default the one before.',
      helpValue: 'NUMBER',
      min: 0,
    }),
    revision: Flags.integer({ summary: 'With history: only this one, its template.', helpValue: 'NUMBER' }),
    namespace: flags.namespace,
    wait: flags.wait,
    timeout: Flags.string({
      summary: 'World time to wait at most.',
      helpValue: 'DURATION',
      default: '1h',
    }),
  };

  async run(): Promise<ActReport | RolloutReport | readonly HistoryEntry[]> {
    const parsed = await this.parse(Rollout);
    const { args, flags: given } = parsed;
    const { namespace, wait, timeout } = given;
    const action = args.action as Action;
    refuseIdleFlags(parsed, 'rollout', action, heard);
    const target = { ...parseOne([args.pool]), namespace };
    return withState(given.state, process.env, async (state) => {
      if (action === 'history') {
        return this.#tellHistory(args.pool, await rolloutHistory(state, target), given.revision);
      }
      if (action === 'status') {
        const { signal, onTurn } = this.callbacks;
        const report = await rolloutStatus(state, { ...target, wait, timeout }, { signal, onTurn });
        this.display.clear();
        if (!this.jsonEnabled()) this.write(`${report.text}\n`);
        return report;
      }
      const request = { ...target, wait, timeout, verb: action, toRevision: given['to-revision'] };
      return this.finish(await rollout(state, request, this.callbacks));
    });
  }

  #tellHistory(
    pool: string,
    history: readonly HistoryEntry[],
    number: number | undefined,
  ): readonly HistoryEntry[] {
    const text = number === undefined ? historyLines(history) : [templateText(pool, history, number)];
    if (!this.jsonEnabled()) this.write(text);
    return number === undefined ? history : history.filter((one) => one.number === number);
  }
}
