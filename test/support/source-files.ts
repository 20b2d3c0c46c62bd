import { join } from 'node:path';
import { listDirectory } from '../../src/base/listing.ts';

/** A folder that holds nothing written by hand. */
const madeByTools = 'generated';

/** Every file below a folder whose name ends in `suffix`, in order; what tools have made is left out. */
function filesBelow(folder: string, suffix: string): string[] {
  return listDirectory(folder).flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return name === madeByTools ? [] : filesBelow(path, suffix);
    return name.endsWith(suffix) ? [path] : [];
  });
}

/** Every hand-written TypeScript file below a folder. */
export const sourceFiles = (folder: string): string[] => filesBelow(folder, '.ts');

export const yamlFiles = (folder: string): string[] => filesBelow(folder, '.yaml');
