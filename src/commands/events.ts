import { Args, Flags } from '@oclif/core';
import { type EventsRequest, findEvents, isMeant, parseEventTypes } from '../app/inspect/events.ts';
import { parseResources } from '../app/resources.ts';
import { worldTime } from '../app/state.ts';
import { watchObjects } from '../app/watch/watch.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import * as flags from '../cli/flags.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { type Event, isKind, kinds } from '../model/kinds/index.ts';
import { parseOutputFormat } from '../output/format.ts';
import { renderObjects } from '../output/objects.ts';

export default class Events extends BaseCommand {
  static override summary = 'Show what happened, newest last.';
  static override description = `Shows the events of a namespace, or of the objects named. Times are world time. The same thing
happening again counts up one event instead of making more of them.`;
  static override examples = [
    '<%= config.bin %> events',
    '<%= config.bin %> events vm/web-0',
    '<%= config.bin %> events host',
    '<%= config.bin %> events -A --types=Warning',
    '<%= config.bin %> events -n saas -w',
  ];
  static override strict = false;
  static override args = {
    object: Args.string({ description: 'KIND/NAME…, or KIND; by default all objects.' }),
  };
  static override flags = {
    output: flags.output,
    namespace: flags.namespace,
    'all-namespaces': flags.allNamespaces,
    types: Flags.string({ summary: 'Only events of these types: Normal, Warning.', helpValue: 'TYPES' }),
    watch: Flags.boolean({ char: 'w', summary: 'Go on and show each new event.', exclusive: ['json'] }),
    'no-headers': Flags.boolean({ summary: 'Leave the headings out.' }),
  };

  async run(): Promise<unknown> {
    const { flags: given, argv } = await this.parse(Events);
    const format = parseOutputFormat(given.output);
    const request: EventsRequest = {
      of: argv.length === 0 ? [] : parseResources(argv as string[]),
      namespace: given['all-namespaces'] ? undefined : given.namespace,
      types: parseEventTypes(given.types),
    };
    return withState(given.state, process.env, async (state) => {
      const revision = await state.store.revision();
      const events = await findEvents(state, request);
      if (this.jsonEnabled()) return { apiVersion: 'v1', kind: 'List', items: events };
      const context = {
        tableOf: (kind: string) => (isKind(kind) ? kinds[kind].table : undefined),
        single: false,
        allNamespaces: given['all-namespaces'],
        noHeaders: given['no-headers'],
        color: this.color,
      };
      if (events.length === 0) this.note('No events found.');
      this.write(renderObjects(events, format, { ...context, nowMs: await worldTime(state) }));
      if (given.watch) {
        const all = [{ kind: 'Event', names: [] }] as const;
        await watchObjects(
          state,
          revision,
          all,
          { namespace: undefined },
          (object, nowMs) => {
            if (!isMeant(object as Event, request)) return;
            this.write(renderObjects([object], format, { ...context, single: true, noHeaders: true, nowMs }));
          },
          interruptSignal(),
        );
      }
      return events;
    });
  }
}
