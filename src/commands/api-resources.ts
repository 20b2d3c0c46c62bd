import { Flags } from '@oclif/core';
import { type ApiResource, apiResources } from '../app/inspect/api-resources.ts';
import { BaseCommand } from '../cli/base-command.ts';
import { renderTable } from '../output/table.ts';

export default class ApiResources extends BaseCommand {
  static override summary = 'List the kinds of objects.';
  static override examples = [
    '<%= config.bin %> api-resources',
    '<%= config.bin %> api-resources -o wide',
    '<%= config.bin %> api-resources -o name',
  ];
  static override flags = {
    output: Flags.string({
      char: 'o',
      summary: 'How to show them.',
      options: ['table', 'wide', 'name', 'json'],
      default: 'table',
    }),
  };

  async run(): Promise<readonly ApiResource[]> {
    const { flags } = await this.parse(ApiResources);
    const resources = apiResources();
    if (this.jsonEnabled()) return resources;
    if (flags.output === 'json') this.logJson(resources);
    else if (flags.output === 'name') this.write(resources.map(({ name }) => `${name}\n`));
    else this.write(resourceTable(resources, flags.output === 'wide'));
    return resources;
  }
}

function resourceTable(resources: readonly ApiResource[], wide: boolean): string {
  const headings = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND'];
  const columns = [
    ...headings.map((name) => ({ name })),
    { name: 'SCALABLE', priority: 1 },
    { name: 'DESCRIPTION', priority: 1 },
  ];
  const rows = resources.map((one) => [
    ...[one.name, one.shortNames.join(','), one.apiVersion, String(one.namespaced), one.kind],
    ...[String(one.scalable), one.description],
  ]);
  return renderTable({ columns, rows }, { wide });
}
