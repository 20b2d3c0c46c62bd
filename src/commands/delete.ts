import { Args, Flags } from '@oclif/core';
import { type ActReport } from '../app/apply/act.ts';
import { deleteObjects } from '../app/apply/delete.ts';
import { withState } from '../app/with-state.ts';
import { ActCommand, followFlags } from '../cli/act-command.ts';
import * as flags from '../cli/flags.ts';
import { stdinIfNamed } from '../cli/stdin.ts';

const propagations = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

export default class Delete extends ActCommand {
  static override summary = 'Delete objects, and wait until they are gone.';
  static override description = `What an object owns goes with it, unless --cascade=orphan. A host goes once its VMs have moved away, a
VM once it has finished its requests and shut down.`;
  static override examples = [
    '<%= config.bin %> delete vm/web-0 lb/web',
    '<%= config.bin %> delete vm -l app=web',
    '<%= config.bin %> delete -f world.yaml --ignore-not-found',
    '<%= config.bin %> delete vmp/web --cascade=orphan',
    '<%= config.bin %> delete namespace/saas --dry-run',
  ];
  static override strict = false;
  static override args = {
    resource: Args.string({ description: 'KIND/NAME…, KIND NAME…, or KIND with -l or --all.' }),
  };
  static override flags = {
    filename: flags.filenames,
    recursive: flags.recursive,
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
    all: Flags.boolean({ summary: 'Every object of the kind.' }),
    cascade: Flags.string({
      summary: 'What becomes of what the objects own: after them, before them, or nothing.',
      options: Object.keys(propagations),
      default: 'background',
    }),
    'ignore-not-found': Flags.boolean({ summary: 'What is not there counts as deleted.' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be deleted and delete nothing.' }),
    force: Flags.boolean({ summary: 'Delete hypervisors that hosts still use.' }),
    ...followFlags,
  };

  async run(): Promise<ActReport> {
    const { flags: given, argv } = await this.parse(Delete);
    if (given['dry-run']) this.lineSuffix = ' (dry run)';
    const paths = given.filename ?? [];
    const request = {
      resources: argv as string[],
      paths,
      recursive: given.recursive,
      stdin: stdinIfNamed(paths),
      selector: given.selector,
      all: given.all,
      namespace: given['all-namespaces'] ? undefined : given.namespace,
      propagation: propagations[given.cascade as keyof typeof propagations],
      ignoreNotFound: given['ignore-not-found'],
      dryRun: given['dry-run'],
      force: given.force,
      wait: given.wait,
      timeout: given.timeout,
    };
    const report = await withState(given.state, process.env, (state) =>
      deleteObjects(state, request, this.callbacks),
    );
    if (report.objects.length === 0) this.note('Nothing to delete.');
    return this.finish(report);
  }
}
