import { Args, Flags } from '@oclif/core';
import { watchObjects } from '../app/watch/watch.ts';
import { findObjects, parseResources, type Wanted } from '../app/resources.ts';
import { defaultStatePath, openState, worldTime } from '../app/state.ts';
import { type ApiError, ExitCode } from '../base/errors.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { isKind, kinds } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { parseOutputFormat } from '../output/format.ts';
import { renderObjects } from '../output/objects.ts';

export default class Get extends BaseCommand {
  static override summary = 'List objects, or show one.';
  static override examples = [
    '<%= config.bin %> get vm',
    '<%= config.bin %> get all -A',
    '<%= config.bin %> get host,hv -o wide',
    '<%= config.bin %> get vm/web-0 -o yaml',
    "<%= config.bin %> get vm -l app=web -o jsonpath='{.items[*].status.host}'",
    '<%= config.bin %> get vm -w',
  ];
  static override strict = false;
  static override args = {
    resource: Args.string({ required: true, description: 'KIND, KIND,KIND, KIND/NAME, KIND NAME… or all.' }),
  };
  static override flags = {
    output: flags.output,
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    selector: flags.selector,
    watch: Flags.boolean({ char: 'w', summary: 'Go on and show each change.', exclusive: ['json'] }),
    'no-headers': Flags.boolean({ summary: 'Leave the headings of tables out.' }),
    'show-labels': Flags.boolean({ summary: 'Show labels as the last column.' }),
    'show-managed-fields': Flags.boolean({ summary: 'Keep metadata.managedFields in JSON and YAML.' }),
  };

  async run(): Promise<unknown> {
    const { flags: given, argv } = await this.parse(Get);
    const wanted = parseResources(argv as string[]);
    const format = parseOutputFormat(given.output);
    const state = await openState({ path: given.state ?? defaultStatePath(process.env), create: false });
    try {
      const scope = {
        namespace: given['all-namespaces'] ? undefined : given.namespace,
        selector: given.selector,
      };
      const revision = await state.store.revision();
      const objects = await findObjects(state.store, wanted, scope, this.#missing(wanted));
      const context = {
        tableOf: (kind: string) => (isKind(kind) ? kinds[kind].table : undefined),
        single: wanted.length === 1 && wanted[0]?.names.length === 1,
        allNamespaces: given['all-namespaces'],
        showKind: wanted.length > 1,
        showLabels: given['show-labels'],
        noHeaders: given['no-headers'],
        showManagedFields: given['show-managed-fields'],
        color: this.color,
      };
      if (this.jsonEnabled())
        return context.single ? objects[0] : { apiVersion: 'v1', kind: 'List', items: objects };
      const nowMs = await worldTime(state);
      if (objects.length === 0 && wanted.some(({ names }) => names.length === 0))
        this.note(
          nothingFound(
            scope.namespace,
            wanted.some(({ kind }) => kinds[kind].namespaced),
          ),
        );
      this.write(renderObjects(objects, format, { ...context, nowMs }));
      if (given.watch) {
        const show = (object: KubeObject, now: number): void =>
          this.write(
            renderObjects([object], format, { ...context, single: true, noHeaders: true, nowMs: now }),
          );
        await watchObjects(state, revision, wanted, scope, show, interruptSignal());
      }
      return objects;
    } finally {
      await state.store.close();
    }
  }

  /** Of several names that are asked for, those that are there are shown; what fails for one alone just fails. */
  #missing(wanted: readonly Wanted[]): ((error: ApiError) => void) | undefined {
    if (wanted.reduce((sum, { names }) => sum + names.length, 0) < 2) return undefined;
    return ({ message }) => {
      this.note(`error: ${message}`);
      this.exitWith(ExitCode.Failure);
    };
  }
}

function nothingFound(namespace: string | undefined, namespaced: boolean): string {
  return namespaced && namespace !== undefined
    ? `No resources found in namespace ${namespace}.`
    : 'No resources found.';
}
