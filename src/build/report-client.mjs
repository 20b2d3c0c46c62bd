import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = join(import.meta.dirname, '..', 'report', 'client');

const licence = (name) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'node_modules', name, 'LICENSE'), 'utf8');

/** The program and the style sheet of the HTML report, each as one text that the page takes in. */
export function reportClient() {
  const { outputFiles } = buildSync({
    entryPoints: [join(folder, 'main.ts')],
    outdir: folder,
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The licence of what is bundled travels with it.
    banner: { js: `/*!\nuPlot\n${licence('uplot')}*/` },
    charset: 'utf8',
  });
  const text = (suffix) => outputFiles.find((file) => file.path.endsWith(suffix))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}
