import { Args, Flags } from '@oclif/core';
import { parseResources } from '../app/resources.ts';
import { type Answer, runWhy } from '../app/inspect/why/why.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { renderDescriptions } from '../output/describe.ts';

export default class Why extends BaseCommand {
  static override summary =
    'Explain a decision: its inputs, what was wished, what limited it, what may change next.';
  static override description = `Of a VM (vm): every host's verdict with the score of each rule, what would be chosen now, who could make room.
Of a scaling policy (sp): each metric's samples and wish, then window, rate and limits up to the outcome.
Of a VM pool (vmp): what its update waits for; of a load balancer (lb): the share of each VM; of a tenant
(tn): its level and what holds its move; of a host (ho): what keeps VMs away and what would fit; of a
rebalancing policy (rb): what would move, and why no more.
Everything is worked out anew for the present state, by the code that decides; nothing is changed.`;
  static override examples = [
    '<%= config.bin %> why vm/web-0',
    '<%= config.bin %> why sp/web --json',
    '<%= config.bin %> why host/rack1-a --all',
    '<%= config.bin %> why tenant acme -n saas',
  ];
  static override strict = false;
  static override args = {
    object: Args.string({ required: true, description: 'KIND/NAME…, KIND NAME… or KIND.' }),
  };
  static override flags = {
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
    all: Flags.boolean({ summary: 'List every host and VM where alike ones would be counted.' }),
  };

  async run(): Promise<{ items: readonly Omit<Answer, 'nodes'>[] }> {
    const { flags: given, argv } = await this.parse(Why);
    const wanted = parseResources(argv as string[]);
    const scope = {
      namespace: given['all-namespaces'] ? undefined : given.namespace,
      selector: given.selector,
      all: given.all,
    };
    const answers = await withState(given.state, process.env, (state) => runWhy(state, wanted, scope));
    if (!this.jsonEnabled()) {
      if (answers.length === 0) this.note('No resources found.');
      const nodes = answers.map((answer) => answer.nodes);
      this.write(renderDescriptions(nodes, { color: this.color }));
    }
    return { items: answers.map(({ nodes: _nodes, ...answer }) => answer) };
  }
}
