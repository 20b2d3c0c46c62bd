/**
 * Writes the tables of docs/model.md anew: `npm run model [-- NAME…]`. Each stands between two comments that name it;
 * without names all are made, which takes some minutes. The text around them is not touched.
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
const document = join(root, 'docs', 'model.md');
const run = (command, ...args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
process.exitCode =
  run(process.execPath, program, document, ...process.argv.slice(2)) ||
  run(join(root, 'node_modules', '.bin', 'prettier'), '--write', '--log-level', 'warn', document);
