/**
 * Runs the benchmarks, each in a process of its own: `npm run bench [-- NAME…]`. A line says what was measured,
 * how it compares with something simple that was measured in the same run, and the figures. Nothing here fails:
 * figures depend on the machine, ratios less so.
 *
 * VCTL_BENCH_SCALE=10 multiplies the sizes of fleets.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = import.meta.dirname;
const root = join(folder, '..', '..');
// Below node_modules, so that the bundles find lmdb, which holds native code and stays outside of them.
const programs = join(root, 'node_modules', '.cache', 'bench');
const wanted = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => basename(file, '.bench.ts'))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();

mkdirSync(programs, { recursive: true });
buildSync({
  entryPoints: names.map((name) => join(folder, `${name}.bench.ts`)),
  outdir: programs,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['lmdb'],
  sourcemap: 'linked',
  banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
});
for (const name of names) {
  const program = join(programs, `${name}.bench.mjs`);
  const { status } = spawnSync(process.execPath, ['--expose-gc', ...flags(), program, root], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}

/** Flags for Node, for a profile: VCTL_BENCH_NODE='--cpu-prof --cpu-prof-dir=/tmp/profile'. */
function flags() {
  return (process.env['VCTL_BENCH_NODE'] ?? '').split(' ').filter((flag) => flag !== '');
}
