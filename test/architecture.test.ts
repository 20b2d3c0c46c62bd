import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceFiles } from './support/source-files.ts';

/** Which folders of src/ each folder may import, besides itself. The map is explained in src/ARCHITECTURE.md. */
const pure = ['base', 'model'];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  admission: pure,
  store: pure,
  merge: pure,
  placement: pure,
  autoscaling: pure,
  balancing: pure,
  performance: pure,
  objectives: pure,
  output: pure,
  report: pure,
  sim: [...pure, 'balancing', 'performance'],
  manifest: [...pure, 'admission'],
  gitops: [...pure, 'manifest', 'merge'],
  // Performance for its formula of a VM's share of the host's price: a tenant's status tells what it costs.
  controllers: [...pure, 'merge', 'placement', 'autoscaling', 'performance'],
  app: [
    ...pure,
    ...['admission', 'store', 'merge', 'placement', 'autoscaling', 'balancing', 'performance', 'output'],
    'objectives',
    ...['report', 'sim', 'manifest', 'controllers', 'gitops'],
  ],
  cli: pure,
  commands: ['app', 'cli', 'output', 'model', 'base'],
  // The bundle's entry point: starts the command line.
  main: ['cli', 'base'],
};

const root = join(import.meta.dirname, '..', 'src');
const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g;

function folderOf(path: string): string {
  return (relative(root, path).split('/')[0] ?? '').replace(/\.ts$/, '');
}

describe('import directions', () => {
  test.each(sourceFiles(root).map((file) => [relative(root, file), file] as const))('%s', (_name, file) => {
    const from = folderOf(file);
    const allowed = mayImport[from];
    expect(allowed, `src/${from} is not in the map of src/ARCHITECTURE.md`).toBeDefined();
    const wrong: string[] = [];
    for (const match of readFileSync(file, 'utf8').matchAll(importPattern)) {
      const specifier = match[1] ?? match[2] ?? match[3] ?? '';
      if (!specifier.startsWith('.')) continue;
      const target = normalize(join(dirname(file), specifier));
      if (!target.startsWith(root)) {
        if (!target.includes('/schemas/')) wrong.push(specifier);
        continue;
      }
      const to = folderOf(target);
      if (to !== from && !allowed?.includes(to)) wrong.push(specifier);
    }
    expect(wrong).toEqual([]);
  });
});
