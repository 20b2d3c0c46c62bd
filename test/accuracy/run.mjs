/**
 * Writes the tables of docs/model.md anew: `npm run model [-- NAME…]`. Each stands between two comments that name it;
 * without names all are made, which takes some ten minutes. The text around them is not touched.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = import.meta.dirname;
const root = join(folder, '..', '..');
const program = join(root, 'node_modules', '.cache', 'accuracy', 'write.mjs');

mkdirSync(join(program, '..'), { recursive: true });
buildSync({
  entryPoints: [join(folder, 'write.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'esm',
  sourcemap: 'linked',
});
const { status } = spawnSync(
  process.execPath,
  [program, join(root, 'docs', 'model.md'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
