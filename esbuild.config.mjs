/**
 * Generates what comes from schemas/, then bundles the program into dist/: one small file a command, so
 * that `vctl version` does not load what only `vctl apply` needs.
 */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import './src/build/generate.mjs';
import { commandFiles, writeManifest } from './src/build/commands.mjs';
import { lazyModules } from './src/build/lazy.mjs';

rmSync('dist', { recursive: true, force: true });

await build({
  entryPoints: {
    main: 'src/main.ts',
    'cli/help': 'src/cli/help.ts',
    'cli/not-found': 'src/cli/not-found.ts',
    ...Object.fromEntries(
      commandFiles().map((file) => [`commands/${basename(file, '.ts')}`, join('src/commands', file)]),
    ),
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  sourcemap: 'linked',
  legalComments: 'none',
  // Packages in CommonJS that end up in the bundle ask for Node's own modules by require.
  banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  // oclif asks for these only in a developer's checkout of TypeScript commands.
  external: ['lmdb', 'typescript', 'ts-node', 'tsx'],
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [lazyModules],
});

// What `lazyModules` has loaded only when it is used.
await build({
  entryPoints: { yaml: 'yaml' },
  outdir: 'dist/packages',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
});

await writeManifest();
