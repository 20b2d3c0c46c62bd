import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceFiles } from './support/source-files.ts';

const root = join(import.meta.dirname, '..', 'src');

const pure = ['base', 'model'];
const subject = [...pure, 'engine'];
const services = [
  ...[
    ...pure,
    'admission',
    'store',
    'merge',
    'placement',
    'autoscaling',
    'balancing',
    'performance',
    'objectives',
  ],
  ...[
    'tenancy',
    'rollout',
    'output',
    'report',
    'sim',
    'manifest',
    'engine',
    'controllers',
    'controllers/*',
    'gitops',
  ],
];

/**
 * Which rooms each room may import, besides itself. A folder of `controllers` or `app` is a room of its own; `x/*` means
 * all of them. The map is explained in src/ARCHITECTURE.md; whoever changes one changes the other, and says why.
 */
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
  tenancy: pure,
  rollout: pure,
  output: pure,
  report: pure,
  sim: [...pure, 'balancing', 'performance'],
  manifest: [...pure, 'admission'],
  // Merge for who owns which field; placement for the words of its port to the scheduler.
  engine: [...pure, 'merge', 'placement'],
  gitops: [...pure, 'manifest'],
  'controllers/cluster': subject,
  'controllers/machines': [...subject, 'autoscaling', 'performance', 'placement'],
  'controllers/hosts': [...subject, 'controllers/machines', 'merge', 'performance', 'placement'],
  'controllers/pools': [...subject, 'controllers/cluster', 'controllers/machines', 'placement', 'rollout'],
  'controllers/traffic': [...subject, 'controllers/machines'],
  'controllers/scaling': [
    ...[...subject, 'autoscaling'],
    ...['controllers/cluster', 'controllers/machines', 'controllers/pools'],
  ],
  'controllers/scheduling': [
    ...[...subject, 'placement', 'performance'],
    ...['controllers/hosts', 'controllers/machines', 'controllers/pools', 'controllers/scaling'],
  ],
  'controllers/tenants': [...subject, 'controllers/machines', 'performance', 'tenancy'],
  controllers: [...subject, 'controllers/*'],
  app: services,
  'app/inspect': [...services, 'app'],
  'app/apply': [...services, 'app', 'app/inspect'],
  'app/actions': [...services, 'app', 'app/apply', 'app/inspect'],
  'app/watch': [...services, 'app', 'app/apply', 'app/inspect'],
  'app/sync': [...services, 'app', 'app/apply', 'app/inspect', 'app/watch'],
  'what-if': [...services, 'app', 'app/apply', 'app/watch'],
  cli: pure,
  commands: ['app', 'app/*', 'what-if', 'cli', 'output', 'model', 'base'],
  // The bundle's entry point: starts the command line.
  main: ['cli'],
};

/** Folders whose own folders are rooms. */
const divided = ['app', 'controllers'];

function roomOf(path: string): string {
  const [first = '', second = '', ...rest] = relative(root, path).split('/');
  return divided.includes(first) && rest.length > 0 ? `${first}/${second}` : first.replace(/\.ts$/, '');
}

function isAllowed(from: string, to: string): boolean {
  const [folder = ''] = to.split('/');
  const allowed = mayImport[from] ?? [];
  return to === from || allowed.includes(to) || (to !== folder && allowed.includes(`${folder}/*`));
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g;

/** The files that a file imports, types included; what is not in src/ as it is written. */
function importsOf(file: string): readonly string[] {
  const specifiers = Array.from(readFileSync(file, 'utf8').matchAll(importPattern), (match) => {
    return match[1] ?? match[2] ?? match[3] ?? '';
  });
  return specifiers.filter((one) => one.startsWith('.')).map((one) => normalize(join(dirname(file), one)));
}

const files = sourceFiles(root);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('import directions', () => {
  test.each(files.map((file) => [relative(root, file), file] as const))('%s', (_name, file) => {
    const from = roomOf(file);
    expect(mayImport[from], `src/${from} is not in the map of src/ARCHITECTURE.md`).toBeDefined();
    const wrong = (imports.get(file) ?? []).filter((target) =>
      target.startsWith(root) ? !isAllowed(from, roomOf(target)) : !target.includes('/schemas/'),
    );
    expect(wrong.map((target) => relative(root, target))).toEqual([]);
  });
});

test('no file imports itself back by a detour', () => {
  expect(circles(imports).map((circle) => circle.map((file) => relative(root, file)))).toEqual([]);
});

/** The groups of files that import each other, by Tarjan's algorithm for strongly connected components. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const least = new Map<string, number>();
  const path: string[] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    least.set(node, order.get(node) ?? 0);
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      else if (!path.includes(next)) continue;
      least.set(node, Math.min(least.get(node) ?? 0, least.get(next) ?? 0));
    }
    if (least.get(node) !== order.get(node)) return;
    const group = path.splice(path.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}

describe('rooms', () => {
  /** Every folder of src/ and test/ with files of its own. */
  const folders = new Map<string, number>();
  for (const file of [...files, ...sourceFiles(join(root, '..', 'test'))]) {
    const folder = relative(join(root, '..'), dirname(file));
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }

  // One command a file: the folder is a list, not a room.
  const lists = ['src/commands'];

  test.each([...folders].filter(([folder]) => !lists.includes(folder)))(
    '%s has no more than 30 files',
    (_folder, count) => {
      expect(count).toBeLessThanOrEqual(30);
    },
  );

  test.each([...folders.keys()].filter((folder) => folder.startsWith('src/')))(
    '%s says what it is for',
    (folder) => {
      const readme = join(root, '..', folder, 'README.md');
      expect(
        existsSync(readme),
        `${folder}/README.md: what the folder owns, what it does not, its words`,
      ).toBe(true);
      expect(readFileSync(readme, 'utf8')).toMatch(/^# /);
    },
  );

  test('the map names no room that is not there', () => {
    const there = new Set(files.map(roomOf));
    expect(Object.keys(mayImport).filter((room) => !there.has(room))).toEqual([]);
  });

  test('every arrow of the map is used', () => {
    const used = new Set<string>();
    for (const [file, targets] of imports)
      for (const target of targets) used.add(`${roomOf(file)} ${roomOf(target)}`);
    const idle = Object.entries(mayImport).flatMap(([from, targets]) =>
      // What every room of a kind may use is listed once for all of them.
      ['app', 'what-if'].includes(from.split('/')[0] ?? '')
        ? []
        : targets
            .filter((to) => !to.endsWith('/*') && !['base', 'model', 'engine'].includes(to))
            .filter((to) => !used.has(`${from} ${to}`))
            .map((to) => `${from} -> ${to}`),
    );
    expect(idle).toEqual([]);
  });
});

test('the map of ARCHITECTURE.md names every room', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const rooms = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of rooms) expect(text).toContain(`\`${name}\``);
});
