import { Args, Flags } from '@oclif/core';
import { runTop, sortKeys, type SortKey, type TopReport, topTable } from '../app/inspect/top.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { renderTable } from '../output/table.ts';

export default class Top extends BaseCommand {
  static override summary = 'Show who uses how much.';
  static override description = `Figures of the last load step. CPU is in cores of the host; CPU% is of the VM's own virtual CPUs, or of the
host's cores. MEMORY of a VM is what its guest has in use, of a host what it has promised to its VMs.`;
  static override examples = [
    '<%= config.bin %> top hosts',
    '<%= config.bin %> top vms -A --sort-by cpu',
    '<%= config.bin %> top vm -n saas -l app=crm --json',
  ];
  static override args = {
    of: Args.string({ required: true, description: 'hosts or vms.' }),
  };
  static override flags = {
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
    'sort-by': Flags.string({ summary: 'What comes first.', options: [...sortKeys], default: 'name' }),
    'no-headers': Flags.boolean({ summary: 'Leave the headings out.' }),
  };

  async run(): Promise<TopReport> {
    const { args, flags: given } = await this.parse(Top);
    const allNamespaces = given['all-namespaces'];
    const request = {
      of: args.of,
      namespace: allNamespaces ? undefined : given.namespace,
      selector: given.selector,
      sortBy: given['sort-by'] as SortKey,
    };
    const report = await withState(given.state, process.env, (state) => runTop(state, request));
    if (this.jsonEnabled()) return report;
    if (report.items.length === 0) this.note('No resources found.');
    else this.write(renderTable(topTable(report, allNamespaces), { noHeaders: given['no-headers'] }));
    return report;
  }
}
