import { Args } from '@oclif/core';
import { type StateView, viewState } from '../app/run-config.ts';
import { defaultStatePath } from '../app/state.ts';
import { withState } from '../app/with-state.ts';
import { BaseCommand } from '../cli/base-command.ts';
import { kinds, resolveKind } from '../model/kinds/index.ts';
import { field, renderDescription } from '../output/describe.ts';

export default class Config extends BaseCommand {
  static override summary = 'Show where the state is, and what is in it.';
  static override examples = [
    '<%= config.bin %> config',
    '<%= config.bin %> config path',
    '<%= config.bin %> config --json --state ./world',
  ];
  static override args = {
    what: Args.string({
      description: 'All of it, or only the folder.',
      options: ['view', 'path'],
      default: 'view',
    }),
  };

  async run(): Promise<StateView> {
    const { args, flags: given } = await this.parse(Config);
    const path = given.state ?? defaultStatePath(process.env);
    const view = await withState(path, process.env, (state) => viewState(state, path));
    if (this.jsonEnabled()) return view;
    if (args.what === 'path') this.log(view.path);
    else this.write(stateText(view, this.color));
    return view;
  }
}

function stateText(view: StateView, color: boolean): string {
  const counts = Object.entries(view.objects).map(([plural, count]) => {
    const kind = resolveKind(plural);
    return `${count} ${count === 1 && kind ? kinds[kind].singular : plural}`;
  });
  return renderDescription(
    [
      field('State', view.exists ? view.path : `${view.path} (not there yet)`),
      field('Seed', String(view.seed)),
      field('Epoch', view.epoch),
      field('World time', `${view.worldTime} (+${view.worldAge})`),
      field('Revision', String(view.revision)),
      field('Objects', counts),
    ],
    { color },
  );
}
