import { Args } from '@oclif/core';
import { parseResources } from '../app/resources.ts';
import { type Description, runDescribe } from '../app/inspect/run-describe.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { renderDescriptions } from '../output/describe.ts';

export default class Describe extends BaseCommand {
  static override summary = 'Tell all that is known of objects, and why they are as they are.';
  static override description = `Shows what is wanted, what was seen, the conditions with their reasons and the last events. Of a VM that
has no host it says what each host has against it; of a scaling policy, why it decided as it did.`;
  static override examples = [
    '<%= config.bin %> describe vm web-0',
    '<%= config.bin %> describe sp/web tenant/acme -n saas',
    '<%= config.bin %> describe vm -l app=web',
    '<%= config.bin %> describe host --json',
  ];
  static override strict = false;
  static override args = {
    resource: Args.string({ required: true, description: 'KIND, KIND/NAME… or KIND NAME….' }),
  };
  static override flags = {
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
  };

  async run(): Promise<{ items: readonly Omit<Description, 'nodes'>[] }> {
    const { flags: given, argv } = await this.parse(Describe);
    const wanted = parseResources(argv as string[]);
    const scope = {
      namespace: given['all-namespaces'] ? undefined : given.namespace,
      selector: given.selector,
    };
    const found = await withState(given.state, process.env, (state) => runDescribe(state, wanted, scope));
    if (!this.jsonEnabled()) {
      if (found.length === 0) this.note('No resources found.');
      this.write(
        renderDescriptions(
          found.map(({ nodes }) => nodes),
          { color: this.color },
        ),
      );
    }
    return { items: found.map(({ object, described, events }) => ({ object, described, events })) };
  }
}
