import { Args, Flags } from '@oclif/core';
import { parseResources } from '../app/resources.ts';
import { runWait, type WaitReport } from '../app/actions/run-wait.ts';
import { parseGoal } from '../app/actions/wait-for.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { FollowDisplay } from '../cli/follow-display.ts';

export default class Wait extends BaseCommand {
  static override summary = 'Let world time pass until objects are as they should be.';
  static override description = `World time only moves when it is told to: this lets it pass until every object meant has what is waited
for, and not longer. Exits with 4 when it does not come about within the timeout, or cannot any more.`;
  static override examples = [
    '<%= config.bin %> wait vm/web-0 --for=condition=Ready',
    '<%= config.bin %> wait vm -l app=web --for=condition=Ready --timeout 10m',
    "<%= config.bin %> wait vm/web-0 --for=jsonpath='{.status.phase}'=Stopped",
    '<%= config.bin %> wait host/h1 --for=delete',
  ];
  static override strict = false;
  static override args = {
    resource: Args.string({ required: true, description: 'KIND, KIND/NAME… or KIND NAME….' }),
  };
  static override flags = {
    for: Flags.string({
      summary: "condition=NAME[=STATUS], delete, or jsonpath='{PATH}'[=VALUE].",
      helpValue: 'WHAT',
      required: true,
    }),
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
    timeout: flags.timeout,
  };

  async run(): Promise<WaitReport> {
    const { flags: given, argv } = await this.parse(Wait);
    const request = {
      wanted: parseResources(argv as string[]),
      scope: {
        namespace: given['all-namespaces'] ? undefined : given.namespace,
        selector: given.selector,
      },
      goal: parseGoal(given.for),
      timeout: given.timeout,
    };
    const display = new FollowDisplay(this.jsonEnabled());
    const { signal, onTurn } = display;
    const report = await withState(given.state, process.env, (state) =>
      runWait(state, request, { signal, onTurn }),
    ).finally(() => display.clear());
    if (!this.jsonEnabled()) this.write(report.objects.map(({ name, text }) => `${name}: ${text}\n`));
    return report;
  }
}
