import { readdirSync } from 'node:fs';

export interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymbolicLink: boolean;
}

/** The entries of a directory in code-unit order of their names, so that every machine sees the same order. */
export function listDirectory(path: string): Entry[] {
  return readdirSync(path, { withFileTypes: true })
    .map((entry) => ({
      name: entry.name,
      isFile: entry.isFile(),
      isDirectory: entry.isDirectory(),
      isSymbolicLink: entry.isSymbolicLink(),
    }))
    .sort((a, b) => compareText(a.name, b.name));
}

/** Orders text by UTF-16 code units: the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
