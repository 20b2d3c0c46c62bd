import { defineConfig } from 'vitest/config';

/**
 * `unit` never starts a process of vctl, and other programs only where they are what is tested (git); `e2e` runs
 * the built `vctl`, as a user does, and what takes long; `chaos` lives whole worlds in bad weather. The JSON file is what
 * `.ci/run` counts from.
 */
export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/vitest.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/chaos/**'],
          setupFiles: ['test/support/properties.ts'],
          // Tests keep nothing in modules, so that each file need not load the whole program anew: a third of the time.
          isolate: false,
          pool: 'threads',
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          isolate: false,
          pool: 'threads',
          testTimeout: 24 * 3_600_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
