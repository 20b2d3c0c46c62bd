/** The bundle's entry point, called by bin/run.js. */
import { execute } from '@oclif/core';
import { endOnOutputFailure } from './cli/output-failure.ts';

/** Runs one command line; `root` is the URL of the executable, by which oclif finds package.json. */
export async function main(args: string[], root: string): Promise<void> {
  endOnOutputFailure(process);
  await execute({ args, dir: root });
}
