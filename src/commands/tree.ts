import { Args } from '@oclif/core';
import { parseResources } from '../app/resources.ts';
import { type ObjectTree, runTree, treeNode } from '../app/inspect/tree/tree.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { renderTree } from '../output/tree.ts';

export default class Tree extends BaseCommand {
  static override summary = 'Show what stands below an object.';
  static override description = `A tenant leads to its application, load balancers, pools and VMs; a host to its VMs; a pool, a load balancer,
a namespace to what is theirs, by ownership and by reference.`;
  static override examples = [
    '<%= config.bin %> tree tenant/four -n saas',
    '<%= config.bin %> tree app crm',
    '<%= config.bin %> tree host',
    '<%= config.bin %> tree ns/default --json',
  ];
  static override strict = false;
  static override args = {
    object: Args.string({ required: true, description: 'KIND/NAME…, KIND NAME… or KIND.' }),
  };
  static override flags = {
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
  };

  async run(): Promise<{ items: readonly ObjectTree[] }> {
    const { flags: given, argv } = await this.parse(Tree);
    const wanted = parseResources(argv as string[]);
    const scope = {
      namespace: given['all-namespaces'] ? undefined : given.namespace,
      selector: given.selector,
    };
    const trees = await withState(given.state, process.env, (state) => runTree(state, wanted, scope));
    if (!this.jsonEnabled()) {
      if (trees.length === 0) this.note('No resources found.');
      const nodes = trees.map((tree) => treeNode(tree));
      this.write(renderTree(nodes, { color: this.color }));
    }
    return { items: trees };
  }
}
