/** What `vctl init` does: a starter folder, copied from the manifests that come with the program. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { ExitCode, UserError } from '../base/errors.ts';
import { listDirectory } from '../base/listing.ts';

export interface InitReport {
  /** The folder, as given. */
  readonly folder: string;
  /** Names of the files that were written, in order. */
  readonly files: readonly string[];
}

/** Where the manifests of the starter name the schema, seen from their own folder. */
const ownSchema = '../../schemas/vctl.schema.json';

/**
 * Writes the starter files into a folder, made if need be; `programRoot` is where vctl is installed.
 *
 * @throws UserError (refused) when one of them is there already; nothing is written then.
 */
export function init(folder: string, programRoot: string): InitReport {
  const source = join(programRoot, 'manifests', 'starter');
  const files = listDirectory(source)
    .filter(({ isFile }) => isFile)
    .map(({ name }) => name);
  const present = files.filter((name) => existsSync(join(folder, name)));
  if (present.length > 0) {
    throw new UserError(`${join(folder, present[0] ?? '')} is there already: nothing was written`, {
      exitCode: ExitCode.Refused,
      nextSteps: ['choose another folder: vctl init DIR'],
    });
  }
  mkdirSync(folder, { recursive: true });
  for (const name of files) {
    const text = readFileSync(join(source, name), 'utf8');
    writeFileSync(join(folder, name), text.replace(ownSchema, schemaFrom(folder, programRoot)), {
      flag: 'wx',
    });
  }
  return { folder, files };
}

/** The schema's path as editors resolve it: relative to the manifest, with slashes. */
function schemaFrom(folder: string, programRoot: string): string {
  const schema = join(programRoot, 'schemas', 'vctl.schema.json');
  return relative(resolve(folder), schema).split(sep).join('/');
}
