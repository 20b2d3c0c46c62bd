import { readFile } from 'node:fs/promises';

/** `const x_1 = require("y");`, as TypeScript writes imports in CommonJS, with or without its helpers. */
const topLevelRequire = /^(?:const|var) (\w+) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm;
const exportedStar = /^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gm;

/** Stands in for a module until something of it is used. */
const standIn = `
const __lazily = (load) => {
  let made;
  const get = () => (made ??= load());
  return new Proxy(function () {}, {
    get: (_, key) => get()[key],
    has: (_, key) => key in get(),
    apply: (_, self, args) => Reflect.apply(get(), self, args),
    construct: (_, args) => Reflect.construct(get(), args),
  });
};`;

/**
 * Has parts of packages run only when they are used, which most commands never do: of oclif what finds commands
 * by globbing, renders help or compiles TypeScript; of `yaml`, for printing, what writes unusual scalars, which lies
 * in a file of its own and is not even read until then.
 */
export const lazyModules = {
  name: 'lazy-modules',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, async ({ path }) => ({
      contents: lazyRequires(await readFile(path, 'utf8')),
    }));
    build.onResolve({ filter: /^yaml$/ }, ({ importer }) =>
      /[\\/]output[\\/]yaml-text\.ts$/.test(importer) ? { path: 'yaml', namespace: 'lazy' } : undefined,
    );
    build.onResolve({ filter: /^\.\.\/packages\// }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /^yaml$/, namespace: 'lazy' }, () => ({
      contents: "export const stringify = (...args) => require('../packages/yaml.cjs').stringify(...args);",
    }));
  },
};

/** The text of a CommonJS module of oclif, with its imports put off until they are used. */
export function lazyRequires(text) {
  const lazy = text
    .replace(topLevelRequire, 'const $1 = __lazily(() => $2);')
    .replace(exportedStar, 'exports.$1 = __lazily(() => $2);')
    // It compares Node with oclif's own package.json, which is not in the bundle: it could only ever find nothing.
    .replace(/^checkNodeVersion\(\);$/m, '');
  return lazy === text
    ? text
    : lazy.replace(/^"use strict";$/m, (strict) => strict + standIn.replaceAll('\n', ' '));
}
