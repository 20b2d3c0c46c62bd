import { join } from 'node:path';
import { listDirectory } from '../../src/base/listing.ts';

/** Every hand-written TypeScript file below a folder, in order; generated folders are left out. */
export function sourceFiles(folder: string): string[] {
  return listDirectory(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return entry.name === 'generated' ? [] : sourceFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
